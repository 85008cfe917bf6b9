"""Lists of cases: found by a filter, in an order, page by page; and all that is shown of each."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import asyncpg

from router.core.cases.matter import Matter
from router.core.cases.milestones import Milestone
from router.core.words import AgentId, ConversationId, Ms
from router.store.postgres import merges
from router.store.postgres.cases.held import CLOCK, MATTER, matter_of
from router.store.postgres.conversations import Conversation
from router.store.postgres.customers import Customer
from router.store.postgres.database import Database

Order = Literal["updated", "created", "number", "due"]
MOST_COUNTED = 1_000
MOST_WORDS = 8
APART = ("email", "webform")
"""Channels on which one customer writes of several matters at once."""
LIKE_ENOUGH = 50
"""Candidates for a likeness, the best by full text."""

_BY: Mapping[Order, tuple[str, str]] = {
    "updated": ("updated_at", "DESC"),
    "created": ("created_at", "DESC"),
    "number": ("number", "DESC"),
    "due": ("due_at", "ASC"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBy:
    """An agent who sees their own cases, those of these queues, of nobody and no queue, and of customers they serve."""

    agent_id: AgentId
    queues: Sequence[str]


_SEEN = """
(owner_id = {agent} OR queue = ANY ({queues}) OR (owner_id = '' AND queue = '') OR (
    SELECT coalesce(p.head_id, p.id) FROM customers p WHERE p.id = cases.customer_id
) IN (
    SELECT coalesce(p.head_id, p.id) FROM (
        SELECT conversation_id FROM work_items WHERE agent_id = {agent} AND state = 'closed'
        UNION ALL SELECT conversation_id FROM work_items WHERE agent_id = {agent} AND state <> 'closed'
    ) w JOIN conversations c ON c.id = w.conversation_id JOIN customers p ON p.id = c.customer_id
))
"""
"""What it costs grows with the work the agent ever had, not with the cases there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All of it must hold; None and empty ask nothing. text: a number, or beginnings of words of subject and labels."""

    statuses: Sequence[str] = ()
    case_types: Sequence[str] = ()
    owner_ids: Sequence[str] = ()
    queues: Sequence[str] = ()
    unowned: bool = False
    priorities: Sequence[str] = ()
    labels: Sequence[str] = ()
    text: str = ""
    folder: str | None = None
    customer_ids: Sequence[str] = ()
    parent_id: str = ""
    due_before: Ms | None = None
    late: bool = False
    seen_by: SeenBy | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A case with what is shown beside it."""

    matter: Matter
    customer: Customer
    milestones: Sequence[Milestone] = field(default=())
    children: int = 0
    work_item_id: str = ""


async def find(
    database: Database, wanted: Wanted, order: Order, *, after: tuple[int, str] | None, limit: int
) -> tuple[list[str], tuple[int, str] | None]:
    """Ids, and where the next page begins; None: there is none."""
    column, direction = _BY[order]
    where, args = _where(wanted)
    if order == "due":
        where.append("due_at IS NOT NULL")
    if after is not None:
        args += after
        sign = "<" if direction == "DESC" else ">"
        where.append(f"({column}, id) {sign} (${len(args) - 1}, ${len(args)})")
    args.append(limit + 1)
    rows = await database.fetch(
        f"SELECT id, {column} AS place FROM cases WHERE {' AND '.join(where) or 'true'} "  # noqa: S608 - own words only
        f"ORDER BY {column} {direction}, id {direction} LIMIT ${len(args)}",
        *args,
    )
    page = rows[:limit]
    more = (page[-1]["place"], page[-1]["id"]) if len(rows) > limit else None
    return [row["id"] for row in page], more


async def count(database: Database, wanted: Wanted) -> int:
    """At most MOST_COUNTED."""
    where, args = _where(wanted)
    args.append(MOST_COUNTED)
    found: int = await database.fetch_value(
        f"SELECT count(*) FROM (SELECT FROM cases WHERE {' AND '.join(where) or 'true'} LIMIT ${len(args)}) c",  # noqa: S608
        *args,
    )
    return found


