"""Dialogues: what a customer and an agent said to each other once, to be said again through the server.

A file is JSON lines (`.jsonl`, `.jsonl.gz`), one dialogue a line: `id`, `services` (its subjects, the first decides the
department) and `turns`, pairs of who ("customer" or "agent") and text, in any alternation.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Literal, cast, get_args

Who = Literal["customer", "agent"]

LONGEST_TEXT = 4_000
"""Longer turns are said in several; well below what the server accepts."""
MOST_DIALOGUES = 100_000
OPENING = "…"
"""Said by the customer of a dialogue that an agent begins: a conversation starts with a customer's message."""


class BadDialogues(Exception):
    """The file cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class Turn:
    who: Who
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """turns: at least one, the first by the customer. subjects: the first decides the department, the others are asked
    for as well. key: unique among the conversations of a run. with_bot: the customer's turns answer a bot.
    """

    key: str
    subjects: tuple[str, ...]
    turns: tuple[Turn, ...]
    customer_name: str = ""
    language: str = "en"
    with_bot: bool = False


def read(path: Path) -> tuple[Dialogue, ...]:
    """All dialogues of a file, in its order. Raises BadDialogues with file and line."""
    found = []
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    found.append(_dialogue(line, f"{path}:{number}"))
                if len(found) > MOST_DIALOGUES:
                    raise BadDialogues(f"{path}: more than {MOST_DIALOGUES} dialogues")
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise BadDialogues(f"{path}: {error}") from error
    if not found:
        raise BadDialogues(f"{path}: no dialogue in it")
    return tuple(found)


def _dialogue(line: str, where: str) -> Dialogue:
    try:
        record = json.loads(line)
        key, services, turns = str(record["id"]), record["services"], record["turns"]
        said = tuple(_turn(who, text) for who, text in turns)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadDialogues(f"{where}: not a dialogue: {type(error).__name__} {error}") from error
    if not isinstance(services, list) or not all(isinstance(service, str) for service in services):
        raise BadDialogues(f"{where}: services is not a list of names")
    return Dialogue(key=key, subjects=tuple(dict.fromkeys(services)) or ("general",), turns=sayable(said))


def _turn(who: object, text: object) -> Turn:
    if who not in get_args(Who):
        raise ValueError(f"{who!r} is neither customer nor agent")
    if not isinstance(text, str):
        raise TypeError(f"{text!r} is not a text")
    return Turn(cast(Who, who), text)


def sayable(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The turns as a chat can carry them: none empty or too long, no NUL or lone surrogates, the customer first."""
    said = [
        Turn(turn.who, piece)
        for turn in turns
        for piece in _pieces(turn.text.replace("\0", "").encode("utf-8", "replace").decode())
    ]
    if not said or said[0].who != "customer":
        said.insert(0, Turn("customer", OPENING))
    return tuple(said)


def _pieces(text: str) -> list[str]:
    pieces = (text[start : start + LONGEST_TEXT] for start in range(0, len(text), LONGEST_TEXT))
    return [piece for piece in pieces if piece.strip()]


def staged(dialogues: tuple[Dialogue, ...], conversations: int, run: str, chance: Random) -> tuple[Dialogue, ...]:
    """`conversations` dialogues drawn by chance, none twice before all were; each with a key of its own."""
    drawn = [dialogues[number % len(dialogues)] for number in range(conversations)]
    if conversations < len(dialogues):
        drawn = chance.sample(dialogues, conversations)
    return tuple(replace(dialogue, key=f"{run}-{number}") for number, dialogue in enumerate(drawn))
