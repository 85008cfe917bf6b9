"""What agents did since some time, counted: cases, deadlines, ratings, work."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from router.core.words import AgentId, Ms
from router.store.postgres.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one agent. stars: all ratings of 1 to 5 together, starred of them; promoters and detractors are of asked_nps.

    first_response_ms: by when half of the customers had their first answer, on the wall clock.
    """

    closed: int = 0
    in_time: int = 0
    late: int = 0
    first_response_ms: Ms | None = None
    stars: int = 0
    starred: int = 0
    promoters: int = 0
    detractors: int = 0
    asked_nps: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """Work items somebody completed. handle_ms: from accepting to completing, on average."""

    handled: int
    handle_ms: Ms


async def since(database: Database, at: Ms, agents: Collection[AgentId]) -> dict[AgentId, Figures]:
    """Of everything that ended since then, of those of these agents who did any.

    Cases and their deadlines count for who owns them; a conversation's rating for whoever completed work of it.
    """
    found = await database.fetch(
        """
        WITH owned AS (
            SELECT id, owner_id, closed_at, csat, nps FROM cases WHERE owner_id = ANY ($2) AND updated_at >= $1
        ), closed AS (
            SELECT owner_id AS agent_id, count(*) AS closed, coalesce(sum(csat), 0) AS stars, count(csat) AS starred,
                count(*) FILTER (WHERE nps >= 9) AS promoters, count(*) FILTER (WHERE nps <= 6) AS detractors,
                count(nps) AS asked_nps
            FROM owned WHERE closed_at >= $1 GROUP BY owner_id
        ), ended AS (
            SELECT o.owner_id AS agent_id, count(*) FILTER (WHERE m.state = 'met' AND NOT m.late) AS in_time,
                count(*) FILTER (WHERE m.late) AS late,
                round(percentile_cont(0.5) WITHIN GROUP (ORDER BY m.ended_at - m.started_at)
                    FILTER (WHERE m.kind = 'first_response' AND m.state = 'met'))::bigint AS first_response_ms
            FROM owned o JOIN case_milestones m ON m.case_id = o.id WHERE m.ended_at >= $1 GROUP BY o.owner_id
        ), rated AS (
            SELECT agent_id, sum(rating) AS stars, count(*) AS starred FROM (
                SELECT DISTINCT w.agent_id, c.id, c.rating
                FROM work_items w JOIN conversations c ON c.id = w.conversation_id
                WHERE w.agent_id = ANY ($2) AND w.closed_at >= $1 AND w.state = 'closed' AND c.rating IS NOT NULL
            ) each GROUP BY agent_id
        )
        SELECT agent_id, coalesce(c.closed, 0) AS closed, coalesce(e.in_time, 0) AS in_time,
            coalesce(e.late, 0) AS late, e.first_response_ms,
            (coalesce(c.stars, 0) + coalesce(r.stars, 0))::bigint AS stars,
            coalesce(c.starred, 0) + coalesce(r.starred, 0) AS starred,
            coalesce(c.promoters, 0) AS promoters, coalesce(c.detractors, 0) AS detractors,
            coalesce(c.asked_nps, 0) AS asked_nps
        FROM closed c FULL JOIN ended e USING (agent_id) FULL JOIN rated r USING (agent_id)
        """,
        *(at, list(agents)),
    )
    names = Figures.__dataclass_fields__
    return {row["agent_id"]: Figures(**{name: row[name] for name in names}) for row in found}


async def done_since(database: Database, at: Ms, agents: Collection[AgentId]) -> dict[AgentId, Done]:
    """Of those of these agents who completed any work since then."""
    found = await database.fetch(
        """
        SELECT agent_id, count(*) AS handled, round(avg(closed_at - accepted_at))::bigint AS handle_ms FROM work_items
        WHERE agent_id = ANY ($2) AND closed_at >= $1 AND state = 'closed' AND accepted_at IS NOT NULL
        GROUP BY agent_id
        """,
        *(at, list(agents)),
    )
    return {row["agent_id"]: Done(handled=row["handled"], handle_ms=row["handle_ms"]) for row in found}


async def open_cases(database: Database) -> list[tuple[str, str, int]]:
    """How many cases are open of each type and priority; most first."""
    found = await database.fetch(
        """
        SELECT case_type, priority, count(*) AS n FROM cases WHERE closed_at IS NULL GROUP BY case_type, priority
        ORDER BY n DESC, case_type, priority
        """
    )
    return [(row["case_type"], row["priority"], row["n"]) for row in found]


async def due(database: Database, owner: AgentId, *, limit: int) -> list[str]:
    """Open cases of theirs, by their next deadline, then those without one, changed last first."""
    found = await database.fetch(
        """
        SELECT id FROM cases WHERE owner_id = $1 AND closed_at IS NULL
        ORDER BY due_at NULLS LAST, updated_at DESC, id LIMIT $2
        """,
        *(owner, limit),
    )
    return [row["id"] for row in found]


async def in_hand(database: Database, owner: AgentId) -> tuple[int, int]:
    """How many open cases they own, and how many of those are late now."""
    row = await database.fetch_row(
        """
        SELECT count(*) AS open, count(*) FILTER (WHERE EXISTS (
            SELECT FROM case_milestones m WHERE m.case_id = c.id AND m.state = 'missed')) AS late
        FROM cases c WHERE owner_id = $1 AND closed_at IS NULL
        """,
        owner,
    )
    assert row is not None
    return row["open"], row["late"]
