"""Why: what clients ask about the routing of an item or an agent, and the facts they put into a sentence."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from router.core.model.obstacles import ObstacleCode
from router.core.words import Channel, ItemState, Ms, Units
from router.protocol.base import Command, Id, Record, Result

DecisionKind = Literal[
    "queued", "overflow", "offered", "accepted", "declined", "expired", "rescinded", "completed", "cancelled"
]


class ExplainItem(Command, tag="explain.item", frozen=True, kw_only=True):
    """Supervisors, of any item; agents, of their own work. Errors: unknown_work_item, wrong_role."""

    work_item_id: Id


class ExplainAgent(Command, tag="explain.agent", frozen=True, kw_only=True):
    """Supervisors, of anybody; agents, of themselves. Errors: unknown_agent, wrong_role."""

    agent_id: Id


class FetchWaiting(Command, tag="queue.waiting", frozen=True, kw_only=True):
    """Supervisors: the first 200 of a queue's line; agents, of a queue of theirs. Errors: unknown_queue, wrong_role.

    queue: empty: of all queues I am a member of, in the order in which they would be served.
    """

    queue: str


class Obstacle(Record, frozen=True, kw_only=True):
    """One predicate that fails: `router.core.model.obstacles.Obstacle` says what the facts are."""

    code: ObstacleCode
    about: str
    needs: int
    has: int
    until: Ms | None


class Counted(Record, frozen=True, kw_only=True):
    """How many agents (of an item) or waiting items (of an agent) it keeps away, as their first obstacle."""

    obstacle: Obstacle
    count: int


class AgentObstacle(Record, frozen=True, kw_only=True):
    agent_id: str
    name: str
    obstacle: Obstacle


class Decision(Record, frozen=True, kw_only=True):
    """One thing that happened to an item. name: the agent's. reason: of a return, a refusal, an end. Empty: none."""

    at: Ms
    kind: DecisionKind
    name: str
    queue: str
    reason: str


class ItemExplained(Result, tag="item.explained", frozen=True, kw_only=True):
    """Why an item is where it is. What stands after `decisions` is told of waiting items only.

    requirements: `skill≥level + …`, any one of them. position: 1 is next.
    counted: the first obstacle of each agent of the queue, most agents first. able: agents who could ever serve it.
    agents: what keeps those now, at most 100. missing: able is 0; what the nearest agent lacks.
    """

    work_item_id: str
    queue: str
    state: ItemState
    enqueued_at: Ms
    requirements: list[str] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    position: int | None = None
    counted: list[Counted] = field(default_factory=list)
    able: int = 0
    agents: list[AgentObstacle] = field(default_factory=list)
    missing: list[Obstacle] = field(default_factory=list)


class AgentExplained(Result, tag="agent.explained", frozen=True, kw_only=True):
    """Why an agent gets nothing. own: what keeps everything from them; null: they are free.

    waiting: items in their queues. counted: the first obstacle of each, most items first.
    """

    agent_id: str
    own: Obstacle | None
    waiting: int
    counted: list[Counted]


class WaitingItem(Record, frozen=True, kw_only=True):
    """refusals: offers of it that were declined or expired. preview: the customer's first words.

    obstacle: what keeps the router from offering it to me; null: nothing, or I am no agent here.
    missing: nobody could ever take it, whoever signs in: what the nearest lacks; else empty.
    """

    work_item_id: str
    channel: Channel
    customer: str
    enqueued_at: Ms
    refusals: int
    queue: str = ""
    preview: str = ""
    priority: int = 0
    weight: Units = 0
    obstacle: Obstacle | None = None
    missing: list[Obstacle] = field(default_factory=list)


class Waiting(Result, tag="waiting", frozen=True, kw_only=True):
    """In order: the first is next."""

    queue: str
    items: list[WaitingItem]
