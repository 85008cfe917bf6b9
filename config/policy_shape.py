"""The shape of a policy in TOML: every key with its type, limits, default and meaning.

The documentation's tables are made from these, and `config.policy` turns them into `router.core.policy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from config.cases_shape import CasesShape, CaseTypeShape, KeywordShape, OpeningShape, PlanShape
from config.hours_shape import HoursShape, WhenClosedShape
from config.overflow_shape import CallbackShape, OverflowShape
from config.retention_shape import RetentionShape
from config.shape import Complaint, Names, OneOf, Report
from config.workflow_shape import MOST_NAME_CHARS, Expression, Unreadable, WorkflowShape
from router.core.condition import ConditionInvalid, compile_condition
from router.core.service_level import Variant
from router.core.words import CHANNELS, Channel, ChoiceModel, ItemOrder

MOST_AGENT_UNITS = 10_000


class CompilesAsCondition:
    """The text must be a condition; faults point inside it."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            compile_condition(value)
        except ConditionInvalid as error:
            yield Complaint(f"bad condition: {error.reason}", (error.line, error.column))


def one_line(most: int, doc: str) -> Any:
    """Text without line breaks or control characters, at least one character of it not blank."""
    return Meta(
        max_length=most,
        pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z",
        title="one line of text",
        description=doc,
    )


ChannelName = Annotated[Channel, OneOf(CHANNELS, "channel")]
Name = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}\Z", title="a name (64 of A-Z a-z 0-9 _ . : - at most)"),
]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", title="an ISO 639-1 language code")]
Label = Annotated[str, one_line(80, "What people see.")]
Weight = Annotated[int, Meta(ge=1, le=MOST_AGENT_UNITS)]
PausedWeight = Annotated[int, Meta(ge=0, le=MOST_AGENT_UNITS)]
RingSeconds = Annotated[float, Meta(ge=3, le=120)]
MOST_RUNG = 10
Level = Annotated[int, Meta(ge=1, le=10)]
Requires = Annotated[
    dict[Annotated[str, Names("skills")], Level],
    Meta(description="Skills an agent must have, each with its lowest level (1–10)."),
]


class ChannelShape(Struct, frozen=True, kw_only=True):
    """[channels.<channel>]: what a work item of the channel takes, unless its queue says otherwise."""

    weight: Annotated[Weight, Meta(description="Units of an agent's capacity that an item takes.")]
    paused_weight: Annotated[PausedWeight, Meta(description="Units of an item whose customer is to write again.")] = 0
    at_most: Annotated[int, Meta(ge=0, le=100, description="The largest number of such items an agent holds at once.")]
    ring_s: Annotated[RingSeconds, Meta(description="How long an offer rings before it moves on.")]
    interruptible: Annotated[
        bool, Meta(description="Items fill a second pool of units and so keep no other work away (e-mail, cases).")
    ] = False
    beside: Annotated[
        tuple[Annotated[str, OneOf((*CHANNELS, "*"), "channel")], ...],
        Meta(description='Other channels an agent may be offered while holding items of this one; ["*"] for all.'),
    ] = ("*",)


class StatusShape(Struct, frozen=True, kw_only=True):
    """[statuses.<name>]: a presence status that agents can choose."""

    label: Label
    channels: Annotated[
        tuple[Annotated[str, OneOf((*CHANNELS, "*"), "channel")], ...],
        Meta(description='Channels it allows; ["*"] for all, [] for no automatic work.'),
    ] = ()
    productive: Annotated[bool, Meta(description="Whether its time counts as worked.")] = False
    icon: Annotated[Name, Meta(description="An icon of the agent client.")] = "circle"


class RelaxShape(Struct, frozen=True, kw_only=True):
    """[[queues.<name>.relax]]: from an age on, what rules and queue ask is less."""

    at_s: Annotated[float, Meta(ge=0, le=86_400, description="Age of the item; nothing ever sets it back.")]
    drop: Annotated[
        tuple[Annotated[str, Names("skills")], ...], Meta(description="Skills that are not asked any more.")
    ] = ()
    levels: Annotated[
        dict[Annotated[str, Names("skills")], Level],
        Meta(description="Levels asked from now on, where they were higher."),
    ] = field(default_factory=dict)
    any: Annotated[bool, Meta(description="No skill is asked any more.")] = False
    also: Annotated[
        tuple[Requires, ...],
        Meta(description="Further sets of skills (rings), each enough in place of the queue's own."),
    ] = ()


