"""The policy a centre runs on, as plain frozen values.

`config` reads it from TOML; `router.core.compiler` turns it into lanes, profiles and eligibility.
Durations carry their unit in the name. Nothing here does I/O or knows the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from router.core.agent_condition import TRUE, AgentCondition, Value
from router.core.cases.policy import CasePolicy
from router.core.hours import Hours
from router.core.retention import Retention
from router.core.service_level import Variant
from router.core.taskrouter.workflow import Workflow
from router.core.words import CHANNELS, AgentId, Channel, ChoiceModel, ItemOrder, Ms, Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A presence status an agent can choose; it allows some channels (none: no automatic work)."""

    name: str
    label: str
    channels: frozenset[Channel]
    productive: bool
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRule:
    """What a work item of a channel takes and how long it rings, unless its queue says otherwise."""

    name: Channel
    weight: Units
    ring_ms: Ms
    paused_weight: Units = 0
    """What a paused item of the channel takes."""
    at_most: int
    """Default for the largest number of items of this channel an agent holds at once."""
    interruptible: bool = False
    """Its items fill the second pool of an agent's units, so that they keep no other work away."""
    beside: frozenset[Channel] = frozenset(CHANNELS)
    """The other channels an agent may be offered while holding items of this one."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Requirement:
    """The agent must have `skill` at `level` (1–10) or higher."""

    skill: str
    level: int = 1


Direction = Literal["asc", "desc"]
OrderBy = tuple[str, Direction]
"""Agents by the whole number at a path of their attributes; those without one come last both ways."""
Alternatives = tuple[frozenset[Requirement], ...]
"""Sets of requirements of which an agent must meet any one; none: nothing is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """How the ask loosens at an age: requirements fall away or get lower, other sets than the queue's are enough."""

    at_ms: Ms
    drop: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)
    """Skills with the level asked from now on, where a higher one was."""
    any: bool = False
    """No skill is asked any more."""
    also: Alternatives = ()
    """Further sets (rings), each in place of all that the queue itself asks."""


