"""What machines report of mails of ours: not delivered (RFC 3464), read (RFC 8098), called spam (RFC 5965)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.email import words
from adapters.email.address import SPEC
from adapters.email.header import Fields, first, read_fields, text_of
from adapters.email.mime import Part
from adapters.email.options import LIMITS
from adapters.email.transfer import decoded
from router.core.inbound import Outlook, Receipt

REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "message/xdelivery-status",
    }
)
RETURNED = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/partial"}
)
MESSAGE_ID = re.compile(rb"^[ \t>]*Message-I[Dd]:\s*<([^<>\s]{3,250})>", re.MULTILINE | re.IGNORECASE)
ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
"""A status code (RFC 3463), which is no part of an address of the Internet."""
REPLY_CODE = re.compile(r"\b([45]\d\d)[ -]")
DELAYED = re.compile("|".join(words.DELAYED), re.IGNORECASE)
STILL_TRYING = re.compile("|".join(words.STILL_TRYING), re.IGNORECASE)
ID_FIELDS = ("x-original-message-id", "original-message-id")
LOOKED_AT_CHARS = 2_000
MOST_RECIPIENTS = 100
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """actions: what happened, in the words of RFC 3464 (failed, delayed, delivered, relayed, expanded), RFC 8098
    (displayed, deleted, …) or "complaint"; empty when the report says none."""

    media_type: str
    actions: frozenset[str]
    receipts: tuple[Receipt, ...]


def read_report(root: Part) -> Report | None:
    """The machine-readable report in a mail; None when there is none. Reports in attached mails do not count."""
    part = next((part for part in walk(root) if part.media_type in REPORTS), None)
    if part is None:
        return None
    groups = list(_groups(decoded(part.body, part.encoding)))
    if not groups:
        return Report(media_type=part.media_type, actions=frozenset(), receipts=())
    returned = returned_id(root)
    if "disposition" in part.media_type:
        return _disposition(part.media_type, groups[0], returned)
    if "feedback" in part.media_type:
        address = _address(groups[0], "original-rcpt-to") or _address(groups[0], "removal-recipient")
        receipt = Receipt(
            external_id=returned, state="delivered", recipient=address, code="complaint", outlook="opt_out"
        )
        return Report(media_type=part.media_type, actions=frozenset({"complaint"}), receipts=(receipt,))
    found = [(_action(group), group) for group in groups if _action(group) or first(group, "status")]
    returned = returned or _named_id(groups[0])
    receipts = (_receipt(action, group, returned) for action, group in found[:MOST_RECIPIENTS])
    return Report(
        media_type=part.media_type,
        actions=frozenset(action for action, _ in found if action),
        receipts=tuple(receipt for receipt in receipts if receipt),
    )


def walk(part: Part) -> Iterator[Part]:
    """The part and all below it, in order; depth is bounded by the limits of reading."""
    yield part
    for child in part.children:
        yield from walk(child)


def returned_id(root: Part) -> str:
    """The Message-ID of the mail the report brings back; "" when it does not."""
    for part in walk(root):
        if part.media_type in RETURNED and (found := MESSAGE_ID.search(decoded(part.body, part.encoding)[:65536])):
            return found[1].decode("latin-1")
    return ""


def _named_id(group: Fields) -> str:
    return next(
        (value for name in ID_FIELDS if (value := text_of(first(group, name)).strip("<> "))),
        "",
    )


def is_delay(subject: str, text: str) -> bool:
    """Whether a bounce for people says that the mailer goes on trying; the mail it brings back does not count."""
    said = text[:LOOKED_AT_CHARS].partition("\n--")[0]
    return DELAYED.search(subject) is not None or STILL_TRYING.search(" ".join(said.split())) is not None


def said_in_text(text: str, root: Part) -> tuple[Receipt, ...]:
    """What a bounce for people only says: whom it could not reach and why, as well as can be read."""
    fields = root.fields
    in_text = MESSAGE_ID.search(text.encode("utf-8", "replace"))
    returned = in_text[1].decode("latin-1") if in_text else returned_id(root)
    failed = SPEC.findall(text_of(first(fields, "x-failed-recipients"))) or _named(text)
    enhanced, reply = ENHANCED.search(text), REPLY_CODE.search(text)
    code = enhanced[1] if enhanced else reply[1] if reply else ""
    at = enhanced or reply
    reason = text[max(0, text.rfind("\n", 0, at.start()) + 1) :].partition("\n\n")[0] if at else text.strip()
    return tuple(
        Receipt(
            external_id=returned,
            state="failed",
            recipient=address,
            code=code,
            reason=" ".join(reason.split())[:LONGEST_REASON],
            outlook=_outlook(code),
        )
        for address in dict.fromkeys(failed[:MOST_RECIPIENTS] or [""])
    )


def _named(text: str) -> list[str]:
    """The first address that stands at the beginning of a line, as mailers write whom they could not reach."""
    line = re.search(r"^[ \t]*<?([^\s@<>\"(),;:]{1,64}@[^\s@<>\"(),;:]{1,250})>?[:\s]", text, re.MULTILINE)
    return [line[1]] if line else []


def _groups(body: bytes) -> Iterator[Fields]:
    """Groups of fields with blank lines between (RFC 3464 §2.1)."""
    at = 0
    for _ in range(MOST_RECIPIENTS + 1):
        while body[at : at + 1] in {b"\r", b"\n"}:
            at += 1
        if at >= len(body):
            return
        fields, end, _ = read_fields(body, at, len(body), limits=LIMITS)
        if fields:
            yield fields
        at = end if end > at else body.find(b"\n", at) + 1 or len(body)


def _action(group: Fields) -> str:
    word = text_of(first(group, "action")).lower().partition(" ")[0].strip(";.")
    return {"fail": "failed", "failure": "failed", "error": "failed", "delay": "delayed"}.get(word, word)


def _receipt(action: str, group: Fields, returned: str) -> Receipt | None:
    status = ENHANCED.search(text_of(first(group, "status")))
    code = status[1] if status else ""
    if action in {"delivered", "relayed", "expanded"}:
        return Receipt(external_id=returned, state="delivered", recipient=_recipient(group), code=code)
    if action == "delayed" or (not action and code.startswith("4")):
        return None
    reason = text_of(first(group, "diagnostic-code")).partition(";")
    return Receipt(
        external_id=returned,
        state="failed",
        recipient=_recipient(group),
        code=code,
        reason=(reason[2] or reason[0]).strip()[:LONGEST_REASON],
        outlook=_outlook(code),
    )


def _outlook(code: str) -> Outlook:
    return "never" if code.startswith("5") else "again" if code.startswith("4") else ""


def _recipient(group: Fields) -> str:
    return (
        _address(group, "original-recipient")
        or _address(group, "final-recipient")
        or _address(group, "x-actual-recipient")
    )


def _address(group: Fields, name: str) -> str:
    found = SPEC.search(text_of(first(group, name)))
    return found[0].partition(";")[2] or found[0] if found else ""


def _disposition(media_type: str, group: Fields, returned: str) -> Report:
    word = text_of(first(group, "disposition")).rpartition(";")[2].partition("/")[0].strip().lower()
    about = text_of(first(group, "original-message-id")).strip("<> ") or returned
    read = Receipt(external_id=about, state="read", recipient=_recipient(group))
    return Report(media_type=media_type, actions=frozenset({word}), receipts=(read,) if word == "displayed" else ())
