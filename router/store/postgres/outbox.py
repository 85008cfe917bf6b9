"""The outbox: messages on their way to a provider, in order within their conversation, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

Delivery = Literal["waiting", "sending", "sent", "delivered", "read", "failed", "parked"]
CLAIMED_MS = 60_000
"""How long a sending may take before it is taken for lost with its node."""
REASON_CHARS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message to send. attempts: this one included. customer_at: when its customer wrote last; None: never."""

    conversation_id: ConversationId
    n: int
    account: str
    recipient: str
    text: str
    author: str
    author_name: str
    content: Mapping[str, Any]
    attempts: int
    external_ids: Sequence[str]
    """Of the parts that an earlier attempt got through."""
    customer_at: Ms | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """How far a message is now."""

    conversation_id: ConversationId
    n: int
    delivery: Delivery
    reason: str = ""


RETURNING = "RETURNING conversation_id, n, state AS delivery, reason"


async def claim(database: Database, *, now: Ms, limit: int, held_back: Sequence[str] = ()) -> list[Outgoing]:
    """The next message of each conversation whose time has come: this caller's for CLAIMED_MS.

    What comes behind an unsent message of its conversation is not among them. held_back: accounts to leave alone.
    """
    rows = await database.fetch(
        """
        WITH due AS (
            SELECT conversation_id, n FROM outbox o
            WHERE state IN ('waiting', 'sending') AND next_at <= $1 AND account <> ALL ($4)
                AND NOT EXISTS (
                    SELECT FROM outbox e WHERE e.conversation_id = o.conversation_id AND e.n < o.n
                        AND e.state IN ('waiting', 'sending')
                )
            ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE outbox o SET state = 'sending', next_at = $1 + $3, attempts = attempts + 1
            FROM due WHERE o.conversation_id = due.conversation_id AND o.n = due.n
            RETURNING o.conversation_id, o.n, o.account, o.recipient, o.content, o.attempts, o.external_ids
        )
        SELECT c.*, m.text, m.author, m.author_name, said.at AS customer_at
        FROM claimed c JOIN messages m USING (conversation_id, n) LEFT JOIN LATERAL (
            SELECT at FROM messages said
            WHERE said.conversation_id = c.conversation_id AND said.author = 'customer' AND said.kind = 'text'
            ORDER BY said.n DESC LIMIT 1
        ) said ON true
        ORDER BY m.at, c.n
        """,
        *(now, limit, CLAIMED_MS, list(held_back)),
    )
    return [Outgoing(**row) for row in rows]


async def keep(database: Database, claimed: Sequence[Outgoing], *, now: Ms) -> None:
    """Whoever claimed these is still at it: theirs for another CLAIMED_MS."""
    await database.execute(
        """
        UPDATE outbox o SET next_at = $1
        FROM unnest($2::text[], $3::int[], $4::int[]) AS c (conversation_id, n, attempts)
        WHERE o.conversation_id = c.conversation_id AND o.n = c.n AND o.attempts = c.attempts AND o.state = 'sending'
        """,
        *(now + CLAIMED_MS, [one.conversation_id for one in claimed], [one.n for one in claimed]),
        [one.attempts for one in claimed],
    )


async def sent(database: Database, one: Outgoing, external_ids: Sequence[str], *, now: Ms) -> Changed | None:
    """The provider has it. None: a receipt was quicker and says more."""
    kept(*external_ids)
    row = await database.fetch_row(
        f"""
        UPDATE outbox SET state = 'sent', external_ids = $3, sent_at = $4, code = '', reason = ''
        WHERE conversation_id = $1 AND n = $2 AND state = 'sending' {RETURNING}
        """,  # noqa: S608 - a constant
        *(one.conversation_id, one.n, list(external_ids), now),
    )
    return _changed(row)


async def again(
    database: Database, one: Outgoing, *, at: Ms, code: str, reason: str, external_ids: Sequence[str] = ()
) -> Changed | None:
    """Send it later. external_ids: of parts that got through. None: it is not this attempt's any more."""
    return await _end(database, one, "waiting", at, code, reason, external_ids)


async def park(
    database: Database, one: Outgoing, *, now: Ms, code: str, reason: str, external_ids: Sequence[str] = ()
) -> Changed | None:
    """A person has to look: it is sent again only when somebody asks for it."""
    return await _end(database, one, "parked", now, code, reason, external_ids)


async def resend(database: Database, conversation_id: ConversationId, n: int, *, now: Ms) -> Changed | None:
    """Send a parked or failed message again; None when it is neither."""
    row = await database.fetch_row(
        f"""
        UPDATE outbox SET state = 'waiting', attempts = 0, next_at = $3, code = '', reason = '',
            external_ids = CASE WHEN state = 'failed' THEN '{{}}' ELSE external_ids END
        WHERE conversation_id = $1 AND n = $2 AND state IN ('parked', 'failed') {RETURNING}
        """,  # noqa: S608 - a constant
        *(conversation_id, n, now),
    )
    return _changed(row)


