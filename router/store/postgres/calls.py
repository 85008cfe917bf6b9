"""Calls: kept with what is to be done about them, if nobody was quicker; found by id, item and people."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from router.core.call.actions import AnyAction
from router.core.call.state import Call, State
from router.core.identity import Identity
from router.core.words import AgentId, CustomerId, Ms, WorkItemId
from router.store.postgres.customers import Customer
from router.store.postgres.database import Database
from router.store.postgres.gathered import Gathered
from router.store.postgres.writer import Answers, Kind, Writer

CLAIMED_MS = 10_000
"""How long an action may take before it is taken for lost with its node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """An action to carry out now. attempts: this one counted; started before, it may have been carried out already."""

    id: int
    call: Call
    action: AnyAction
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What became of a call. version: as it was when it was read. token: of the request that told of it, or "".

    done: the action by which it changed, carried out now; None: by something else.
    """

    call: Call
    version: int
    wanted: Sequence[AnyAction]
    at: Ms
    token: str = ""
    done: int | None = None


Kept = Literal["kept", "repeated", "changed"]
"""repeated: the request was heard before; changed: somebody was quicker, or there is no such call. Neither is kept."""


async def keep(writer: Writer, what: Keep) -> Kept:
    """Keep a call and what is to be done about it, if it still is as it was read; answered after the commit.

    An action with a key that was wanted before is left out. Raises StoreUnavailable (perhaps kept), Overloaded.
    """
    return await writer.submit(KEEP, what, order_by=what.call.id)


def _columns(kept: Sequence[Keep]) -> list[list[object]]:
    wanted = [(place, action) for place, one in enumerate(kept, 1) for action in one.wanted]
    return [
        [one.call.id for one in kept],
        [one.version for one in kept],
        [one.token for one in kept],
        [one.done for one in kept],
        [one.at for one in kept],
        [one.call.item_id for one in kept],
        [one.call.conversation_id for one in kept],
        [one.call.customer_id for one in kept],
        [_array(one.call.people) for one in kept],
        [_array(one.call.spoke) for one in kept],
        [one.call.state for one in kept],
        [one.call.outcome for one in kept],
        [one.call.ended_at for one in kept],
        [one.call.due_at for one in kept],
        [one.call.version for one in kept],
        [_json(one.call) for one in kept],
        [place for place, _ in wanted],
        [action.key for _, action in wanted],
        [_json(action) for _, action in wanted],
    ]


def _outcomes(_: Sequence[Keep], rows: Answers) -> list[Kept]:
    return [row["outcome"] for row in rows]


KEEP: Kind[Keep, Kept] = Kind(rank=6, function="keep_calls", columns=_columns, outcomes=_outcomes)


def _array(words: Sequence[str]) -> str:
    """As PostgreSQL writes an array of text: there are none of arrays of different lengths."""
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """Who called for the first time, as far as could be seen when the call came."""

    identity: Identity
    customer: Customer


async def begin(
    database: Database,
    call: Call,
    actions: Sequence[AnyAction],
    *,
    sid: str | None,
    at: Ms,
    newcomer: Newcomer | None = None,
) -> Call | None:
    """Keep a new call, and whom it brought, in one commit; the one there is when one of the same provider's sid, or
    with this id, is there already. None: the newcomer is somebody known by now; nothing is kept.
    """
    identity, customer = (newcomer.identity, newcomer.customer) if newcomer is not None else (None, None)
    added = await database.fetch_value(
        BEGIN,
        *(call.id, call.account, sid, call.item_id, call.conversation_id, call.customer_id, list(call.people)),
        *(call.state, call.started_at, at, call.due_at, call.version, _json(call)),
        *([action.key for action in actions], [_json(action) for action in actions]),
        *((identity.kind, identity.value, identity.proof) if identity is not None else (None, None, None)),
        *((customer.language, customer.created_at) if customer is not None else (None, None)),
    )
    if added is not None:
        return call
    there = await database.fetch_value("SELECT body::text FROM calls WHERE provider_sid = $1 OR id = $2", sid, call.id)
    return None if there is None else _call(there)


BEGIN = """
WITH known AS (
    INSERT INTO identities (kind, value, customer_id, proof, at) SELECT $16::text, $17, $6, $18, $20
    WHERE $16 IS NOT NULL AND NOT EXISTS (SELECT FROM calls WHERE provider_sid = $3 OR id = $1)
    ON CONFLICT DO NOTHING RETURNING customer_id
), person AS (
    INSERT INTO customers (id, name, email, language, attributes, created_at)
    SELECT customer_id, '', '', $19, '{}', $20 FROM known
), added AS (
    INSERT INTO calls (id, account, provider_sid, item_id, conversation_id, customer_id, agent_ids, spoke,
        state, outcome, started_at, touched_at, due_at, version, body)
    SELECT $1, $2, $3, $4, $5, $6, $7, '{}', $8, '', $9, $10, $11, $12, $13::text::jsonb
    WHERE $16 IS NULL OR EXISTS (SELECT FROM known)
    ON CONFLICT DO NOTHING RETURNING id
), wanted AS (
    INSERT INTO call_actions (call_id, key, body, next_at, at)
    SELECT id, key, body::jsonb, $10, $10
    FROM added, unnest($14::text[], $15::text[]) WITH ORDINALITY AS a (key, body, place) ORDER BY place
) SELECT id FROM added
"""


# ---------------------------------------------------------------- what is to be done


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody is to carry out what waits first of a call. done: what they did before it; 0: nothing."""

    call_id: str
    done: int
    now: Ms