def _where(wanted: Wanted) -> tuple[list[str], list[object]]:
    where: list[str] = []
    args: list[object] = []

    def ask(condition: str, value: object) -> None:
        args.append(value)
        where.append(condition.format(place=f"${len(args)}"))

    for column, values in (
        ("status", wanted.statuses),
        ("case_type", wanted.case_types),
        ("owner_id", wanted.owner_ids),
        ("queue", wanted.queues),
        ("priority", wanted.priorities),
    ):
        if values:
            ask(column + " = ANY ({place})", list(values))
    if wanted.labels:
        ask("labels && {place}", list(wanted.labels))
    if wanted.folder is not None:
        ask("folder = {place}", wanted.folder)
    if wanted.customer_ids:
        ask("customer_id = ANY ({place})", list(wanted.customer_ids))
    if wanted.parent_id:
        ask("parent_id = {place}", wanted.parent_id)
    if wanted.due_before is not None:
        ask("due_at <= {place}", wanted.due_before)
    if wanted.unowned:
        where.append("owner_id = ''")
    if wanted.late:
        where.append("late")
    if wanted.seen_by is not None:
        args += wanted.seen_by.agent_id, list(wanted.seen_by.queues)
        where.append(_SEEN.format(agent=f"${len(args) - 1}", queues=f"${len(args)}"))
    _text(wanted.text.strip(), ask)
    return where, args


def _text(text: str, ask: Callable[[str, object], None]) -> None:
    if not text:
        return
    digits = text.removeprefix("#")
    if digits.isascii() and digits.isdigit() and len(digits) < 19:
        ask("number = {place}", int(digits))
        return
    ask("search @@ to_tsquery('simple', {place})", query_of(text))


def query_of(text: str, glue: str = " & ") -> str:
    """A full-text query for the beginnings of all words (or any: |); matches nothing when there is no word."""
    found = re.findall(r"[^\W_]+", text.replace("\0", " ").casefold())[:MOST_WORDS]
    return glue.join(f"'{word}':*" for word in found)


async def seen(database: Database, ids: Collection[str], by: SeenBy) -> set[str]:
    """Those of these cases that an agent sees."""
    found = await database.fetch(
        f"SELECT id FROM cases WHERE id = ANY ($3) AND {_SEEN.format(agent='$1', queues='$2')}",  # noqa: S608
        *(by.agent_id, list(by.queues), list(ids)),
    )
    return {row["id"] for row in found}


# ---------------------------------------------------------------- whole rows


async def rows(database: Database, ids: Collection[str]) -> list[Row]:
    """These cases, in the order asked; unknown ones are left out."""
    if not ids:
        return []
    wanted = list(ids)
    columns = ", ".join(f"c.{name}" for name in MATTER.split(", "))
    found = await database.fetch(
        f"""
        SELECT {columns}, p.id AS person_id, p.name AS customer_name, p.email, p.language AS customer_language,
            p.attributes, p.created_at AS customer_since,
            (SELECT count(*) FROM cases child WHERE child.parent_id = c.id) AS children,
            (SELECT w.id FROM work_items w WHERE w.conversation_id = c.conversation_id AND w.state <> 'closed' LIMIT 1)
                AS work_item_id
        FROM cases c JOIN customers own ON own.id = c.customer_id
            JOIN customers p ON p.id = coalesce(own.head_id, own.id) WHERE c.id = ANY ($1)
        """,  # noqa: S608 - names of fields
        wanted,
    )
    clocks: dict[str, list[Milestone]] = {}
    for row in await database.fetch(
        f"SELECT case_id, {', '.join(CLOCK)} FROM case_milestones WHERE case_id = ANY ($1) ORDER BY kind, number",  # noqa: S608
        wanted,
    ):
        clocks.setdefault(row["case_id"], []).append(Milestone(**{name: row[name] for name in CLOCK}))
    by_id = {row["id"]: _row(row, clocks.get(row["id"], [])) for row in found}
    return [by_id[each] for each in wanted if each in by_id]


def _row(row: asyncpg.Record, clocks: Sequence[Milestone]) -> Row:
    return Row(
        matter=matter_of(row),
        customer=Customer(
            id=row["person_id"],
            name=row["customer_name"],
            email=row["email"],
            language=row["customer_language"],
            attributes=row["attributes"],
            created_at=row["customer_since"],
        ),
        milestones=tuple(clocks),
        children=row["children"],
        work_item_id=row["work_item_id"] or "",
    )


async def is_empty(database: Database) -> bool:
    """Whether there is no case at all."""
    empty: bool = await database.fetch_value("SELECT NOT EXISTS (SELECT FROM cases)")
    return empty


