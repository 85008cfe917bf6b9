"""Talks of the bot: claimed by one worker at a time, saved with what is to be done, given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from router.core.bot.talk import Talk
from router.core.identity import MEMBER
from router.core.words import Channel, ConversationId, Ms
from router.store.postgres.conversations import Conversation, of_row
from router.store.postgres.database import Database

CLAIMED_MS = 15_000
"""How long a deed of a turn may take before it is taken for lost with its node."""
DAY_MS: Ms = 86_400_000
MOST_HEARD = 20
"""Messages of the customer that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of the customer that was not heard yet."""

    n: int
    text: str
    extra: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A talk that is this caller's for CLAIMED_MS. talk: None: nothing was heard yet. attempts: this one counted.

    claim: its number; who comes with an older one changes nothing.
    has_item: somebody works on the conversation already. signed: the site of the widget signed them in.
    known: name, email and phone of the customer.
    misses: how often they named what was not there, today and the day before, by whom: `customer:ID`, `network:MARK`.
    """

    conversation: Conversation
    claim: int
    talk: Talk | None
    attempts: int
    due_at: Ms
    said: tuple[Said, ...]
    has_item: bool
    signed: bool
    known: Mapping[str, str]
    misses: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What is noted of one message. advice: what came of asking an adviser about it."""

    n: int
    language: str
    decision: str
    intent: str
    confidence: float
    model: str
    advice: tuple[str, ...] = ()


async def claim(database: Database, conversation_id: ConversationId, *, now: Ms) -> Claimed | None:
    """The talk of an open conversation, begun if there is none; None: another has it, it is over, or no bot's.

    A crash of PostgreSQL may forget the claim, for nobody waits for the disk: that is no harm, as its number, being
    a time, will not come again.
    """
    row = await database.fetch_row(
        """
        WITH hasty AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)), claimed AS (
            INSERT INTO bot_talks AS t (conversation_id, account, bot, stage, heard_n, claimed_until, attempts, due_at,
                started_at, claim)
            SELECT id, account, attributes->>'bot', 'talking', 0, $2::bigint + $3, 1, $2::bigint + 86400000, $2::bigint,
                $2::bigint
            FROM hasty, conversations WHERE id = $1 AND state = 'open' AND attributes->>'bot' <> ''
            ON CONFLICT (conversation_id) DO UPDATE SET claimed_until = $2::bigint + $3, attempts = t.attempts + 1,
                claim = greatest(t.claim + 1, $2::bigint)
                WHERE t.claimed_until <= $2 AND t.stage = 'talking'
            RETURNING conversation_id, body, heard_n, attempts, due_at, claim
        )
        SELECT c.*, t.body AS talk_body, t.attempts AS talk_attempts, t.due_at AS talk_due_at, t.claim AS talk_claim,
            u.name AS customer_name, u.email AS customer_email,
            EXISTS (SELECT FROM work_items w WHERE w.conversation_id = c.id AND w.state <> 'closed') AS has_item,
            EXISTS (
                SELECT FROM identities i WHERE i.customer_id = u.id AND i.kind = $6 AND i.proof = 'signed'
            ) AS signed,
            coalesce((
                SELECT jsonb_agg(jsonb_build_object('n', m.n, 'text', m.text, 'extra', m.extra) ORDER BY m.n) FROM (
                    SELECT n, text, extra FROM messages
                    WHERE conversation_id = c.id AND n > t.heard_n AND author = 'customer' AND kind = 'text'
                    ORDER BY n LIMIT $4
                ) m
            ), '[]') AS said,
            (
                SELECT jsonb_object_agg(whose, (
                    SELECT coalesce(sum(count), 0) FROM bot_misses b
                    WHERE b.whose = who.whose AND b.day >= $5::integer - 1
                )) FROM (VALUES ('customer:' || coalesce(u.head_id, u.id)), ('network:' || (c.attributes->>'network')))
                    AS who (whose) WHERE whose IS NOT NULL
            ) AS misses
        FROM claimed t JOIN conversations c ON c.id = t.conversation_id JOIN customers u ON u.id = c.customer_id
        """,
        *(conversation_id, now, CLAIMED_MS, MOST_HEARD, now // DAY_MS, MEMBER),
    )
    if row is None:
        return None
    conversation = of_row(row)
    known = {"name": row["customer_name"], "email": row["customer_email"]}
    if conversation.address.startswith("+"):
        known["phone"] = conversation.address
    return Claimed(
        conversation=conversation,
        claim=row["talk_claim"],
        talk=None if row["talk_body"] is None else msgspec.convert(row["talk_body"], Talk),
        attempts=row["talk_attempts"],
        due_at=row["talk_due_at"],
        said=tuple(Said(**said) for said in row["said"]),
        has_item=row["has_item"],
        signed=row["signed"],
        known={name: value for name, value in known.items() if value},
        misses=row["misses"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A talk of the same customer, in the middle of a task, that nobody is at. claim: as in Claimed."""

    conversation_id: ConversationId
    channel: Channel
    claim: int
    talk: Talk