def claims(database: Database) -> Gathered[Claim, Todo]:
    """The first action of a call, if its time has come: this caller's for CLAIMED_MS. Those asked for together are one
    statement and one commit: on a busy node background work takes a connection, not the pool callers are answered by.
    """

    async def claim(asked: Sequence[Claim]) -> dict[Claim, Todo]:
        rows = await database.fetch(CLAIM, *_claimed(asked), CLAIMED_MS)
        todo = {row["call_id"]: _todo(row) for row in rows}
        return {one: todo[one.call_id] for one in asked if one.call_id in todo}

    return Gathered(claim)


CLAIM = """
WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS a (call_id, done, now) ORDER BY call_id
), carried_out AS (
    UPDATE call_actions a SET state = 'done', reason = '' FROM asked WHERE a.id = asked.done AND a.state = 'waiting'
), first AS (
    SELECT f.id, asked.now
    FROM asked CROSS JOIN LATERAL (
        SELECT id FROM call_actions a
        WHERE a.call_id = asked.call_id AND a.state = 'waiting' AND a.id <> asked.done ORDER BY a.id LIMIT 1 FOR UPDATE
    ) f
)
UPDATE call_actions a SET attempts = attempts + 1, next_at = first.now + $4
FROM first, calls c
WHERE a.id = first.id AND c.id = a.call_id AND a.next_at <= first.now
RETURNING a.id, a.call_id, a.body::text, a.attempts, c.body::text AS call
"""


def _claimed(asked: Sequence[Claim]) -> list[list[object]]:
    return [[one.call_id for one in asked], [one.done for one in asked], [one.now for one in asked]]


def _todo(row: Mapping[str, Any]) -> Todo:
    return Todo(id=row["id"], call=_call(row["call"]), action=_action(row["body"]), attempts=row["attempts"])


async def with_actions(database: Database, accounts: Collection[str], *, now: Ms, limit: int) -> list[str]:
    """Calls of these accounts with an action whose time has come, the longest due first."""
    rows = await database.fetch(
        """
        SELECT call_id FROM (
            SELECT DISTINCT ON (call_id) call_id, next_at FROM call_actions WHERE state = 'waiting' ORDER BY call_id, id
        ) first JOIN calls c ON c.id = first.call_id
        WHERE next_at <= $1 AND c.account = ANY ($3) ORDER BY next_at LIMIT $2
        """,
        *(now, limit, list(accounts)),
    )
    return [row["call_id"] for row in rows]


async def action_parked(database: Database, action_id: int, *, reason: str) -> None:
    await database.execute(
        "UPDATE call_actions SET state = 'parked', reason = $2 WHERE id = $1", action_id, reason[:500]
    )


async def action_later(database: Database, action_id: int, *, at: Ms, reason: str) -> None:
    await database.execute(
        "UPDATE call_actions SET next_at = $2, reason = $3 WHERE id = $1", action_id, at, reason[:500]
    )


# ---------------------------------------------------------------- finding


async def item_is_closed(database: Database, item: WorkItemId) -> bool:
    """Whether the work item is over, for good."""
    state: str | None = await database.fetch_value("SELECT state FROM work_items WHERE id = $1", item)
    return state == "closed"


def gathered(database: Database) -> Gathered[str, Call]:
    """Calls by id, read together."""

    async def read(ids: Sequence[str]) -> dict[str, Call]:
        return {call.id: call for call in await by_ids(database, ids)}

    return Gathered(read)


async def by_id(database: Database, call_id: str) -> Call | None:
    body = await database.fetch_value("SELECT body::text FROM calls WHERE id = $1", call_id)
    return None if body is None else _call(body)


async def with_customer(database: Database, call_id: str) -> tuple[Call, Customer | None] | None:
    row = await database.fetch_row(
        """
        SELECT c.body::text AS call, p.id, p.name, p.email, p.language, p.attributes, p.created_at
        FROM calls c LEFT JOIN customers p ON p.id = c.customer_id WHERE c.id = $1
        """,
        call_id,
    )
    if row is None:
        return None
    facts = dict(row)
    call = _call(facts.pop("call"))
    return call, Customer(**facts) if facts["id"] is not None else None