OverflowWhen = Literal["age", "length", "expected_wait", "nobody_signed_in"]
OverflowAction = Literal["queue", "message", "case", "callback", "voicemail", "announce"]
"""queue: it waits in another one. message, case: it waits as a web form, an e-mail, and its customer need not. The
others are offered or told to the customer, whose item stays in line.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflow:
    """What becomes of an item for which its queue is no good.

    age: the item is that old. length, expected_wait: as it comes and would have to wait. nobody_signed_in: nobody has
    been for so long who serves the queue and, by their status, the channel; as it comes and while it waits.
    """

    when: OverflowWhen = "age"
    after_ms: Ms = 0
    """Age of the item; or how long nobody has been signed in."""
    least: int = 0
    """length: so many wait already. expected_wait: the half of all such items wait so many ms, or longer."""
    action: OverflowAction = "queue"
    queue: str = ""
    """For the actions queue, message and case; empty: the same one."""
    text: Mapping[str, str] = field(default_factory=dict)
    """What customers read, by language; empty: the widget's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """Calling back customers who would rather not wait: their items stay in line.

    channel: what an item counts as that is to be called. always: offered to everybody who waits, not only by overflow.
    attempts: how often it is tried in all; retry_ms: how long after one that reached nobody.
    """

    channel: Channel = "voice"
    always: bool = False
    retry_ms: Ms = 600_000
    attempts: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenClosed:
    """What becomes of customers while a queue is closed.

    wait: they join the line. queue: they go to another. message: their message becomes work when the queue opens;
    callback: so too, with a telephone number. announce: they are told, and nothing else.
    """

    action: Literal["wait", "queue", "message", "callback", "announce"] = "wait"
    queue: str = ""
    waiting: Literal["keep", "same"] = "keep"
    """Who waits at closing time: stays in line, or has the same done to them."""
    text: Mapping[str, str] = field(default_factory=dict)
    """What customers read, by language; empty: the widget's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    name: str
    label: str
    model: ChoiceModel = "longest_idle"
    requirements: frozenset[Requirement] = frozenset()
    """Asked of every item of this queue, beside what rules add."""
    requires_any: Alternatives = ()
    """Any one of these is asked beside the requirements."""
    relaxations: tuple[Relaxation, ...] = ()
    overflows: tuple[Overflow, ...] = ()
    callback: Callback = field(default_factory=Callback)
    delay_ms: Ms = 0
    """Agents for whom the queue is a backup are asked from this age on."""
    order: ItemOrder = "continuous"
    """strict: no waiting makes up for a point of priority, until the ageing cap."""
    ageing_cap_ms: Ms = 0
    """Where the order is strict, the age at which an item goes before all priorities; 0: at none."""
    interruptible: bool | None = None
    """None: as the channel."""
    weights: Mapping[Channel, Units] = field(default_factory=dict)
    paused_weights: Mapping[Channel, Units] = field(default_factory=dict)
    ring_ms: Mapping[Channel, Ms] = field(default_factory=dict)
    ring_agents: int = 1
    """At how many agents an item rings at once; the first to accept has it."""
    auto_accept: bool = False
    """Its offers are accepted by the clients of their agents, after a warning."""
    wrap_up_ms: Ms = 60_000
    """The longest wrap-up; it holds the item's units. 0: the item closes when the work ends."""
    priority: int = 0
    service_level_ms: Ms = 20_000
    short_abandon_ms: Ms = 5_000
    hours: str = ""
    """Name of the hours it is open in; empty: always open."""
    when_closed: WhenClosed = field(default_factory=WhenClosed)
    drain_after_ms: Ms = 0
    """When an item has waited for so long, an agent of whom it takes half or more takes nothing else; 0: never."""
    preferred_ms: Ms = 0
    """How long an item waits for the agent its customer had last, alone; 0: not at all."""
    department: bool = True
    """Offered to customers to choose from in the widget."""
    workers: str = ""
    """A TaskRouter expression over agent attributes: who belongs to the queue. Empty: whose staff entry says so."""
    reference: str = ""
    """What the file calls it that the queue was imported from; `usher explain` speaks of it so."""
    unreadable: str = ""
    """An expression for `workers` that an import could not read: nobody belongs to the queue by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Ordered: the first rule whose condition holds for an item's attributes decides.

    when: a condition in the expression language; empty holds always.
    queue: empty: the rule decides nothing; what it asks is added to what the deciding rule asks.
    """

    name: str
    when: str
    queue: str = ""
    requirements: frozenset[Requirement] = frozenset()
    requires_any: Alternatives = ()
    priority: int = 0
    credit_ms: Ms = 0
    weight: Units | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    sign_in_status: str = "available"
    missed_status: str = "away"
    """The status an agent gets who let an offer expire."""
    lease_ms: Ms = 30_000
    grace_ms: Ms = 20_000
    ramp_ms: Ms = 0
    """An agent who comes back gets at most one new item in this time until they are half full; 0: no such limit."""
    visitor_lease_ms: Ms = 60_000
    """How long a widget counts as connected unheard."""
    visitor_grace_ms: Ms = 120_000
    """How long the place of a waiting customer is kept whose widget was lost."""
    gone_boost_ms: Ms = 60_000
    """Waiting credited to an item that returns to its queue because its agent did not come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    decline_cooldown_ms: Ms = 120_000
    """How long an item is not offered again to the agent who declined it or let it expire."""
    pacing: int = 1
    """How many offers ring at one agent at once."""
    alert_after: int = 3
    """After how many refusals of an item supervisors are alerted; 0: never."""
    decline_reasons: tuple[str, ...] = ()
    """Not empty: declining asks for one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    name: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A whole, checked policy: every name used is defined, every number in its range."""

    priority_credit_ms: Ms
    agent_limit: Units
    interruptible_limit: Units = 100
    """Of every agent, for interruptible work, beside the limit for the rest."""
    channels: Mapping[Channel, ChannelRule]
    statuses: Mapping[str, Status]
    skills: frozenset[str]
    queues: Mapping[str, Queue]
    rules: tuple[Rule, ...]
    dispositions: tuple[Disposition, ...]
    presence: Presence
    offers: Offers
    workflows: tuple[Workflow, ...] = ()
    """Imported from TaskRouter; when there are any, they decide in place of the rules."""
    hours: Mapping[str, Hours] = field(default_factory=dict)
    service_level_variant: Variant = "abandoned_after_t"
    default_queue: str = ""
    """Takes what no rule sends anywhere; empty: the first queue."""
    cases: CasePolicy = field(default_factory=CasePolicy)
    retention: Retention = field(default_factory=Retention)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """What one agent brings: the part of an agent that matching looks at, beside status and load."""

    agent_id: AgentId
    skills: Mapping[str, int]
    queues: frozenset[str]
    limit: Units
    at_most: Mapping[Channel, int]
    """Channels missing here are not served by this agent."""
    backup: frozenset[str] = frozenset()
    """Queues the agent helps out in, once an item has waited for the queue's delay."""
    interruptible_limit: Units = 100
    """Units of interruptible work, beside those of the limit."""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    """What the policy's conditions and orders speak of, by path, in normal form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one item asks for, once rules have spoken."""

    queue: str
    channel: Channel
    requirements: frozenset[Requirement]
    weight: Units
    model: ChoiceModel
    alternatives: Alternatives = ()
    """Any one of these is asked beside the requirements."""
    backup: bool = False
    """Agents for whom the queue is a backup may take it too."""
    interruptible: bool = False
    """It fills the second pool of an agent's units."""
    order: tuple[OrderBy, ...] = ()
    condition: AgentCondition = TRUE
    """What must hold for an agent besides."""
    later: tuple[Later, ...] = ()
    """What it asks once it has waited for some time, by age."""
    elsewhere: tuple[Elsewhere, ...] = ()
    """What becomes of it when its queue overflows; the first that holds counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """What an item asks from an age on. The age counts from the beginning of its waiting and is never reset."""

    at_ms: Ms
    demand: Demand
    """Without a `later` of its own."""
    keeps: bool = True
    """Who could take the item before still can, and is asked first; unless queue, units or condition are others now."""
    credit_ms: Ms = 0
    """Waiting credited from now on, in place of what a step before credited."""
    action: OverflowAction | None = None
    """The overflow that this is; None: none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """An overflow that does not go by age. least: see Overflow."""

    when: OverflowWhen
    least: int = 0
    action: OverflowAction
    demand: Demand | None = None
    """What it asks for from then on, without an `elsewhere` of its own; None: the same as before."""
