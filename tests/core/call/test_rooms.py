"""A room of a call that becomes another conference: its customer was sent to ask while they asked already."""

from __future__ import annotations

import random

import pytest

from router.core.call import actions
from router.core.call.facts import Left
from router.core.call.room import RECONNECT_EVERY_MS
from router.core.call.state import CUSTOMER
from tests.core.call.test_said_again import everything, lived, said, talking
from tests.core.call.world import AGENTS, World

ANNA = AGENTS[0]


def connecting() -> World:
    """The customer hears music in the conference, the agent's phone rings."""
    world = World(chance=random.Random(1))
    world.answer(digits="1")
    _everything(world)
    world.give_to(ANNA)
    world.look()
    _everything(world)
    assert world.phones[CUSTOMER].room == world.call.room_name
    return world


def _everything(world: World) -> None:
    while world.todo or world.under_way:
        world.act()
        world.deliver()


@pytest.mark.parametrize("times", [1, 3])
def test_who_enters_the_room_again_is_heard_of_though_the_new_conference_counts_from_one(times: int) -> None:
    world = connecting()
    for _ in range(times):
        world.fetch()
        while world.under_way:
            world.hear(world.under_way.pop(0))
    world.ring("agent.1", "in-progress")
    while world.under_way:
        world.hear(world.under_way.pop(0))
    assert world.call.state == "talking"
    assert world.call.conference_sid == world.conferences[world.call.room_name]


def test_news_of_a_conference_that_is_over_changes_nothing() -> None:
    world = connecting()
    world.fetch()
    left, joined = world.under_way
    world.under_way.clear()
    world.hear(joined)
    before = world.call
    world.hear(left)
    assert world.call.legs == before.legs
    customer = world.call.leg(CUSTOMER)
    assert customer is not None
    assert customer.state == "joined"


def test_who_is_up_but_not_in_the_room_is_hung_up_on() -> None:
    world = connecting()
    world.ring("agent.1", "in-progress")
    while world.under_way:
        world.hear(world.under_way.pop(0))
    agent = world.phones["agent.1"]
    world.hear(Left(label="agent.1", room=world.call.room, n=0, sid=agent.sid, conference_sid=""))
    _everything(world)
    assert world.call.state == "reconnecting"
    assert not agent.up


def test_who_was_lost_while_handing_over_finds_nothing_half_done_when_they_are_back() -> None:
    world = talking()
    lived(world, "consult a colleague")
    lived(world, "they answer")
    for digits in ("1", "2"):
        world.hear(said(world, "keypad", digits=digits))
    world.hear(said(world, "hand_over"))  # routing refuses: the colleague is gone
    world.hang_up("agent.1")
    everything(world)
    assert world.call.state == "reconnecting"
    world.pass_time(RECONNECT_EVERY_MS)
    everything(world)
    world.ring(world.call.legs[-1].label, "in-progress")
    everything(world)
    assert (world.call.state, world.call.handing_to) == ("talking", None)
    world.todo.clear()
    world.hear(said(world, "keypad", digits="3"))
    assert [action.digits for action in world.todo if isinstance(action, actions.PlayTones)] == ["3"]
