"""Histories as the differential test lives through come to every rule, often: one that never fires would be untested.

The model lives through them alone; what it does, the store does (test_model_agrees.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, cast, get_args

from router.core import events as happened
from router.core.events import Event, PresenceReason
from router.core.model import State
from router.core.policy import OverflowAction, OverflowWhen
from router.core.words import ChoiceModel
from tests.store.routing.histories import History, by_chance, opening, themed
from tests.store.routing.scene import START
from tests.store.routing.stories import STORIES
from tests.store.routing.world import World

BY_CHANCE = 190
LEAST = 8
"""How often each rule fires at least in all of them."""
RULES = {
    *(f"queued: {reason}" for reason in ("new", "transfer", "agent_gone", "resumed", "preferred_over", "rerouted")),
    "queued: overflow",
    "waits for one agent alone",
    "relaxed",
    *(f"overflow: {when}" for when in get_args(OverflowWhen)),
    *(f"overflow to: {action}" for action in get_args(OverflowAction) if action != "case"),
    *(f"chosen: {model}" for model in get_args(ChoiceModel)),
    "chosen by a later step",
    "offered by hand",
    "offered to be accepted by the client",
    "rings at several agents",
    "accepted",
    "picked",
    "declined",
    "expired",
    *(f"rescinded: {reason}" for reason in ("status", "disconnected", "profile", "cancelled", "taken", "moved")),
    "alert",
    "paused",
    "resumed",
    "wrap-up",
    "closed: completed",
    "closed: cancelled",
    "customer was lost",
    *(f"presence: {reason}" for reason in get_args(PresenceReason)),
    "drains",
    "drains no more",
    "never again after three refusals",
    "over the limit by hand",
    "interruptible work beside other work",
    "slowed down on coming back",
}


def rules_in(event: Event) -> Iterator[str]:
    match event:
        case happened.ItemQueued():
            yield f"queued: {event.reason}"
            if event.preferred:
                yield "waits for one agent alone"
        case happened.ItemRelaxed():
            yield "relaxed"
        case happened.ItemOverflow():
            yield f"overflow: {event.when}"
            yield f"overflow to: {event.action}"
        case happened.OfferCreated():
            yield from _offered(event)
        case happened.OfferAccepted():
            yield "picked" if event.picked else "accepted"
        case happened.OfferDeclined():
            yield "declined"
        case happened.OfferExpired():
            yield "expired"
        case happened.OfferRescinded():
            yield f"rescinded: {event.reason}"
        case happened.ItemAlert():
            yield "alert"
        case happened.ItemPaused():
            yield "paused"
        case happened.ItemResumed():
            yield "resumed"
        case happened.WrapUpStarted():
            yield "wrap-up"
        case happened.ItemClosed():
            yield "customer was lost" if event.reason == "silent" else f"closed: {event.outcome}"
        case happened.AgentPresence():
            yield f"presence: {event.reason}"
        case happened.AgentDraining():
            yield "drains" if event.for_item else "drains no more"


def _offered(event: happened.OfferCreated) -> Iterator[str]:
    assert event.why is not None
    if event.by is not None:
        yield "offered by hand"
        return
    yield f"chosen: {event.why.model}"
    if event.why.step > 0:
        yield "chosen by a later step"
    if event.auto:
        yield "offered to be accepted by the client"


def rules_in_state(state: State) -> Iterator[str]:
    """What is so after a step; each counts once a step."""
    if any(
        0 in record.excluded.values() and max(record.refusals.values(), default=0) > 2
        for record in state.items.values()
    ):
        yield "never again after three refusals"
    if any(len(record.ringing) > 1 for record in state.items.values()):
        yield "rings at several agents"
    if any(agent.used > agent.limit for agent in state.agents.values()):
        yield "over the limit by hand"
    if any(agent.used and agent.used_interruptible for agent in state.agents.values()):
        yield "interruptible work beside other work"
    if any(agent.ramp_until for agent in state.agents.values()):
        yield "slowed down on coming back"


def lived(history: History) -> Counter[str]:
    """How often each rule fires in it."""
    moves, backlog, theme = history
    demands, settings = themed(theme)
    nobody = cast(Any, None)  # no store here
    world = World(
        connection=nobody, store=nobody, state=State(settings=settings), clock=[START], demands=demands, seq=1
    )
    fired: Counter[str] = Counter()
    for move in opening(theme, backlog=backlog):
        world.imagine(*move)
    for move in moves:
        world.imagine(*move)
        for event in world.state.events:
            fired.update(rules_in(event))
        fired.update(rules_in_state(world.state))
    return fired


def test_every_rule_fires_often_in_histories_as_they_are_lived_through() -> None:
    fired: Counter[str] = sum(map(lived, (*by_chance(BY_CHANCE), *STORIES)), Counter())
    seldom_first = sorted(RULES | fired.keys(), key=lambda rule: fired[rule])
    report = "\n".join(f"{fired[rule]:>6} {rule}" for rule in seldom_first)
    assert fired.keys() <= RULES, report
    assert all(fired[rule] >= LEAST for rule in RULES), report
