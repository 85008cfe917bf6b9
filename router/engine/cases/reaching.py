"""Where the customer of a case is written to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from router.core.cases.matter import Matter
from router.core.words import AgentId, ConversationId, CustomerId, Ms
from router.engine import conversations
from router.engine.centre import Centre
from router.protocol.errors import Conflict, NotFound
from router.store.postgres import conversations as rows
from router.store.postgres import merges, messages
from router.store.postgres.cases import lists

SILENT = ("voice", "case")
"""Channels nothing can be written on."""


async def place_of(centre: Centre, case_id: str) -> ConversationId | None:
    """The conversation its customer is answered in."""
    ids = await lists.conversations_of(centre.database, case_id)
    known = await rows.by_ids(centre.database, ids)
    return last_used(known.values(), await lists.written_at(centre.database, ids))


async def require_place(centre: Centre, case_id: str, conversation_id: str) -> None:
    """Whether its customer can be written to there. Raises NotFound unknown_conversation."""
    ids = await lists.conversations_of(centre.database, case_id)
    known = await rows.by_ids(centre.database, [each for each in ids if each == conversation_id])
    if not any(map(reaches, known.values())):
        raise NotFound("unknown_conversation")


def last_used(places: Iterable[rows.Conversation], written_at: Mapping[ConversationId, Ms]) -> ConversationId | None:
    """Where the customer wrote last, or else the newest; None: nowhere can they be written to."""
    fit = [row for row in places if reaches(row)]
    best = max(fit, key=lambda row: (written_at.get(row.id, 0), row.started_at, row.id), default=None)
    return best.id if best is not None else None


def reaches(row: rows.Conversation) -> bool:
    return row.channel not in SILENT


async def own_places(centre: Centre, matter: Matter) -> list[rows.Conversation]:
    """Conversations the case's customer had themselves, newest first; one of somebody else may belong to it, too."""
    ids = await lists.conversations_of(centre.database, matter.id)
    known = await rows.by_ids(centre.database, ids)
    them = await merges.together(centre.database, CustomerId(matter.customer_id))
    return [known[each] for each in ids if each in known and known[each].customer_id in them]


async def own_place_of(centre: Centre, matter: Matter) -> rows.Conversation | None:
    """Where only the case's customer reads what is said: an open conversation of theirs, or else the newest."""
    fit = [row for row in await own_places(centre, matter) if row.channel not in SILENT]
    return next(iter(sorted(fit, key=lambda row: row.state != "open")), None)


async def say_to_them(centre: Centre, place: rows.Conversation, text: str, *, once: str) -> None:
    """What nobody but the customer may read, from the house; place: one of theirs.

    A mail of it goes to whoever the conversation is with: its last letter may be anybody's who had one of its mails.
    """
    carrier = centre.carriers.get(place.account)
    by_mail = carrier is not None and carrier.account.channel == "email" and place.address
    outgoing = {"mail": {"to": place.address}} if by_mail else None
    await say(centre, place.id, text, author_id="", once=once, outgoing=outgoing)


async def say(
    centre: Centre,
    conversation_id: ConversationId,
    text: str,
    *,
    author_id: str,
    once: str,
    outgoing: Mapping[str, Any] | None = None,
) -> messages.Appended:
    """A message to the customer, though the conversation be closed. author_id: "" is the house itself."""
    draft = messages.Draft(
        conversation_id=conversation_id,
        kind="text",
        author="agent" if author_id else "bot",
        author_id=author_id or "house",
        author_name=centre.staff.face_of(AgentId(author_id)) if author_id else "",
        text=text,
        client_id=once,
        at=centre.now(),
        even_closed=True,
        outgoing=outgoing,
    )
    try:
        appended = await conversations.append(centre, draft)
    except Conflict:
        raise NotFound("unknown_conversation") from None
    centre.exchange.something_to_send.set()
    return appended
