"""The journal: every routing event for good, and the rows of work items it leads to; the store's epochs.

Nodes journal the events of their own calls, so events of one item may arrive late, twice, or in another order than they
happened. Each event therefore says which part of a row it decides, and the newest event (by seq) decides each part:

    place   queue, lane, weight, score, enqueued_at                         item.queued, item.relaxed
    state   state, agent, offer, deadlines, and how it ended                every event of an item
    record  attempt (the highest), answered_at (the first), accepted_at (the last)   offer.created, offer.accepted
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import asyncpg
import msgspec

from router.core.events import AgentPresence, Event
from router.core.words import AgentId, Ms
from router.store.errors import StoreUnavailable
from router.store.postgres.change import Change, changes
from router.store.postgres.database import Database
from router.store.postgres.writer import JOURNAL, Answers, Kind, Writer

_presence = msgspec.msgpack.Decoder(AgentPresence).decode
KEEPER_LOCK = 0x6A6F7572  # "jour"

Journaled = tuple[int, bytes, Event]
"""An event: its number, its msgpack map as the store wrote it, the same decoded."""


LATE_EVENTS = "UL001"
"""SQLSTATE of what the trigger refuse_late_events refuses."""


class TooLate(StoreUnavailable):
    """The events are of a life of the store that is over; they are not kept and never will be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One life of the live store: from its start or rebuild until it is wiped.

    started_seq: the number its counter began at; its first event has the next.
    """

    epoch: str
    started_seq: int
    at: Ms


async def append(writer: Writer, journaled: Sequence[Journaled]) -> None:
    """Keep events and carry out what they mean for work items, in one transaction; returns after its commit.

    Idempotent by seq. Raises StoreUnavailable (perhaps kept; try again) and Overloaded; TooLate when the store was
    rebuilt since: then the steps are undone.
    """
    if not journaled:
        return
    try:
        await writer.submit(APPEND, journaled, order_by=JOURNAL)
    except asyncpg.PostgresError as error:
        if error.sqlstate != LATE_EVENTS:
            raise
        raise TooLate("the store was rebuilt after this step") from error


async def after(database: Database, seq: int, *, limit: int = 1_000) -> list[tuple[int, bytes]]:
    """Up to limit events with numbers above seq, in order, packed. Feed the last number back in for the next page."""
    rows = await database.fetch("SELECT seq, body FROM journal WHERE seq > $1 ORDER BY seq LIMIT $2", seq, limit)
    return [(row["seq"], row["body"]) for row in rows]


async def of_item(database: Database, item_id: str, *, limit: int = 1_000) -> list[tuple[int, bytes]]:
    """What happened to one work item, in order, packed."""
    rows = await database.fetch(
        "SELECT seq, body FROM journal WHERE item_id = $1 ORDER BY seq LIMIT $2", item_id, limit
    )
    return [(row["seq"], row["body"]) for row in rows]


async def of_items(database: Database, ids: Sequence[str]) -> dict[str, list[bytes]]:
    """What happened to each of these work items, in order, packed."""
    rows = await database.fetch("SELECT item_id, body FROM journal WHERE item_id = ANY($1) ORDER BY seq", list(ids))
    return _grouped((row["item_id"], row["body"]) for row in rows)


async def presences_and_offers(database: Database, since: Ms, *, offers_since: Ms) -> dict[str, list[bytes]]:
    """Presences since a time and offers made since another, by agent, in order, packed."""
    rows = await database.fetch(
        """
        SELECT agent_id, body FROM (
            SELECT seq, agent_id, body FROM journal WHERE type = 'agent.presence' AND seq >= $1
            UNION ALL
            SELECT seq, agent_id, body FROM journal WHERE type = 'offer.created' AND seq >= $2
        ) told ORDER BY seq
        """,
        *(await first_seq_since(database, since), await first_seq_since(database, offers_since)),
    )
    return _grouped((row["agent_id"], row["body"]) for row in rows)


def _grouped(pairs: Iterable[tuple[str, bytes]]) -> dict[str, list[bytes]]:
    groups: dict[str, list[bytes]] = {}
    for name, body in pairs:
        groups.setdefault(name, []).append(body)
    return groups


async def present(database: Database, first: int, last: int) -> set[int]:
    """Which numbers from first to last the journal has."""
    rows = await database.fetch("SELECT seq FROM journal WHERE seq BETWEEN $1 AND $2", first, last)
    return {row["seq"] for row in rows}


async def settled(database: Database, first: int, *, before: Ms, most: int) -> int | None:
    """The last number from `first` on that is older than a time and below which none is missing; of `most` at most.

    None: there is none. Numbers left out on purpose come just before store.rebuilt and are not missing.
    """
    row = await database.fetch_row(
        """
        SELECT max(seq) AS last, bool_or(seq <> previous + 1 AND type <> 'store.rebuilt') AS missing FROM (
            SELECT seq, type, lag(seq, 1, $1::bigint - 1) OVER (ORDER BY seq) AS previous
            FROM journal WHERE seq BETWEEN $1::bigint AND $1::bigint + $3 AND at < $2
        ) older
        """,
        *(first, before, most - 1),
    )
    return None if row is None or row["last"] is None or row["missing"] else int(row["last"])


async def last_presences(database: Database, since: Ms) -> dict[AgentId, AgentPresence]:
    """The last presence event of each agent who had one since a time."""
    rows = await database.fetch(
        """
        SELECT DISTINCT ON (agent_id) agent_id, body FROM journal
        WHERE type = 'agent.presence' AND seq >= $1 ORDER BY agent_id, seq DESC
        """,
        await first_seq_since(database, since),
    )
    return {row["agent_id"]: _presence(row["body"]) for row in rows}


async def first_seq_since(database: Database, at: Ms) -> int | None:
    """The number of the first event at or after a time; None when there is none.

    Found by halving, as time grows with the numbers: a plain min() reads all that is older, which is nearly everything.
    Where the store's clock was set back it may be off by as much.
    """
    seq: int | None = await database.fetch_value(
        """
        WITH RECURSIVE halved (low, high) AS (
            SELECT min(seq), max(seq) + 1 FROM journal
            UNION ALL
            SELECT CASE WHEN middle.at < $1 THEN middle.seq + 1 ELSE low END,
                CASE WHEN middle.at < $1 THEN high ELSE (low + high) / 2 END
            FROM halved, LATERAL (
                SELECT seq, at FROM journal WHERE seq >= (low + high) / 2 ORDER BY seq LIMIT 1
            ) middle
            WHERE low < high
        )
        SELECT seq FROM journal WHERE seq >= (SELECT low FROM halved WHERE low = high) ORDER BY seq LIMIT 1
        """,
        at,
    )
    return seq


async def max_seq(database: Database) -> int:
    """The highest number in the journal; 0 when it is empty."""
    seq: int = await database.fetch_value("SELECT coalesce(max(seq), 0) FROM journal")
    return seq


async def epoch(database: Database) -> Epoch | None:
    """The newest epoch of the live store; None before the first."""
    row = await database.fetch_row(
        "SELECT epoch, started_seq, at FROM store_epochs ORDER BY started_seq DESC, at DESC LIMIT 1"
    )
    return None if row is None else Epoch(**row)


async def begin_epoch(database: Database, begun: Epoch) -> None:
    """Note a new epoch: from now on the journal takes no event up to its started_seq. Repeating changes nothing."""
    await database.execute("SELECT begin_store_epoch($1, $2, $3)", begun.epoch, begun.started_seq, begun.at)


@contextlib.asynccontextmanager
async def keeper(database: Database) -> AsyncIterator[bool]:
    """Whether this node is the one that does what only one may (rebuild, closing gaps), for as long as the block runs.

    The lock is the connection's: it is gone with the node or its connection, so ask again now and then.
    """
    async with database.connection() as connection:
        held: bool = await connection.fetchval("SELECT pg_try_advisory_lock($1)", KEEPER_LOCK)
        try:
            yield held
        finally:
            if held and not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", KEEPER_LOCK)


def _columns(entries: Sequence[Sequence[Journaled]]) -> Sequence[Sequence[object]]:
    by_seq = {journaled[0]: journaled for entry in entries for journaled in entry}
    ordered = [by_seq[seq] for seq in sorted(by_seq)]
    changed = changes((seq, event) for seq, _, event in ordered)
    return [_row(*journaled) for journaled in ordered], [_change(one) for one in changed]


def _row(seq: int, packed: bytes, event: Event) -> tuple[object, ...]:
    """A row of the type journal_event."""
    item, agent, queue = (getattr(event, name, None) for name in ("item", "agent", "queue"))
    return seq, event.at, event.__struct_config__.tag, item, agent, queue, packed


_change = attrgetter(*Change.__dataclass_fields__)
"""A row of the type item_change."""


def _outcomes(entries: Sequence[Sequence[Journaled]], _: Answers) -> list[None]:
    return [None] * len(entries)


APPEND: Kind[Sequence[Journaled], None] = Kind(
    rank=5,
    function="append_journal",
    columns=_columns,
    outcomes=_outcomes,
)
