"""Messages → what they mean: languages told, messages that say several things read part by part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from router.core.understood import Understood
from router.understanding.encoding import Meanings, meanings
from router.understanding.language import language_of
from router.understanding.model import Model
from router.understanding.text import cleaned

MOST_PARTS = 4
FEWEST_WORDS = 3

_ENDS = re.compile(r"(?<=[.!?;…])\s+|\s*\n\s*")
_ANDS = {
    language: re.compile(rf",?\s+(?:{words})\s+", re.IGNORECASE)
    for language, words in {
        "de": "und|sowie",
        "el": "και",
        "en": "and then|and also|and",
        "pl": "oraz|a także|i",
        "ru": "а также|и",
    }.items()
}


def read(
    model: Model | None, texts: Sequence[str], languages: Sequence[str | None], meant: Meanings = meanings
) -> list[Understood]:
    """One answer a text, for any text. Without a model only the language is told. meant: where meanings are from."""
    told = [known or language_of(cleaned(text)) for text, known in zip(texts, languages, strict=True)]
    if model is None:
        return [Understood(language=language) for language in told]
    split = [_parts(*each) if model.exclusive else [] for each in zip(texts, told, strict=True)]
    pieces = [part for parts in split for part in parts]
    answers = model.understand([*texts, *pieces], [*told, *[""] * len(pieces)], meant)
    rest = iter(answers[len(texts) :])
    return [_joined(whole, [next(rest) for _ in parts]) for whole, parts in zip(answers, split, strict=False)]


def _parts(text: str, language: str) -> list[str]:
    """What may be several requests in one message; nothing when it is one, or too many to be requests."""
    sentences = _ENDS.split(cleaned(text, keep_lines=True))
    ands = _ANDS.get(language)
    parts = _long_enough([part for sentence in sentences for part in (ands.split(sentence) if ands else [sentence])])
    return parts if 1 < len(parts) <= MOST_PARTS else []


def _long_enough(parts: Sequence[str]) -> list[str]:
    """A part of one or two words belongs to what follows it, or at the end to what went before."""
    whole: list[str] = []
    short = ""
    for part in parts:
        short = f"{short} {part}".strip()
        if len(short.split()) >= FEWEST_WORDS:
            whole.append(short)
            short = ""
    return [*whole[:-1], f"{whole[-1]} {short}".strip()] if whole else []


def _joined(whole: Understood, parts: Sequence[Understood]) -> Understood:
    """The whole with further intents of its parts. A whole that is too mixed to be accepted is what its parts are,
    when every one of them is accepted."""
    said = [part.candidates[0] for part in parts if part.accepted]
    if not whole.accepted:
        if not said or len(said) < len(parts):
            return whole
        first = next(part for part in parts if part.accepted)
        whole = replace(whole, candidates=first.candidates, accepted=True, in_scope=first.in_scope)
    if not whole.candidates or not parts:
        return whole
    best = whole.candidates[0].intent
    further = {one.intent: one for one in said if one.intent != best}
    return replace(whole, also=tuple(further.values()))