async def by_number(database: Database, number: int) -> str | None:
    found: str | None = await database.fetch_value("SELECT id FROM cases WHERE number = $1", number)
    return found


async def made(database: Database, created_by: str, start_id: str) -> str | None:
    """The case its maker calls so."""
    found: str | None = await database.fetch_value(
        "SELECT id FROM cases WHERE created_by = $1 AND start_id = $2", created_by, start_id
    )
    return found


async def of_conversations(database: Database, ids: Collection[ConversationId]) -> dict[ConversationId, str]:
    """The case each belongs to, its own conversation included."""
    rows = await database.fetch(
        """
        SELECT conversation_id, case_id FROM case_conversations WHERE conversation_id = ANY ($1)
        UNION ALL SELECT conversation_id, id FROM cases WHERE conversation_id = ANY ($1)
        """,
        list(ids),
    )
    return {row["conversation_id"]: row["case_id"] for row in rows}


async def conversations_of(database: Database, case_id: str) -> list[ConversationId]:
    """Those with the customer, newest first."""
    rows = await database.fetch(
        """
        SELECT c.id FROM case_conversations cc JOIN conversations c ON c.id = cc.conversation_id
        WHERE cc.case_id = $1 ORDER BY c.started_at DESC, c.id DESC LIMIT 200
        """,
        case_id,
    )
    return [row["id"] for row in rows]


async def written_at(database: Database, ids: Collection[ConversationId]) -> dict[ConversationId, Ms]:
    """When its customer wrote last in each of these conversations; those where they never did are missing."""
    rows = await database.fetch(
        """
        SELECT wanted.id, last.at FROM unnest($1::text[]) AS wanted (id), LATERAL (
            SELECT at FROM messages WHERE conversation_id = wanted.id AND author = 'customer' AND kind = 'text'
            ORDER BY n DESC LIMIT 1
        ) last
        """,
        list(ids),
    )
    return {row["id"]: row["at"] for row in rows}


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """A case a contact might belong to. joins: it does; else it was closed too long ago."""

    case_id: str
    joins: bool


async def to_join(database: Database, row: Conversation, *, reopen_after: Ms) -> There | None:
    """The case of the same thread; on channels where people have no threads, their newest case of the channel."""
    found = await database.fetch_row(
        """
        SELECT k.id, k.closed_at FROM conversations c JOIN case_conversations cc ON cc.conversation_id = c.id
            JOIN cases k ON k.id = cc.case_id
        WHERE c.account = $1 AND c.thread = $2 AND c.id <> $3
        ORDER BY k.closed_at IS NOT NULL, cc.linked_at DESC LIMIT 1
        """,
        *(row.account, row.thread, row.id),
    )
    if found is None and row.channel not in APART:
        found = await database.fetch_row(
            """
            SELECT id, closed_at FROM cases WHERE customer_id = ANY ($1) AND channel = $2 AND account = $3
            ORDER BY closed_at IS NOT NULL, updated_at DESC LIMIT 1
            """,
            *(await merges.together(database, row.customer_id), row.channel, row.account),
        )
    if found is None:
        return None
    return There(case_id=found["id"], joins=found["closed_at"] is None or found["closed_at"] >= reopen_after)


async def alike(database: Database, case: Matter, *, closed_after: Ms) -> list[str]:
    """Cases with words of the subject in theirs, the best by full text first."""
    query = query_of(case.subject, " | ")
    if not query:
        return []
    found = await database.fetch(
        """
        SELECT id FROM cases, to_tsquery('simple', $1) q
        WHERE search @@ q AND id <> $2 AND (closed_at IS NULL OR closed_at >= $3)
        ORDER BY ts_rank(search, q) DESC, id DESC LIMIT $4
        """,
        *(query, case.id, closed_after, LIKE_ENOUGH),
    )
    return [row["id"] for row in found]


async def folders(database: Database) -> list[str]:
    found = await database.fetch("SELECT DISTINCT folder FROM cases WHERE folder <> '' ORDER BY folder LIMIT 500")
    return [row["folder"] for row in found]


async def children(database: Database, parent_id: str, *, limit: int) -> list[str]:
    """Newest first."""
    found = await database.fetch(
        "SELECT id FROM cases WHERE parent_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2", parent_id, limit
    )
    return [row["id"] for row in found]
