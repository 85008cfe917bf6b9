"""Searching by meaning on a running centre: read when published, together with words, and never waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from router.engine.knowledge.meaning import Meaning
from router.engine.knowledge.searching import fused
from router.store.postgres.article_search import Found


class Slow:
    """An engine that has gone to sleep, or has nothing to say."""

    name = "slow-1"

    def __init__(self, vector: Sequence[float], *, after_s: float = 0.0) -> None:
        self._vector, self._after_s = vector, after_s

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        await asyncio.sleep(self._after_s)
        if not self._vector:
            raise RuntimeError("no room")
        return [self._vector for _ in texts]


@pytest.mark.parametrize(
    ("engine", "told"),
    [(Slow([1.0, 0.0]), [1.0, 0.0]), (Slow([0.0, 0.0]), None), (Slow([]), None), (Slow([1.0], after_s=3_600), None)],
)
async def test_an_engine_that_is_late_or_fails_is_not_waited_for(engine: Slow, told: list[float] | None) -> None:
    assert await Meaning(embedder=engine, able=True).of("Where is my parcel?") == told


async def test_without_pgvector_or_a_question_no_engine_is_asked() -> None:
    assert await Meaning(embedder=Slow([1.0])).of("Where is my parcel?") is None
    assert await Meaning(embedder=Slow([1.0]), able=True).of("  ") is None


def test_words_and_meaning_make_one_order_without_what_hardly_fits() -> None:
    words = [Found(article_id="a", score=0.9), Found(article_id="b", score=0.2)]
    near = [Found(article_id="b", score=0.8), Found(article_id="c", score=0.1)]
    assert [found.article_id for found in fused(words, near, share=0.6)] == ["b", "a"]
    assert [found.article_id for found in fused(words, None)] == ["a", "b"]
    assert fused([], []) == []
