"""An import: read a TaskRouter file, write a policy folder, report."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec
import tomli_w

from config.policy import check
from config.strict_json import read_json
from config.taskrouter.convert import NOBODY, UNMATCHED, Converted, convert
from config.taskrouter.document import DocumentInvalid, read_document
from config.taskrouter.names import unique_name
from config.taskrouter.report import Line

QUEUES, WORKFLOWS = "queues.toml", "workflows.toml"
_HEAD: Final = """\
# Made by `usher import taskrouter` from {source}; what became of each part is in its report.
# The expressions are TaskRouter's, word by word: docs/taskrouter.md.

"""


class OutputRefused(Exception):
    """The folder cannot take the policy; the message says why."""

    code, status = "import_output_refused", 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """queues, rules: how many the document has or speaks of; a filter is a rule."""

    workflows: int
    queues: int
    rules: int
    lines: tuple[Line, ...]
    folder: Path

    def as_json(self) -> dict[str, Any]:
        counted = Counter(line.status for line in self.lines)
        return {
            "workflows": self.workflows,
            "queues": self.queues,
            "rules": self.rules,
            "report": [msgspec.to_builtins(line) for line in self.lines],
            "policy": str(self.folder),
            **{status: counted[status] for status in ("ok", "approximated", "refused")},
        }


def import_file(file: Path, folder: Path) -> Imported:
    """Write the policy into the folder, which is made; an earlier import there is replaced.

    Raises JsonInvalid, DocumentInvalid: the file; OutputRefused: the folder. Then nothing is written.
    """
    try:
        document = read_document(read_json(file), file.stem)
        converted = convert(document)
    except DocumentInvalid as error:
        raise DocumentInvalid(f"{file}: {error}") from None
    _write(converted, folder, file.name)
    return Imported(
        workflows=len(converted.workflows),
        queues=len(converted.queues),
        rules=sum(len(workflow.filters) for workflow in converted.workflows),
        lines=tuple(converted.report.lines),
        folder=folder,
    )


def _write(converted: Converted, folder: Path, source: str) -> None:
    unmatched = unique_name(UNMATCHED, converted.queues)
    nobody = {"label": "No filter matched", "workers": NOBODY, "department": False}
    queues = {"default_queue": unmatched, "queues": converted.queues | {unmatched: nobody}}
    workflows = {"workflows": [_table(workflow) for workflow in converted.workflows]}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if strangers := sorted(path.name for path in folder.glob("*.toml") if path.name not in (QUEUES, WORKFLOWS)):
            raise OutputRefused(f"{folder}: has {strangers[0]}, which would become a part of the policy")
        head = _HEAD.format(source=ascii(source))
        _replace(folder / QUEUES, head + tomli_w.dumps(queues))
        _replace(folder / WORKFLOWS, head + tomli_w.dumps(workflows, multiline_strings=False))
    except OSError as error:
        raise OutputRefused(f"{folder}: cannot be written: {error.strerror or error}") from None
    if faults := check(folder):
        raise OutputRefused(f"the policy written does not check: {faults[0]}")


def _replace(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(text, "utf-8")
    os.replace(beside, path)


def _table(value: msgspec.Struct) -> dict[str, Any]:
    """As TOML has it: what is not there is as the shape has it by default."""
    return {key: _sparse(entry) for key, entry in msgspec.to_builtins(value).items() if entry not in (None, "")}


def _sparse(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sparse(entry) for key, entry in value.items() if entry not in (None, "")}
    return [_sparse(entry) for entry in value] if isinstance(value, list | tuple) else value
