"""How far a bot is with one customer, as it is kept."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct, field

from router.core.bot.actions import AnyAction
from router.core.identity import Proof

Stage = Literal["talking", "handed_over", "ended"]
Waiting = Literal["", "slot", "confirm", "source", "undo"]


class Offered(Struct, frozen=True, kw_only=True):
    """A choice that was offered. means: a word of `step.MEANINGS`, `intent:NAME` or `value:VALUE`."""

    label: str
    means: str


class KnownUndo(Struct, frozen=True, kw_only=True):
    """How the last change is taken back."""

    source: str
    values: dict[str, str]


class Talk(Struct, frozen=True, kw_only=True):
    """count: actions so far, which gives them their keys. heard_n, told_n: of the last message that was heard, and of
    the bot's last; 0 on the telephone.

    flow, place: where in which flow; slot: asked now, tries: how often in vain; misses: how
    often in all of it a source did not know what was said. details: slots and facts, for texts
    and rules; rows: what sources listed. later: intents of the same message that wait for their turn. unsure: messages
    in a row that were not understood; offered_person: since when a person was offered unasked. wanted: intents so far.
    proof: how well who spoke last was proven. resumed: it began elsewhere, and nothing was said about that here yet.
    beside: another talk of the same customer, for staff. reason: why it was handed over or ended.
    todo: what is still to be done.
    """

    bot: str
    language: str
    stage: Stage = "talking"
    count: int = 0
    heard_n: int = 0
    told_n: int = 0
    greeted: bool = False
    flow: str = ""
    place: int = 0
    waiting: Waiting = ""
    slot: str = ""
    tries: int = 0
    misses: int = 0
    opening: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    offered: tuple[Offered, ...] = ()
    later: tuple[str, ...] = ()
    undo: KnownUndo | None = None
    unsure: int = 0
    upset: int = 0
    last_text: str = ""
    answered: str = ""
    wanted: tuple[str, ...] = ()
    proof: Proof = "said"
    resumed: bool = False
    beside: str = ""
    reason: str = ""
    todo: tuple[AnyAction, ...] = ()

    @property
    def intent(self) -> str:
        """What is wanted, as rules see it."""
        return self.flow or (self.wanted[-1] if self.wanted else "")

    @property
    def plain_details(self) -> dict[str, str]:
        """What is known, as rules see it: single values only."""
        return {name: str(value) for name, value in self.details.items() if isinstance(value, str | int | float)}

    @property
    def early(self) -> bool:
        """What was heard last was written before what the bot told last, so it answers nothing of that."""
        return self.heard_n < self.told_n

    @property
    def over(self) -> bool:
        return self.stage != "talking"
