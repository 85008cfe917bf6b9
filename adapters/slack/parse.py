"""Webhooks of Slack: events, buttons, forms and commands.

https://docs.slack.dev/apis/events-api/ · https://docs.slack.dev/interactivity/handling-user-interaction
Of people come messages: `place` is the channel, `in_reply_to` the `ts` of the thread's first message. Everything else
is an event by its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adapters.harvest import Harvest, unreadable
from adapters.lines import bracketed, joined
from adapters.payload import (
    MOST_PARTS,
    Unreadable,
    at,
    clean,
    document,
    fields,
    form,
    ident,
    items,
    made_id,
    moment,
    name,
    text,
    url,
    whole,
)
from adapters.slack.wording import plain, rich
from router.core.inbound import Attachment, InboundMessage, Parsed

SAID = ("", "file_share", "me_message", "thread_broadcast")
"""Subtypes of messages in which a person says something."""

PICKED = (
    *("selected_date", "selected_time", "selected_date_time"),
    *("selected_user", "selected_channel", "selected_conversation"),
)
PICKED_SEVERAL = ("selected_users", "selected_channels", "selected_conversations", "files")
"""Where Slack's elements have what was picked, beside `value` and options."""


def payload(body: bytes) -> Mapping[str, object]:
    """What Slack means to say: JSON, JSON in a form field, or the form itself. Raises Unreadable."""
    if body.lstrip()[:1] in (b"{", b"["):
        return document(body)
    found = form(body)
    if "payload" in found:
        return document(found["payload"].encode())
    if not {"command", "ssl_check"} & set(found):
        raise Unreadable("neither JSON nor a form of Slack's")
    return found


def parse(body: bytes) -> Parsed:
    try:
        found = payload(body)
    except Unreadable as error:
        return unreadable(str(error))
    harvest = Harvest()
    kind = name(found, "type")[:40]
    if fields(found, "event"):
        _event(found, harvest)
    elif "command" in found and ident(found, "user_id"):
        harvest.messages.append(_command(found))
    elif kind in ("block_actions", "interactive_message"):
        _pressed(found, kind, harvest)
    elif kind in ("view_submission", "message_action", "shortcut", "dialog_submission"):
        _asked(found, kind, harvest)
    elif kind == "url_verification" or "ssl_check" in found:
        harvest.passed.append(kind or "ssl_check")
    elif kind or "command" in found:
        harvest.events.append(kind or "command")
    else:
        harvest.faults.append("type is missing")
    return harvest.parsed()


def _event(found: Mapping[str, object], harvest: Harvest) -> None:
    event = fields(found, "event")
    kind, subtype = name(event, "type")[:40] or "event", name(event, "subtype")[:40]
    if kind != "message":
        harvest.events.append(kind)
    elif ident(event, "bot_id") and subtype in (*SAID, "bot_message"):
        harvest.passed.append("bot")
    elif subtype in SAID and ident(event, "user"):
        harvest.messages.append(_message(event, found))
    elif subtype == "message_changed" and _says_otherwise(event):
        new = _message(fields(event, "message"), found)
        place, edits = ident(event, "channel"), ident(event, "message", "ts")
        at_ms = moment(event, "ts") or new.sent_at
        harvest.messages.append(replace(new, place=place, edits=edits, sent_at=at_ms, opens=False))
    elif (subtype == "message_deleted" or _is_tombstone(event)) and ident(event, "previous_message", "user"):
        harvest.messages.append(_deleted(event, found))
    else:
        harvest.events.append(joined(kind, subtype, by=" "))


def _says_otherwise(event: Mapping[str, object]) -> bool:
    """Whether a person changed what they said; a preview of a link in it is told of as a change, too."""
    new, before = fields(event, "message"), fields(event, "previous_message")
    by_person = bool(ident(new, "user")) and not ident(new, "bot_id") and not _is_tombstone(event)
    return by_person and not (before and text(before, "text") == text(new, "text"))


def _is_tombstone(event: Mapping[str, object]) -> bool:
    """Whether a message was taken back that others had answered: it stays, and says that it is gone."""
    return name(event, "message", "subtype") == "tombstone"


def _message(event: Mapping[str, object], found: Mapping[str, object]) -> InboundMessage:
    files = tuple(_file(one) for one in items(event, "files", most=MOST_PARTS))
    said = plain(text(event, "text")) or _in_blocks(event) or _shared(event)
    sender, stamp = ident(event, "user"), ident(event, "ts")
    thread = ident(event, "thread_ts")
    return InboundMessage(
        external_id=ident(found, "event_id") or made_id(ident(event, "channel"), sender, stamp, said),
        sender=sender,
        account=ident(found, "team_id"),
        place=ident(event, "channel"),
        text=said or ("" if files else bracketed("empty message")),
        sent_at=moment(event, "ts") or moment(found, "event_time"),
        in_reply_to=thread if thread != stamp else "",
        attachments=files,
        placeholder="" if said or files else "empty",
    )


def _in_blocks(event: Mapping[str, object]) -> str:
    """The words of a message that has them in blocks alone."""
    blocks = items(event, "blocks", most=MOST_PARTS)
    said = (rich(one) if name(one, "type") == "rich_text" else plain(text(one, "text", "text")) for one in blocks)
    return "\n".join(filter(None, said))


