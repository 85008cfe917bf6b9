"""A case under its lock: read whole, changed by one turn, kept whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import fields, replace
from typing import Any

import asyncpg

from router.core.cases.matter import Entry, Matter, Said, Turn, World
from router.core.cases.milestones import Milestone
from router.core.words import ConversationId, Ms
from router.store.postgres import notices, steps
from router.store.postgres.conversations import NewWorkItem
from router.store.postgres.database import Database
from router.store.postgres.text import kept

MATTER = ", ".join(each.name for each in fields(Matter))
CLOCK = tuple(each.name for each in fields(Milestone))
HEARD_AT_ONCE = 500
NOT_CHANGED = frozenset({"id", "number", "revision", "start_id", "created_by", "created_at", "conversation_id"})
CHANGED = tuple(each.name for each in fields(Matter) if each.name not in NOT_CHANGED)

UNSEEN = ("updated_at", "promise_owed_at", "survey_owed_at")
"""Nobody sees a case by these."""


class Held:
    """turn: the case as it is, nothing done about it yet; None: there is no such case."""

    __slots__ = ("_case_id", "_connection", "turn")

    def __init__(self, connection: Any, case_id: str, turn: Turn | None) -> None:
        self._connection, self._case_id, self.turn = connection, case_id, turn

    async def unheard(self, conversation_id: ConversationId) -> list[Said]:
        """What was said in a conversation of it and has had no effect yet, in order; at most HEARD_AT_ONCE.

        A machine's mail (somebody is out of office) is nobody's word: its author is `system`.
        """
        rows = await self._connection.fetch(
            """
            SELECT m.n, m.author_id, m.at, left(m.text, 200) AS text,
                CASE WHEN (m.extra -> 'mail' ->> 'automatic')::boolean THEN 'system' ELSE m.author END AS author
            FROM case_conversations cc JOIN messages m ON m.conversation_id = cc.conversation_id AND m.n > cc.seen_n
            WHERE cc.conversation_id = $1 AND cc.case_id = $2 AND m.kind = 'text' ORDER BY m.n LIMIT $3
            """,
            *(conversation_id, self._case_id, HEARD_AT_ONCE),
        )
        return [Said(**row) for row in rows]

    async def unheard_places(self) -> list[ConversationId]:
        """Conversations of it with something that has had no effect yet."""
        rows = await self._connection.fetch(
            """
            SELECT c.id FROM case_conversations cc JOIN conversations c ON c.id = cc.conversation_id
            WHERE cc.case_id = $1 AND c.last_n > cc.seen_n ORDER BY c.started_at, c.id
            """,
            self._case_id,
        )
        return [row["id"] for row in rows]

    async def heard_up_to(self, conversation_id: ConversationId, n: int) -> None:
        await self._connection.execute(
            "UPDATE case_conversations SET seen_n = greatest(seen_n, $2) WHERE conversation_id = $1", conversation_id, n
        )

    async def keep(
        self, turn: Turn, world: World, *, posts: Sequence[steps.Post] = (), told: Sequence[notices.Notice] = ()
    ) -> Turn:
        """Keep what became of it; posts, told: what is told in Slack and to other programs, in the same commit.

        One more revision if it is otherwise than people saw it; the clocks go on without one.
        """
        before = self.turn
        assert before is not None
        matter, clocks = turn.matter, turn.clocks(world)
        kept(matter.subject, matter.folder, *matter.labels)
        sets = ", ".join(f"{name} = ${place}" for place, name in enumerate(CHANGED, 6))
        revision = await self._connection.fetchval(
            f"""
            UPDATE cases SET revision = revision + $5, due_at = $2, late = $3, next_at = $4, {sets} WHERE id = $1
            RETURNING revision
            """,  # noqa: S608 - names of fields
            *(matter.id, clocks.due_at(), clocks.late(), turn.next_at(world)),
            int(replace(matter, **{name: getattr(before.matter, name) for name in UNSEEN}) != before.matter),
            *(_column(getattr(matter, name), name) for name in CHANGED),
        )
        known = set(before.milestones)
        await keep_clocks(self._connection, matter.id, [each for each in turn.milestones if each not in known])
        await keep_entries(self._connection, matter.id, turn.entries)
        for post in posts:
            await steps.post_in(self._connection, post, matter.updated_at)
        await notices.keep_in(self._connection, told, matter.updated_at)
        return replace(turn, matter=replace(matter, revision=revision))


@contextlib.asynccontextmanager
async def holding(database: Database, case_id: str) -> AsyncIterator[Held]:
    """The case, alone: whoever else wants it waits. What is kept is committed when the block ends well."""
    async with database.transaction() as connection:
        row = await connection.fetchrow(
            f"SELECT {MATTER} FROM cases WHERE id = $1 FOR UPDATE",  # noqa: S608 - names of fields
            case_id,
        )
        if row is None:
            yield Held(connection, case_id, None)
            return
        clocks = await connection.fetch(
            f"SELECT {', '.join(CLOCK)} FROM case_milestones WHERE case_id = $1 ORDER BY kind, number",  # noqa: S608
            case_id,
        )
        turn = Turn(matter=matter_of(row), milestones=tuple(Milestone(**each) for each in clocks))
        yield Held(connection, case_id, turn)


async def begin(
    database: Database, turn: Turn, world: World, *, conversation_id: ConversationId | None
) -> tuple[Turn, bool]:
    """Keep a new case with its own conversation; the one there is when its maker made it already (True: it is new).

    conversation_id: belongs to it from the start, unless it belongs to another one by now.
    """
    matter = turn.matter
    kept(matter.subject)
    async with database.transaction() as connection:
        there = await _made_before(connection, matter, conversation_id)
        if there is not None:
            return there, False
        await connection.execute(
            """
            INSERT INTO conversations (id, channel, account, customer_id, start_id, subject, language, department,
                page_url, attributes, state, started_at, closed_at, last_n)
            VALUES ($1, 'case', '', $2, $3, $4, $5, '', '', '{}', 'closed', $6, $6, 0)
            """,
            *(matter.conversation_id, matter.customer_id, matter.id, matter.subject[:200], matter.language),
            matter.created_at,
        )
        clocks = turn.clocks(world)
        names = ("id", "start_id", "conversation_id", "created_by", "created_at", *CHANGED)
        places = ", ".join(f"${place}" for place in range(1, len(names) + 4))
        row = await connection.fetchrow(
            f"""
            INSERT INTO cases ({", ".join(names)}, due_at, late, next_at) VALUES ({places}) RETURNING {MATTER}
            """,  # noqa: S608 - names of fields
            *(_column(getattr(matter, name), name) for name in names),
            *(clocks.due_at(), clocks.late(), turn.next_at(world)),
        )
        await keep_clocks(connection, matter.id, turn.milestones)
        await keep_entries(connection, matter.id, turn.entries)
        if conversation_id is not None:
            await _link(connection, matter.id, conversation_id, matter.created_at)
        return Turn(matter=matter_of(row), milestones=turn.milestones, entries=turn.entries), True


async def _made_before(connection: Any, matter: Matter, conversation_id: ConversationId | None) -> Turn | None:
    """Two who make it at once wait for one another: by its maker's name for it, and by the conversation."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 5))", f"{matter.created_by}\n{matter.start_id}"
    )
    if conversation_id is not None:
        await _alone_with(connection, conversation_id)
    row = await connection.fetchrow(
        f"""
        SELECT {MATTER} FROM cases WHERE created_by = $1 AND start_id = $2
            OR $1 = '' AND id = (SELECT case_id FROM case_conversations WHERE conversation_id = $3)
        """,  # noqa: S608 - names of fields
        *(matter.created_by, matter.start_id, conversation_id),
    )
    return None if row is None else Turn(matter=matter_of(row))