async def elsewhere(database: Database, claimed: Claimed, *, since: Ms, now: Ms) -> Elsewhere | None:
    """The talk in which the customer, whoever they are merged with, wrote last since a time, all of it heard."""
    row = await database.fetch_row(
        """
        SELECT c.id AS conversation_id, c.channel, t.claim, t.body FROM conversations me
            JOIN customers u ON u.id = me.customer_id
            JOIN LATERAL (
                SELECT id FROM customers WHERE id = coalesce(u.head_id, u.id)
                UNION SELECT id FROM customers WHERE head_id = coalesce(u.head_id, u.id)
            ) o ON true
            JOIN conversations c ON c.customer_id = o.id AND c.id <> me.id AND c.state = 'open'
            JOIN bot_talks t ON t.conversation_id = c.id
                AND t.bot = $2 AND t.stage = 'talking' AND t.claimed_until <= $4 AND t.body->>'flow' <> ''
            JOIN LATERAL (
                SELECT n, at FROM messages m
                WHERE m.conversation_id = c.id AND m.author = 'customer' AND m.kind = 'text' ORDER BY n DESC LIMIT 1
            ) last ON last.n <= t.heard_n AND last.at >= $3
        WHERE me.id = $1 AND c.attributes ? 'bot_until' ORDER BY last.at DESC, c.id LIMIT 1
        """,
        *(claimed.conversation.id, claimed.conversation.attributes["bot"], since, now),
    )
    if row is None:
        return None
    return Elsewhere(
        conversation_id=row["conversation_id"],
        channel=row["channel"],
        claim=row["claim"],
        talk=msgspec.convert(row["body"], Talk),
    )


async def move(database: Database, claimed: Claimed, found: Elsewhere, *, on: Talk, left: Talk, now: Ms) -> bool:
    """Let a talk go on in another conversation, with what is left of it in its own; both or, False, neither."""
    moved: int = await database.fetch_value(
        """
        WITH mine AS (
            SELECT conversation_id FROM bot_talks WHERE conversation_id = $1 AND claim = $2 AND body IS NULL FOR UPDATE
        ), gone AS (
            UPDATE bot_talks t SET body = $5, claim = t.claim + 1 FROM mine
            WHERE t.conversation_id = $3 AND t.claim = $4 AND t.stage = 'talking' AND t.claimed_until <= $7
            RETURNING t.conversation_id
        ), here AS (
            UPDATE bot_talks t SET body = $6 FROM gone WHERE t.conversation_id = $1 RETURNING t.conversation_id
        ) SELECT count(*) FROM here
        """,
        *(claimed.conversation.id, claimed.claim, found.conversation_id, found.claim),
        *(msgspec.to_builtins(left), msgspec.to_builtins(on), now),
    )
    return moved > 0


