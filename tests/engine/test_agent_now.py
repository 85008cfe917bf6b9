"""Who is free, interrupted or just back, as the board counts it."""

from __future__ import annotations

from dataclasses import replace

from router.core import events
from router.core.policy import ChannelRule, Presence, Supply
from router.core.words import AgentId, Channel, ItemState, WorkItemId
from router.engine.agent_now import AgentNow, ItemNow, Person, interrupted, is_free
from router.engine.board import Board
from tests.gateway.centre import room_policy

ROOMS = room_policy()
CHANNELS: frozenset[Channel] = frozenset(["webchat", "voice", "email"])
POLICY = replace(
    ROOMS,
    channels={
        "webchat": ChannelRule(name="webchat", weight=25, ring_ms=20_000, at_most=4),
        "voice": ChannelRule(name="voice", weight=100, ring_ms=20_000, at_most=1, beside=frozenset(["email"])),
        "email": ChannelRule(name="email", weight=50, ring_ms=20_000, at_most=2, interruptible=True),
    },
    statuses={**ROOMS.statuses, "available": replace(ROOMS.statuses["available"], channels=CHANNELS)},
)
ANNA = AgentId("anna")


def supply(**at_most: int) -> Supply:
    return Supply(agent_id=ANNA, skills={}, queues=frozenset(["room-1"]), limit=100, at_most=at_most)


def holding(*channels: Channel, state: ItemState = "assigned", **facts: object) -> AgentNow:
    now = AgentNow(agent=ANNA, status="available", since=0, reachability="connected", **facts)  # type: ignore[arg-type]
    for number, channel in enumerate(channels):
        item = WorkItemId(f"{channel}-{number}")
        weight = POLICY.channels[channel].weight
        now.work[item] = ItemNow(
            item=item, queue="room-1", channel=channel, weight=weight, enqueued_at=0, state=state, since=0, agent=ANNA
        )
    return now


def test_a_full_load_of_interruptible_work_leaves_an_agent_free_for_a_chat() -> None:
    assert is_free(POLICY, holding("email", "email"), supply(webchat=4, email=2))
    assert not is_free(POLICY, holding("email", "email"), supply(email=2))


def test_a_full_load_of_chats_leaves_an_agent_free_for_interruptible_work() -> None:
    assert is_free(POLICY, holding(*["webchat"] * 4), supply(webchat=4, email=2))
    assert not is_free(POLICY, holding(*["webchat"] * 4), supply(webchat=9))


def test_who_speaks_on_the_phone_is_free_for_nothing_that_does_not_go_beside_it() -> None:
    small = replace(POLICY, channels={**POLICY.channels, "voice": replace(POLICY.channels["voice"], weight=50)})
    now = holding("voice")
    now.work[WorkItemId("voice-0")].weight = 50
    assert not is_free(small, now, supply(voice=1, webchat=4))
    assert is_free(small, now, supply(voice=1, webchat=4, email=1))


def test_who_goes_on_a_break_next_is_free_for_nothing_the_break_does_not_allow() -> None:
    assert is_free(POLICY, holding("webchat"), supply(webchat=4))
    assert not is_free(POLICY, holding("webchat", next_status="busy"), supply(webchat=4))


def test_interruptible_work_beside_other_work_is_interrupted() -> None:
    assert interrupted(POLICY, holding("email", "webchat")) == {"email-0"}
    assert interrupted(POLICY, holding("email", "email")) == set()
    assert interrupted(POLICY, holding("email", "webchat", state="paused")) == set()


def test_who_comes_back_ramps_up_until_half_full() -> None:
    policy = replace(POLICY, presence=Presence(ramp_ms=10_000))
    board = Board(policy, lambda _: Person("Anna", "team", supply(webchat=4)))
    board.begin(0, [], [])

    def status(seq: int, name: str) -> bool:
        board.apply(
            seq,
            events.AgentPresence(at=seq, agent=ANNA, reachability="connected", status=name, reason="chosen"),
        )
        card = board.agent_card(ANNA)
        assert card is not None
        return card.ramping

    def offered(seq: int) -> bool:
        item = WorkItemId(f"i{seq}")
        lane = {"queue": "room-1", "lane": "l", "channel": "webchat", "weight": 25, "enqueued_at": seq}
        board.apply(seq, events.ItemQueued(at=seq, item=item, score=seq, reason="new", **lane))  # type: ignore[arg-type]
        offer = {"offer": f"{item}:1", "item": item, "agent": ANNA, "expires_at": 99, "attempt": 1}
        board.apply(seq + 1, events.OfferCreated(at=seq, **offer, **lane))  # type: ignore[arg-type]
        card = board.agent_card(ANNA)
        assert card is not None
        return card.ramping

    assert status(1, "available")
    assert offered(2)
    assert not offered(4)
    assert not status(6, "busy")
    assert status(7, "available")
