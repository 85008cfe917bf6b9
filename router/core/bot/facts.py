"""What a bot hears."""

from __future__ import annotations

from dataclasses import dataclass

from router.core.adviser import Advice
from router.core.data_source import Answer
from router.core.understood import Understood

NOTHING_UNDERSTOOD = Understood()


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the knowledge base says to it. link: where it can be read whole. language: of the text."""

    name: str
    title: str
    text: str
    link: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The customer's message number n. article: the one that answers it, where no intent does. files: it has some.

    advice: what came of asking an adviser about it; what it chose or said is in `understood` and `article` already.
    stranger: somebody else than the customer wrote it, in the same thread of mails.
    """

    n: int
    text: str
    understood: Understood = NOTHING_UNDERSTOOD
    article: Article | None = None
    files: bool = False
    advice: tuple[Advice, ...] = ()
    stranger: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a data source answered to the consultation with this key."""

    key: str
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A caller said nothing and pressed nothing when it was their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUp:
    """The customer said nothing for as long as the bot waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The bot cannot go on by a mistake of ours, again and again."""


Fact = Heard | Told | Silence | TimeUp | Failed
