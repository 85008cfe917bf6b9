"""Conferences and their participants."""

from __future__ import annotations

from typing import Any

from tests.simulators.twilio.clock import rfc2822
from tests.simulators.twilio.conference import Room
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.resource_call import DEFAULT_RING_S, called
from tests.simulators.twilio.rest import Answered, Asked, Handler, Refused, not_found, page
from tests.simulators.twilio.seat import Seat


def shown(exchange: Exchange, room: Room) -> dict[str, Any]:
    account = exchange.account
    return {
        "sid": room.sid,
        "account_sid": account.sid,
        "friendly_name": room.name,
        "status": room.status,
        "region": "us1",
        "api_version": "2010-04-01",
        "date_created": rfc2822(room.created),
        "date_updated": rfc2822(room.updated),
        "reason_conference_ended": room.reason_ended or None,
        "call_sid_ending_conference": room.ended_by or None,
        "uri": account.path("Conferences", room.sid),
        "subresource_uris": {
            "participants": account.path("Conferences", room.sid, "Participants"),
            "recordings": account.path("Conferences", room.sid, "Recordings"),
        },
    }


def shown_seat(exchange: Exchange, room: Room, seat: Seat) -> dict[str, Any]:
    return {
        "account_sid": exchange.account.sid,
        "call_sid": seat.leg.sid,
        "conference_sid": room.sid,
        "label": seat.label or None,
        "muted": seat.muted,
        "hold": seat.hold,
        "coaching": seat.coaching,
        "call_sid_to_coach": seat.coached or None,
        "start_conference_on_enter": seat.start_on_enter,
        "end_conference_on_exit": seat.end_on_exit,
        "status": seat.status,
        "queue_time": "0",
        "date_created": rfc2822(seat.created),
        "date_updated": rfc2822(seat.updated),
        "uri": exchange.account.path("Conferences", room.sid, "Participants", seat.leg.sid),
    }


def found(exchange: Exchange, asked: Asked) -> Room:
    """Raises Refused."""
    room = exchange.rooms.get(asked.where["conference_sid"])
    if room is None:
        raise not_found(asked.path)
    return room


def _found_seat(exchange: Exchange, asked: Asked) -> tuple[Room, Seat]:
    """By call SID or label. Raises Refused."""
    room = found(exchange, asked)
    seat = room.seat(asked.where["participant"])
    if seat is None or room.status == "completed":
        raise not_found(asked.path)
    return room, seat


def _list(exchange: Exchange, asked: Asked) -> Answered:
    rooms = [
        room
        for room in reversed(exchange.rooms.values())
        if asked.text("FriendlyName") in ("", room.name) and asked.text("Status") in ("", room.status)
    ]
    return page(asked, exchange.account.path("Conferences"), "conferences", [shown(exchange, room) for room in rooms])


def _fetch(exchange: Exchange, asked: Asked) -> Answered:
    return Answered(body=shown(exchange, found(exchange, asked)))


def _update(exchange: Exchange, asked: Asked) -> Answered:
    room = found(exchange, asked)
    if asked.text("Status") == "completed":
        room.end("conference-ended-via-api")
    elif room.status == "completed":
        raise not_found(asked.path)
    hook = asked.hook("AnnounceUrl", "AnnounceMethod")
    if hook is not None:
        exchange.spawn(room.announce(hook, list(room.present), to_all=True), f"announcement in {room.sid}")
    return Answered(body=shown(exchange, room))


def _participants(exchange: Exchange, asked: Asked) -> Answered:
    room = found(exchange, asked)
    wanted = {"Muted": "muted", "Hold": "hold", "Coaching": "coaching"}
    seats = [
        shown_seat(exchange, room, seat)
        for seat in room.seats
        if all(asked.maybe(name) in (None, getattr(seat, attribute)) for name, attribute in wanted.items())
    ]
    return page(asked, exchange.account.path("Conferences", room.sid, "Participants"), "participants", seats)


