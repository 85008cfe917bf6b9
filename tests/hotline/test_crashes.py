"""A node ends between two lines of what it does about a call; the other one, and it once it is back, end it right."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.crashing import CALLS
from tests.hotline import centre
from tests.hotline.product import AGENTS, Stores
from tests.hotline.scenario import SCENARIOS
from tests.hotline.soak import soak
from tests.simulators.twilio.fault import Faults

PLAYS = {
    "offer accepted, call not looked at": "agent hangs up",
    "phone called, not noted": "agent hangs up",
    "talk begun, not shown": "agent hangs up",
    "call over, its item not ended": "customer hangs up",
    "call over, its item ended, not noted": "agent hangs up",
    "transfer asked for, item not moved": "blind transfer to a queue",
    "item moved, call not looked at": "blind transfer to a queue",
    "handed over, not accepted": "warm transfer",
    "agent set away, item not given back": "agent hangs up",
    "item in line, not taken by who calls": "called by click",
    "item taken, call not begun": "called by click",
    "call begun, not answered": "called by click",
    "callback wanted, not kept": "callback",
    "message left, not kept": "voicemail",
}
CROWD = 12
"""More than there are agents, so that some have to wait."""


@pytest.mark.faults
@pytest.mark.parametrize("place", CALLS)
async def test_a_call_ends_right_though_a_node_ended_in_the_middle_of_it(
    valkey_url: str, postgres_url: str, tmp_path: Path, place: str
) -> None:
    play = next(each for each in SCENARIOS if each.name == PLAYS[place])
    verdict = await soak(
        Stores(redis=valkey_url, postgres=postgres_url),
        tmp_path,
        calls=CROWD if play.after else 2,
        at_once=CROWD,
        seed=1,
        faults=Faults(),
        ends_at=place,
        plays=[play],
        deaf=centre.agents(AGENTS - 1) if place.startswith("agent set away") else (),
    )
    assert verdict.problems == [], verdict.figures
    assert verdict.figures["killed"] == 1
