"""Known workers: the one worker who may take a task, named by the task or by the workflow."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from router.core.agent_condition import look_up
from router.core.taskrouter.expression import ExpressionInvalid

_PATH: Final = re.compile(r"\w+(?:\.\w+|\[\d{1,6}\])*")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWorker:
    """by: the worker's id, or the attribute `friendly_name`. path: where the task says it; empty: it is `value`."""

    by: Literal["sid", "friendly_name"]
    path: str = ""
    value: str = ""

    def wanted(self, task: Mapping[str, object]) -> str | None:
        """The id or name; None when the task names nobody: then nobody is the known worker."""
        found = look_up(task, self.path) if self.path else self.value
        return found if isinstance(found, str) and found else None


def parse_known_worker(by: Literal["sid", "friendly_name"], text: str) -> KnownWorker:
    """Read `task.…`, or else the id or name itself. Raises ExpressionInvalid: a path that is none."""
    text = text.strip()
    if not text.startswith("task."):
        return KnownWorker(by=by, value=text.strip("'\""))
    path = text.removeprefix("task.")
    if not _PATH.fullmatch(path):
        raise ExpressionInvalid(f"{text!r} is not the name of a task attribute")
    return KnownWorker(by=by, path=path)
