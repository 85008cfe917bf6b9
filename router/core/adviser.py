"""An adviser: a language model elsewhere that may be asked for two things, and is trusted with neither.

It may point at one of several meanings that were found without it, or say a text in other words. What it points at is
a place in a list it was given, and what it says is checked against the text (`core/bot/faithful.py`): whatever it
answers, customers are told what is written down, or get a person. `router.engine.bot.advising` asks it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

Advice = Literal[
    "chose",
    "chose_none",
    "rephrased",
    "refused_choice",
    "refused_words",
    "late",
    "unavailable",
    "busy",
    "resting",
]
"""What came of asking. refused_choice: it pointed at nothing in the list; refused_words: what it said is not what the
text says; unavailable: no answer, or none of the agreed form; busy: as many questions as may be were under way;
resting: it failed so often that it was not asked.
"""


class NotAdvised(Exception):
    """The adviser is of no help with this; what is known without it stands."""

    def __init__(self, advice: Advice) -> None:
        self.advice = advice
        super().__init__(advice)


class Adviser(Protocol):
    """Ends in time. Raises NotAdvised and nothing else."""

    async def choose(self, text: str, titles: Sequence[str]) -> int | None:
        """Which title the text is about, as its place in the list; None: none of them."""

    async def rephrase(self, text: str, language: str) -> str:
        """The text in that language (ISO 639-1), in other words; not checked yet."""
