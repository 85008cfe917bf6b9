"""A case as it is, and what becomes of it: each thing that happens gives the next case and what its feed says of it.

Pure. A change under the lock of a case is one call of a function here; whoever holds the lock keeps all it returns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, TypeAlias

from router.core.cases import milestones
from router.core.cases.milestones import Clocks, Happened, Milestone
from router.core.cases.policy import RISING, Action, CasePolicy, CasePriority, CaseStatus, Plan
from router.core.hours import Hours
from router.core.words import Channel, Ms

EntryKind = Literal["created", "changed", "linked", "milestone", "action", "routed", "answered", "rated"]
DAY_MS = 86_400_000
OWED_MS = 5_000
"""Whoever changed a case tells its customer at once; when they have not by now, they died over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """The case itself. start_id: what its maker calls it. conversation_id: of its own, for notes, steps and files.

    routed_at: since when it is to be in line or in work. status_since: when it got its status. asked_at: when its
    customer was asked how they found it. requirements: skills its words ask for, beside its type's. promise_owed_at,
    survey_owed_at: since when its customer is to be told the expected time, and to be asked how they found it.
    """

    id: str
    number: int = 0
    revision: int = 0
    start_id: str
    conversation_id: str
    customer_id: str
    subject: str
    case_type: str = ""
    priority: CasePriority = "normal"
    status: CaseStatus = "new"
    owner_id: str = ""
    queue: str = ""
    channel: Channel
    account: str = ""
    language: str = "en"
    folder: str = ""
    labels: tuple[str, ...] = ()
    parent_id: str = ""
    created_by: str = ""
    created_at: Ms
    updated_at: Ms
    status_since: Ms
    closed_at: Ms | None = None
    promised_at: Ms | None = None
    plan: str = ""
    routed_at: Ms | None = None
    requirements: Mapping[str, int]
    asked_at: Ms | None = None
    promise_owed_at: Ms | None = None
    survey_owed_at: Ms | None = None
    csat: int | None = None
    nps: int | None = None

    @property
    def owes(self) -> bool:
        """Whether its customer is to be told something yet."""
        return self.promise_owed_at is not None or self.survey_owed_at is not None

    @property
    def awaits_rating(self) -> bool:
        """Whether its customer was asked how they found it, or may have been by whoever died over it."""
        return self.asked_at is not None or self.survey_owed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the feed. key: the same again is nothing new; "" is always new. changes: field, before, after."""

    kind: EntryKind
    at: Ms
    by: str = ""
    word: str = ""
    subject: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a conversation of the case."""

    n: int
    author: Literal["customer", "agent", "bot", "system"]
    author_id: str
    at: Ms
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a case is judged by: the centre's policy, its hours, and which plan fits it."""

    policy: CasePolicy
    hours: Mapping[str, Hours]
    fits: Callable[[Matter], Plan | None]

    def plan(self, name: str) -> Plan | None:
        return next((plan for plan in self.policy.plans if plan.name == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A case on its way from one state to the next. outward: what is to be done beyond it: notify, alert, webhook."""

    matter: Matter
    milestones: tuple[Milestone, ...] = ()
    entries: tuple[Entry, ...] = ()
    outward: tuple[tuple[Happened, Action], ...] = ()

    def clocks(self, world: World) -> Clocks:
        plan = world.plan(self.matter.plan)
        hours = world.hours.get(plan.hours) if plan is not None else None
        return Clocks(plan=plan, hours=hours, milestones=self.milestones)

    def next_at(self, world: World) -> Ms | None:
        """When the case is to be looked at again without anybody doing anything; None: never."""
        owed = (self.matter.promise_owed_at, self.matter.survey_owed_at)
        times = [self.clocks(world).next_at(), auto_close_at(self.matter, world.policy)]
        times += [at + OWED_MS for at in owed if at is not None]
        return min((at for at in times if at is not None), default=None)


Changes: TypeAlias = Mapping[str, Any]
"""Fields of a matter with other values."""

SHOWN = frozenset(
    {
        *("subject", "case_type", "priority", "status", "owner_id", "queue", "folder", "labels", "parent_id"),
        *("promised_at", "plan"),
    }
)
"""Fields whose changes stand in the feed."""


# ---------------------------------------------------------------- what happens


def opened(matter: Matter, world: World, at: Ms) -> Turn:
    """A new case begins, with the clocks of the plan that fits it."""
    plan = world.fits(matter)
    turn = Turn(matter=replace(matter, plan=plan.name if plan is not None else ""))
    turn = replace(turn, entries=(Entry(kind="created", at=at, by=matter.created_by, key="created"),))
    return _clocked(turn, world, milestones.begun(turn.clocks(world), at, matter.status), at)


def changed(turn: Turn, world: World, changes: Changes, at: Ms, by: str) -> Turn:
    """Some of it is otherwise from now on; what follows from that follows here."""
    before = turn.matter
    after = replace(before, **changes)
    if after == before:
        return turn
    if after.status != before.status:
        after = replace(
            after,
            status_since=at,
            closed_at=at if after.status == "closed" else None,
            asked_at=None,
            promise_owed_at=None if after.status == "closed" else after.promise_owed_at,
            survey_owed_at=at if after.status == "closed" and world.policy.survey else None,
            csat=None,
            nps=None,
        )
        if after.status == "closed":
            after = replace(after, routed_at=None)
    if after.promised_at != before.promised_at:
        told = after.promised_at is not None and world.policy.promised
        after = replace(after, promise_owed_at=at if told else None)
    after = replace(after, updated_at=at)
    turn = _noted(replace(turn, matter=after), before, at, by)
    if after.status != before.status:
        moved = milestones.in_status(turn.clocks(world), at, after.status, before=before.status)
        turn = _clocked(turn, world, moved, at)
    if (after.case_type, after.priority) != (before.case_type, before.priority):
        turn = _planned(turn, world, at)
    return turn


def heard(turn: Turn, world: World, said: Iterable[Said], at: Ms) -> Turn:
    """What was said in its conversations since it was looked at last, in order."""
    for each in said:
        if each.author == "customer":
            score = score_in(each.text, world.policy) if turn.matter.awaits_rating else None
            turn = _customer_wrote(turn, world, each) if score is None else rated(turn, world, score, each.at)
        elif each.author == "agent":
            turn = _clocked(turn, world, milestones.answered(turn.clocks(world), each.at), each.at)
            if turn.matter.status == "new":
                turn = changed(turn, world, {"status": "working"}, each.at, each.author_id)
    return replace(turn, matter=replace(turn.matter, updated_at=max(at, turn.matter.updated_at)))


def rung(turn: Turn, world: World, at: Ms) -> Turn:
    """Time has passed: warnings, deadlines, and a customer who was silent for long."""
    turn = _clocked(turn, world, milestones.rung(turn.clocks(world), at), at)
    silent_at = auto_close_at(turn.matter, world.policy)
    if silent_at is not None and silent_at <= at:
        turn = changed(turn, world, {"status": "closed"}, at, "")
        turn = _with(turn, Entry(kind="action", at=at, word="closed"))
    return turn


def rated(turn: Turn, world: World, score: int, at: Ms, *, comment: str = "") -> Turn:
    """Its customer says how they found it."""
    csat, nps = (score, None) if world.policy.survey_kind == "csat" else (None, score)
    matter = replace(turn.matter, csat=csat, nps=nps, asked_at=None, survey_owed_at=None, updated_at=at)
    said = (("comment", "", comment),) if comment else ()
    entry = Entry(kind="rated", at=at, by=matter.customer_id, subject=str(score), changes=said)
    return _with(replace(turn, matter=matter), entry)


def score_in(text: str, policy: CasePolicy) -> int | None:
    """A text that is nothing but an answer to the survey; None: it is something else."""
    digits = text.strip().strip(".!").strip()
    low, high = (1, 5) if policy.survey_kind == "csat" else (0, 10)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        return None
    return int(digits) if low <= int(digits) <= high else None


def reopens(matter: Matter, policy: CasePolicy, at: Ms) -> bool:
    """Whether what its customer writes now belongs to it, closed as it is."""
    return matter.closed_at is not None and at - matter.closed_at <= policy.reopen_ms


def auto_close_at(matter: Matter, policy: CasePolicy) -> Ms | None:
    if matter.status != "waiting" or policy.auto_close_ms == 0:
        return None
    return matter.status_since + policy.auto_close_ms


# ---------------------------------------------------------------- how


def _customer_wrote(turn: Turn, world: World, said: Said) -> Turn:
    matter, at = turn.matter, said.at
    if matter.status == "closed":
        if not reopens(matter, world.policy, at):
            return turn
        turn = changed(turn, world, {"status": "working"}, at, "")
        turn = _with(turn, Entry(kind="action", at=at, word="reopened"))
    elif matter.status == "waiting":
        turn = changed(turn, world, {"status": "working"}, at, "")
    return _clocked(turn, world, milestones.customer_wrote(turn.clocks(world), at, turn.matter.status), at)


def _planned(turn: Turn, world: World, at: Ms) -> Turn:
    """Which plan fits may be another one now."""
    plan = world.fits(turn.matter)
    name = plan.name if plan is not None else ""
    if name == turn.matter.plan:
        return turn
    hours = world.hours.get(plan.hours) if plan is not None else None
    moved = milestones.replanned(turn.clocks(world), plan, hours, at, turn.matter.status)
    after = replace(turn.matter, plan=name)
    return _clocked(_noted(replace(turn, matter=after), turn.matter, at, ""), world, moved, at)


def _clocked(turn: Turn, world: World, clocks: Clocks, at: Ms) -> Turn:
    """With these clocks, and with what the plan wants done about what happened to them."""
    happened = [
        Entry(
            kind="milestone",
            at=each.at,
            word=each.word,
            subject=each.milestone.kind,
            key=f"{each.milestone.kind}:{each.milestone.number}:{each.word}"
            if each.word not in ("paused", "resumed")
            else "",
        )
        for each in clocks.happened
    ]
    wanted = clocks.actions()
    turn = _with(replace(turn, milestones=clocks.milestones), *happened)
    for each, action in wanted:
        turn = _acted(turn, world, each, action, at)
    return turn


def _acted(turn: Turn, world: World, why: Happened, action: Action, at: Ms) -> Turn:
    matter = turn.matter
    match action.do:
        case "notify" | "alert" | "webhook":
            word = {"notify": "notified", "alert": "alerted", "webhook": "told"}[action.do]
            turn = replace(turn, outward=(*turn.outward, (why, action)))
            return _with(turn, Entry(kind="action", at=at, word=word, subject=why.milestone.kind))
        case "prioritise":
            raised = max(matter.priority, action.priority, key=RISING.index)
            changes: dict[str, object] = {"priority": raised}
            word = "prioritised"
        case "move":
            changes, word = {"queue": action.queue, "owner_id": ""}, "moved"
        case "escalate":
            changes = {"queue": action.queue, "owner_id": "", "status": "escalated", "routed_at": at}
            word = "escalated"
        case "label":
            changes, word = {"labels": tuple(dict.fromkeys((*matter.labels, action.label)))}, "labelled"
    if matter.status == "closed" or replace(matter, **changes) == matter:  # type: ignore[arg-type]
        return turn
    turn = changed(turn, world, changes, at, "")
    return _with(turn, Entry(kind="action", at=at, word=word, subject=why.milestone.kind))


def _noted(turn: Turn, before: Matter, at: Ms, by: str) -> Turn:
    """The feed says what changed; a change of several fields at once is one entry."""
    told = tuple(
        (each.name, as_text(getattr(before, each.name)), as_text(getattr(turn.matter, each.name)))
        for each in fields(before)
        if each.name in SHOWN and getattr(before, each.name) != getattr(turn.matter, each.name)
    )
    return _with(turn, Entry(kind="changed", at=at, by=by, changes=told)) if told else turn


def _with(turn: Turn, *entries: Entry) -> Turn:
    return replace(turn, entries=(*turn.entries, *entries))


def as_text(value: object) -> str:
    """As the feed shows it."""
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(str, value))
    return str(value)
