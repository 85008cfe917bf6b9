"""What an agent sees first: how they do beside their targets and their team, and what of theirs is due."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from router.core.beside import mean, net_promoters, share, team_median
from router.core.words import AgentId, Ms
from router.engine.cases import shown
from router.engine.centre import Centre
from router.protocol import home as asked
from router.store.postgres import agent_figures
from router.store.postgres.agent_figures import Done, Figures

DAY_MS = 86_400_000
DUE_SHOWN = 8
MOST_OF_A_TEAM = 300
"""The first by id are the team of whoever is asked about a larger one."""


async def home(centre: Centre, me: AgentId, command: asked.FetchHome) -> asked.Home:
    """My own numbers as they are now; the team's and the centre's as they were counted lately."""
    now = centre.now()
    since = now - command.days * DAY_MS
    began = command.day_began_at if now - 2 * DAY_MS <= command.day_began_at <= now else now - DAY_MS
    name, people = _team(centre, me)
    key = ("team", tuple(people), command.days, command.day_began_at)
    count = partial(_team_figures, centre, people, since, began)
    (team, team_today), counted_at = await centre.counted.of(key, centre.now, count)
    open_cases, _ = await centre.counted.of("open cases", centre.now, partial(_open_cases, centre))
    mine = await agent_figures.since(centre.database, since, [me])
    today = await agent_figures.done_since(centre.database, began, [me])
    my_open, my_late = await agent_figures.in_hand(centre.database, me)
    return asked.Home(
        mine=_figures(mine.get(me, Figures())),
        team=team,
        team_name=name,
        targets=_targets(centre),
        today=_day(today.get(me)),
        team_today=team_today,
        due=await shown.cases(centre, await agent_figures.due(centre.database, me, limit=DUE_SHOWN)),
        my_open=my_open,
        my_late=my_late,
        open=open_cases,
        counted_at=counted_at,
        server_time=centre.now(),
    )


def _team(centre: Centre, me: AgentId) -> tuple[str, list[AgentId]]:
    """Its name, and who is in it: agents and whoever else works there."""
    colleague = centre.staff.get(me)
    name = colleague.team if colleague is not None else ""
    return name, sorted(each.agent_id for each in centre.staff if each.team == name)[:MOST_OF_A_TEAM]


async def _team_figures(
    centre: Centre, people: Sequence[AgentId], since: Ms, began: Ms
) -> tuple[asked.AgentFigures, asked.DayFigures]:
    did = await agent_figures.since(centre.database, since, people)
    done = await agent_figures.done_since(centre.database, began, people)
    return _middle([_figures(each) for each in did.values()]), asked.DayFigures(
        handled=_whole(team_median(each.handled for each in done.values())),
        handle_ms=_whole(team_median(each.handle_ms for each in done.values())),
    )


def _figures(did: Figures) -> asked.AgentFigures:
    return asked.AgentFigures(
        closed=did.closed,
        in_time=share(did.in_time, did.late),
        first_response_ms=did.first_response_ms,
        csat=mean(did.stars, did.starred),
        nps=net_promoters(did.promoters, did.detractors, did.asked_nps),
        rated=did.starred + did.asked_nps,
    )


def _middle(team: Sequence[asked.AgentFigures]) -> asked.AgentFigures:
    return asked.AgentFigures(
        closed=_whole(team_median(each.closed for each in team)),
        in_time=team_median(each.in_time for each in team),
        first_response_ms=_whole(team_median(each.first_response_ms for each in team)),
        csat=team_median(each.csat for each in team),
        nps=team_median(each.nps for each in team),
        rated=None,
    )


def _day(done: Done | None) -> asked.DayFigures:
    if done is None:
        return asked.DayFigures(handled=0, handle_ms=None)
    return asked.DayFigures(handled=done.handled, handle_ms=done.handle_ms)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _targets(centre: Centre) -> asked.Targets:
    policy = centre.policy.cases
    return asked.Targets(
        first_response_ms=policy.targets.first_response_ms,
        in_time=policy.targets.in_time,
        csat=policy.targets.csat,
        nps=policy.targets.nps,
        survey=policy.survey_kind,
    )


async def _open_cases(centre: Centre) -> list[asked.OpenCases]:
    types = centre.policy.cases.types
    return [
        asked.OpenCases(
            case_type=key,
            label=types[key].label if key in types else key,
            priority=priority,  # type: ignore[arg-type]
            count=count,
        )
        for key, priority, count in await agent_figures.open_cases(centre.database)
    ]
