"""What is said and done in conversations has its effect on cases: soon after it happened, and once.

Whoever writes a message or hands on a work item notes the conversation; the node's worker looks at it in a moment. What
a crash leaves unlooked at is found by the sweep: each step here can be done again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import structlog

from router.core.words import ConversationId
from router.engine.cases import handing, hearing, keeping, line, opening
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import alone, patiently
from router.protocol.errors import UsherError
from router.store.errors import StoreUnavailable
from router.store.postgres import conversations as rows
from router.store.postgres import work_items
from router.store.postgres.cases import lists, sweeps

log = structlog.get_logger()

AT_ONCE = 100
GATHER_S = 0.1
"""What happens within it is looked at together: most conversations are no cases, which two reads say of all of them."""
LOOKED_EVERY_S = 2.0
SWEPT_EVERY_S = 10.0
SETTLED_MS = 5_000
NEW_FOR_MS = 600_000
"""How long a sweep looks for contacts that should have become cases."""


async def run(centre: Centre) -> None:
    """Look at what was noted, for ever."""

    async def once() -> None:
        if await woken(centre.cases.something_noted, LOOKED_EVERY_S):
            await asyncio.sleep(GATHER_S)
        await _note_handed(centre)
        while noted := centre.cases.take(AT_ONCE):
            await _look_at_all(centre, await _of_cases(centre, noted))

    await patiently("cases", once)


async def _of_cases(centre: Centre, noted: Sequence[str]) -> list[str]:
    """Those that have a case or are to become one; the others are passed over."""
    ids, told = [ConversationId(each) for each in noted], centre.cases.told
    try:
        known = await lists.of_conversations(centre.database, ids)
        strangers = await rows.by_ids(centre.database, [each for each in ids if each not in known])
    except UsherError:
        for each in ids:
            centre.cases.note(each)
        raise
    wanted: list[str] = []
    for each in ids:
        row = strangers.get(each)
        if each in known or (row is not None and _becomes_case(centre, row)):
            wanted.append(each)
        else:
            centre.cases.pass_over(each, told=told)
    return wanted


async def _look_at_all(centre: Centre, ids: Sequence[str]) -> None:
    """A store that is away ends the turn; what was left of it is noted for the next."""
    for place, conversation_id in enumerate(ids):
        try:
            with alone("cases", conversation_id=conversation_id):
                await look(centre, ConversationId(conversation_id))
        except StoreUnavailable:
            for left in ids[place:]:
                centre.cases.note(left)
            raise


async def look(centre: Centre, conversation_id: ConversationId) -> None:
    """Whatever the conversation means for a case, its own or a new one."""
    told = centre.cases.told
    case_id = (await lists.of_conversations(centre.database, [conversation_id])).get(conversation_id)
    if case_id is None:
        row = await rows.by_id(centre.database, conversation_id)
        if row is None or not _becomes_case(centre, row):
            centre.cases.pass_over(conversation_id, told=told)
            return
        case_id = await opening.by_rule(centre, row)
    if case_id:
        await hearing.hear(centre, case_id, conversation_id)
        await handing.follow(centre, case_id, conversation_id)


def _becomes_case(centre: Centre, row: rows.Conversation) -> bool:
    if row.channel == line.CHANNEL:
        return False
    opens = centre.policy.cases.opens(row.channel, row.account)
    return opens == "always" or (opens == "closed" and "held_until" in row.attributes)


async def _note_handed(centre: Centre) -> None:
    """Work items changed hands or ended: note their conversations."""
    items = centre.cases.take_handed()
    if items:
        for row in (await work_items.by_ids(centre.database, items)).values():
            if row.conversation_id is not None:
                centre.cases.note(row.conversation_id)


# ---------------------------------------------------------------- what a crash left


async def run_sweeping(centre: Centre) -> None:
    """Find what a crash left, for ever."""

    async def once() -> None:
        await asyncio.sleep(SWEPT_EVERY_S)
        await sweep(centre)

    await patiently("case sweep", once)


async def sweep(centre: Centre) -> int:
    """Conversations whose words or takers had no effect yet, contacts that should be cases, cases out of line."""
    before = centre.now() - SETTLED_MS
    centre.cases.swept_to, late = await sweeps.unheard(centre.database, before=before, after=centre.cases.swept_to)
    found = [*late, *await sweeps.unheard_in_work(centre.database, before=before)]
    found += await sweeps.taken(centre.database, before=before)
    if any(rule.opens != "never" for rule in centre.policy.cases.opening):
        found += [
            each
            for each in await sweeps.without_case(centre.database, after=before - NEW_FOR_MS, before=before)
            if each not in centre.cases.passed_over
        ]
    await _look_at_all(centre, found)
    waiting = await sweeps.not_in_line(centre.database, before=before)
    for row in await lists.rows(centre.database, waiting):
        with alone("cases", case_id=row.matter.id):
            await handing.follow(centre, row.matter.id, ConversationId(row.matter.conversation_id))
            await line.settle(centre, await keeping.now(centre, row.matter.id))
    return len(found) + len(waiting)
