"""Cases in TOML: types, keywords, who gets a case by rule, deadlines; and faults that no single value has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from config.document import Node
from config.fault import Fault
from config.hours_shape import IsZone
from config.overflow_shape import Texts
from config.shape import Complaint, Names, OneOf, Report
from router.core.cases.keywords import phrase_words
from router.core.cases.policy import (
    Action,
    CasePolicy,
    CasePriority,
    CaseStatus,
    CaseType,
    Deed,
    Goal,
    KeywordRule,
    MilestoneKind,
    OpeningRule,
    Opens,
    Plan,
    Repeats,
    Targets,
)
from router.core.condition import ConditionInvalid, compile_condition
from router.core.words import CHANNELS, Ms

MOST_TYPES = 300
GOALS: tuple[MilestoneKind, ...] = ("first_response", "next_response", "resolution")
YEAR_S = 366 * 86_400

TypeName = Annotated[str, Names("case_types")]
QueueName = Annotated[str, Names("queues")]
Requires = dict[Annotated[str, Names("skills")], Annotated[int, Meta(ge=1, le=10)]]


class IsPhrase:
    """Words in a row, a * behind the beginning of one."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            phrase_words(value)
        except ValueError as error:
            yield Complaint(str(error))


class IsCondition:
    """A condition of the house's language."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        try:
            compile_condition(value)
        except ConditionInvalid as error:
            yield Complaint(f"bad condition: {error.reason}", (error.line, error.column))


class CaseTypeShape(Struct, frozen=True, kw_only=True):
    """[case_types.<name>]: a kind of matter; what it leaves open, the type above it decides."""

    label: Annotated[str, Meta(min_length=1, max_length=80, description="What people see.")]
    parent: Annotated[str, Names("case_types"), Meta(description="The type above it in the tree.")] | None = None
    queue: Annotated[str, Names("queues"), Meta(description="Whose cases of this type are.")] | None = None
    priority: Annotated[CasePriority, Meta(description="Of its cases, unless said otherwise.")] | None = None
    requires: Annotated[Requires, Meta(description="Skills asked when such a case is routed.")] = field(
        default_factory=dict
    )


class KeywordShape(Struct, frozen=True, kw_only=True):
    """[[case_keywords]]: words that tell what a case is about; the first rule found decides, skills are added up."""

    type: Annotated[TypeName, Meta(description="The type the case gets.")] | None = None
    priority: Annotated[CasePriority, Meta(description="At least this; the highest found counts.")] | None = None
    requires: Annotated[Requires, Meta(description="Skills asked when the case is routed.")] = field(
        default_factory=dict
    )
    words: Annotated[
        dict[
            Annotated[str, Meta(pattern=r"^([a-z]{2}|any)\Z", title="an ISO 639-1 language code, or any")],
            tuple[Annotated[str, Meta(max_length=120), IsPhrase()], ...],
        ],
        Meta(description="Phrases by language of the customer, or for `any`; `refund*` is every word that begins so."),
    ]


class OpeningShape(Struct, frozen=True, kw_only=True):
    """[[case_openings]]: which contacts become cases by themselves; the first rule that fits."""

    opens: Annotated[Opens, Meta(description="`closed`: only while the queue of the contact is closed.")]
    channels: Annotated[
        tuple[Annotated[str, OneOf(CHANNELS, "channel")], ...], Meta(description="Empty: every channel.")
    ] = ()
    accounts: Annotated[tuple[str, ...], Meta(description="Keys of channel accounts or widgets; empty: all.")] = ()


class ActionShape(Struct, frozen=True, kw_only=True):
    """Of on_warning, on_violation and on_success: what is done; success actions also when it was late."""

    do: Annotated[
        Deed,
        Meta(
            description="`notify` owner and supervisors; `prioritise` to at least `priority`; `move` or `escalate` to "
            "`queue`; add the `label`; `alert` supervisors in Slack; tell a `receiver` by `webhook`."
        ),
    ]
    priority: Annotated[CasePriority, Meta(description="Of `prioritise`.")] = "high"
    queue: Annotated[str, Names("queues"), Meta(description="Of `move` and `escalate`.")] | None = None
    label: Annotated[str, Meta(max_length=40, description="Of `label`.")] = ""
    receiver: Annotated[
        str,
        Names("receivers", also=("",), beside="USHER_RECEIVERS"),
        Meta(max_length=64, description="Of `webhook`: its key in `USHER_RECEIVERS`."),
    ] = ""


class GoalShape(Struct, frozen=True, kw_only=True):
    """[sla_plans.<milestone>]: how long it may take, in time that counts."""

    in_s: Annotated[float, Meta(ge=1, le=YEAR_S, description="Until then it is to be done.")]
    warn_s: Annotated[float, Meta(ge=0, le=YEAR_S, description="So long before its end it warns; 0: never.")] = 0
    repeats: Annotated[
        Repeats,
        Meta(
            description="`none`: once in a case. `independent`: anew each time it is wanted. `sequential`: anew, and "
            "not counting before the last one would have been due."
        ),
    ] = "independent"
    on_warning: tuple[ActionShape, ...] = ()
    on_violation: tuple[ActionShape, ...] = ()
    on_success: tuple[ActionShape, ...] = ()


class PlanShape(Struct, frozen=True, kw_only=True):
    """[[sla_plans]]: deadlines of the cases it fits; the first plan that fits counts."""

    name: Annotated[str, Meta(min_length=1, max_length=80, description="Unique.")]
    hours: (
        Annotated[str, Names("hours"), Meta(description="The hours in which time counts; without: always.")] | None
    ) = None
    pause_in: Annotated[
        tuple[Literal["new", "working", "waiting", "escalated"], ...],
        Meta(description="Statuses in which its clocks stand still."),
    ] = ("waiting",)
    when: Annotated[
        str, IsCondition(), Meta(description="A condition over the case's first contact; none holds always.")
    ] = ""
    types: Annotated[tuple[TypeName, ...], Meta(description="With all below them; empty: all.")] = ()
    priorities: Annotated[tuple[CasePriority, ...], Meta(description="Empty: all.")] = ()
    first_response: Annotated[GoalShape, Meta(description="Somebody answers.")] | None = None
    next_response: Annotated[GoalShape, Meta(description="Somebody answers what the customer wrote since.")] | None = (
        None
    )
    resolution: Annotated[GoalShape, Meta(description="The case is closed.")] | None = None


class TargetsShape(Struct, frozen=True, kw_only=True):
    """[cases.targets]: what everybody aims at; agents see it at their home, and themselves and their team beside it."""

    first_response_s: (
        Annotated[float, Meta(ge=1, le=YEAR_S, description="Half of the customers have their first answer by then.")]
        | None
    ) = None
    in_time: Annotated[float, Meta(ge=0, le=1, description="Share of deadlines that are kept.")] | None = None
    csat: Annotated[float, Meta(ge=1, le=5, description="Mean rating of cases and conversations.")] | None = None
    nps: Annotated[float, Meta(ge=-100, le=100, description='With `survey_kind = "nps"`.')] | None = None


class CasesShape(Struct, frozen=True, kw_only=True):
    """[cases]: what holds for all of them."""

    auto_close_s: Annotated[
        float, Meta(ge=0, le=YEAR_S, description="A case that waits on its customer so long is closed; 0: never.")
    ] = 0
    reopen_s: Annotated[
        float,
        Meta(
            ge=0, le=YEAR_S, description="A customer who writes so soon after the closing reopens it; later it is new."
        ),
    ] = 1_209_600
    promised: Annotated[
        Texts,
        Meta(description="Told to the customer when a time of solution is set; `{time}`, `{number}`, `{link}` in it."),
    ] = field(default_factory=dict)
    survey: Annotated[Texts, Meta(description="Asked after closing, by the case's channel.")] = field(
        default_factory=dict
    )
    address: Annotated[
        Texts, Meta(description="Told to a customer who asks where to find their case, `{number}` and `{link}` in it.")
    ] = field(default_factory=dict)
    survey_kind: Annotated[
        Literal["csat", "nps"], Meta(description="A number from 1 to 5, or from 0 to 10, is its answer.")
    ] = "csat"
    targets: TargetsShape = field(default_factory=TargetsShape)
    zone: (
        Annotated[
            str,
            IsZone(),
            Meta(
                description="Of times customers are told, as `Europe/Warsaw`, unless theirs is known; and of what is "
                "today to a bot and in texts."
            ),
        ]
        | None
    ) = None


def build_cases(
    cases: CasesShape,
    types: Mapping[str, CaseTypeShape],
    keywords: Iterable[KeywordShape],
    openings: Iterable[OpeningShape],
    plans: Iterable[PlanShape],
) -> CasePolicy:
    return CasePolicy(
        types={
            key: CaseType(
                key=key,
                label=each.label,
                parent=each.parent or "",
                queue=each.queue or "",
                priority=each.priority,
                requirements=each.requires,
            )
            for key, each in types.items()
        },
        keywords=tuple(
            KeywordRule(
                case_type=each.type or "",
                priority=each.priority,
                requirements=each.requires,
                phrases={"" if language == "any" else language: said for language, said in each.words.items()},
            )
            for each in keywords
        ),
        opening=tuple(
            OpeningRule(opens=each.opens, channels=frozenset(each.channels), accounts=frozenset(each.accounts))
            for each in openings
        ),
        plans=tuple(map(_plan, plans)),
        auto_close_ms=_ms(cases.auto_close_s),
        reopen_ms=_ms(cases.reopen_s),
        promised=cases.promised,
        survey=cases.survey,
        address=cases.address,
        survey_kind=cases.survey_kind,
        targets=_targets(cases.targets),
        zone=cases.zone or "",
    )


def _targets(shape: TargetsShape) -> Targets:
    first = shape.first_response_s
    return Targets(
        first_response_ms=None if first is None else _ms(first), in_time=shape.in_time, csat=shape.csat, nps=shape.nps
    )


def _plan(shape: PlanShape) -> Plan:
    pauses: tuple[CaseStatus, ...] = shape.pause_in
    goals = {kind: getattr(shape, kind) for kind in GOALS}
    return Plan(
        name=shape.name,
        hours=shape.hours or "",
        pause_in=frozenset(pauses),
        when=shape.when,
        types=frozenset(shape.types),
        priorities=frozenset(shape.priorities),
        goals={kind: _goal(goal) for kind, goal in goals.items() if goal is not None},
    )


def _goal(shape: GoalShape) -> Goal:
    return Goal(
        in_ms=_ms(shape.in_s),
        warn_ms=_ms(shape.warn_s),
        repeats=shape.repeats,
        on_warning=tuple(map(_action, shape.on_warning)),
        on_violation=tuple(map(_action, shape.on_violation)),
        on_success=tuple(map(_action, shape.on_success)),
    )


def _action(shape: ActionShape) -> Action:
    return Action(
        do=shape.do, priority=shape.priority, queue=shape.queue or "", label=shape.label, receiver=shape.receiver
    )


def judged_cases(tree: Node) -> Iterator[Fault]:
    """Faults of the tree of types, of actions that lack what they need, and of warnings that come too early."""
    types = dict(tree.items("case_types"))
    if len(types) > MOST_TYPES:
        yield list(types.values())[MOST_TYPES].fault(f"more than {MOST_TYPES} types of cases", key=True)
    for key, entry in types.items():
        parent = entry.at("parent")
        if parent is not None and _own_ancestor(types, key):
            yield parent.fault(f"type {key!r} is above itself")
    seen: set[str] = set()
    for plan in tree.elements("sla_plans"):
        name = plan.at("name")
        if name is not None and str(name.value) in seen:
            yield name.fault(f"plan {name.value!r} is there already")
        if name is not None:
            seen.add(str(name.value))
        for kind in GOALS:
            goal = plan.at(kind)
            if goal is not None and isinstance(goal.value, dict):
                yield from _judged_goal(goal)


def _own_ancestor(types: Mapping[str, Node], key: str) -> bool:
    above, steps = types[key].at("parent"), 0
    while above is not None and steps <= len(types):
        if above.value == key:
            return True
        entry = types.get(str(above.value))
        above, steps = (entry.at("parent") if entry is not None else None), steps + 1
    return False


def _judged_goal(goal: Node) -> Iterator[Fault]:
    in_s, warn_s = goal.at("in_s"), goal.at("warn_s")
    if (
        in_s is not None
        and warn_s is not None
        and isinstance(in_s.value, int | float)
        and isinstance(warn_s.value, int | float)
        and warn_s.value >= in_s.value
    ):
        yield warn_s.fault("a warning before the clock has begun: less than in_s")
    needs = {"move": "queue", "escalate": "queue", "label": "label", "webhook": "receiver"}
    for when in ("on_warning", "on_violation", "on_success"):
        for action in goal.elements(when):
            do = action.at("do")
            if do is not None and str(do.value) in needs and action.at(needs[str(do.value)]) is None:
                yield do.fault(f"{do.value} needs {needs[str(do.value)]}")


def _ms(seconds: float) -> Ms:
    return round(seconds * 1000)
