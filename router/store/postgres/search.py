"""What words lead to: messages newest first, everything else by how well it fits.

A common word is found among the newest messages by walking back through them; a rare one, or words that are common but
not together, by the index of words. So the first look is at the newest, and only what it lacks is looked for in all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from router.core.query_words import Stems, Wanted, tsquery
from router.core.words import AgentId, Ms
from router.store.postgres.database import Database, Rows

CANDIDATES = 200
"""Of matching messages, the newest so many are ranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """id: of the conversation, customer …; n: of the message."""

    kind: str
    id: str
    n: int
    customer_id: str
    at: Ms


async def stems(database: Database, words: Collection[str]) -> Stems:
    rows = await database.fetch(
        """
        SELECT word, ts_lexize('english_stem', word) AS english, ts_lexize('russian_stem', word) AS russian,
            ts_lexize('greek_stem', word) AS greek, ts_lexize('german_stem', word) AS german
        FROM unnest($1::text[]) AS word
        """,
        list(words),
    )
    found: dict[str, Collection[str] | None] = {}
    for word, *each in rows:
        found[word] = None if any(not stem for stem in each) else [stem for stem, *_ in each]
    return found


async def messages(
    database: Database, asked: Wanted, known: Stems, *, limit: int, worked_on_by: AgentId | None = None
) -> list[Hit]:
    """The newest messages with these words, the best of them first, one a conversation.

    worked_on_by: only in conversations this agent worked on.
    """
    query = tsquery(asked, known)
    if not query:
        return []
    rows: Rows = []
    for statement in statements():
        if len(rows) < limit:
            rows = await database.fetch(statement, query, CANDIDATES, worked_on_by)
    return _one_each([Hit(**row) for row in rows])[:limit]


async def others(database: Database, asked: Wanted, known: Stems, kinds: Sequence[str], *, limit: int) -> list[Hit]:
    """Customers, conversations … with these words, best first; without any words the newest."""
    query = tsquery(asked, known, every_open=True)
    rows = await database.fetch(
        """
        SELECT kind, id, n, customer_id, at FROM search_entries
        WHERE kind <> 'message' AND kind = ANY ($1) AND ($2 = '' OR words @@ $2::tsquery)
        ORDER BY CASE WHEN $2 <> '' THEN ts_rank(words, $2::tsquery) END DESC, at DESC, id DESC LIMIT $3
        """
        if query
        else """
        SELECT kind, id, n, customer_id, at FROM search_entries
        WHERE kind <> 'message' AND kind = ANY ($1) AND $2 = '' ORDER BY at DESC LIMIT $3
        """,
        *(list(kinds), query, limit),
    )
    return [Hit(**row) for row in rows]


async def customers_served(
    database: Database, asked: Wanted, known: Stems, agent: AgentId, in_hand: Collection[str], *, limit: int
) -> list[Hit]:
    """`others` of kind customer, but only those this agent worked for, whichever of their records, and in_hand."""
    rows = await database.fetch(
        """
        WITH taken AS (
            SELECT conversation_id FROM work_items WHERE agent_id = $1 AND state = 'closed'
            UNION ALL SELECT conversation_id FROM work_items WHERE agent_id = $1 AND state <> 'closed'
        ), served AS (
            SELECT DISTINCT coalesce(p.head_id, p.id) AS id FROM customers p
            WHERE p.id = ANY ($2)
                OR p.id IN (SELECT c.customer_id FROM conversations c JOIN taken t ON t.conversation_id = c.id)
        )
        SELECT e.kind, e.id, e.n, e.customer_id, e.at FROM search_entries e JOIN customers p ON p.id = e.customer_id
        WHERE e.kind = 'customer' AND coalesce(p.head_id, p.id) IN (SELECT id FROM served)
            AND ($3 = '' OR e.words @@ nullif($3, '')::tsquery)
        ORDER BY ts_rank(e.words, nullif($3, '')::tsquery) DESC, e.at DESC, e.id DESC LIMIT $4
        """,
        *(agent, list(in_hand), tsquery(asked, known, every_open=True), limit),
    )
    return [Hit(**row) for row in rows]


_AMONG_NEWEST = "AND serial > (SELECT max(serial) - 20000 FROM search_entries WHERE kind = 'message')"
_MESSAGES = """
SELECT kind, id, n, customer_id, at FROM (
    SELECT * FROM search_entries
    WHERE kind = 'message' AND words @@ $1::tsquery {within}
        AND ($3::text IS NULL OR EXISTS (
            SELECT FROM work_items w WHERE w.conversation_id = search_entries.id AND w.agent_id = $3
        ))
    ORDER BY {order} DESC LIMIT $2
) newest ORDER BY ts_rank_cd(words, $1::tsquery) DESC, at DESC, id DESC
"""
"""`serial + 0`: no index has that order, so PostgreSQL must find the words first."""


def statements() -> tuple[str, str]:
    """Among the newest; among all. Parameters: tsquery, how many, an agent's id or null."""
    return _MESSAGES.format(within=_AMONG_NEWEST, order="serial"), _MESSAGES.format(within="", order="serial + 0")


def _one_each(hits: Sequence[Hit]) -> list[Hit]:
    """The best of each conversation."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.id, hit)
    return list(best.values())
