"""Conversations written for the demo centre: what demo traffic says and its agents answer."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from msgspec import Struct

from config.document import read
from config.fault import ConfigInvalid, Fault
from config.policy_shape import Language, Name, one_line
from config.shape import Complaint, Report, fill

DEMO = Path(__file__).with_name("demo") / "dialogues"

Speaker = Literal["customer", "agent"]

_TURN = re.compile(r"^(customer|agent): (\S.*)\Z")
_TYPED_PER_S = 9.0
_LONGEST_TYPING_S = 15.0


class AreTurns:
    """One turn a line, `customer: …` or `agent: …`; the customer begins."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        lines = value.rstrip("\n").split("\n")
        for number, line in enumerate(lines, start=1):
            if not _TURN.match(line):
                yield Complaint("a turn is `customer: …` or `agent: …`", (number, 1))
        if not lines[0].startswith("customer:"):
            yield Complaint("the customer begins")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    speaker: Speaker
    text: str

    @property
    def typing_s(self) -> float:
        """How long a person takes to write it: about nine characters a second, and a moment to think."""
        return min(1.0 + len(self.text) / _TYPED_PER_S, _LONGEST_TYPING_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    id: str
    language: str
    department: str
    customer: str
    turns: tuple[Turn, ...]


class DialogueShape(Struct, frozen=True, kw_only=True):
    """[[dialogues]]: one conversation, turns in the order in which they are said."""

    id: Name
    language: Language
    department: Name
    customer: Annotated[str, one_line(80, "")]
    turns: Annotated[str, AreTurns()]


class DialoguesFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    dialogues: tuple[DialogueShape, ...]


def dialogues(folder: Path = DEMO) -> tuple[Dialogue, ...]:
    """All dialogues of the folder's files, by file and place in it. Raises ConfigInvalid with every fault found."""
    shapes: list[DialogueShape] = []
    faults: list[Fault] = []
    for path in sorted(folder.glob("*.toml")):
        report = Report()
        shape = fill(DialoguesFile, read(path), report)
        faults += report.faults
        shapes += shape.dialogues if shape else ()
    if faults:
        raise ConfigInvalid(sorted(faults))
    return tuple(_dialogue(shape) for shape in shapes)


def _dialogue(shape: DialogueShape) -> Dialogue:
    found = (_TURN.match(line) for line in shape.turns.rstrip("\n").split("\n"))
    turns = tuple(Turn(speaker=cast(Speaker, turn[1]), text=turn[2]) for turn in found if turn)
    return Dialogue(
        id=shape.id, language=shape.language, department=shape.department, customer=shape.customer, turns=turns
    )
