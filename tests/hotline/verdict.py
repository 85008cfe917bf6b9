"""Whether it was right.

Each call ends in exactly one of the states its scenario may have, conferences hold who they should at every moment, no
agent has two items, no customer is left in silence, and nothing the product says breaks Twilio's rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.hotline.director import Director
from tests.hotline.scenario import OUTSIDE
from tests.simulators.twilio import report
from tests.simulators.twilio.conference import Room
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.server import Running

LONGEST_QUIET_S = 5.0
LOOKED_AT_S = 30.0
"""When every word of an agent's leaving is lost, the customer hears nothing until the call is looked at; when the node
is killed that was about to play music, until another one does."""
LONGEST_OVERLAP_S = 15.0
"""In all, while the end of a leg is asked for again after a fault and the next call rings already."""
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """figures: for the report. problems: what must not be, in words; none: all is right."""

    figures: dict[str, Any]
    problems: list[str]


def judged(
    director: Director, twilio: Running, rows: list[Row], unsettled: list[str], *, took_s: float, killed: int
) -> Verdict:
    """rows: of the product's calls; unsettled: what was not over in time."""
    exchange = twilio.exchange
    problems = [*unsettled, *director.failures, *_outcomes(director, rows), *_rooms(exchange)]
    problems += report.problems(
        exchange,
        longest_quiet_s=LOOKED_AT_S if exchange.webhooks.lost or killed else LONGEST_QUIET_S,
        longest_overlap_s=LONGEST_OVERLAP_S,
        unheard=frozenset({OUTSIDE}),
    )
    problems += [complaint for desk in director.everybody for complaint in desk.complaints]
    problems += [f"{desk.staff_id} had {held} at once" for desk in director.agents for held in desk.crowded]
    quiets = sorted(quiet.wall_s for leg in director.customers.values() for quiet in leg.ear.quiets())
    figures = {
        "contract": twilio.contract.state,
        "calls": len(rows),
        "took_s": round(took_s, 1),
        "outcomes": dict(Counter(row["outcome"] for row in rows)),
        "played": dict(director.played),
        "interrupted": dict(director.interrupted),
        "killed": killed,
        "legs": len(exchange.legs),
        "conferences": len(exchange.rooms),
        "faults": dict(exchange.dice.struck),
        "webhooks": report.webhooks(exchange),
        "overlaps_s": {address: round(wall_s, 2) for address, wall_s in report.overlaps(exchange).items()},
        "longest_quiet_s": round(quiets[-1], 2) if quiets else 0.0,
        "problems": len(problems),
    }
    return Verdict(figures=figures, problems=problems)


def _outcomes(director: Director, rows: list[Row]) -> Iterator[str]:
    """Each caller's call is there once, and ended as its scenario may end."""
    by_sid = Counter(row["provider_sid"] for row in rows if row["provider_sid"])
    for number, leg in director.customers.items():
        if by_sid[leg.sid] != 1:
            yield f"{number} ({director.scenarios[number].name}) is {by_sid[leg.sid]} calls"
    for row in rows:
        scenario = director.scenarios.get(row["number"])
        if scenario is None:
            yield f"{row['id']} is with {row['number']}, who is nobody"
        elif row["outcome"] not in scenario.ends:
            yield f"{scenario.name} of {row['number']} ended {row['outcome'] or row['state']}"


def _rooms(exchange: Exchange) -> Iterator[str]:
    """At every moment one customer and one agent at most, beside those who are asked or oversee."""
    for room in exchange.rooms.values():
        for moment in room.history:
            labels = [member["label"] for member in moment["members"].values()]
            for role in ("customer", "agent"):
                if sum(label.startswith(role) for label in labels) > 1:
                    yield f"{room.name} held {sorted(labels)} at {moment['at_s']} s"
    sat: dict[tuple[str, str], list[Room]] = {}
    for room in exchange.rooms.values():
        for call_sid in _ever_in(room):
            sat.setdefault((call_sid, room.name), []).append(room)
    for (call_sid, name), rooms in sat.items():
        if any(len(_ever_in(room)) > 1 for room in rooms[:-1]):
            yield f"{call_sid} left somebody in one conference {name} for another of that name"


def _ever_in(room: Room) -> set[str]:
    return {call_sid for moment in room.history for call_sid in moment["members"]}
