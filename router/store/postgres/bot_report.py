"""What bots did in a period: how talks ended, what was decided, what was not understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database

UNANSWERED = ("unsure", "clarified", "offered_person", "wrong")
"""Decisions that say that a question was not answered, or not rightly."""
TALKS = """(
    SELECT t.stage, t.reason, t.started_at, c.customer_id, c.closed_at AS over_at
    FROM bot_talks t JOIN conversations c ON c.id = t.conversation_id
    WHERE t.started_at >= $1 AND t.started_at < $2
    UNION ALL
    SELECT body #>> '{bot,talk,stage}', body #>> '{bot,talk,reason}', started_at, customer_id, ended_at
    FROM calls WHERE started_at >= $1 AND started_at < $2 AND body ? 'bot'
) t"""
"""Begun in the period, in writing and by telephone; over_at: null: not over."""
TURNS = """(
    SELECT decision, intent FROM bot_turns WHERE at >= $1 AND at < $2
    UNION ALL
    SELECT turn->>'decision', turn->>'intent'
    FROM calls CROSS JOIN jsonb_array_elements(body #> '{bot,turns}') AS turn
    WHERE started_at >= $1 AND started_at < $2
) t"""
ADVICE = "bot_turns WHERE at >= $1 AND at < $2 AND advice <> '{}'"
MEANT = "{answered,article,asked}"
MOST_WORDS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """talks: conversations and calls begun in the period with a bot. deflected: over, and no person was needed for them
    or for their customer within the window after; open: not over yet. reasons: of hand-overs. wrong: by intent.
    advice: what came of asking the adviser.
    """

    talks: int
    open: int
    deflected: int
    handed_over: int
    reasons: Mapping[str, int]
    decisions: Mapping[str, int]
    intents: Mapping[str, int]
    wrong: Mapping[str, int]
    advice: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A message that was not answered. intent: the likeliest all the same."""

    conversation_id: ConversationId
    n: int
    at: Ms
    language: str
    intent: str
    confidence: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message a bot heard outside of any question of its own."""

    text: str
    language: str
    decision: str
    intent: str


async def counts(database: Database, *, since: Ms, until: Ms, window_ms: Ms) -> Counts:
    row = await database.fetch_row(
        f"""
        SELECT count(*) AS talks,
            count(*) FILTER (WHERE t.stage = 'handed_over') AS handed_over,
            count(*) FILTER (WHERE t.stage = 'talking' AND t.over_at IS NULL) AS open,
            count(*) FILTER (WHERE t.stage <> 'handed_over' AND t.over_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM work_items w JOIN conversations d ON d.id = w.conversation_id
                WHERE d.customer_id = t.customer_id AND w.enqueued_at >= t.started_at
                    AND w.enqueued_at < t.over_at + $3::bigint
            )) AS deflected
        FROM {TALKS}
        """,  # noqa: S608 - a constant of ours
        *(since, until, window_ms),
    )
    assert row is not None
    return Counts(
        **row,
        reasons=await _counted(database, "reason", f"{TALKS} WHERE stage = 'handed_over'", since, until),
        decisions=await _counted(database, "decision", TURNS, since, until),
        intents=await _counted(
            database, "intent", f"{TURNS} WHERE decision = ANY ('{MEANT}') AND intent <> ''", since, until
        ),
        wrong=await _counted(database, "intent", f"{TURNS} WHERE decision = 'wrong'", since, until),
        advice=await _counted(database, "unnest(advice)", ADVICE, since, until),
    )


async def _counted(database: Database, what: str, of: str, since: Ms, until: Ms) -> Mapping[str, int]:
    """How often each word is among these, the most frequent first. what, of: of this file."""
    sql = f"SELECT {what} AS word, count(*) AS times FROM {of} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_WORDS}"  # noqa: S608
    return {row["word"]: row["times"] for row in await database.fetch(sql, since, until)}


async def unanswered(database: Database, *, since: Ms, until: Ms, limit: int) -> list[Question]:
    """Questions nobody has seen to yet, newest first. Of a wrong answer: the question before it."""
    rows = await database.fetch(
        """
        SELECT t.conversation_id, t.n, t.at, t.language, t.intent, t.confidence,
            coalesce(CASE WHEN t.decision = 'wrong' THEN (
                SELECT p.text FROM messages p WHERE p.conversation_id = t.conversation_id AND p.n < t.n
                    AND p.author = 'customer' AND p.kind = 'text' ORDER BY p.n DESC LIMIT 1
            ) END, m.text) AS text
        FROM bot_turns t JOIN messages m ON m.conversation_id = t.conversation_id AND m.n = t.n
        WHERE t.at >= $1 AND t.at < $2 AND t.decision = ANY ($3) AND NOT EXISTS (
            SELECT FROM bot_seen s WHERE s.conversation_id = t.conversation_id AND s.n = t.n
        )
        ORDER BY t.at DESC LIMIT $4
        """,
        *(since, until, list(UNANSWERED), limit),
    )
    return [Question(**row) for row in rows]


async def heard(database: Database, *, since: Ms, limit: int) -> Sequence[Heard]:
    """What customers said of themselves, newest first: not the answers to a bot's own questions."""
    rows = await database.fetch(
        """
        SELECT m.text, t.language, t.decision, t.intent
        FROM bot_turns t JOIN messages m ON m.conversation_id = t.conversation_id AND m.n = t.n
        WHERE t.at >= $1 AND t.decision IN ('answered', 'article', 'clarified', 'unsure', 'offered_person', 'asked')
            AND (t.decision <> 'asked' OR t.confidence >= 0.75)
        ORDER BY t.at DESC LIMIT $2
        """,
        *(since, limit),
    )
    return [Heard(**row) for row in rows]
