"""Cases a demo centre begins with, as if it had been at work for some days: what was said and done, by the minute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from config.document import read
from config.fault import ConfigInvalid
from config.policy_shape import Language, Name, one_line
from config.shape import Names, Report, fill
from config.staff import DemoStaff
from router.core.cases.policy import CasePriority, CaseStatus
from router.core.policy import Policy
from router.core.words import AgentId, Ms

DEMO = Path(__file__).with_name("demo") / "cases.toml"
MINUTE_MS = 60_000
Minutes = Annotated[float, Meta(ge=0, le=60 * 24 * 92)]
Person = Annotated[str, Names("staff")]


class SaidShape(Struct, frozen=True, kw_only=True):
    """[[cases.said]]: one message. at_min: since the case began. by: who of the staff; without: the customer."""

    at_min: Minutes = 0
    by: Person | None = None
    text: Annotated[str, Meta(min_length=1, max_length=2_000)]


class MovedShape(Struct, frozen=True, kw_only=True):
    """[[cases.moved]]: it was given another status by somebody."""

    at_min: Minutes
    to: CaseStatus
    by: Person


class CaseShape(Struct, frozen=True, kw_only=True):
    """[[cases]]: ago_min: when it began, before the demo's first start. type: one of the policy's."""

    key: Name
    ago_min: Minutes
    customer: Annotated[str, one_line(80, "")]
    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+\Z", title="an e-mail address", max_length=254)]
    language: Language = "en"
    circle: bool = False
    subject: Annotated[str, one_line(200, "")]
    type: Annotated[str, Names("case_types")] | None = None
    priority: Literal["low", "normal", "high", "urgent"] | None = None
    owner: Person | None = None
    folder: Annotated[str, Meta(max_length=80)] = ""
    labels: tuple[Annotated[str, Meta(min_length=1, max_length=40)], ...] = ()
    said: tuple[SaidShape, ...]
    moved: tuple[MovedShape, ...] = ()
    csat: Annotated[int, Meta(ge=1, le=5)] | None = None


class CasesFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    cases: tuple[CaseShape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSaid:
    """by: "" is the customer. name: what the customer sees of who it was. after_ms: since the case began."""

    after_ms: Ms
    by: AgentId
    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoMoved:
    after_ms: Ms
    to: CaseStatus
    by: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """said, moved: in order. csat: how its customer rated it once it was closed."""

    key: str
    ago_ms: Ms
    customer: str
    email: str
    language: str
    circle: bool
    subject: str
    case_type: str
    priority: CasePriority
    owner: AgentId
    folder: str
    labels: tuple[str, ...]
    said: tuple[DemoSaid, ...]
    moved: tuple[DemoMoved, ...]
    csat: int | None


def load_cases(path: Path, policy: Policy, people: tuple[DemoStaff, ...]) -> tuple[DemoCase, ...]:
    """In file order. Raises ConfigInvalid with every fault found."""
    names = {"case_types": tuple(policy.cases.types), "staff": tuple(person.id for person in people)}
    report = Report(names=names)
    shape = fill(CasesFile, read(path), report)
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    faces = {str(person.id): person.name.split(" ")[0] for person in people}
    return tuple(_case(each, policy, faces) for each in shape.cases)


def _case(shape: CaseShape, policy: Policy, faces: Mapping[str, str]) -> DemoCase:
    return DemoCase(
        key=shape.key,
        ago_ms=round(shape.ago_min * MINUTE_MS),
        customer=shape.customer,
        email=shape.email,
        language=shape.language,
        circle=shape.circle,
        subject=shape.subject,
        case_type=shape.type or "",
        priority=shape.priority or policy.cases.priority_of(shape.type or "") or "normal",
        owner=AgentId(shape.owner or ""),
        folder=shape.folder,
        labels=shape.labels,
        said=tuple(
            DemoSaid(
                after_ms=round(each.at_min * MINUTE_MS),
                by=AgentId(each.by or ""),
                name=faces[each.by] if each.by else shape.customer,
                text=each.text,
            )
            for each in sorted(shape.said, key=lambda each: each.at_min)
        ),
        moved=tuple(
            DemoMoved(after_ms=round(each.at_min * MINUTE_MS), to=each.to, by=AgentId(each.by))
            for each in sorted(shape.moved, key=lambda each: each.at_min)
        ),
        csat=shape.csat,
    )
