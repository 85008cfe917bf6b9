"""What a caller hears last, before they are let go, they hear to its end."""

from __future__ import annotations

import pytest

from router.core.call import actions
from router.core.call.draft import Place, Shut
from router.core.call.facts import Fetched, Heard, TimePassed
from router.core.call.line import Line
from router.core.call.state import CUSTOMER, Call
from router.core.call.step import arrive, step
from router.core.words import Ms
from tests.core.call.lines import context, line

LONG = "We are closed until Monday, eight in the morning. " * 20
SLOWLY_MS = 100
"""A character said by a slow voice."""


def told(shut: Place, on: Line) -> Call:
    """A caller who asked for a person while nobody is there, and is being told so."""
    call, _ = arrive(call_id="call_1", sid="CA1", number="+48600700800", context=context(0, on))
    for fact in (Fetched(), Heard(stage=1, digits="1"), Fetched()):
        call, _ = step(call, fact, context(0, on, lambda _: shut))
    return call


def let_go(call: Call, on: Line) -> Ms | None:
    """When the caller's leg is ended by us; None: they are gone by themselves before."""
    for now in range(0, 600_000, 1_000):
        call, wanted = step(call, TimePassed(), context(now, on))
        if any(isinstance(each, actions.EndLeg) and each.label == CUSTOMER for each in wanted):
            return now
    return None


@pytest.mark.parametrize("shut", ["announce", "callback"])
def test_a_long_text_is_heard_to_its_end_and_then_the_line_is_let_go(shut: Shut) -> None:
    on = line()
    call = told(Place(queue="sales", shut=shut, text=LONG), on)
    assert call.said == LONG
    ended_at = let_go(call, on)
    assert ended_at is not None
    assert ended_at > len(LONG) * SLOWLY_MS


def test_who_is_asked_for_a_message_and_never_says_a_word_is_let_go_after_minutes() -> None:
    on = line()
    call = told(Place(queue="sales", shut="voicemail", text="We are closed."), on)
    ended_at = let_go(call, on)
    assert ended_at is not None
    assert ended_at > 2 * 1_000 * on.most_voicemail_s
