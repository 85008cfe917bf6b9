"""Where a leg goes next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.grammar import ANYWHERE

if TYPE_CHECKING:
    from tests.simulators.twilio.leg import Leg


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a leg's next TwiML is: asked of `hook` with `params` beside the usual ones, or the text that came with a
    request, or `play`, for what Twilio does without TwiML.

    allowed: verbs it may begin with. then: once it has nothing more to do."""

    hook: Hook | None = None
    fallback: Hook | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    twiml: str = ""
    play: Callable[[Leg], Awaitable[Turn]] | None = None
    allowed: frozenset[str] = ANYWHERE
    then: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """The leg ends, with this status."""

    status: str = "completed"


Turn = Source | HangUp | None
"""What a verb leads to; None: the next verb."""