async def receipt(
    database: Database, account: str, external_id: str, state: Delivery, *, code: str, reason: str
) -> Changed | Literal["unknown"] | None:
    """A provider says what became of a message; None: we knew as much. unknown: no message of ours has that id.

    delivered and read only go forward; failed counts until it is delivered. Of a message in several parts one that
    failed says more than others that arrived.
    """
    rows = await database.fetch(
        "SELECT conversation_id, n FROM outbox WHERE external_ids @> ARRAY[$2::text] AND account = $1",
        *(account, external_id),
    )
    if not rows:
        return "unknown"
    row = await database.fetch_row(
        f"""
        UPDATE outbox SET state = $3, code = $4, reason = $5
        WHERE conversation_id = $1 AND n = $2
            AND state = ANY (CASE WHEN cardinality(external_ids) > 1 THEN $7::text[] ELSE $6 END) {RETURNING}
        """,  # noqa: S608 - a constant
        *(rows[0]["conversation_id"], rows[0]["n"], state, code[:64], reason[:REASON_CHARS]),
        *(list(BEFORE[state]), list(BEFORE_IN_PARTS[state])),
    )
    return _changed(row)


async def not_delivered(
    database: Database, account: str, recipient: str, *, since: Ms, code: str, reason: str
) -> Changed | None:
    """The last message sent to somebody since a time did not reach them; which it was, the provider does not say."""
    row = await database.fetch_row(
        f"""
        UPDATE outbox SET state = 'failed', code = $4, reason = $5 WHERE (conversation_id, n) = (
            SELECT conversation_id, n FROM outbox
            WHERE account = $1 AND recipient = $2 AND state IN ('sent', 'delivered') AND sent_at > $3
            ORDER BY sent_at DESC LIMIT 1
        ) AND state = 'sent' {RETURNING}
        """,  # noqa: S608 - a constant
        *(account, recipient, since, code[:64], reason[:REASON_CHARS]),
    )
    return _changed(row)


async def arrived(database: Database, account: str, reference: str, external_id: str, *, now: Ms) -> Changed | None:
    """A provider brings our own id back for a message whose answer was lost: it has it, and is not to be sent it again.

    reference: the id it was sent with. None: nothing was in doubt.
    """
    conversation_id, _, n = reference.rpartition(".")
    if not (n.isascii() and n.isdigit() and len(n) < 10):
        return None
    kept(external_id)
    row = await database.fetch_row(
        f"""
        UPDATE outbox SET state = 'sent', external_ids = ARRAY[$4::text], sent_at = $5, code = '', reason = ''
        WHERE conversation_id = $1 AND n = $2 AND account = $3 AND state IN ('waiting', 'parked') AND attempts > 0
            AND external_ids = '{{}}' {RETURNING}
        """,  # noqa: S608 - a constant
        *(conversation_id, int(n), account, external_id, now),
    )
    return _changed(row)


BEFORE: Mapping[str, tuple[Delivery, ...]] = {
    "sent": ("sending",),
    "delivered": ("sending", "sent", "failed"),
    "read": ("sending", "sent", "delivered", "failed"),
    "failed": ("sending", "sent"),
}
"""What a receipt may follow; anything else is old news."""
BEFORE_IN_PARTS: Mapping[str, tuple[Delivery, ...]] = {
    "sent": ("sending",),
    "delivered": ("sending", "sent"),
    "read": ("sending", "sent", "delivered"),
    "failed": ("sending", "sent", "delivered", "read"),
}
"""The same where a receipt is about one part of several."""


async def receipts_up_to(
    database: Database, account: str, recipient: str, state: Delivery, *, up_to: Ms
) -> list[Changed]:
    """All that was sent to somebody until a time is delivered, or read."""
    rows = await database.fetch(
        f"""
        UPDATE outbox SET state = $3
        WHERE account = $1 AND recipient = $2 AND sent_at <= $4 AND state IN ('sent', 'delivered') AND state = ANY ($5)
        {RETURNING}
        """,  # noqa: S608 - a constant
        *(account, recipient, state, up_to, list(BEFORE[state])),
    )
    return [Changed(**row) for row in rows]


async def _end(
    database: Database,
    one: Outgoing,
    state: Delivery,
    next_at: Ms,
    code: str,
    reason: str,
    external_ids: Sequence[str],
) -> Changed | None:
    row = await database.fetch_row(
        f"""
        UPDATE outbox SET state = $3, next_at = $4, code = $5, reason = $6, external_ids = $7
        WHERE conversation_id = $1 AND n = $2 AND state = 'sending' AND attempts = $8 {RETURNING}
        """,  # noqa: S608 - a constant
        *(one.conversation_id, one.n, state, next_at, code[:64], reason[:REASON_CHARS], list(external_ids)),
        one.attempts,
    )
    return _changed(row)


def _changed(row: asyncpg.Record | None) -> Changed | None:
    return None if row is None else Changed(**row)
