"""Other departments, reached by Slack or by mail, and where supervisors are alerted: `departments.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from config.document import read
from config.fault import ConfigInvalid
from config.policy_shape import Label, Name
from config.shape import Names, Report, fill

Place = Annotated[
    str, Meta(min_length=1, max_length=250, description="The Slack channel's id, like C0123456789; or a mail address.")
]
AccountKey = Annotated[
    str, Names("accounts"), Meta(description="The Slack or e-mail account in channels.toml that writes there.")
]


class Department(Struct, frozen=True, kw_only=True):
    """[[departments]]: whom agents ask for a step."""

    key: Annotated[Name, Meta(description="Its name.")]
    label: Label
    account: AccountKey
    place: Place
    due_s: Annotated[
        int, Meta(ge=60, le=30 * 86_400, description="How long a step may take unless its agent says otherwise.")
    ] = 14_400


class Alerts(Struct, frozen=True, kw_only=True):
    """[alerts]: what supervisors are told in Slack."""

    account: AccountKey
    place: Place
    longest_wait_s: Annotated[
        int, Meta(ge=10, le=86_400, description="A queue whose longest wait is above this is told of.")
    ] = 300
    again_s: Annotated[int, Meta(ge=60, le=86_400, description="How long the same thing is not told again.")] = 900


class DepartmentsFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    departments: tuple[Department, ...] = ()
    alerts: Alerts | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Departments:
    """By key. alerts: None: nobody is told in Slack."""

    by_key: Mapping[str, Department] = field(default_factory=dict)
    alerts: Alerts | None = None


def load_departments(path: Path, accounts: Collection[str]) -> Departments:
    """accounts: keys of the accounts departments may be reached by. Raises ConfigInvalid with every fault found."""
    tree = read(path)
    report = Report(names={"accounts": tuple(accounts)})
    shape = fill(DepartmentsFile, tree, report)
    seen: set[object] = set()
    for entry in tree.elements("departments"):
        key = entry.at("key")
        if key is not None and key.value in seen:
            report.add(key.fault(f"department {key.value!r} is there already"))
        if key is not None:
            seen.add(key.value)
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return Departments(by_key={each.key: each for each in shape.departments}, alerts=shape.alerts)