async def save(database: Database, claimed: Claimed, talk: Talk, turn: Turn | None, *, missed: bool, now: Ms) -> bool:
    """The talk after a fact, with what is to be done, and what is noted; committed together.

    missed: a source did not know what was named. False: the talk is another's by now, and nothing was changed.
    """
    mine: int = await database.fetch_value(
        """
        WITH mine AS (
            UPDATE bot_talks SET body = $2, heard_n = $3, attempts = 0, claimed_until = $4::bigint + $12
            WHERE conversation_id = $1 AND claim = $13 RETURNING conversation_id
        ), noted AS (
            INSERT INTO bot_turns (conversation_id, n, at, language, decision, intent, confidence, model, advice)
            SELECT $1, $5, $4, $6, $7, $8, $9, $10, $11 FROM mine WHERE $5::integer > 0
            ON CONFLICT (conversation_id, n) DO UPDATE SET decision = EXCLUDED.decision, intent = EXCLUDED.intent,
                confidence = EXCLUDED.confidence, advice = EXCLUDED.advice
        ), missed AS (
            INSERT INTO bot_misses AS b (whose, day, count)
            SELECT whose, $15::integer, 1 FROM mine, unnest($14::text[]) AS w (whose)
            ON CONFLICT (whose, day) DO UPDATE SET count = b.count + 1
        ), forgotten AS (
            DELETE FROM bot_misses USING mine WHERE day < $15::integer - 1 AND $14::text[] <> '{}'
        ) SELECT count(*) FROM mine
        """,
        *(claimed.conversation.id, msgspec.to_builtins(talk), talk.heard_n, now),
        *(_noted(turn) if turn else _NO_TURN),
        *(CLAIMED_MS, claimed.claim, list(claimed.misses) if missed else [], now // DAY_MS),
    )
    return mine > 0


_NO_TURN: tuple[object, ...] = (0, "", "", "", 0.0, "", [])


def _noted(turn: Turn) -> tuple[object, ...]:
    return turn.n, turn.language, turn.decision, turn.intent, turn.confidence, turn.model, list(turn.advice)


async def leave(database: Database, claimed: Claimed, *, until: Ms, in_vain: bool) -> None:
    """It did not work: nobody tries before a time. in_vain: the attempt counts."""
    await database.execute(
        """
        UPDATE bot_talks SET claimed_until = $2, attempts = attempts - CASE WHEN $4 THEN 0 ELSE least(attempts, 1) END
        WHERE conversation_id = $1 AND stage = 'talking' AND claim = $3
        """,
        *(claimed.conversation.id, until, claimed.claim, in_vain),
    )


async def waiting(database: Database, *, now: Ms, limit: int) -> list[ConversationId]:
    """Conversations a bot has something to do in: words not heard, silence too long, deeds not done."""
    rows = await database.fetch(
        """
        SELECT c.id FROM conversations c LEFT JOIN bot_talks t ON t.conversation_id = c.id
        WHERE c.state = 'open' AND c.attributes ? 'bot_until' AND (
            t.conversation_id IS NULL OR (
                t.stage = 'talking' AND t.claimed_until <= $1 AND (
                    t.due_at <= $1 OR t.body IS NULL OR t.body->'todo' <> '[]' OR EXISTS (
                        SELECT FROM messages m WHERE m.conversation_id = c.id AND m.n > t.heard_n
                            AND m.author = 'customer' AND m.kind = 'text'
                    )
                )
            )
        ) LIMIT $2
        """,
        *(now, limit),
    )
    return [row["id"] for row in rows]


# ---------------------------------------------------------------- the conversation itself


async def keep_hold(database: Database, conversation_id: ConversationId, *, until: Ms) -> None:
    """The bot has the conversation until a time; after it a person does, whatever became of the bot."""
    await database.execute(
        """
        UPDATE conversations SET attributes = attributes || jsonb_build_object('bot_until', $2::bigint)
        WHERE id = $1 AND attributes ? 'bot_until'
        """,
        *(conversation_id, until),
    )


async def let_go(
    database: Database,
    conversation_id: ConversationId,
    *,
    reason: str,
    intent: str,
    details: Mapping[str, str],
    language: str,
    now: Ms,
) -> None:
    """The bot has it no more, and its talk is over; what it learnt stays with the conversation, for rules and people.

    reason, intent, details, language: as of a hand-over.
    """
    await database.execute(
        """
        WITH over AS (
            UPDATE bot_talks SET stage = 'handed_over', reason = $5, ended_at = $6
            WHERE conversation_id = $1 AND stage = 'talking'
        )
        UPDATE conversations SET attributes = (attributes - 'bot_until')
            || jsonb_build_object('intent', $2::text, 'details', $3::jsonb),
            language = coalesce(nullif($4, ''), language)
        WHERE id = $1
        """,
        *(conversation_id, intent, dict(details), language, reason, now),
    )
