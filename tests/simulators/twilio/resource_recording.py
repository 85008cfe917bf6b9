"""Recordings: of a call, of a conference, of the account, and what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.simulators.twilio import resource_call, resource_conference
from tests.simulators.twilio.clock import rfc2822
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.recording import Recording
from tests.simulators.twilio.rest import Answered, Asked, Handler, Refused, not_found, page

CURRENT = "Twilio.CURRENT"
"""The one that runs now, instead of a SID."""


def _shown(exchange: Exchange, recording: Recording, *owner: str) -> dict[str, Any]:
    """owner: the resource it is shown under: ("Calls", sid), ("Conferences", sid), or none for the account's."""
    common = {
        "sid": recording.sid,
        "account_sid": exchange.account.sid,
        "call_sid": recording.leg.sid if recording.leg else None,
        "conference_sid": recording.room.sid if recording.room else None,
        "status": recording.status,
        "source": recording.source,
        "channels": recording.channels,
        "duration": str(recording.duration_s) if recording.over else None,
        "start_time": rfc2822(recording.started),
        "date_created": rfc2822(recording.started),
        "date_updated": rfc2822(recording.updated),
        "api_version": "2010-04-01",
        "price": None,
        "price_unit": "USD",
        "error_code": None,
        "encryption_details": None,
        "uri": exchange.account.path(*owner, "Recordings", recording.sid),
    }
    if owner:
        return common | ({"track": "both"} if owner[0] == "Calls" else {})
    return common | {"media_url": recording.url, "subresource_uris": {}}


def _create_of_call(exchange: Exchange, asked: Asked) -> Answered:
    leg = resource_call.found(exchange, asked)
    if leg.status != "in-progress":
        raise Refused(400, 21220, "Requested resource is not eligible for recording")
    if any(each.leg is leg and not each.over for each in exchange.recordings.values()):
        raise Refused(400, 21220, "The call is already being recorded")
    recording = exchange.record(
        source="StartCallRecordingAPI",
        leg=leg,
        hook=asked.hook("RecordingStatusCallback", "RecordingStatusCallbackMethod"),
        events=asked.words("RecordingStatusCallbackEvent", "completed"),
        channels=2 if asked.text("RecordingChannels") == "dual" else 1,
    )
    return Answered(status=201, body=_shown(exchange, recording, "Calls", leg.sid))


def _owned(exchange: Exchange, asked: Asked) -> tuple[tuple[str, str], list[Recording]]:
    """The owner in the path, and its recordings."""
    if "call_sid" in asked.where:
        leg = resource_call.found(exchange, asked)
        of_leg = [each for each in exchange.recordings.values() if each.leg is leg and not each.deleted]
        return ("Calls", leg.sid), of_leg
    room = resource_conference.found(exchange, asked)
    return ("Conferences", room.sid), [
        each for each in exchange.recordings.values() if each.room is room and not each.deleted
    ]


def _found_of_owner(exchange: Exchange, asked: Asked) -> tuple[tuple[str, str], Recording]:
    owner, recordings = _owned(exchange, asked)
    wanted = asked.where["recording_sid"]
    fits: Callable[[Recording], bool] = (
        (lambda each: not each.over) if wanted == CURRENT else (lambda each: each.sid == wanted)
    )
    recording = next(filter(fits, recordings), None)
    if recording is None:
        raise not_found(asked.path)
    return owner, recording


def _list_of_owner(exchange: Exchange, asked: Asked) -> Answered:
    owner, recordings = _owned(exchange, asked)
    items = [_shown(exchange, each, *owner) for each in recordings]
    return page(asked, exchange.account.path(*owner, "Recordings"), "recordings", items)


def _fetch_of_owner(exchange: Exchange, asked: Asked) -> Answered:
    owner, recording = _found_of_owner(exchange, asked)
    return Answered(body=_shown(exchange, recording, *owner))


def _update(exchange: Exchange, asked: Asked) -> Answered:
    owner, recording = _found_of_owner(exchange, asked)
    if recording.over:
        raise Refused(400, 21220, "Recording is not in-progress. Cannot update.")
    match asked.text("Status"):
        case "paused":
            recording.pause(skip=asked.text("PauseBehavior") == "skip")
        case "in-progress":
            recording.resume()
        case "stopped":
            recording.finish()
        case other:
            raise Refused(400, 20001, f"Invalid Status: {other}")
    return Answered(body=_shown(exchange, recording, *owner))


def _found(exchange: Exchange, asked: Asked) -> Recording:
    recording = exchange.recordings.get(asked.where["recording_sid"])
    if recording is None or recording.deleted:
        raise not_found(asked.path)
    return recording


def _fetch(exchange: Exchange, asked: Asked) -> Answered:
    return Answered(body=_shown(exchange, _found(exchange, asked)))


def _list(exchange: Exchange, asked: Asked) -> Answered:
    recordings = [each for each in reversed(exchange.recordings.values()) if not each.deleted]
    items = [_shown(exchange, each) for each in recordings]
    return page(asked, exchange.account.path("Recordings"), "recordings", items)


def _delete(exchange: Exchange, asked: Asked) -> Answered:
    _found(exchange, asked).deleted = True
    return Answered(status=204)


def _media(exchange: Exchange, asked: Asked) -> Answered:
    recording = _found(exchange, asked)
    if not recording.over or not recording.asked_for:
        recording.asked_for = recording.over
        raise not_found(asked.path)
    return Answered(body=recording.media(), media_type="audio/x-wav")


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/Calls/{call_sid}/Recordings.json", _create_of_call),
    ("GET", "/Calls/{call_sid}/Recordings.json", _list_of_owner),
    ("GET", "/Calls/{call_sid}/Recordings/{recording_sid}.json", _fetch_of_owner),
    ("POST", "/Calls/{call_sid}/Recordings/{recording_sid}.json", _update),
    ("GET", "/Conferences/{conference_sid}/Recordings.json", _list_of_owner),
    ("GET", "/Conferences/{conference_sid}/Recordings/{recording_sid}.json", _fetch_of_owner),
    ("POST", "/Conferences/{conference_sid}/Recordings/{recording_sid}.json", _update),
    ("GET", "/Recordings.json", _list),
    ("GET", "/Recordings/{recording_sid}.json", _fetch),
    ("DELETE", "/Recordings/{recording_sid}.json", _delete),
    ("GET", "/Recordings/{recording_sid}.wav", _media),
    ("GET", "/Recordings/{recording_sid}.mp3", _media),
    ("GET", "/Recordings/{recording_sid}", _media),
)
