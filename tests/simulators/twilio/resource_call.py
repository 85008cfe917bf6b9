"""Calls."""

from __future__ import annotations

import re
from typing import Any

from tests.simulators.twilio.clock import rfc2822
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.rest import Answered, Asked, Handler, Refused, not_found, page
from tests.simulators.twilio.turn import Source

DEFAULT_RING_S = 60
ENDPOINT = re.compile(r"\+[1-9]\d{6,14}|client:[\w.:@-]+|sip:\S+")
SUBRESOURCES = ("Notifications", "Recordings", "Payments", "Events", "Siprec", "Streams", "Transcriptions")


def shown(exchange: Exchange, leg: Leg) -> dict[str, Any]:
    account = exchange.account
    dates = {
        name: rfc2822(at) if at else None for name, at in (("start_time", leg.answered), ("end_time", leg.ended_at))
    }
    return {
        "sid": leg.sid,
        "account_sid": account.sid,
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "to": leg.to,
        "to_formatted": leg.to,
        "status": leg.status,
        "direction": leg.direction,
        **dates,
        "duration": str(round(leg.talked_phone_s)) if leg.over else None,
        "date_created": rfc2822(leg.created),
        "date_updated": rfc2822(leg.ended_at or leg.answered or leg.created),
        "answered_by": None,
        "api_version": "2010-04-01",
        "caller_name": None,
        "forwarded_from": None,
        "group_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": "0",
        "trunk_sid": None,
        "uri": account.path("Calls", leg.sid),
        "subresource_uris": {name.lower(): account.path("Calls", leg.sid, name) for name in SUBRESOURCES},
    }


def called(exchange: Exchange, asked: Asked) -> tuple[str, str]:
    """To and From, checked: phones are called from a number of the account's. Raises Refused."""
    to, from_ = asked.text("To"), asked.text("From")
    if not to:
        raise Refused(400, 21201, "No 'To' number is specified")
    if not from_:
        raise Refused(400, 21603, "A 'From' phone number is required.")
    if ENDPOINT.fullmatch(to) is None:
        raise Refused(400, 21211, f"The 'To' number {to} is not a valid phone number.")
    if ENDPOINT.fullmatch(from_) is None:
        raise Refused(
            400, 21212, f"The 'From' number {from_} is not a valid phone number, shortcode, or alphanumeric sender ID."
        )
    if to.startswith("+") and exchange.number(from_) is None:
        raise Refused(400, 21210, f"The source phone number provided, {from_}, is not yet verified for your account.")
    return to, from_


def source_of(exchange: Exchange, asked: Asked) -> Source | None:
    """Twiml goes before Url; None when neither is given. Raises Refused."""
    if asked.text("Twiml"):
        return Source(twiml=asked.text("Twiml"))
    if asked.text("ApplicationSid"):
        application = exchange.number(asked.text("ApplicationSid"))
        if application is None:
            raise Refused(400, 21218, "Invalid ApplicationSid")
        return Source(hook=application.voice, fallback=application.voice_fallback)
    hook = asked.hook("Url", "Method")
    return Source(hook=hook, fallback=asked.hook("FallbackUrl", "FallbackMethod")) if hook else None


def _create(exchange: Exchange, asked: Asked) -> Answered:
    to, from_ = called(exchange, asked)
    source = source_of(exchange, asked)
    if source is None:
        raise Refused(400, 21205, "Url parameter is required.")
    leg = exchange.call_out(
        to=to,
        from_=from_,
        source=source,
        timeout_s=asked.number("Timeout", DEFAULT_RING_S),
        status_hook=asked.hook("StatusCallback", "StatusCallbackMethod"),
        status_events=asked.words("StatusCallbackEvent", "completed"),
    )
    if asked.flag("Record"):
        hook = asked.hook("RecordingStatusCallback", "RecordingStatusCallbackMethod")
        events = asked.words("RecordingStatusCallbackEvent", "completed")
        exchange.record_once_answered(leg, hook=hook, events=events)
    return Answered(status=201, body=shown(exchange, leg))


def found(exchange: Exchange, asked: Asked, name: str = "call_sid") -> Leg:
    """Raises Refused."""
    leg = exchange.legs.get(asked.where[name])
    if leg is None:
        raise not_found(asked.path)
    return leg


def _fetch(exchange: Exchange, asked: Asked) -> Answered:
    return Answered(body=shown(exchange, found(exchange, asked)))


def _update(exchange: Exchange, asked: Asked) -> Answered:
    """Status ends it; Url or Twiml gives it something else to do. Only what goes on can be changed (21220)."""
    leg = found(exchange, asked)
    wanted, source = asked.text("Status"), source_of(exchange, asked)
    if leg.over:
        raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
    if wanted == "canceled" and leg.status == "in-progress":
        raise Refused(400, 21220, "Invalid call state: a call in progress cannot be canceled.")
    if wanted:
        leg.hang_up(because="participant_updated_via_api")
    elif source is not None:
        if leg.status != "in-progress":
            raise Refused(400, 21220, "Call is not in-progress. Cannot redirect.")
        leg.redirect(source)
    return Answered(body=shown(exchange, leg))


def _list(exchange: Exchange, asked: Asked) -> Answered:
    wanted = {"To": "to", "From": "from_", "Status": "status"}
    legs = [
        leg
        for leg in reversed(exchange.legs.values())
        if all(asked.text(name) in ("", getattr(leg, attribute)) for name, attribute in wanted.items())
        and asked.text("ParentCallSid") in ("", leg.parent.sid if leg.parent else None)
    ]
    return page(asked, exchange.account.path("Calls"), "calls", [shown(exchange, leg) for leg in legs])


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("POST", "/Calls.json", _create),
    ("GET", "/Calls.json", _list),
    ("GET", "/Calls/{call_sid}.json", _fetch),
    ("POST", "/Calls/{call_sid}.json", _update),
)
