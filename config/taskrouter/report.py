"""What an import made of each part of a TaskRouter document: nothing is left out without a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from router.core.taskrouter.evaluate import Place, concerns
from router.core.taskrouter.expression import ExpressionInvalid, parse

Status: TypeAlias = Literal["ok", "approximated", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """where: in words. expression: as written. line, column: of what cannot be read in it, from 1; else 0."""

    where: str
    expression: str
    status: Status
    reason: str = ""
    line: int = 0
    column: int = 0


@dataclass(slots=True)
class Report:
    lines: list[Line] = field(default_factory=list)

    def ok(self, where: str, expression: str = "") -> None:
        self.lines.append(Line(where=where, expression=expression, status="ok"))

    def approximated(self, where: str, expression: str, reason: str) -> None:
        self.lines.append(Line(where=where, expression=expression, status="approximated", reason=reason))

    def refused(self, where: str, expression: str, reason: str) -> None:
        self.lines.append(Line(where=where, expression=expression, status="refused", reason=reason))

    def expression(self, where: str, source: str, place: Place) -> bool:
        """Read an expression and say what became of it; whether it can be used."""

        def notes() -> Iterable[str]:
            parsed = parse(source)
            return [*parsed.notes, *concerns(parsed.expression, place)]

        return self.reading(where, source, notes)

    def reading(self, where: str, source: str, notes: Callable[[], Iterable[str]]) -> bool:
        """notes: reads it and tells what is different here; may raise ExpressionInvalid."""
        try:
            found = list(notes())
        except ExpressionInvalid as error:
            reason = f"line {error.line}, column {error.column}: {error.reason}"
            self.lines.append(
                Line(
                    where=where,
                    expression=source,
                    status="refused",
                    reason=reason,
                    line=error.line,
                    column=error.column,
                )
            )
            return False
        if found:
            self.approximated(where, source, "; ".join(found))
        else:
            self.ok(where, source)
        return True
