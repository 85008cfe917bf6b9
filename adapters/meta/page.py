"""Entries of Messenger and Instagram.

https://developers.facebook.com/docs/messenger-platform/reference/webhook-events
https://developers.facebook.com/docs/instagram-platform/webhooks
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.harvest import Harvest
from adapters.lines import bracketed, joined, place
from adapters.payload import MOST_PARTS, at, fields, flag, ident, items, made_id, moment, name, number, text, url
from router.core.inbound import Attachment, InboundMessage, Receipt
from router.core.words import Ms

ENVELOPE = frozenset({"sender", "recipient", "timestamp", "entry_id", "is_self", "prior_message", "hop_context"})
"""What surrounds an event and is none."""

THUMBS_UP = frozenset({"369239263222822", "369239343222814", "369239383222810"})
"""The like button in its three sizes: a sticker that stands for one character."""

MEDIA_TYPES: Mapping[str, str] = {"image": "image/*", "sticker": "image/*", "audio": "audio/*", "video": "video/*"}
"""What is known of a file before it is fetched."""

LONGEST_TEXT = 2_000
"""Of Messenger; whether a longer one names a link again is not worth looking."""

ADDRESSES = (("payload", "url"), ("url",), ("URL",), ("payload", "story_media_url"))
"""Where the address of an attachment has stood over the years."""

FILES = ("image", "audio", "video", "file")


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """Who wrote to whom, when."""

    sender: str
    account: str
    at: Ms | None
    stamp: str


def read_page_entry(entry: object, harvest: Harvest) -> None:
    account = ident(entry, "id")
    for item in items(entry, "messaging"):
        _read(item, account, harvest)
    for change in (*items(entry, "changes"), *([entry] if name(entry, "field") else [])):
        if name(change, "field") == "messages" and at(change, "value", "sender") is not None:
            _read(at(change, "value"), account, harvest)
        else:
            harvest.events.append(name(change, "field")[:40] or "change")
    if items(entry, "standby"):
        harvest.passed.append("standby")


def _read(item: object, account: str, harvest: Harvest) -> None:
    envelope = Envelope(
        sender=ident(item, "sender", "id") or ident(item, "sender", "user_ref"),
        account=ident(item, "recipient", "id") or account,
        at=moment(item, "timestamp"),
        stamp=text(item, "timestamp"),
    )
    kinds = [kind for kind in fields(item) if kind not in ENVELOPE]
    if not kinds:
        harvest.passed.append("empty")
    elif "message" in kinds and flag(item, "message", "is_echo"):
        harvest.passed.append("echo")
    elif kinds[0] in ("delivery", "read"):
        _receipts(item, kinds[0], envelope, harvest)
    elif (kind := next((one for one in READERS if one in kinds), None)) is None:
        harvest.events.append(joined(kinds[0][:40], name(item, kinds[0], "ref"), by=" "))
    elif not envelope.sender:
        harvest.faults.append(f"a {kind} without sender")
    else:
        harvest.messages.append(READERS[kind](fields(item, kind), envelope))


def _message(message: Mapping[str, object], envelope: Envelope) -> InboundMessage:
    mid = ident(message, "mid") or made_id(envelope.sender, envelope.stamp, text(message, "text"))
    said = text(message, "text")
    if flag(message, "is_deleted"):
        return _line(envelope, f"{mid}/deleted", "deleted", bracketed("deleted"), deletes=mid)
    if flag(message, "is_unsupported"):
        return _line(envelope, mid, "unsupported", said or bracketed("unsupported"), opens=True)
    shown: list[Attachment] = []
    lines: list[str] = []
    placeholder = ""
    for attachment in items(message, "attachments", most=MOST_PARTS):
        one, line, word = _attachment(attachment)
        shown += [one] if one is not None else []
        lines += [line] if line and line not in said[:LONGEST_TEXT] else []
        placeholder = placeholder or word
    if (story := url(message, "reply_to", "story", "url")).startswith("https://"):
        shown.append(Attachment(url=story))
        placeholder = placeholder or "story_reply"
    if not said and not shown and not lines:
        lines, placeholder = [bracketed("empty message")], "empty"
    return InboundMessage(
        external_id=mid,
        sender=envelope.sender,
        account=envelope.account,
        subject=_prompted_by(message),
        text=said or "\n".join(dict.fromkeys(lines)),
        sent_at=envelope.at,
        in_reply_to=ident(message, "reply_to", "mid"),
        attachments=_each_once(shown),
        placeholder="" if said and not shown else placeholder,
        choice=text(message, "quick_reply", "payload"),
    )


def _prompted_by(said: Mapping[str, object]) -> str:
    """The advertisement, product or marked link that brought somebody here; "" mostly."""
    referral = fields(said, "referral")
    product = name(referral, "product", "id")
    return joined(
        name(referral, "ads_context_data", "ad_title"), f"product {product}" if product else "", name(referral, "ref")
    )


def _each_once(files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Meta names a file twice while a kind of attachment is being renamed: a sticker as an image, a post as a share."""
    first: dict[str, Attachment] = {}
    for file in files:
        first.setdefault(file.url, file)
    return tuple(first.values())


