"""Webhooks of Twilio about messages: SMS, MMS and WhatsApp coming in, and what became of ours.

https://www.twilio.com/docs/messaging/guides/webhook-request
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from adapters.harvest import Harvest, unreadable
from adapters.lines import bracketed, filled_in, joined, place
from adapters.payload import MOST_PARTS, Unreadable, form, ident, name, number, text, url
from adapters.twilio_messaging import errors
from router.core.inbound import Attachment, InboundMessage, Parsed, Receipt, ReceiptState
from router.core.words import Ms

Fields = Mapping[str, str]

RECEIPTS: Mapping[str, ReceiptState] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
ON_THE_WAY = ("accepted", "scheduled", "queued", "sending", "partially_delivered")
COMING_IN = ("received", "receiving")
PLAIN = ("", "text", "image", "audio", "video", "document")
"""Message types (of WhatsApp) that are what they look like."""

BASE64_CHARS = 60
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}\Z")
_PREFIX = re.compile(r"[a-z]+:(?=.)")


def parse(body: bytes) -> Parsed:
    try:
        found = form(body)
    except Unreadable as error:
        return unreadable(str(error))
    harvest = Harvest()
    sid = message_sid(found)
    if state := status_of(found):
        _status(found, sid, state, harvest)
    elif not sid or text(found, "EventType").startswith("on"):
        _other(found, harvest)
    elif not person(found, "From"):
        harvest.faults.append("From is missing")
    else:
        harvest.messages.append(_message(found, sid))
        if kind := name(found, "OptOutType"):
            harvest.events.append(f"opt_out {kind.lower()}")
    return harvest.parsed()


def message_sid(found: Fields) -> str:
    """The message's id, under the names it has had over the years."""
    return ident(found, "MessageSid") or ident(found, "SmsMessageSid") or ident(found, "SmsSid")


def status_of(found: Fields) -> str:
    """The state a status callback reports; "" for a message coming in."""
    state = (text(found, "MessageStatus") or text(found, "SmsStatus")).lower()
    return "" if state in COMING_IN or ("Body" in found and state not in RECEIPTS) else state


def person(found: Fields, field: str) -> str:
    """A customer: the phone number; on WhatsApp its digits, which is what WhatsApp itself calls people."""
    bare = ours(found, field)
    return bare.removeprefix("+") if text(found, field).startswith("whatsapp:") else bare


def ours(found: Fields, field: str) -> str:
    """An address of ours without the channel it is on: `whatsapp:+49…` is our number +49…."""
    return _PREFIX.sub("", ident(found, field), count=1)


def _message(found: Fields, sid: str) -> InboundMessage:
    kind = text(found, "MessageType").lower()
    attachments = _attachments(found)
    said = _said(found)
    return InboundMessage(
        external_id=sid,
        sender=person(found, "From"),
        sender_name=name(found, "ProfileName"),
        account=ours(found, "To"),
        subject=name(found, "ReferralHeadline") or name(found, "ReferralSourceUrl"),
        text=said or ("" if attachments else bracketed(kind or "empty message")),
        in_reply_to=ident(found, "OriginalRepliedMessageSid"),
        attachments=attachments,
        placeholder=_placeholder(found, kind, empty=not said and not attachments),
        choice=text(found, "ButtonPayload") or text(found, "ListId") or text(found, "InteractiveData"),
        opens=kind != "reaction",
    )


def _said(found: Fields) -> str:
    body = text(found, "Body")
    if body.strip():
        return unwrapped(body)
    chosen = text(found, "ButtonText") or text(found, "ListTitle") or filled_in(text(found, "InteractiveData"))
    return chosen or joined(text(found, "Label"), text(found, "Address"))


def _placeholder(found: Fields, kind: str, *, empty: bool) -> str:
    if text(found, "Latitude") and text(found, "Longitude"):
        return "location"
    if kind in ("button", "interactive"):
        return ""
    if kind not in PLAIN:
        return "contact" if kind == "contacts" else kind[:40]
    return "empty" if empty else ""


def _attachments(found: Fields) -> tuple[Attachment, ...]:
    media = tuple(
        Attachment(media_type=name(found, f"MediaContentType{n}").lower(), url=where)
        for n in range(MOST_PARTS)
        if f"MediaUrl{n}" in found and (where := url(found, f"MediaUrl{n}"))
    )
    point = place(number(found, "Latitude"), number(found, "Longitude"), name(found, "Label"))
    return media if point is None else (*media, point)


def _status(found: Fields, sid: str, state: str, harvest: Harvest) -> None:
    harvest.status = True
    if not sid:
        harvest.status = False
        harvest.faults.append("a status without MessageSid")
    elif state in RECEIPTS:
        code = ident(found, "ErrorCode").removeprefix("0") if RECEIPTS[state] == "failed" else ""
        said = name(found, "ErrorMessage") or name(found, "ChannelStatusMessage") if code or state == "failed" else ""
        harvest.receipts.append(
            Receipt(
                external_id=sid,
                state=RECEIPTS[state],
                at=_done_at(text(found, "RawDlrDoneDate")),
                recipient=person(found, "To"),
                code=code or ("canceled" if state == "canceled" else ""),
                reason=errors.reason(code, said),
                outlook=errors.outlook(code),
            )
        )
    else:
        harvest.passed.append(state[:40] if state in ON_THE_WAY else f"unknown status {state[:40]}")


def _done_at(written: str) -> Ms | None:
    """The carrier's time, YYMMDDhhmm in UTC."""
    try:
        return int(datetime.strptime(written, "%y%m%d%H%M").replace(tzinfo=UTC).timestamp() * 1000)
    except ValueError:
        return None


def _other(found: Fields, harvest: Harvest) -> None:
    """Twilio has many webhooks; what is none of messages is named by its event, or by what it is about."""
    telling = ("EventType", "event_type", "StatusCallbackEvent", "CallStatus", "RecordingStatus")
    about = [field for field in found if field.endswith(("Sid", "_sid")) and field not in ("AccountSid", "account_sid")]
    for field in (*telling, *about):
        if field in found:
            harvest.events.append(f"{field} {name(found, field)}"[:80])
            return
    harvest.faults.append("MessageSid is missing")


def unwrapped(body: str) -> str:
    """Some carriers deliver long texts in base64, cut where a segment ended: those are read, other texts left alone."""
    if len(body) < BASE64_CHARS or len(body) % 4 or not _BASE64.match(body):
        return body
    try:
        raw = binascii.a2b_base64(body, strict_mode=True)
        decoded = raw.decode("utf-8", "ignore")
    except ValueError:
        return body
    cut = len(raw) - len(decoded.encode())
    readable = " " in decoded and all(char.isprintable() or char in "\r\n\t" for char in decoded)
    return decoded if cut < 4 and readable else body
