"""Updates of Telegram's Bot API. https://core.telegram.org/bots/api#update

A message's id counts within its chat: it is the whole external id in a private chat, as all of those share one count in
a bot's account, and has the chat before it in groups and channels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from adapters.harvest import Harvest, unreadable
from adapters.lines import bracketed
from adapters.payload import (
    MOST_PARTS,
    Unreadable,
    at,
    document,
    fields,
    flag,
    ident,
    items,
    made_id,
    moment,
    name,
    text,
)
from adapters.telegram.content import SERVICE, content_of
from router.core.inbound import InboundMessage, Parsed
from router.core.words import Ms

WRITTEN = ("message", "business_message", "channel_post")
EDITED = ("edited_message", "edited_business_message", "edited_channel_post")


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who wrote, and where when that was not to us alone."""

    id: str
    name: str
    place: str
    language: str


def parse(body: bytes) -> Parsed:
    try:
        update = document(body)
    except Unreadable as error:
        return unreadable(str(error))
    harvest = Harvest()
    kinds = [kind for kind in update if kind != "update_id"]
    for kind in kinds:
        if kind in WRITTEN:
            _written(at(update, kind), kind, harvest)
        elif kind in EDITED:
            _edited(at(update, kind), kind, harvest)
        elif kind in READERS:
            READERS[kind](at(update, kind), ident(update, "update_id"), harvest)
        else:
            harvest.events.append(kind[:40])
    if not kinds and not ident(update, "update_id"):
        harvest.faults.append("update_id is missing")
    return harvest.parsed()


def _author(found: object, chat: object) -> Author:
    """A person in a private chat is the chat; in a group it is the one who wrote, in a channel the channel itself.

    Who writes for a chat (a channel's post, a group's nameless administrator) is that chat: `from` is made up then.
    """
    private = name(chat, "type") in ("private", "") and not ident(chat, "id").startswith("-")
    named = (fields(found, field) for field in ("sender_chat", "actor_chat", "from", "user"))
    who = next((one for one in named if one), fields(chat))
    who = fields(chat) if private and fields(chat) else who
    return Author(
        id=ident(who, "id"),
        name=_name(who) or _name(at(found, "from")),
        place="" if private else ident(chat, "id"),
        language=name(found, "from", "language_code"),
    )


def _name(person: object) -> str:
    full = f"{name(person, 'first_name')} {name(person, 'last_name')}".strip()
    return full or name(person, "title") or name(person, "username")


def _id_of(message: object, place: str) -> str:
    found = ident(message, "message_id")
    return f"{place}:{found}" if place and found else found


def _written(message: object, kind: str, harvest: Harvest) -> None:
    found = _message(message, kind, harvest)
    if found is not None:
        harvest.messages.append(found)


def _edited(message: object, kind: str, harvest: Harvest) -> None:
    found = _message(message, kind, harvest)
    if found is None:
        return
    edit = f"{found.external_id}/edit/{ident(message, 'edit_date')}"
    harvest.messages.append(replace(found, external_id=edit, edits=found.external_id, opens=False))


def _message(message: object, kind: str, harvest: Harvest) -> InboundMessage | None:
    """None for what is not a customer's: a bot's, our own on a business account, a notice of the chat."""
    author = _author(message, at(message, "chat"))
    if not author.id:
        harvest.faults.append(f"a {kind} without from and chat")
        return None
    own = kind.endswith("business_message") and ident(message, "from", "id") not in ("", author.id)
    if own or (flag(message, "from", "is_bot") and not fields(message, "sender_chat")):
        harvest.passed.append("echo" if own else "bot")
        return None
    if (service := next((one for one in fields(message) if one.startswith(SERVICE)), None)) is not None:
        harvest.events.append(service[:40])
        return None
    content = content_of(fields(message))
    return InboundMessage(
        external_id=_id_of(message, author.place) or made_id(author.id, text(message, "date"), content.text),
        sender=author.id,
        sender_name=author.name,
        place=author.place,
        text=content.text,
        sent_at=moment(message, "edit_date") or moment(message, "date"),
        in_reply_to=_id_of(at(message, "reply_to_message"), author.place),
        attachments=content.attachments,
        placeholder=content.placeholder,
        choice=content.choice,
        language=author.language,
    )


def _pressed(query: object, update_id: str, harvest: Harvest) -> None:
    """A button below a message of ours. Its label is in the message, as long as that is not too old."""
    message, data = at(query, "message"), text(query, "data")
    author = _author(query, at(message, "chat") or at(query, "from"))
    if not author.id:
        harvest.faults.append("a callback_query without from")
        return
    labels = (
        text(button, "text")
        for row in items(message, "reply_markup", "inline_keyboard", most=MOST_PARTS)
        for button in (row if isinstance(row, list) else ())
        if text(button, "callback_data") == data
    )
    said = next(labels, "") or data or name(query, "game_short_name")
    harvest.messages.append(
        InboundMessage(
            external_id=f"callback/{ident(query, 'id') or update_id}",
            sender=author.id,
            sender_name=author.name,
            place=author.place,
            text=said or bracketed("button"),
            in_reply_to=_id_of(message, author.place),
            choice=data,
            language=author.language,
        )
    )


def _reacted(reaction: object, update_id: str, harvest: Harvest) -> None:
    author = _author(reaction, at(reaction, "chat"))
    if not author.id:
        harvest.events.append("message_reaction")
        return
    emojis = " ".join(
        text(one, "emoji") or bracketed(name(one, "type") or "emoji")
        for one in items(reaction, "new_reaction", most=MOST_PARTS)
    )
    line = emojis or bracketed("reaction taken back")
    sent_at = moment(reaction, "date")
    external_id = f"reaction/{update_id}"
    harvest.messages.append(_notice(author, external_id, line, "reaction", sent_at, to=_id_of(reaction, author.place)))


def _deleted(deleted: object, update_id: str, harvest: Harvest) -> None:
    author = _author(deleted, at(deleted, "chat"))
    for message in items(deleted, "message_ids"):
        one = ident(message)
        if author.id and one:
            line = bracketed("deleted")
            harvest.messages.append(_notice(author, f"{one}/deleted", line, "deleted", None, deletes=one))


def _notice(
    author: Author, external_id: str, line: str, word: str, sent_at: Ms | None, *, to: str = "", deletes: str = ""
) -> InboundMessage:
    return InboundMessage(
        external_id=external_id,
        sender=author.id,
        sender_name=author.name,
        place=author.place,
        text=line,
        sent_at=sent_at,
        in_reply_to=to,
        placeholder=word,
        deletes=deletes,
        opens=False,
    )


def _membership(change: object, update_id: str, harvest: Harvest) -> None:
    """The bot was added, removed, blocked (kicked) or unblocked (member)."""
    harvest.events.append(f"my_chat_member {name(change, 'new_chat_member', 'status')}"[:60].strip())


READERS: Mapping[str, Callable[[object, str, Harvest], None]] = {
    "callback_query": _pressed,
    "message_reaction": _reacted,
    "deleted_business_messages": _deleted,
    "my_chat_member": _membership,
}
"""Updates that are read further; all others are events by their name."""
