"""What a centre has decided about its cases: types, keywords, who gets one by rule, deadlines and what follows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from router.core.cases.keywords import Phrase
from router.core.words import Channel, Ms

CasePriority = Literal["low", "normal", "high", "urgent"]
CaseStatus = Literal["new", "working", "waiting", "escalated", "closed"]
MilestoneKind = Literal["first_response", "next_response", "resolution"]
Repeats = Literal["none", "independent", "sequential"]
Opens = Literal["always", "closed", "never"]
Deed = Literal["notify", "prioritise", "move", "escalate", "label", "alert", "webhook"]

PRIORITY_POINTS: Mapping[CasePriority, int] = {"low": -1, "normal": 0, "high": 1, "urgent": 3}
"""What a case's priority is worth when it is routed as a work item."""
RISING: tuple[CasePriority, ...] = ("low", "normal", "high", "urgent")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseType:
    """parent: the type above it; "" is the top. What it leaves open its parent decides."""

    key: str
    label: str
    parent: str = ""
    queue: str = ""
    priority: CasePriority | None = None
    requirements: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordRule:
    """Words that tell what a case is about. languages: "" is any; phrases: any one of them is enough."""

    case_type: str
    priority: CasePriority | None
    requirements: Mapping[str, int]
    phrases: Mapping[str, tuple[Phrase, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningRule:
    """Which contacts become cases by themselves: the first rule that fits. Empty channels or accounts: all."""

    opens: Opens
    channels: frozenset[Channel] = frozenset()
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """notify: the owner and supervisors read it. prioritise: at least this. move, escalate: to this queue.

    label: gets this label. alert: supervisors are told in Slack. webhook: another program, the receiver, is told.
    """

    do: Deed
    priority: CasePriority = "high"
    queue: str = ""
    label: str = ""
    receiver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """in_ms, warn_ms: working time: how long, and how long before its end the owner is warned (0: never)."""

    in_ms: Ms
    warn_ms: Ms = 0
    repeats: Repeats = "none"
    on_warning: tuple[Action, ...] = ()
    on_violation: tuple[Action, ...] = ()
    on_success: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Deadlines of the cases it fits; the first plan that fits counts.

    hours: the name of those in which time counts; "": always. pause_in: statuses in which clocks stand still.
    when: a condition over what is known of its first contact. types: with all below them; empty: all.
    """

    name: str
    hours: str = ""
    pause_in: frozenset[CaseStatus] = frozenset({"waiting"})
    when: str = ""
    types: frozenset[str] = frozenset()
    priorities: frozenset[CasePriority] = frozenset()
    goals: Mapping[MilestoneKind, Goal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What everybody aims at; None: nothing is said. in_time: share of deadlines kept (0–1). csat: 1–5; nps: ±100."""

    first_response_ms: Ms | None = None
    in_time: float | None = None
    csat: float | None = None
    nps: float | None = None


Texts = Mapping[str, str]
"""By language."""


def in_language(texts: Texts, language: str) -> str:
    """In the language, or English, or whatever there is; "" when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePolicy:
    """auto_close_ms: a case that waits on its customer so long is closed; 0: never.

    reopen_ms: a customer who writes so soon after the closing reopens it; later it is a follow-up case.
    promised: told to the customer when a time of solution is set or changed, {time} in it; survey: asked after closing;
    address: where the customer finds the case, told to whom asks. {number} and {link} may stand in all of them.
    """

    types: Mapping[str, CaseType] = field(default_factory=dict)
    keywords: tuple[KeywordRule, ...] = ()
    opening: tuple[OpeningRule, ...] = ()
    plans: tuple[Plan, ...] = ()
    auto_close_ms: Ms = 0
    reopen_ms: Ms = 14 * 86_400_000
    promised: Texts = field(default_factory=dict)
    survey: Texts = field(default_factory=dict)
    address: Texts = field(default_factory=dict)
    survey_kind: Literal["csat", "nps"] = "csat"
    targets: Targets = Targets()
    zone: str = ""
    """Whose times customers are told, unless their own is known; "": that of the plan's hours, or UTC."""

    def lineage(self, key: str) -> tuple[CaseType, ...]:
        """The type and those above it, nearest first; unknown: none. Parents are acyclic: the loader sees to that."""
        found: list[CaseType] = []
        while key in self.types and len(found) <= len(self.types):
            found.append(self.types[key])
            key = found[-1].parent
        return tuple(found)

    def queue_of(self, key: str) -> str:
        return next((each.queue for each in self.lineage(key) if each.queue), "")

    def priority_of(self, key: str) -> CasePriority | None:
        return next((each.priority for each in self.lineage(key) if each.priority is not None), None)

    def requirements_of(self, key: str) -> dict[str, int]:
        """The nearest type's word counts for each skill."""
        asked: dict[str, int] = {}
        for each in reversed(self.lineage(key)):
            asked.update(each.requirements)
        return asked

    def opens(self, channel: Channel, account: str) -> Opens:
        for rule in self.opening:
            if (not rule.channels or channel in rule.channels) and (not rule.accounts or account in rule.accounts):
                return rule.opens
        return "never"