async def _alone_with(connection: Any, conversation_id: ConversationId) -> None:
    """Whoever says to which case it belongs takes the conversation first: in another order two would wait for ever."""
    await connection.execute("SELECT FROM conversations WHERE id = $1 FOR UPDATE", conversation_id)


async def link(database: Database, case_id: str, conversation_id: ConversationId, *, at: Ms) -> str | None:
    """The conversation belongs to this case from now on; the case it belonged to before, None: to none, "": to it."""
    async with database.transaction() as connection:
        await _alone_with(connection, conversation_id)
        before: str | None = await connection.fetchval(
            "SELECT case_id FROM case_conversations WHERE conversation_id = $1", conversation_id
        )
        if before == case_id:
            return ""
        await _link(connection, case_id, conversation_id, at)
        return before


async def _link(connection: Any, case_id: str, conversation_id: ConversationId, at: Ms) -> None:
    """What was said before counts for the new case only if it was nobody's."""
    await connection.execute(
        """
        INSERT INTO case_conversations (conversation_id, case_id, linked_at) VALUES ($1, $2, $3)
        ON CONFLICT (conversation_id) DO UPDATE SET case_id = $2, linked_at = $3
        """,
        *(conversation_id, case_id, at),
    )
    entry = Entry(kind="linked", at=at, subject=conversation_id, key=f"linked:{conversation_id}")
    await keep_entries(connection, case_id, [entry])