def _shared(event: Mapping[str, object]) -> str:
    """A message somebody passes on without a word of their own."""
    passed = items(event, "attachments", most=MOST_PARTS)
    return "\n".join(filter(None, (plain(text(one, "text") or text(one, "fallback")) for one in passed)))


def _deleted(event: Mapping[str, object], found: Mapping[str, object]) -> InboundMessage:
    gone = fields(event, "previous_message")
    deletes = ident(event, "deleted_ts") or ident(gone, "ts")
    return InboundMessage(
        external_id=ident(found, "event_id") or made_id("deleted", deletes),
        sender=ident(gone, "user"),
        account=ident(found, "team_id"),
        place=ident(event, "channel"),
        text=bracketed("deleted"),
        sent_at=moment(event, "ts"),
        in_reply_to=ident(gone, "thread_ts"),
        placeholder="deleted",
        deletes=deletes,
        opens=False,
    )


def _file(found: object) -> Attachment:
    where = url(found, "url_private_download") or url(found, "url_private")
    return Attachment(
        name=name(found, "name") or name(found, "title") or where.rpartition("/")[2][:200],
        media_type=name(found, "mimetype").lower(),
        size_bytes=whole(found, "size"),
        url=where,
        provider_id=ident(found, "id"),
    )


def _command(found: Mapping[str, object]) -> InboundMessage:
    """`/word and what follows`."""
    return InboundMessage(
        external_id=ident(found, "trigger_id") or made_id(ident(found, "user_id"), text(found, "text")),
        sender=ident(found, "user_id"),
        sender_name=name(found, "user_name"),
        account=ident(found, "team_id"),
        place=ident(found, "channel_id"),
        text=joined(name(found, "command"), text(found, "text"), by=" ") or bracketed("command"),
        placeholder="command",
        choice=name(found, "command"),
        opens=False,
    )


def _pressed(found: Mapping[str, object], kind: str, harvest: Harvest) -> None:
    """Buttons and menus in a message of ours: one message for each; choice is the value, else the action's name."""
    for action in items(found, "actions", most=MOST_PARTS):
        value = _chosen(action, ("value",))
        label = name(action, "text", "text") or _chosen(action, ("text", "text"))
        action_id = ident(action, "action_id") or ident(action, "name")
        stamp = ident(action, "action_ts") or ident(found, "action_ts")
        _person(
            found,
            harvest,
            external_id=f"{stamp}/{action_id}" if stamp else made_id(ident(found, "trigger_id"), action_id, value),
            line=label or value or action_id or bracketed(kind),
            choice=value or action_id,
            word="button",
        )
    if not items(found, "actions"):
        harvest.events.append(kind)


def _asked(found: Mapping[str, object], kind: str, harvest: Harvest) -> None:
    """A form that was filled in, or a shortcut; choice is its callback_id."""
    called = text(found, "view", "callback_id") or text(found, "callback_id")
    _person(
        found,
        harvest,
        external_id=ident(found, "trigger_id")
        or ident(found, "action_ts")
        or made_id(kind, ident(found, "view", "id")),
        line=_answers(found) or plain(text(found, "message", "text")) or bracketed(kind, called),
        choice=called,
        word=kind,
    )


def _answers(found: Mapping[str, object]) -> str:
    """What was filled in, a line for each field."""
    simple = {field: text(value) for field, value in fields(found, "submission").items()}
    for block in fields(found, "view", "state", "values").values():
        for field, value in fields(block).items():
            simple[field] = _chosen(value, ("text", "text"))
    return clean("\n".join(f"{field}: {value}" for field, value in simple.items() if value))


def _chosen(element: object, of_option: tuple[str, ...]) -> str:
    """What stands in a field, or was picked in a menu, of one or of several. of_option: what of an option is wanted."""
    options = [at(element, "selected_option"), *items(element, "selected_options", most=MOST_PARTS)]
    several = (one for field in PICKED_SEVERAL for one in items(element, field, most=MOST_PARTS))
    return (
        text(element, "value")
        or joined(*(text(one, *of_option) for one in options))
        or next((said for field in PICKED if (said := text(element, field))), "")
        or joined(*(text(one) or name(one, "name") for one in several))
        or rich(at(element, "rich_text_value"))
    )


def _person(
    found: Mapping[str, object], harvest: Harvest, *, external_id: str, line: str, choice: str, word: str
) -> None:
    """What somebody did with a message of ours; an event when nobody is named."""
    sender = ident(found, "user", "id")
    if not sender:
        harvest.events.append(name(found, "type")[:40])
        return
    message = at(found, "message") or at(found, "original_message") or at(found, "container")
    harvest.messages.append(
        InboundMessage(
            external_id=external_id,
            sender=sender,
            sender_name=name(found, "user", "name") or name(found, "user", "username"),
            account=ident(found, "team", "id"),
            place=ident(found, "channel", "id"),
            text=line,
            sent_at=moment(found, "action_ts"),
            in_reply_to=ident(message, "ts") or ident(message, "message_ts") or ident(found, "message_ts"),
            placeholder=word,
            choice=choice,
            opens=False,
        )
    )
