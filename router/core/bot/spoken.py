"""Talking by voice: what speech recognition writes → what slots read; and what a caller may press.

Recognition writes "one zero zero one two", "nora at larkspur dot example" or "1 0012". What is pressed is digits as
they are. Words of digits and signs are the house's, by language (`bot_house.toml`).
"""

from __future__ import annotations

import re

from msgspec import Struct

from router.core.bot.definition import Ask, Bot, SlotKind, SpokenWords
from router.core.bot.draft import NO, UNDO, YES
from router.core.bot.talk import Talk

KEYED: frozenset[SlotKind] = frozenset({"order_number", "phone", "number"})
"""Kinds that may be typed on the telephone, ended by #."""
JOINED: frozenset[SlotKind] = frozenset({"order_number", "phone"})
"""Kinds whose digits are said one by one."""
PRESSED = (YES, NO, UNDO)
MOST_PRESSED = 9
SIGNS = (".", "-", "_")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?|\S")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s,.-]+(?=\d)")


class Listening(Struct, frozen=True, kw_only=True):
    """How the bot's question to a caller may be answered, beside by speech.

    choices: those that 1, 2, … stand for. keyed: digits may be typed, as many as it takes.
    """

    choices: tuple[str, ...] = ()
    keyed: bool = False


def listening(talk: Talk, bot: Bot) -> Listening | None:
    """What is asked now; None: nothing, so keys mean what they mean on the line."""
    leading = []
    for offer in talk.offered[:MOST_PRESSED]:
        if offer.means not in PRESSED and not offer.means.startswith(("value:", "intent:")):
            break
        leading.append(offer.label)
    if talk.over or (not leading and talk.waiting not in ("slot", "confirm")):
        return None
    asked = asked_in(talk, bot)
    return Listening(choices=tuple(leading), keyed=asked is not None and asked.kind in KEYED)


def asked_in(talk: Talk, bot: Bot) -> Ask | None:
    """The slot that is asked for."""
    flow = bot.flows.get(talk.flow)
    step = flow.steps[talk.place] if flow is not None and talk.place < len(flow.steps) else None
    return step if isinstance(step, Ask) and talk.waiting == "slot" else None


def written(text: str, kind: SlotKind, words: SpokenWords) -> str:
    """What was said as it would be written where a slot of this kind is asked for."""
    if kind == "email":
        return _address(text, words)
    if kind not in KEYED:
        return text
    digits = {word: str(digit) for digit, said in enumerate(words.digits) for word in said}
    plain = " ".join(digits.get(word.lower(), word) for word in text.split())
    return _BETWEEN_DIGITS.sub("", plain) if kind in JOINED else plain


def _address(text: str, words: SpokenWords) -> str:
    """Letters said one by one are put together; of what is around it, nothing belongs to it."""
    signs = {**dict.fromkeys(words.at, "@"), **dict.fromkeys(words.dot, "."), **dict.fromkeys(words.dash, "-")}
    parts = [signs.get(part.lower(), part) for part in _WORD.findall(text)]
    if "@" not in parts:
        return text
    place = parts.index("@")
    name = _together(parts[:place][::-1])[::-1]
    return f"{''.join(name)}@{''.join(_together(parts[place + 1 :]))}"


def _together(parts: list[str]) -> list[str]:
    """Those at the beginning that are one name: around signs, or letter by letter."""
    taken: list[str] = []
    for part in parts:
        if taken and not (part in SIGNS or taken[-1] in SIGNS or len(part) == len(taken[-1]) == 1):
            break
        taken.append(part)
    return taken