class QueueShape(Struct, frozen=True, kw_only=True):
    """[queues.<name>]: a waiting line."""

    label: Label
    model: Annotated[ChoiceModel, Meta(description="How one of several free agents is chosen.")] = "longest_idle"
    requires: Requires = field(default_factory=dict)
    requires_any: Annotated[
        tuple[Requires, ...], Meta(description="Sets of skills; any one of them is asked beside `requires`.")
    ] = ()
    relax: Annotated[tuple[RelaxShape, ...], Meta(description="How what is asked loosens as an item waits.")] = ()
    overflow: Annotated[tuple[OverflowShape, ...], Meta(description="What else becomes of items, and when.")] = ()
    callback: CallbackShape | None = None
    delay_s: Annotated[
        float, Meta(ge=0, le=86_400, description="The age from which agents for whom the queue is a backup are asked.")
    ] = 0
    order: Annotated[
        ItemOrder,
        Meta(
            description="`strict`: no waiting makes up for a point of priority; such items go before other queues' too."
        ),
    ] = "continuous"
    ageing_cap_s: Annotated[
        float, Meta(ge=0, le=604_800, description="Strict order: from this age an item goes first anyway; 0: never.")
    ] = 0
    interruptible: Annotated[bool, Meta(description="In place of the channel's own.")] | None = None
    weights: Annotated[
        dict[ChannelName, Weight], Meta(description="Units of an item by channel, in place of the channel's own.")
    ] = field(default_factory=dict)
    paused_weights: Annotated[
        dict[ChannelName, PausedWeight],
        Meta(description="Units of a paused item by channel, in place of the channel's own."),
    ] = field(default_factory=dict)
    ring_s: Annotated[
        dict[ChannelName, RingSeconds], Meta(description="Ring time by channel, in place of the channel's own.")
    ] = field(default_factory=dict)
    ring_agents: Annotated[
        int,
        Meta(ge=1, le=MOST_RUNG, description="At how many agents an item rings at once; the first to accept has it."),
    ] = 1
    auto_accept: Annotated[bool, Meta(description="Agents' clients accept its offers themselves, after a warning.")] = (
        False
    )
    wrap_up_s: Annotated[
        float, Meta(ge=0, le=3_600, description="The longest wrap-up; 0: an item closes when the work ends.")
    ] = 60
    priority: Annotated[int, Meta(ge=-100, le=100, description="Points of priority for every item of the queue.")] = 0
    service_level_s: Annotated[
        float, Meta(ge=1, le=86_400, description="An item answered within this counts towards the service level.")
    ] = 20
    short_abandon_s: Annotated[
        float, Meta(ge=0, le=600, description="A customer who leaves sooner does not count as abandoned.")
    ] = 5
    hours: Annotated[str, Names("hours"), Meta(description="When it is open; always if not given.")] | None = None
    when_closed: WhenClosedShape | None = None
    drain_after_s: Annotated[
        float,
        Meta(
            ge=0,
            le=86_400,
            description="An item that waited so long, and takes half an agent or more, gets one who takes nothing else."
            " 0: never.",
        ),
    ] = 0
    preferred_s: Annotated[
        float,
        Meta(ge=0, le=86_400, description="How long an item waits for the agent its customer had last, alone."),
    ] = 0
    department: Annotated[bool, Meta(description="Offered to customers to choose from in the widget.")] = True
    workers: Annotated[
        Expression,
        Meta(description="A TaskRouter expression over agent attributes: who belongs. None: staff entries say."),
    ] = ""
    reference: Annotated[
        str, Meta(max_length=MOST_NAME_CHARS, description="What the file calls it that it was imported from.")
    ] = ""
    unreadable: Unreadable = ""


class RuleShape(Struct, frozen=True, kw_only=True):
    """[[rules]]: tried in order; the first whose condition holds and that names a queue decides.

    A rule without a queue decides nothing; when it holds, what it asks is added to the rule that decides after it.
    """

    name: Annotated[str, one_line(80, "Unique; shown where the routing of an item is explained.")]
    when: Annotated[str, CompilesAsCondition(), Meta(description="A condition; none holds always.")] = ""
    queue: Annotated[str, Names("queues"), Meta(description="Where the item goes.")] | None = None
    requires: Requires = field(default_factory=dict)
    requires_any: Annotated[
        tuple[Requires, ...],
        Meta(max_length=8, description="Sets of skills; any one of them is asked beside `requires`."),
    ] = ()
    priority: Annotated[int, Meta(ge=-100, le=100, description="Points added to the item's priority.")] = 0
    credit_s: Annotated[
        float, Meta(ge=-86_400, le=86_400, description="Waiting credited to the item on its arrival.")
    ] = 0
    weight: Annotated[Weight, Meta(description="Units of the item, whatever queue and channel say.")] | None = None


