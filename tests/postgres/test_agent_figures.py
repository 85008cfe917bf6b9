"""What agents did, against a week counted by hand."""

from __future__ import annotations

import itertools

from router.core.words import AgentId
from router.store.postgres import agent_figures
from router.store.postgres.agent_figures import Done, Figures
from router.store.postgres.database import Database
from tests.postgres.conftest import CUSTOMER

ANNA, BEN, CLARA = AgentId("anna"), AgentId("ben"), AgentId("clara")
WEEK = 1_000_000
MINUTE = 60_000
_numbers = itertools.count(1)


async def a_case(
    database: Database,
    owner: str,
    *,
    closed_at: int | None = None,
    csat: int | None = None,
    nps: int | None = None,
    due_at: int | None = None,
    kind: str = "",
    priority: str = "normal",
) -> str:
    number = next(_numbers)
    await database.execute(
        """
        WITH own AS (
            INSERT INTO conversations (id, channel, account, customer_id, start_id, subject, language, department,
                page_url, attributes, state, started_at, closed_at, last_n)
            VALUES ('k' || $1, 'case', '', $2, $1, '', 'en', '', '', '{}', 'closed', 1, 1, 0)
        )
        INSERT INTO cases (id, start_id, conversation_id, customer_id, subject, case_type, priority, status, owner_id,
            queue, channel, account, language, folder, labels, created_by, created_at, updated_at, status_since,
            closed_at, plan, requirements, csat, nps, due_at)
        VALUES ($1, $1, 'k' || $1, $2, 'A matter', $3, $4,
            CASE WHEN $6::bigint IS NULL THEN 'working' ELSE 'closed' END,
            $5, '', 'email', '', 'en', '', '{}', '', 1, coalesce($6, $10), 1, $6, '', '{}', $7, $8, $9)
        """,
        *(f"case{number}", CUSTOMER, kind, priority, owner, closed_at, csat, nps, due_at, WEEK + number),
    )
    return f"case{number}"


async def a_milestone(
    database: Database, case_id: str, kind: str, took_ms: int, *, late: bool = False, ended_at: int | None = WEEK + 1
) -> None:
    """ended_at: None: still to be done, and missed."""
    await database.execute(
        """
        INSERT INTO case_milestones (case_id, kind, number, state, started_at, since, left_ms, ended_at, late)
        VALUES ($1, $2, 1, $3, $4, 0, 0, $5, $6)
        """,
        *(case_id, kind, "missed" if ended_at is None else "met", (ended_at or WEEK) - took_ms, ended_at, late),
    )


async def some_work(
    database: Database, agent: str, took_ms: int, *, rating: int | None = None, closed_at: int = WEEK + 10
) -> None:
    number = next(_numbers)
    await database.execute(
        """
        WITH talk AS (
            INSERT INTO conversations (id, channel, account, customer_id, start_id, subject, language, department,
                page_url, attributes, state, started_at, closed_at, last_n, rating)
            VALUES ($1, 'webchat', '', $2, $1, '', 'en', '', '', '{}', 'closed', 1, 1, 0, $3)
        )
        INSERT INTO work_items (id, conversation_id, queue, channel, demand, weight, priority, enqueued_at, state,
            agent_id, accepted_at, closed_at)
        VALUES ('w' || $1, $1, 'q', 'webchat', '{}', 25, 0, 1, 'closed', $4, $5, $6)
        """,
        *(f"talk{number}", CUSTOMER, rating, agent, closed_at - took_ms, closed_at),
    )


async def test_a_week_is_counted_as_by_hand(database: Database) -> None:
    first = await a_case(database, ANNA, closed_at=WEEK + 5, csat=5)
    second = await a_case(database, ANNA, closed_at=WEEK + 6, csat=2)
    third = await a_case(database, ANNA)
    before = await a_case(database, ANNA, closed_at=WEEK - 1, csat=1)
    others = await a_case(database, BEN, closed_at=WEEK + 7, nps=9)
    await a_case(database, BEN, closed_at=WEEK + 8, nps=3)
    await a_case(database, BEN, closed_at=WEEK + 9, nps=7)
    await a_milestone(database, first, "first_response", 10 * MINUTE)
    await a_milestone(database, second, "first_response", 20 * MINUTE, late=True)
    await a_milestone(database, third, "first_response", 90 * MINUTE)
    await a_milestone(database, first, "resolution", 500 * MINUTE)
    await a_milestone(database, second, "resolution", 1, ended_at=None, late=True)
    await a_milestone(database, before, "first_response", 1, ended_at=WEEK - 1)
    await a_milestone(database, others, "first_response", 7 * MINUTE)
    await some_work(database, ANNA, 4 * MINUTE, rating=4)
    await some_work(database, ANNA, 8 * MINUTE)
    await some_work(database, ANNA, 60 * MINUTE, rating=1, closed_at=WEEK - 1)
    await some_work(database, CLARA, 2 * MINUTE, rating=3)

    found = await agent_figures.since(database, WEEK, [ANNA, BEN])
    assert found == {
        ANNA: Figures(closed=2, in_time=3, late=1, first_response_ms=20 * MINUTE, stars=11, starred=3),
        BEN: Figures(closed=3, in_time=1, first_response_ms=7 * MINUTE, promoters=1, detractors=1, asked_nps=3),
    }
    assert await agent_figures.since(database, WEEK, [CLARA]) == {CLARA: Figures(stars=3, starred=1)}
    assert await agent_figures.done_since(database, WEEK, [ANNA, BEN, CLARA]) == {
        ANNA: Done(handled=2, handle_ms=6 * MINUTE),
        CLARA: Done(handled=1, handle_ms=2 * MINUTE),
    }


async def test_what_is_due_comes_first_and_then_what_changed_last(database: Database) -> None:
    undated = await a_case(database, ANNA)
    newer = await a_case(database, ANNA)
    later = await a_case(database, ANNA, due_at=WEEK + 2)
    soon = await a_case(database, ANNA, due_at=WEEK + 1)
    await a_case(database, ANNA, closed_at=WEEK)
    await a_case(database, BEN, due_at=WEEK)
    await a_milestone(database, later, "resolution", 1, ended_at=None, late=True)
    assert await agent_figures.due(database, ANNA, limit=9) == [soon, later, newer, undated]
    assert await agent_figures.due(database, ANNA, limit=1) == [soon]
    assert await agent_figures.in_hand(database, ANNA) == (4, 1)


async def test_open_cases_are_counted_by_type_and_priority(database: Database) -> None:
    for kind, priority in (("late", "high"), ("late", "high"), ("late", "low"), ("", "normal")):
        await a_case(database, ANNA, kind=kind, priority=priority)
    await a_case(database, ANNA, kind="late", priority="high", closed_at=WEEK)
    assert await agent_figures.open_cases(database) == [("late", "high", 2), ("", "normal", 1), ("late", "low", 1)]
