"""Vectors of meaning from the engine's worker, as `router.engine.knowledge.meaning` asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from router.understanding import semantic
from router.understanding.service import MOST_TEXTS, Understanding


class NoVectors(Exception):
    """The engine has no room, no time or no worker now."""


class Embedding:
    """Texts to vectors, any number at a time; a vector of zeros for a script the engine does not read."""

    def __init__(self, engine: Understanding) -> None:
        self._engine = engine

    @property
    def name(self) -> str:
        return semantic.NAME

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Raises NoVectors."""
        found: list[Sequence[float]] = []
        for start in range(0, len(texts), MOST_TEXTS):
            vectors = await self._engine.vectors(texts[start : start + MOST_TEXTS])
            if vectors is None:
                raise NoVectors
            found += vectors
        return found
