"""Whatever is pressed, and however fast: tones sound one after another, in order, and only where they were meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.call import actions, keypad
from router.core.call.commands import Refusal
from router.core.call.state import CUSTOMER
from router.core.call.step import step
from tests.core.call.test_said_again import everything, said, talking
from tests.core.call.world import World

LONG_MS = keypad.BEGIN_MS + 40 * keypad.TONE_MS


def sounding(world: World) -> list[actions.PlayTones]:
    return [action for action in world.todo if isinstance(action, actions.PlayTones)]


@given(st.lists(st.tuples(st.text("0123456789*#w", min_size=1, max_size=32), st.integers(0, LONG_MS)), max_size=12))
def test_tones_never_sound_over_others_and_all_of_them_are_heard_in_order(presses: list[tuple[str, int]]) -> None:
    world = talking()
    quiet_at, taken = world.now, ""
    for digits, pause_ms in presses:
        before = len(sounding(world))
        if world.hear(said(world, "keypad", digits=digits)):
            taken += digits
        for passed_ms in (0, pause_ms):
            world.pass_time(passed_ms)
            for action in sounding(world)[before:]:
                assert world.now >= quiet_at
                quiet_at = world.now + keypad.BEGIN_MS + keypad.TONE_MS * len(action.digits)
            before = len(sounding(world))
    world.pass_time(LONG_MS * 4)
    world.pass_time(LONG_MS * 4)
    assert "".join(action.digits for action in sounding(world)) == taken
    assert {action.label for action in sounding(world)} <= {CUSTOMER}


def test_more_than_anybody_presses_is_refused_and_what_was_taken_is_heard() -> None:
    world = talking()
    for _ in range(1 + keypad.MOST_WAITING // 32):
        assert world.hear(said(world, "keypad", digits="1" * 32))
    with pytest.raises(Refusal, match="wrong_call_state"):
        step(world.call, said(world, "keypad", digits="2"), world.context)
    world.pass_time(LONG_MS)
    assert [len(action.digits) for action in sounding(world)] == [32, keypad.MOST_WAITING]


@pytest.mark.parametrize("word", ["hang_up", "drop"])
def test_what_waits_for_somebody_who_has_left_is_heard_by_nobody(word: str) -> None:
    world = talking()
    world.hear(said(world, "consult", address="+48111222333"))
    everything(world)
    third = world.call.legs[-1].label
    world.ring(third, "in-progress")
    everything(world)
    for digits in ("1", "2"):
        world.hear(said(world, "keypad", digits=digits))
    world.hear(said(world, word, label=third))  # type: ignore[arg-type]  # the words above
    everything(world)
    world.pass_time(LONG_MS)
    assert (sounding(world), world.call.pressed) == ([], None)
