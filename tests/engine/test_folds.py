"""Board and desks are folds over routing events: whatever happens, they are what the state says anew.

Histories come from the reference model, which the store functions are proved against.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from router.core import model
from router.core.compiler import lane_id, lane_of, profile_id, profile_of, settings_of
from router.core.model import State
from router.core.policy import Demand, Supply
from router.core.words import AgentId, DeviceId, OfferId, PlanId, WorkItemId
from router.engine import brief
from router.engine import desk as desks
from router.engine.agent_now import AgentNow, ItemNow, Person
from router.engine.board import Board
from router.engine.desk import Desk, Presence, Work
from router.engine.queue_now import QueueNow
from router.protocol.base import ServerEvent
from router.protocol.records import CustomerCard, WorkItem
from tests.gateway.centre import room_policy

ROOMS = room_policy()
POLICY = replace(
    ROOMS,
    queues={**ROOMS.queues, "room-2": replace(ROOMS.queues["room-2"], ring_agents=2, paused_weights={"webchat": 10})},
    offers=replace(ROOMS.offers, pacing=2, alert_after=2),
)
"""Items of room-2 ring at two agents, and two offers at one."""
QUEUES = ("room-1", "room-2")
AGENTS = tuple(AgentId(name) for name in ("a", "b", "c"))
SUPPLIES = {
    agent: Supply(agent_id=agent, skills={"en": 5}, queues=frozenset(QUEUES), limit=limit, at_most={"webchat": 2})
    for agent, limit in zip(AGENTS, (100, 50, 25), strict=True)
}
DEMANDS = tuple(
    Demand(queue=queue, channel="webchat", requirements=frozenset(), weight=weight, model="longest_idle")
    for queue, weight in (("room-1", 25), ("room-2", 25), ("room-2", 50))
)
PEOPLE = {agent: Person(agent.upper(), "team", supply) for agent, supply in SUPPLIES.items()}


@dataclass(slots=True)
class History:
    """A centre that lives in the model. Every number picks among what is there."""

    state: State = field(default_factory=lambda: State(settings=settings_of(POLICY)))
    now: int = 1_000_000
    born: int = 0

    def __post_init__(self) -> None:
        for demand in DEMANDS:
            self.state.lanes[lane_id(lane_of(demand))] = lane_of(demand)
        for agent, supply in SUPPLIES.items():
            profile = profile_of(supply)
            self.state.profiles[profile_id(profile)] = profile
            model.put_agent(self.state, self.now, agent, profile_id(profile), supply.limit)
            model.lease(self.state, self.now, agent, DeviceId("tab"), "node", 3_600_000)

    def step(self, kind: str, a: int, b: int, wait_ms: int) -> None:
        state, agent = self.state, AGENTS[a % len(AGENTS)]
        self.now += wait_ms
        item = self._item(b)
        held = state.items.get(item)
        holder = held.agent if held is not None and held.agent else agent
        rings = list(held.ringing) if held is not None else []
        if rings:
            holder = rings[a % len(rings)]
        offer = OfferId(f"{item}:{held.ringing[holder].attempt if held is not None and rings else 1}")
        lane = PlanId(lane_id(lane_of(DEMANDS[b % len(DEMANDS)])))
        match kind:
            case "arrive":
                self.born += 1
                born = WorkItemId(f"i{self.born}")
                model.enqueue(state, self.now, born, lane, brief=_brief(born))
            case "accept":
                model.accept(state, self.now, offer, holder)
            case "decline":
                model.decline(state, self.now, offer, holder, "")
            case "wrap_up":
                model.wrap_up(state, self.now, item, holder)
            case "complete":
                model.complete(state, self.now, item, holder, "")
            case "cancel":
                model.cancel(state, self.now, item, "left")
            case "to_queue":
                model.transfer_to_queue(state, self.now, item, holder, lane)
            case "to_agent":
                model.transfer_to_agent(state, self.now, item, holder, agent)
            case "pick":
                model.pick(state, self.now, item, agent)
            case "assign":
                model.assign(state, self.now, item, agent, AgentId("supervisor"))
            case "pause":
                model.pause(state, self.now, item, holder)
            case "resume":
                model.resume(state, self.now, item, holder if b % 2 else None)
            case "status":
                model.set_status(state, self.now, agent, ("available", "busy")[b % 2], "chosen", None)
            case "open":
                model.lease(state, self.now, agent, DeviceId("tab"), "node", 3_600_000)
            case "shut":
                model.unlease(state, self.now, agent, DeviceId("tab"))
            case "out":
                model.sign_out(state, self.now, agent)
        model.tick(state, self.now, 100)

    def _item(self, number: int) -> WorkItemId:
        return [*self.state.items, WorkItemId("none")][number % (len(self.state.items) + 1)]


KINDS = (
    *["arrive"] * 3,
    *["accept"] * 4,
    "decline",
    "wrap_up",
    "complete",
    "cancel",
    "to_queue",
    "to_agent",
    "pick",
    "assign",
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([*KINDS, "pause", "pause", "resume", "status", "status", "open", "shut", "out"]),
        st.integers(0, 5),
        st.integers(0, 7),
        st.sampled_from([0, 1, 1_000, 1_500, 20_000]),
    ),
    max_size=50,
)


def _brief(item: WorkItemId) -> bytes:
    card = CustomerCard(customer_id="cus", name="", email="", language="en")
    shown = WorkItem(
        work_item_id=item,
        conversation_id=f"con-{item}",
        channel="webchat",
        queue="room-1",
        customer=card,
        language="en",
        requirements=[],
        priority=0,
        weight=25,
        enqueued_at=0,
        preview="",
    )
    return brief.pack(brief.Brief(item=shown, model="longest_idle"))


# ---------------------------------------------------------------- the board


def board_of(history: History, seq: int) -> Board:
    """The board begun anew from the state as it is now."""
    state = history.state
    board = Board(POLICY, PEOPLE.get)
    agents = [
        AgentNow(agent=agent, status=now.status, since=0, reachability=now.reachability)
        for agent, now in state.agents.items()
        if now.reachability != "gone"
    ]
    items = [
        ItemNow(
            item=item,
            queue=state.lanes[now.lane].queue,
            channel="webchat",
            weight=state.lanes[now.lane].weight,
            enqueued_at=now.enqueued_at,
            state=now.state,
            since=0,
            agent=now.agent,
            ringing=tuple(now.ringing),
            paused_units=now.paused_units,
            refusals=refusals if (refusals := sum(now.refusals.values())) >= POLICY.offers.alert_after else 0,
        )
        for item, now in state.items.items()
    ]
    board.begin(seq, agents, items)
    return board


def shown(board: Board) -> dict[str, Any]:
    """What a board holds, but for times of changes and counts of the past: those only events tell."""
    return {
        "agents": {
            agent: (now.status, now.reachability, {item: work.state for item, work in now.work.items()})
            for agent, now in board.agents.items()
        },
        "items": {
            i: (n.queue, n.units, n.enqueued_at, n.state, n.agent, n.ringing, n.alerts) for i, n in board.items.items()
        },
        "queues": {
            name: (
                queue.waiting,
                queue.offered,
                queue.in_progress,
                queue.paused,
                len(queue.alerted),
                queue.eligible,
                queue.free,
            )
            for name, queue in board.queues.items()
        },
    }


def _counts(queue: QueueNow) -> tuple[int, ...]:
    return queue.offered, queue.in_progress, queue.paused, len(queue.alerted), queue.eligible, queue.free


REFUSED_THEN_HANDED_OVER = [
    ("arrive", 0, 0, 0),
    ("arrive", 0, 0, 20_000),
    ("arrive", 0, 2, 20_000),
    ("accept", 0, 0, 0),
    ("to_queue", 0, 0, 0),
]
"""An item that was refused too often is taken at last and handed over: it waits again, and still alerts."""


@given(before=STEPS, after=STEPS)
@example(before=[], after=REFUSED_THEN_HANDED_OVER)
@settings(max_examples=150)
def test_the_board_folded_from_any_moment_is_the_board_begun_anew(before: Sequence[Any], after: Sequence[Any]) -> None:
    history = History()
    for step in before:
        history.step(*step)
    folded, begun = board_of(history, len(history.state.events)), len(history.state.events)
    for step in after:
        history.step(*step)
    for seq, event in enumerate(history.state.events[max(0, begun - 3) :], max(0, begun - 3) + 1):
        folded.apply(seq, event)  # a few came twice: they change nothing
    assert shown(folded) == shown(board_of(history, folded.seq))
    for queue in folded.queues.values():
        assert min(_counts(queue)) >= 0


@given(STEPS)
@settings(max_examples=50)
def test_a_watcher_who_takes_changes_now_and_then_has_the_whole_board(steps: Sequence[Any]) -> None:
    history, seq = History(), 0
    board = board_of(history, 0)
    board.begin(0, [], [])
    board.watch(1)
    cards: dict[str, Any] = {}
    queues = {name: board.queue_card(name, 0) for name in board.queues}
    for step in [("status", 0, 0, 0), *steps]:
        history.step(*step)
        for event in history.state.events[seq:]:
            seq += 1
            board.apply(seq, event)
        changes = board.take_changes(1)
        cards |= {agent: board.agent_card(agent) for agent in changes.agents}
        queues |= {name: board.queue_card(name, 0) for name in changes.queues}
    assert {a: card for a, card in cards.items() if card} == {a: board.agent_card(a) for a in board.agents}
    assert queues == {name: board.queue_card(name, 0) for name in board.queues}


# ---------------------------------------------------------------- desks


async def _loaded(work: Work) -> ServerEvent:
    raise AssertionError("nobody listens")


@given(STEPS)
@settings(max_examples=150)
def test_an_agents_desk_folded_from_the_events_is_what_the_state_says(steps: Sequence[Any]) -> None:
    history = History()
    for step in steps:
        history.step(*step)
    for agent in AGENTS:
        desk = fold(agent, history)
        now = history.state.agents[agent]
        assert desk.units_held == now.used
        assert {item for item, work in desk.work.items() if work.state != "paused"} == set(now.items)
        assert {item for item, work in desk.work.items() if work.state == "paused"} == set(now.paused)
        assert sum(work.state == "wrap_up" for work in desk.work.values()) == now.wrapping
        assert [offer.work_item.work_item_id for offer in desk.offers.values()] == now.offers
        assert (desk.presence.status, desk.presence.reachability) == (now.status, now.reachability)
        for item, work in desk.work.items():
            lane = history.state.lane(item)
            assert (work.item.queue, work.item.weight) == (lane.queue, lane.weight)


def fold(agent: AgentId, history: History) -> Desk:
    from router.engine.live import agents_of

    presence = Presence(status="offline", status_since=0, reason="", reachability="gone")
    desk = Desk(agent_id=agent, seq=0, presence=presence, units_limit=0)
    for event in history.state.events:
        if agent in agents_of(event):
            load: Any = _unawaited
            desks.apply(desk, event, name_of=str, load=load)
    return desk


def _unawaited(work: Work) -> Awaitable[ServerEvent]:
    return _loaded(work)
