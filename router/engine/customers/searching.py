"""Words that lead to customers, conversations and messages; and the index behind them, filled by any node."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from router.core import query_words
from router.core.cases.matter import Matter
from router.core.words import AgentId, ConversationId, CustomerId
from router.engine.centre import Centre
from router.engine.customers import permission
from router.engine.patience import patiently
from router.protocol import customers as asked
from router.store.postgres import conversations, merges, messages, search, search_index
from router.store.postgres import customers as stored
from router.store.postgres.cases import lists
from router.store.postgres.search import Hit

LOOKED_EVERY_S = 0.5
OTHERS = ("customer", "case", "conversation")


async def find(centre: Centre, me: AgentId, command: asked.Search) -> asked.Found:
    """Customers and conversations by their names and subjects, then messages."""
    words = query_words.wanted(command.query)
    if not words.words:
        return asked.Found(hits=[])
    stems = await search.stems(centre.database, words.words)
    mine = me if permission.restricted(centre, me) else None
    kinds = [kind for kind in OTHERS if (not command.kinds or kind in command.kinds) and mine is None]
    found: list[Hit] = []
    if kinds:
        found += await search.others(centre.database, words, stems, kinds, limit=command.limit)
    if not command.kinds or "message" in command.kinds:
        found += await search.messages(centre.database, words, stems, limit=command.limit, worked_on_by=mine)
    return asked.Found(hits=await _shown(centre, found, words.words))


async def _shown(centre: Centre, hits: Sequence[Hit], words: Sequence[str]) -> list[asked.SearchHit]:
    """With whose they are and the line that fits; one customer once, whichever of their records fit."""
    heads = await merges.heads(centre.database, {CustomerId(hit.customer_id) for hit in hits})
    people = await stored.by_ids(centre.database, {*heads.values(), *heads})
    rows = await lists.rows(centre.database, [hit.id for hit in hits if hit.kind == "case"])
    cases = {row.matter.id: row.matter for row in rows}
    texts = await _texts(centre, hits, cases)
    shown: dict[tuple[str, str], asked.SearchHit] = {}
    for hit in hits:
        head = heads.get(CustomerId(hit.customer_id))
        if head is None or head not in people:
            continue
        own = people[CustomerId(hit.customer_id)]
        each = asked.SearchHit(
            kind=hit.kind,
            id=head if hit.kind == "customer" else hit.id,
            n=cases[hit.id].number if hit.id in cases else hit.n,
            customer_id=head,
            title=people[head].shown_name or own.shown_name or people[head].email or own.email,
            snippet=query_words.snippet(texts.get((hit.kind, hit.id, hit.n), own.email), words),
            at=hit.at,
        )
        shown.setdefault((each.kind, each.id), each)
    return list(shown.values())


async def _texts(
    centre: Centre, hits: Sequence[Hit], cases: Mapping[str, Matter]
) -> Mapping[tuple[str, str, int], str]:
    said = await messages.texts(centre.database, [(hit.id, hit.n) for hit in hits if hit.kind == "message"])
    ids = [ConversationId(hit.id) for hit in hits if hit.kind == "conversation"]
    subjects = await conversations.by_ids(centre.database, ids) if ids else {}
    return (
        {("message", *ref): text for ref, text in said.items()}
        | {("conversation", row.id, 0): row.subject for row in subjects.values()}
        | {("case", case.id, 0): f"{case.number} {case.subject}" for case in cases.values()}
    )


async def run(centre: Centre) -> None:
    """Fill the index, for ever."""

    async def fill() -> None:
        if await search_index.fill(centre.database) != search_index.BATCH:
            await asyncio.sleep(LOOKED_EVERY_S)

    await patiently("search index", fill)