async def open_for_work(database: Database, matter: Matter, item: NewWorkItem, *, at: Ms) -> None:
    """A work item of the case, whose own conversation is open while there is one; the same again is nothing new."""
    await database.execute(
        """
        WITH added AS (
            INSERT INTO work_items (id, conversation_id, queue, channel, demand, weight, priority, enqueued_at)
            VALUES ($1, $2, $3, 'case', $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING RETURNING id
        ), opened AS (
            UPDATE conversations SET state = 'open', closed_at = NULL WHERE id = $2 AND EXISTS (SELECT FROM added)
        )
        UPDATE messages SET client_id = 'ended:' || n  -- of the last time: it may end again
        WHERE conversation_id = $2 AND kind = 'system' AND client_id = 'ended' AND EXISTS (SELECT FROM added)
        """,
        *(item.id, matter.conversation_id, item.queue, item.demand, item.weight, item.priority, at),
    )


async def in_line_since(database: Database, matter: Matter, at: Ms) -> None:
    """A case that was to be in line anew is so by the item it waits with already, unless it changed meanwhile."""
    await database.execute(
        "UPDATE cases SET routed_at = $3 WHERE id = $1 AND routed_at = $2", matter.id, matter.routed_at, at
    )


async def ancestors(database: Database, case_id: str, *, most: int) -> list[str]:
    """The case and those above it, at most so many; unknown: none."""
    rows = await database.fetch(
        """
        WITH RECURSIVE above AS (
            SELECT id, parent_id, 1 AS depth FROM cases WHERE id = $1
            UNION ALL SELECT c.id, c.parent_id, depth + 1 FROM cases c JOIN above a ON c.id = a.parent_id
            WHERE depth < $2
        ) SELECT id FROM above ORDER BY depth
        """,
        *(case_id, most),
    )
    return [row["id"] for row in rows]


async def note(database: Database, case_id: str, entry: Entry) -> None:
    """One more line of its feed."""
    async with database.transaction() as connection:
        await keep_entries(connection, case_id, [entry])


async def noted(database: Database, case_id: str, key: str) -> bool:
    """Whether its feed has a line of this key."""
    there: bool = await database.fetch_value(
        "SELECT EXISTS (SELECT FROM case_entries WHERE case_id = $1 AND key = $2)", case_id, key
    )
    return there


async def keep_clocks(connection: Any, case_id: str, clocks: Sequence[Milestone]) -> None:
    if not clocks:
        return
    sets = ", ".join(f"{name} = excluded.{name}" for name in CLOCK if name not in ("kind", "number"))
    places = ", ".join(f"${place}" for place in range(2, len(CLOCK) + 2))
    await connection.executemany(
        f"""
        INSERT INTO case_milestones (case_id, {", ".join(CLOCK)}) VALUES ($1, {places})
        ON CONFLICT (case_id, kind, number) DO UPDATE SET {sets}
        """,  # noqa: S608 - names of fields
        [(case_id, *(getattr(each, name) for name in CLOCK)) for each in clocks],
    )


async def keep_entries(connection: Any, case_id: str, entries: Sequence[Entry]) -> None:
    if not entries:
        return
    await connection.executemany(
        """
        INSERT INTO case_entries (case_id, kind, at, by_id, word, subject, changes, key)
        VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')) ON CONFLICT DO NOTHING
        """,
        [
            (
                case_id,
                each.kind,
                each.at,
                each.by,
                each.word,
                each.subject,
                [list(change) for change in each.changes],
                each.key,
            )
            for each in entries
        ],
    )


def matter_of(row: asyncpg.Record) -> Matter:
    facts = {name: row[name] for name in Matter.__slots__}
    return Matter(**facts | {"labels": tuple(facts["labels"]), "parent_id": facts["parent_id"] or ""})


def _column(value: object, name: str) -> object:
    if name == "parent_id":
        return value or None
    return list(value) if isinstance(value, tuple) else value
