"""What the engine asks of a telephone provider; the adapter is behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from router.core.call.actions import DialLeg, EndLeg, PlayTones, Record, Redirect, SetLeg
from router.core.call.facts import Done, Fact
from router.core.call.state import Call
from router.core.words import AgentId

ProviderAction = DialLeg | Redirect | EndLeg | SetLeg | PlayTones | Record

GONE = "gone"
"""Code of a Refused: what was to be changed is not there any more."""


class Telephone(Protocol):
    """Every call ends in time; errors: TryAgain, Refused (code `gone`: it is over already)."""

    async def carry_out(self, call: Call, action: ProviderAction, *, again: bool) -> Done:
        """again: it may have been done before, its answer lost: look first where doing it twice would show."""

    async def look(self, call: Call) -> Sequence[Fact]:
        """How the legs of the call are, as facts."""

    async def recording(self, account: str, sid: str) -> tuple[bytes, str]:
        """A recording's bytes and media type."""

    async def forget_recording(self, account: str, sid: str) -> None:
        """Delete it at the provider; one that is not there any more is no error."""

    def token(self, account: str, agent: AgentId, *, lasts_s: int) -> str:
        """With which the agent's browser may answer calls."""
