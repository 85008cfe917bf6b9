"""What went wrong, with the codes of Twilio's error dictionary: what its console's debugger would show."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from tests.simulators.twilio.clock import Clock

HTTP_FAILED = 11200
UNPARSABLE = 12100
SCHEMA = 12200
NOT_TWIML = 12300
WRONG_VERB_WHILE_WAITING = 13238
COACH_UNKNOWN = 13240
LABEL_TAKEN = 16025
MOST_ALERTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """code: Twilio's, or 0 for what only this simulator looks at. about: a call's or conference's SID, or a URL."""

    at_s: float
    code: int
    text: str
    about: str


@dataclass(slots=True, kw_only=True)
class Alerts:
    """violations: the product did what it must not. mishaps: a request failed, which a fault may have caused."""

    clock: Clock
    violations: list[Alert] = field(default_factory=list)
    mishaps: list[Alert] = field(default_factory=list)

    def violation(self, code: int, text: str, about: str) -> None:
        self._note(self.violations, code, text, about)

    def mishap(self, code: int, text: str, about: str) -> None:
        self._note(self.mishaps, code, text, about)

    def _note(self, where: list[Alert], code: int, text: str, about: str) -> None:
        if len(where) < MOST_ALERTS:
            where.append(Alert(at_s=self.clock.wall_s(), code=code, text=text, about=about))

    def report(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "violations": [asdict(each) for each in self.violations],
            "mishaps": [asdict(each) for each in self.mishaps],
        }