def _create_participant(exchange: Exchange, asked: Asked) -> Answered:
    """The conference by SID, or by name, which makes it when there is none."""
    to, from_ = called(exchange, asked)
    where = asked.where["conference_sid"]
    room = exchange.rooms.get(where)
    if room is None and where.startswith("CF"):
        raise not_found(asked.path)
    if room is None:
        room = exchange.room(where)
    if room.status == "completed":
        raise not_found(asked.path)
    label, coached = asked.text("Label"), asked.text("CallSidToCoach")
    if label and room.seat(label) is not None:
        raise Refused(409, 16025, "Participant label already exists in the conference")
    if coached and room.seat(coached) is None:
        raise Refused(400, 13240, "The call to coach is not in the conference")
    room.configure(
        hook=asked.hook("ConferenceStatusCallback", "ConferenceStatusCallbackMethod"),
        events=asked.words("ConferenceStatusCallbackEvent", ""),
        most=int(asked.number("MaxParticipants", 250)),
        recorded=asked.text("ConferenceRecord") in ("true", "record-from-start"),
        recording_hook=asked.hook("ConferenceRecordingStatusCallback", "ConferenceRecordingStatusCallbackMethod"),
        recording_events=asked.words("ConferenceRecordingStatusCallbackEvent", "completed"),
    )
    seat = exchange.invite(
        room,
        to=to,
        from_=from_,
        timeout_s=asked.number("Timeout", DEFAULT_RING_S),
        status_hook=asked.hook("StatusCallback", "StatusCallbackMethod"),
        status_events=asked.words("StatusCallbackEvent", "completed"),
        label=label,
        muted=asked.flag("Muted"),
        coaching=asked.flag("Coaching", default=bool(coached)),
        coached=coached,
        start_on_enter=asked.flag("StartConferenceOnEnter", default=True),
        end_on_exit=asked.flag("EndConferenceOnExit"),
        beep=asked.text("Beep", "true"),
        early_media=asked.flag("EarlyMedia", default=True),
        wait=asked.hook("WaitUrl", "WaitMethod"),
        wait_in_silence="WaitUrl" in asked.given and not asked.text("WaitUrl"),
    )
    if asked.flag("Record"):
        hook = asked.hook("RecordingStatusCallback", "RecordingStatusCallbackMethod")
        events = asked.words("RecordingStatusCallbackEvent", "completed")
        exchange.record_once_answered(seat.leg, hook=hook, events=events)
    return Answered(status=201, body=shown_seat(exchange, room, seat))


def _participant(exchange: Exchange, asked: Asked) -> Answered:
    return Answered(body=shown_seat(exchange, *_found_seat(exchange, asked)))


def _update_participant(exchange: Exchange, asked: Asked) -> Answered:
    room, seat = _found_seat(exchange, asked)
    modified: dict[str, Any] = {}
    if "EndConferenceOnExit" in asked.given:
        modified["end_on_exit"] = asked.flag("EndConferenceOnExit")
    if "BeepOnExit" in asked.given:
        modified["beep_on_exit"] = asked.flag("BeepOnExit")
    if "WaitUrl" in asked.given:
        modified |= {"wait": asked.hook("WaitUrl", "WaitMethod"), "wait_in_silence": not asked.text("WaitUrl")}
    if "CallSidToCoach" in asked.given or "Coaching" in asked.given:
        modified |= _coaching(room, seat, asked)
    room.change(
        seat,
        muted=asked.maybe("Muted"),
        hold=asked.maybe("Hold"),
        hold_hook=asked.hook("HoldUrl", "HoldMethod", "GET"),
        **modified,
    )
    hook = asked.hook("AnnounceUrl", "AnnounceMethod")
    if hook is not None:
        exchange.spawn(room.announce(hook, [seat], to_all=False), f"announcement to {seat.leg.sid}")
    return Answered(body=shown_seat(exchange, room, seat))


def _coaching(room: Room, seat: Seat, asked: Asked) -> dict[str, Any]:
    coached = asked.text("CallSidToCoach", seat.coached)
    coaching = asked.flag("Coaching", default=bool(coached))
    if coaching and room.seat(coached) is None:
        raise Refused(400, 13240, "The call to coach is not in the conference")
    return {"coaching": coaching, "coached": coached if coaching else ""}


def _remove_participant(exchange: Exchange, asked: Asked) -> Answered:
    """Whoever came by TwiML goes on with the verb after Dial; who was invited by REST is hung up."""
    room, seat = _found_seat(exchange, asked)
    if seat.status == "ringing":
        seat.leg.hang_up(because="participant_updated_via_api")
    room.remove(seat, "participant_updated_via_api", kicked=True)
    return Answered(status=204)


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/Conferences.json", _list),
    ("GET", "/Conferences/{conference_sid}.json", _fetch),
    ("POST", "/Conferences/{conference_sid}.json", _update),
    ("GET", "/Conferences/{conference_sid}/Participants.json", _participants),
    ("POST", "/Conferences/{conference_sid}/Participants.json", _create_participant),
    ("GET", "/Conferences/{conference_sid}/Participants/{participant}.json", _participant),
    ("POST", "/Conferences/{conference_sid}/Participants/{participant}.json", _update_participant),
    ("DELETE", "/Conferences/{conference_sid}/Participants/{participant}.json", _remove_participant),
)
