"""What a message to a channel has beside its text: files, choices, a template; checked before it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from config.channel_accounts import ChannelAccount
from router.core.outbound import Capabilities
from router.core.words import ConversationId
from router.engine.centre import Centre
from router.engine.text import email, one_line
from router.protocol.errors import BadRequest, NotFound
from router.protocol.records import MailTo
from router.store.postgres import conversations as stored
from router.store.postgres import files

MOST_CHOICES, CHOICE_CHARS = 13, 80
MOST_COPIES, SUBJECT_CHARS = 50, 500
VARIABLE = re.compile(r"\{(\d{1,2})\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """What an agent sends beside, or instead of, a text."""

    file_ids: Sequence[str] = ()
    quick_replies: Sequence[str] = ()
    template: str = ""
    variables: Sequence[str] = ()
    mail: MailTo | None = None


NOTHING = Also()


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """facts: what the outbox keeps beside the text. text: what a template says; "" when there is none. extra: what the
    message shows of it."""

    facts: Mapping[str, Any]
    text: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


async def content(centre: Centre, conversation_id: str, also: Also) -> Content | None:
    """What a message carries beside its text; None: nothing.

    Raises NotFound unknown_file, unknown_template; BadRequest file_refused, bad_value.
    """
    if also == NOTHING:
        return None
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    carrier = centre.carriers.get(row.account) if row is not None else None
    if carrier is None:
        if also.template or also.quick_replies:
            raise NotFound("unknown_template")
        return None
    await _carried(centre, carrier.capabilities, also.file_ids)
    choices = list(also.quick_replies)
    if len(choices) > MOST_CHOICES or any(not 0 < len(choice) <= CHOICE_CHARS for choice in choices):
        raise BadRequest("bad_value", field="quick_replies")
    facts: dict[str, Any] = {"files": list(also.file_ids), "quick_replies": choices}
    text = ""
    if also.template:
        facts["template"], text = _filled(carrier.account, also)
    if also.mail is None or carrier.account.channel != "email":
        return Content(facts=facts, text=text)
    facts["mail"] = _addressed(also.mail)
    return Content(facts=facts, text=text, extra={"mail": _head(facts["mail"])})


def _addressed(mail: MailTo) -> Mapping[str, Any]:
    """Raises BadRequest for what is no address."""
    if len(mail.cc) > MOST_COPIES:
        raise BadRequest("bad_value", f"At most {MOST_COPIES} copies.", field="cc")
    return {
        "to": email(mail.to, field="to"),
        "cc": [email(address, field="cc") for address in dict.fromkeys(mail.cc) if address.strip()],
        "subject": one_line(mail.subject, SUBJECT_CHARS, field="subject"),
    }


def _head(mail: Mapping[str, Any]) -> Mapping[str, Any]:
    """As the head of a message has it."""
    shown = {"subject": mail["subject"], "to": [mail["to"]] if mail["to"] else [], "cc": mail["cc"]}
    return {name: value for name, value in shown.items() if value}


async def _carried(centre: Centre, able: Capabilities, file_ids: Sequence[str]) -> None:
    for file in (await files.by_ids(centre.database, file_ids)).values() if file_ids else ():
        if not any(_matches(file.media_type, pattern) for pattern in able.media_types):
            raise BadRequest("file_refused", reason="type", media_type=file.media_type)
        if (file.size_bytes or 0) > able.media_bytes:
            raise BadRequest("file_refused", reason="too_large", most_bytes=able.media_bytes)


def _matches(media_type: str, pattern: str) -> bool:
    return pattern in ("*/*", media_type) or (pattern.endswith("/*") and media_type.startswith(pattern[:-1]))


def _filled(account: ChannelAccount, also: Also) -> tuple[Mapping[str, Any], str]:
    """A template as the outbox keeps it, and what it says with these variables."""
    template = next((each for each in account.templates if each.name == also.template), None)
    if template is None:
        raise NotFound("unknown_template")
    wanted = max((int(number) for number in VARIABLE.findall(template.text)), default=0)
    if len(also.variables) != wanted or any(not value.strip() for value in also.variables):
        raise BadRequest("bad_value", f"This template has {wanted} variables.", field="variables")
    text = VARIABLE.sub(lambda found: also.variables[int(found[1]) - 1], template.text)
    return {"name": template.name, "language": template.language, "variables": list(also.variables)}, text
