"""The people of a centre, as files name them; those of a demo centre with the passwords that demo mode gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from config.document import Node, read
from config.fault import ConfigInvalid, Fault
from config.policy_shape import MOST_AGENT_UNITS, ChannelName, Language, Level, Name, one_line
from config.shape import Names, Report, fill
from router.core.policy import Policy, Supply
from router.core.words import AgentId, Channel, Role, Units

DEMO = Path(__file__).with_name("demo") / "staff.toml"


class StaffShape(Struct, frozen=True, kw_only=True):
    """[[staff]]: one person."""

    id: Name
    name: Annotated[str, one_line(80, "")]
    email: Annotated[str, Meta(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+\Z", title="an e-mail address", max_length=254)]
    role: Literal["agent", "supervisor", "admin"] = "agent"
    team: Annotated[str, one_line(80, "")]
    language: Language = "en"
    skills: dict[Annotated[str, Names("skills")], Level] = field(default_factory=dict)
    queues: tuple[Annotated[str, Names("queues")], ...] = ()
    backup: tuple[Annotated[str, Names("queues")], ...] = ()
    """Queues they help out in, once an item has waited for the queue's `delay_s`."""
    attributes: dict[str, Any] = field(default_factory=dict)
    """What expressions of the policy may speak of."""
    limit: Annotated[int, Meta(ge=1, le=MOST_AGENT_UNITS)] | None = None
    at_most: dict[ChannelName, Annotated[int, Meta(ge=0, le=100)]] = field(default_factory=dict)
    auto_accept: bool = False


class PasswordsShape(Struct, frozen=True, kw_only=True):
    """[passwords]: one for each role; used in demo mode only, and shown on the screen there."""

    agent: Annotated[str, Meta(min_length=8, max_length=128)]
    supervisor: Annotated[str, Meta(min_length=8, max_length=128)]
    admin: Annotated[str, Meta(min_length=8, max_length=128)]


class StaffFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    passwords: PasswordsShape | None = None
    staff: tuple[StaffShape, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStaff:
    """password: of demo mode; "" where files say none. limit, at_most: with the policy's defaults filled in; a channel
    the person does not serve is missing.
    """

    id: AgentId
    name: str
    email: str
    password: str
    role: Role
    team: str
    language: str
    skills: Mapping[str, int]
    queues: frozenset[str]
    backup: frozenset[str]
    attributes: Mapping[str, object]
    limit: Units
    at_most: Mapping[Channel, int]
    auto_accept: bool = False
    """Their client accepts every offer itself, after a warning."""

    @property
    def said_of(self) -> dict[str, object]:
        """What expressions may speak of, with what everybody has."""
        return {"friendly_name": self.name, "email": self.email, **self.attributes}

    @property
    def supply(self) -> Supply:
        return Supply(
            agent_id=self.id,
            skills=self.skills,
            queues=self.queues,
            limit=self.limit,
            at_most=self.at_most,
            backup=self.backup,
        )


def load_staff(path: Path, policy: Policy) -> tuple[DemoStaff, ...]:
    """Everyone of a demo centre, in file order. Raises ConfigInvalid with every fault found."""
    tree, shape = _read(path, policy)
    if shape.passwords is None:
        raise ConfigInvalid([tree.fault("a demo centre needs [passwords]")])
    passwords = shape.passwords
    return tuple(_person(person, getattr(passwords, person.role), policy) for person in shape.staff)


def load_people(path: Path, policy: Policy) -> tuple[DemoStaff, ...]:
    """As `load_staff`, but nobody has a password: what files say of passwords is for demos."""
    _, shape = _read(path, policy)
    return tuple(_person(person, "", policy) for person in shape.staff)


def _read(path: Path, policy: Policy) -> tuple[Node, StaffFile]:
    tree = read(path)
    report = Report(names={"queues": tuple(policy.queues), "skills": tuple(sorted(policy.skills))})
    shape = fill(StaffFile, tree, report)
    for fault in _doubled(tree):
        report.add(fault)
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return tree, shape


def _doubled(tree: Node) -> Iterator[Fault]:
    for key in ("id", "email"):
        seen: set[str] = set()
        for entry in tree.elements("staff"):
            node = entry.at(key)
            if node is None:
                continue
            value = str(node.value).lower()
            if value in seen:
                yield node.fault(f"{key} {value!r} is there already")
            seen.add(value)


def _person(shape: StaffShape, password: str, policy: Policy) -> DemoStaff:
    at_most = {name: shape.at_most.get(name, channel.at_most) for name, channel in policy.channels.items()}
    return DemoStaff(
        id=AgentId(shape.id),
        name=shape.name,
        email=shape.email,
        password=password,
        role=shape.role,
        team=shape.team,
        language=shape.language,
        skills=shape.skills,
        queues=frozenset(shape.queues),
        backup=frozenset(shape.backup),
        attributes=shape.attributes,
        limit=shape.limit or policy.agent_limit,
        at_most={name: most for name, most in at_most.items() if most},
        auto_accept=shape.auto_accept,
    )
