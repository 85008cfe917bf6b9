"""What is said again, as its answer was lost, changes nothing and is no error; patience begins when a phone rings."""

from __future__ import annotations

import random

import pytest

from router.core.call import actions, keypad
from router.core.call.commands import Refusal
from router.core.call.facts import Command, CommandWord
from router.core.call.state import CUSTOMER
from router.core.call.step import step
from tests.core.call.world import AGENTS, BOSS, World

ANNA, BEN = AGENTS


def taken() -> World:
    """Anna has the item, her phone is about to be called."""
    world = World(chance=random.Random(1))
    world.answer(digits="1")
    everything(world)
    world.give_to(ANNA)
    world.look()
    return world


def talking() -> World:
    world = taken()
    everything(world)
    world.ring("agent.1", "in-progress")
    everything(world)
    assert world.call.state == "talking"
    return world


def everything(world: World) -> None:
    while world.todo or world.under_way:
        world.act()
        world.deliver()


def said(world: World, word: CommandWord, **more: object) -> Command:
    given = {"word": word, "by": ANNA, "own_address": "client:anna", **more}
    return Command(**given)  # type: ignore[arg-type]  # the caller's words


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ((), {"word": "hold"}),
        (("hold",), {"word": "unhold"}),
        ((), {"word": "mute"}),
        (("mute",), {"word": "unmute"}),
        ((), {"word": "record"}),
        (("record",), {"word": "pause_recording"}),
        ((), {"word": "consult", "address": "+48111222333"}),
        ((), {"word": "give", "address": "+48111222333"}),
        (("consult a colleague", "they answer"), {"word": "merge"}),
        (("consult a colleague", "they answer"), {"word": "hand_over"}),
        (("consult a colleague",), {"word": "drop", "label": "whoever was asked"}),
        ((), {"word": "listen", "by": BOSS, "supervising": True}),
        (("listen",), {"word": "barge", "by": BOSS, "supervising": True}),
        (("listen", "she answers"), {"word": "take_over", "by": BOSS, "supervising": True}),
        (("listen", "she answers"), {"word": "leave", "by": BOSS, "supervising": True}),
        ((), {"word": "hang_up"}),
        ((), {"word": "keypad", "digits": "12#", "once": "tones"}),
        ((), {"word": "transfer", "once": "away"}),
    ],
)
def test_a_command_whose_answer_was_lost_may_be_given_again(before: tuple[str, ...], wanted: dict[str, object]) -> None:
    world = talking()
    for each in before:
        lived(world, each)
    third = world.call.live("third")
    label = {"label": third.label} if third is not None and "label" in wanted else {}
    command = said(world, **wanted | label)  # type: ignore[arg-type]  # word is among them
    once, done = step(world.call, command, world.context)
    assert done or once != world.call
    again, nothing = step(once, command, world.context)
    assert (again, nothing) == (once, [])


def lived(world: World, what: str) -> None:
    match what:
        case "consult a colleague":
            world.hear(said(world, "consult", agent=BEN, address="client:ben"))
            everything(world)
        case "listen":
            world.hear(said(world, "listen", by=BOSS, supervising=True, own_address="client:sue"))
            everything(world)
        case "they answer" | "she answers":
            newest = world.call.legs[-1].label
            world.ring(newest, "in-progress")
            everything(world)
        case "hold" | "mute" | "record":
            world.hear(said(world, what))
            everything(world)
        case _:
            raise AssertionError(what)


def test_tones_of_another_name_are_other_tones_and_each_name_is_remembered() -> None:
    world = talking()
    pressed = [said(world, "keypad", digits="1", once=name) for name in ("one", "two")]
    for command in pressed:
        world.hear(command)
    world.hear(said(world, "hold"))
    world.pass_time(keypad.BEGIN_MS + keypad.TONE_MS)
    assert [action.digits for action in world.todo if isinstance(action, actions.PlayTones)] == ["1", "1"]
    for command in pressed:
        assert step(world.call, command, world.context) == (world.call, [])
    with pytest.raises(Refusal, match="not_yours"):
        step(world.call, said(world, "keypad", digits="1", once="one", by=BEN), world.context)


def test_who_was_asked_and_has_gone_is_not_called_again_by_the_same_command() -> None:
    world = talking()
    asked = said(world, "consult", address="+48111222333", once="ask")
    world.hear(asked)
    everything(world)
    world.ring(world.call.legs[-1].label, "busy")
    everything(world)
    assert world.call.state == "held"
    assert step(world.call, asked, world.context) == (world.call, [])
    again, done = step(world.call, said(world, "consult", address="+48111222333", once="once more"), world.context)
    assert again.state == "consulting"
    assert done


def test_a_transfer_names_the_assignment_it_ends_also_once_the_call_has_come_back() -> None:
    world = talking()
    away = said(world, "transfer", once="away")
    world.hear(away)
    first = world.call.taken
    world.give_to(BEN)
    world.look()
    world.give_to(ANNA)
    world.look()
    again, nothing = step(world.call, away, world.context)
    asked = again.asked_before(ANNA, "away")
    assert (again.owner, nothing) == (ANNA, [])
    assert asked is not None
    assert asked.taken == first < again.taken


def test_a_long_call_remembers_the_newest_commands_only() -> None:
    world = talking()
    for name in range(100):
        world.hear(said(world, "keypad", digits="1", once=f"press-{name}"))
    names = [asked.once for asked in world.call.asked]
    assert (len(names), names[-1]) == (64, "press-99")


def test_who_handed_the_call_over_already_may_say_so_again() -> None:
    world = talking()
    lived(world, "consult a colleague")
    lived(world, "they answer")
    handed = said(world, "hand_over")
    world.hear(handed)
    world.give_to(BEN)
    world.look()
    assert world.call.owner == BEN
    assert step(world.call, handed, world.context) == (world.call, [])


def test_who_may_not_do_it_may_not_do_it_again_either() -> None:
    world = talking()
    world.hear(said(world, "hold"))
    with pytest.raises(Refusal, match="not_yours"):
        step(world.call, said(world, "hold", by=BEN), world.context)


def test_patience_with_an_agents_phone_begins_when_it_rings() -> None:
    world = taken()
    dialed_at = world.now + 9_000
    world.now = dialed_at
    everything(world)
    assert world.call.due["answer"] > dialed_at + world.line.answer_ms


def test_a_third_phone_that_was_not_called_yet_is_waited_for() -> None:
    world = talking()
    world.hear(said(world, "give", address="+48111222333"))
    world.pass_time(600_000)
    assert (world.call.state, world.call.notice) == ("consulting", "")
    everything(world)
    world.pass_time(600_000)
    assert (world.call.state, world.call.notice) == ("talking", "no_answer")


def test_an_agent_whose_phone_was_never_called_has_missed_nothing() -> None:
    world = taken()
    while not isinstance(world.todo[0], actions.DialLeg):
        world.act()
    world.pass_time(600_000)
    given_back = [action for action in world.todo if isinstance(action, actions.GiveBack)]
    assert [action.missed for action in given_back] == [False]
    customer = world.call.leg(CUSTOMER)
    assert world.call.state == "queued"
    assert customer is not None
    assert customer.live
