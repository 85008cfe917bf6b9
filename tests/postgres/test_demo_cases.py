"""The demo's board on its first day: days of work behind it, whatever the hour it starts at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from config import demo_cases, policy, staff
from router.core.cases.matter import Entry
from router.core.words import AgentId
from router.demo_cases import OLD_AFTER_MS, seed_cases
from router.store.postgres import agent_figures, messages
from router.store.postgres.cases import held
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer

CENTRE = policy.load(policy.DEMO)
CASES = demo_cases.load_cases(demo_cases.DEMO, CENTRE, staff.load_staff(staff.DEMO, CENTRE))
DAY_MS = 86_400_000


@pytest.mark.parametrize("hour", [3, 14])
async def test_the_board_is_alive_and_a_second_start_adds_nothing(
    database: Database, writer: Writer, hour: int
) -> None:
    now = round(datetime(2026, 11, 24, hour, tzinfo=UTC).timestamp() * 1_000)
    assert await seed_cases(database, writer, CENTRE, CASES, now=now) == len(CASES)
    assert await seed_cases(database, writer, CENTRE, CASES, now=now + 1) == 0

    async def counts(what: str) -> dict[Any, int]:
        rows = await database.fetch(f"SELECT {what} AS what, count(*) AS n FROM cases GROUP BY 1")
        return {row["what"]: row["n"] for row in rows}

    by_status = await counts("status")
    assert set(by_status) == {"new", "working", "waiting", "escalated", "closed"}
    assert len(await counts("case_type")) >= 8
    assert len(await counts("language")) == 5
    late = await database.fetch_value("SELECT count(*) FROM cases WHERE late AND closed_at IS NULL")
    to_come = await database.fetch_value("SELECT count(*) FROM cases WHERE due_at > $1", now)
    warned = await database.fetch_value("SELECT count(*) FROM case_entries WHERE word = 'warned'")
    assert late >= 3
    assert to_come >= 8
    assert warned >= 3
    assert await database.fetch_value("SELECT count(*) FROM conversations WHERE state = 'open'") == 0
    assert await database.fetch_value("SELECT count(*) FROM case_entries WHERE at > $1", now) == 0
    assert await database.fetch_value("SELECT count(*) FROM outbox") == 0
    unheard = await database.fetch_value(
        """
        SELECT count(*) FROM case_conversations cc JOIN messages m USING (conversation_id)
        WHERE m.kind = 'text' AND m.n > cc.seen_n
        """
    )
    assert unheard == 0


async def test_whoever_tries_the_demo_sees_themselves_beside_their_team(database: Database, writer: Writer) -> None:
    now = round(datetime(2026, 11, 24, 14, tzinfo=UTC).timestamp() * 1_000)
    await seed_cases(database, writer, CENTRE, CASES, now=now)
    garden = [AgentId(name) for name in ("anna", "tomasz", "dmitri", "jonas", "nikos")]
    figures = await agent_figures.since(database, now - 7 * DAY_MS, garden)
    assert set(figures) == set(garden)
    assert figures[garden[0]].starred >= 3
    assert all(each.first_response_ms for each in figures.values())
    assert len(await agent_figures.due(database, garden[0], limit=8)) >= 4


async def test_on_another_day_the_board_is_as_fresh_but_for_what_somebody_touched(
    database: Database, writer: Writer
) -> None:
    now = round(datetime(2026, 11, 24, 14, tzinfo=UTC).timestamp() * 1_000)
    await seed_cases(database, writer, CENTRE, CASES, now=now)
    assert await seed_cases(database, writer, CENTRE, CASES, now=now + OLD_AFTER_MS) == 0
    answered, noted, removed, *_ = (f"case_demo_{each.key}" for each in CASES)
    talk = await database.fetch_value("SELECT conversation_id FROM case_conversations WHERE case_id = $1", answered)
    draft = messages.Draft(
        conversation_id=talk, kind="text", author="agent", author_id="anna", author_name="Anna", text="On it.",
        client_id="1", at=now + 1,
    )  # fmt: skip
    await database.execute("UPDATE conversations SET state = 'open', closed_at = NULL WHERE id = $1", talk)
    await messages.append(writer, draft)
    await held.note(database, noted, Entry(kind="changed", at=now + 1, by="anna"))
    await database.execute("DELETE FROM cases WHERE id = $1", removed)
    before = await _board(database)

    later = now + 5 * DAY_MS
    assert await seed_cases(database, writer, CENTRE, CASES, now=later) == len(CASES) - 3
    after = await _board(database)
    assert set(after) == set(before)
    assert {case for case in after if after[case] == before[case]} == {answered, noted}
    assert {case: status for case, (_, status) in after.items()} == {
        case: status for case, (_, status) in before.items()
    }
    assert {after[case][0] - before[case][0] for case in after if after[case] != before[case]} == {5 * DAY_MS}
    to_come = await database.fetch_value("SELECT count(*) FROM cases WHERE due_at > $1", later)
    assert to_come >= 6
    assert await seed_cases(database, writer, CENTRE, CASES, now=later + 1) == 0


async def _board(database: Database) -> dict[str, tuple[int, str]]:
    rows = await database.fetch("SELECT id, created_at, status FROM cases")
    return {row["id"]: (row["created_at"], row["status"]) for row in rows}