def _attachment(found: object) -> tuple[Attachment | None, str, str]:
    """A file to show, or a line in its place; and a word for what it is when that is not plain to see."""
    kind = name(found, "type")[:40] or "attachment"
    where = next((said for path in ADDRESSES if (said := url(found, *path))), "")
    title = name(found, "title") or name(found, "payload", "title")
    if kind == "location":
        latitude, longitude = (number(found, "payload", "coordinates", axis) for axis in ("lat", "long"))
        return place(latitude, longitude, title), "", "location"
    if ident(found, "payload", "sticker_id") in THUMBS_UP:
        return None, "👍", ""
    if kind == "like_heart":
        return None, "❤️", ""
    if kind in ("fallback", "template") or not where.startswith(("https://", "http://")):
        return None, bracketed("link" if kind == "fallback" else kind, title or _product(found), where), kind
    word = "sticker" if ident(found, "payload", "sticker_id") else "" if kind in FILES else kind
    return Attachment(name=title, media_type=MEDIA_TYPES.get(kind, ""), url=where), "", word


def _product(found: object) -> str:
    """Titles of a template's elements: products somebody shared."""
    elements = items(found, "payload", "elements") or items(found, "payload", "product", "elements")
    return joined(*(joined(name(one, "title"), name(one, "subtitle"), by=" ") for one in elements[:5]))


def _postback(postback: Mapping[str, object], envelope: Envelope) -> InboundMessage:
    """A button, or an item of the menu."""
    payload = text(postback, "payload")
    return InboundMessage(
        external_id=ident(postback, "mid") or made_id(envelope.sender, envelope.stamp, payload),
        sender=envelope.sender,
        account=envelope.account,
        subject=_prompted_by(postback),
        text=text(postback, "title") or payload or bracketed("postback"),
        sent_at=envelope.at,
        choice=payload,
    )


def _reaction(reaction: Mapping[str, object], envelope: Envelope) -> InboundMessage:
    mid = ident(reaction, "mid")
    taken_back = name(reaction, "action") == "unreact"
    said = text(reaction, "emoji") or bracketed("reaction", name(reaction, "reaction"))
    return _line(
        envelope,
        f"{mid}/reaction/{envelope.stamp[:40]}",
        "reaction",
        bracketed("reaction taken back") if taken_back else said,
        in_reply_to=mid,
    )


def _edit(edit: Mapping[str, object], envelope: Envelope) -> InboundMessage:
    mid = ident(edit, "mid")
    version = text(edit, "num_edit") or envelope.stamp
    return _line(envelope, f"{mid}/edit/{version[:40]}", "", text(edit, "text") or bracketed("edited"), edits=mid)


READERS = {"message": _message, "postback": _postback, "reaction": _reaction, "message_edit": _edit}
"""Events in which a customer says something."""


def _line(
    envelope: Envelope,
    external_id: str,
    placeholder: str,
    line: str,
    *,
    opens: bool = False,
    in_reply_to: str = "",
    edits: str = "",
    deletes: str = "",
) -> InboundMessage:
    return InboundMessage(
        external_id=external_id,
        sender=envelope.sender,
        account=envelope.account,
        text=line,
        sent_at=envelope.at,
        in_reply_to=in_reply_to,
        placeholder=placeholder,
        edits=edits,
        deletes=deletes,
        opens=opens,
    )


def _receipts(item: object, kind: str, envelope: Envelope, harvest: Harvest) -> None:
    """Messenger names delivered messages and a time until which all were read; Instagram names each one read."""
    harvest.status = True
    named = [ident(mid) for mid in items(item, kind, "mids")] or [ident(item, kind, "mid")]
    until = moment(item, kind, "watermark")
    for mid in named:
        if mid or until is not None:
            harvest.receipts.append(
                Receipt(
                    external_id=mid,
                    state="delivered" if kind == "delivery" else "read",
                    at=envelope.at or until,
                    recipient=envelope.sender,
                    account=envelope.account,
                    up_to=None if mid else until,
                )
            )
