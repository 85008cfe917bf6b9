"""Home: how an agent does beside their targets and their team, and what is open (endpoint `/ws/agent`)."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from router.core.words import Ms
from router.protocol.base import Command, Number, Record, Result
from router.protocol.case_records import Case, CasePriority


class FetchHome(Command, tag="home.fetch", frozen=True, kw_only=True):
    """What I see first; answered by `home`.

    days: how far back figures of cases and ratings go. day_began_at: when my day began where I am; 0, or longer ago
    than two days: what is of today is of the last 24 hours.
    """

    days: Annotated[int, Meta(ge=1, le=92)] = 7
    day_began_at: Number = 0


class AgentFigures(Record, frozen=True, kw_only=True):
    """What somebody did in some days; null: nothing to tell.

    closed: cases. in_time: share (0–1) of the milestones that ended in time. first_response_ms: by when half of the
    customers of cases had their first answer, on the wall clock. csat: mean rating (1–5) of cases and conversations.
    nps: −100 to 100, of cases. rated: how many ratings these are of.
    """

    closed: int | None
    in_time: float | None
    first_response_ms: Ms | None
    csat: float | None
    nps: float | None
    rated: int | None


class DayFigures(Record, frozen=True, kw_only=True):
    """Work items somebody completed today. handle_ms: from accepting to completing, on average; null: none."""

    handled: int | None
    handle_ms: Ms | None


class Targets(Record, frozen=True, kw_only=True):
    """What this centre aims at; null: it does not say. survey: which of csat and nps its customers are asked for."""

    first_response_ms: Ms | None
    in_time: float | None
    csat: float | None
    nps: float | None
    survey: str


class OpenCases(Record, frozen=True, kw_only=True):
    """How many cases of a type and priority are open. label: the type's; both "": they have none."""

    case_type: str
    label: str
    priority: CasePriority
    count: int


class Home(Result, tag="home", frozen=True, kw_only=True):
    """team, team_today: the median of my team, me among them; null where fewer than three have any, so that nobody's
    own number is told. due: my open cases, next deadline first, then those without one; at most eight of my_open.
    open: of the whole centre. counted_at: when team and open were counted, up to half a minute ago.
    """

    mine: AgentFigures
    team: AgentFigures
    team_name: str
    targets: Targets
    today: DayFigures
    team_today: DayFigures
    due: list[Case]
    my_open: int
    my_late: int
    open: list[OpenCases]
    counted_at: Ms
    server_time: Ms