async def of_sid(database: Database, sid: str) -> Call | None:
    """The call of an incoming leg."""
    body = await database.fetch_value("SELECT body::text FROM calls WHERE provider_sid = $1", sid)
    return None if body is None else _call(body)


async def of_item(database: Database, item: WorkItemId) -> Call | None:
    """The newest call about a work item."""
    body = await database.fetch_value(
        "SELECT body::text FROM calls WHERE item_id = $1 ORDER BY started_at DESC, id DESC LIMIT 1", item
    )
    return None if body is None else _call(body)


async def seen_by(database: Database, agent: AgentId) -> list[Call]:
    """Calls that are on, which this member of staff is part of."""
    rows = await database.fetch(
        "SELECT body::text FROM calls WHERE ended_at IS NULL AND agent_ids @> ARRAY[$1] ORDER BY started_at, id", agent
    )
    return [_call(row["body"]) for row in rows]


async def on_screens(
    database: Database, agents: Collection[AgentId], ids: Collection[str], *, before: Ms
) -> list[Call]:
    """Calls that are on which one of these is part of, and those with these ids; of both, as kept before a time."""
    rows = await database.fetch(
        """
        SELECT body::text FROM calls
        WHERE (ended_at IS NULL AND agent_ids && $1::text[] OR id = ANY ($2)) AND touched_at < $3
        """,
        *(list(agents), list(ids), before),
    )
    return [_call(row["body"]) for row in rows]


async def due(database: Database, accounts: Collection[str], *, now: Ms, limit: int) -> list[str]:
    """Calls of these accounts with a timer that has run out."""
    rows = await database.fetch(
        "SELECT id FROM calls WHERE due_at <= $1 AND account = ANY ($3) ORDER BY due_at LIMIT $2",
        *(now, limit, list(accounts)),
    )
    return [row["id"] for row in rows]


async def unheard(
    database: Database, accounts: Collection[str], *, now: Ms, patience_ms: Mapping[State, Ms], limit: int
) -> dict[str, Ms]:
    """Calls of these accounts that are on and of which nothing was heard since a time, by the patience with their
    state: that time of each, the longest silent first."""
    rows = await database.fetch(
        """
        SELECT id, $1 - p.patience_ms AS since
        FROM calls JOIN unnest($2::text[], $3::bigint[]) AS p (state, patience_ms) USING (state)
        WHERE ended_at IS NULL AND touched_at < $1 - p.patience_ms AND account = ANY ($5) ORDER BY touched_at LIMIT $4
        """,
        *(now, list(patience_ms), list(patience_ms.values()), limit, list(accounts)),
    )
    return {row["id"]: row["since"] for row in rows}


async def claim_silent(database: Database, call_id: str, *, since: Ms, for_ms: Ms) -> bool:
    """A silent call is this caller's to look at for a while, then it counts as silent again; False: it was heard of
    since that time, or is somebody else's."""
    return bool(
        await database.execute(
            "UPDATE calls SET touched_at = $2 + $3 WHERE id = $1 AND touched_at < $2", *(call_id, since, for_ms)
        )
    )


async def touch(database: Database, call_id: str, *, at: Ms) -> None:
    """It was looked at."""
    await database.execute("UPDATE calls SET touched_at = greatest(touched_at, $2) WHERE id = $1", call_id, at)


async def by_ids(database: Database, ids: Collection[str]) -> list[Call]:
    rows = await database.fetch("SELECT body::text FROM calls WHERE id = ANY ($1)", list(ids))
    return [_call(row["body"]) for row in rows]


async def of_customer(database: Database, customer_id: CustomerId, *, before: Ms, limit: int) -> list[Call]:
    """Newest first."""
    rows = await database.fetch(
        """
        SELECT body::text FROM calls WHERE customer_id = $1 AND started_at < $2
        ORDER BY started_at DESC, id DESC LIMIT $3
        """,
        *(customer_id, before, limit),
    )
    return [_call(row["body"]) for row in rows]


async def spoken_by(database: Database, agent: AgentId, *, before: Ms, limit: int) -> list[Call]:
    """Newest first."""
    rows = await database.fetch(
        """
        SELECT body::text FROM calls WHERE spoke @> ARRAY[$1] AND started_at < $2
        ORDER BY started_at DESC, id DESC LIMIT $3
        """,
        *(agent, before, limit),
    )
    return [_call(row["body"]) for row in rows]


async def forget_facts(database: Database, *, before: Ms) -> int:
    """Remove what was heard before a time, of calls that are over; how many."""
    return await database.execute(
        "DELETE FROM call_facts f USING calls c WHERE c.id = f.call_id AND c.ended_at < $1 AND f.at < $1", before
    )


_call = msgspec.json.Decoder(Call).decode
_action: Callable[[str], AnyAction] = msgspec.json.Decoder(AnyAction).decode


def _json(value: Call | AnyAction) -> str:
    return msgspec.json.encode(value).decode()
