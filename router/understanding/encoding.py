"""Engines: which encoders are joined. A model says by name which engine it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np

from router.understanding import semantic
from router.understanding.lexical import WIDTH as LEXICAL_WIDTH
from router.understanding.lexical import Floats, Lexical, Pieces, pieces

Engine = Literal["wording", "meaning"]
"""wording: the lexical encoder alone. meaning: the semantic one with the lexical beside it."""

Meanings = Callable[[Engine, Sequence[str]], Floats]
"""As `meanings` below."""

ENGINES: tuple[Engine, ...] = get_args(Engine)
WORDING_BESIDE_MEANING = 0.6
"""Length of the lexical part beside a semantic part of length 1; chosen on validation data (docs/benchmarks)."""


class EngineMissing(RuntimeError):
    """The engine is not installed here."""


def best_engine() -> Engine:
    """The best of those installed."""
    return "meaning" if semantic.available() else "wording"


def engine_name(engine: Engine) -> str:
    """With versions, as it is recorded beside figures."""
    return f"lexical-{LEXICAL_WIDTH}" if engine == "wording" else f"{semantic.NAME}+lexical-{LEXICAL_WIDTH}"


def require(engine: str) -> Engine:
    """Raises EngineMissing."""
    if engine not in ENGINES or (engine == "meaning" and not semantic.available()):
        raise EngineMissing(f"the understanding engine {engine!r} is not installed here")
    return engine


def meanings(engine: Engine, texts: Sequence[str]) -> Floats:
    """The part that does not depend on what was taught, and takes most of the time; of no width by wording alone."""
    return semantic.encode(texts) if engine == "meaning" else np.zeros((len(texts), 0), np.float32)


def remembering() -> Meanings:
    """Meanings of texts that several models are asked about, worked out once and kept for as long as this is."""
    known: dict[tuple[Engine, str], Floats] = {}

    def of(engine: Engine, texts: Sequence[str]) -> Floats:
        new = [text for text in dict.fromkeys(texts) if (engine, text) not in known]
        for text, row in zip(new, meanings(engine, new), strict=True):
            known[engine, text] = row
        return np.array([known[engine, text] for text in texts], np.float32).reshape(len(texts), -1)

    return of


def encode(engine: Engine, lexical: Lexical, texts: Sequence[str], meant: Meanings = meanings) -> Floats:
    """texts × width of the engine. A text without anything known has a row of zeros."""
    return joined(lexical, [pieces(text) for text in texts], meant(engine, texts))


def joined(lexical: Lexical, texts: Sequence[Pieces], meanings: Floats) -> Floats:
    """texts × width, of what of them does not depend on what was taught: pieces and meanings."""
    weight = WORDING_BESIDE_MEANING if meanings.shape[1] else 1.0
    return np.concatenate([meanings, weight * lexical.encode(texts)], axis=1)