class AgentsShape(Struct, frozen=True, kw_only=True):
    """[agents]: what holds for every agent unless said otherwise."""

    limit: Annotated[int, Meta(ge=1, le=MOST_AGENT_UNITS, description="Units of capacity of one agent.")]
    interruptible_limit: Annotated[
        int, Meta(ge=1, le=MOST_AGENT_UNITS, description="Units of interruptible work, beside those of the limit.")
    ] = 100


class PresenceShape(Struct, frozen=True, kw_only=True):
    """[presence]: how agents come, go and are missed."""

    sign_in_status: Annotated[str, Names("statuses"), Meta(description="The status an agent has on signing in.")]
    missed_status: Annotated[
        str, Names("statuses"), Meta(description="The status an agent gets who let an offer expire.")
    ]
    lease_s: Annotated[float, Meta(ge=2, le=600, description="How long a device counts as connected unheard.")]
    grace_s: Annotated[
        float, Meta(ge=0, le=3_600, description="How long everything is kept for an agent who was lost.")
    ]
    ramp_s: Annotated[
        float,
        Meta(
            ge=0,
            le=3_600,
            description="An agent who comes back gets at most one new item in this time until half full; 0: no limit.",
        ),
    ]
    visitor_lease_s: Annotated[
        float, Meta(ge=10, le=3_600, description="How long a customer's widget counts as connected unheard.")
    ]
    visitor_grace_s: Annotated[
        float,
        Meta(ge=0, le=86_400, description="How long the place is kept of a waiting customer whose widget was lost."),
    ]
    gone_boost_s: Annotated[
        float,
        Meta(ge=0, le=86_400, description="Waiting credited to items that return because their agent did not."),
    ]


class OffersShape(Struct, frozen=True, kw_only=True):
    """[offers]: what happens when an offer is not accepted."""

    decline_cooldown_s: Annotated[
        float, Meta(ge=0, le=3_600, description="How long an item stays away from the agent who did not take it.")
    ]
    pacing: Annotated[int, Meta(ge=1, le=10, description="How many offers ring at one agent at once.")] = 1
    alert_after: Annotated[
        int, Meta(ge=0, le=100, description="After how many refusals of an item supervisors are alerted; 0: never.")
    ] = 3
    decline_reasons: Annotated[
        tuple[Annotated[str, one_line(80, "")], ...], Meta(description="Not empty: declining asks for one of these.")
    ] = ()


class DispositionShape(Struct, frozen=True, kw_only=True):
    """[dispositions.<name>]: how work can end; chosen in wrap-up."""

    label: Label


class PolicyShape(Struct, frozen=True, kw_only=True):
    """The keys at the top of the policy."""

    agents: AgentsShape
    presence: PresenceShape
    offers: OffersShape
    channels: dict[ChannelName, ChannelShape]
    statuses: dict[Name, StatusShape]
    priority_credit_s: Annotated[
        float, Meta(ge=0, le=3_600, description="Waiting that one point of priority is worth.")
    ]
    skills: Annotated[tuple[Name, ...], Meta(description="Every skill, languages included.")] = ()
    queues: dict[Name, QueueShape]
    rules: tuple[RuleShape, ...] = ()
    workflows: tuple[WorkflowShape, ...] = ()
    hours: dict[Name, HoursShape] = field(default_factory=dict)
    service_level_variant: Annotated[
        Variant, Meta(description="How the service level counts who left; see [metrics](metrics.md).")
    ] = "abandoned_after_t"
    dispositions: dict[Name, DispositionShape] = field(default_factory=dict)
    cases: CasesShape = field(default_factory=CasesShape)
    case_types: dict[Name, CaseTypeShape] = field(default_factory=dict)
    case_keywords: tuple[KeywordShape, ...] = ()
    case_openings: tuple[OpeningShape, ...] = ()
    sla_plans: tuple[PlanShape, ...] = ()
    retention: RetentionShape = field(default_factory=RetentionShape)
    default_queue: (
        Annotated[str, Names("queues"), Meta(description="Takes what no rule decides; the first queue if not given.")]
        | None
    ) = None
