"""The feed of a case, page by page: what was done to it, and what was said about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from router.core.cases.matter import Matter
from router.core.words import AgentId, ConversationId
from router.engine import departments, records
from router.engine.cases import judging, keeping, seeing
from router.engine.centre import Centre
from router.protocol import cases as asked
from router.protocol.case_records import FeedEntry, FieldChange
from router.protocol.errors import BadRequest
from router.protocol.steps import Step
from router.store.postgres import messages, steps
from router.store.postgres.cases import feed as stored
from router.store.postgres.cases import lists

HIGHEST = 2**62


async def page(centre: Centre, agent_id: AgentId, command: asked.FetchCaseFeed) -> asked.CaseFeed:
    """Newest first; what was said is for those who may change the case. Errors: unknown_case, bad_value."""
    await seeing.require(centre, agent_id, command.case_id)
    matter = await keeping.now(centre, command.case_id)
    conversations: list[ConversationId] = []
    if judging.may_change(centre, agent_id, matter):
        with_customer = await lists.conversations_of(centre.database, matter.id)
        conversations = [*with_customer, ConversationId(matter.conversation_id)]
    before = place(command.after) if command.after else None
    lines = await stored.page(centre.database, matter.id, conversations, before=before, limit=command.limit + 1)
    said = await messages.numbered(centre.database, [line.message for line in lines if line.message is not None])
    asked_for = await _steps(centre, conversations)
    shown = [_entry(centre, matter, line, said, asked_for) for line in lines[: command.limit]]
    after = cursor(lines[command.limit - 1].place) if len(lines) > command.limit else ""
    return asked.CaseFeed(entries=[each for each in shown if each is not None], after=after)


async def _steps(centre: Centre, conversations: Sequence[ConversationId]) -> Mapping[str, Step]:
    """Steps by the note that opened them."""
    found = await steps.of_conversations(centre.database, conversations)
    return {step.id: departments.record(step) for step in found}


def _entry(
    centre: Centre,
    matter: Matter,
    line: stored.Line,
    said: Mapping[tuple[ConversationId, int], messages.Message],
    asked_for: Mapping[str, Step],
) -> FeedEntry | None:
    entry_id = cursor(line.place)
    if line.entry is not None:
        each = line.entry
        return FeedEntry(
            entry_id=entry_id,
            kind=each.kind,
            at=each.at,
            actor_id=each.by,
            actor_name=_name(centre, matter, each.by),
            word=each.word,
            subject=each.subject,
            changes=[FieldChange(field=name, before=before, after=after) for name, before, after in each.changes],
        )
    message = said.get(line.message) if line.message is not None else None
    if message is None:
        return None
    step = asked_for.get(message.client_id) if message.kind == "note" else None
    return FeedEntry(
        entry_id=entry_id,
        kind="step" if step is not None else "note" if message.kind == "note" else "message",
        at=message.at,
        actor_id=message.author_id,
        actor_name=message.author_name,
        message=records.message(message),
        step=step,
    )


def _name(centre: Centre, matter: Matter, by: str) -> str:
    return "" if by in ("", matter.customer_id) else centre.staff.name_of(AgentId(by))


def cursor(place: stored.Place) -> str:
    return f"{place.at}:{place.rank}:{place.sub}:{place.id}"


def place(text: str) -> stored.Place:
    """The way back from `cursor`. Raises BadRequest."""
    try:
        at, rank, sub, name = text.split(":", 3)
        found = stored.Place(int(at), int(rank), name, int(sub))
    except ValueError:
        raise BadRequest("bad_value", field="after") from None
    if "\0" in name or found.rank not in (0, 1) or max(abs(found.at), abs(found.sub)) > HIGHEST:
        raise BadRequest("bad_value", field="after")
    return found
