"""Searching by meaning: what turns texts into vectors, and reading articles with it as they are published.

Without an engine, or without pgvector in PostgreSQL, articles are found by their words alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import structlog

from router.core.article_text import passages
from router.engine.exchange import woken
from router.engine.patience import patiently
from router.store.postgres import article_search

if TYPE_CHECKING:
    from router.engine.centre import Centre

log = structlog.get_logger()

ASKED_WITHIN_S = 0.5
READ_WITHIN_S = 60.0
LOOKED_EVERY_S = 10.0
PASSAGE_CHARS = 1_000


class Embedder(Protocol):
    """name: engine and version; vectors of different names are never compared."""

    @property
    def name(self) -> str: ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each text, all of one length; of zeros for a text it has nothing to say to.

        May raise anything, and may be cancelled.
        """
        ...


@dataclass(slots=True)
class Meaning:
    """embedder: None: there is no engine. able: PostgreSQL can search by it."""

    embedder: Embedder | None = None
    able: bool = False
    something_published: asyncio.Event = field(default_factory=asyncio.Event)
    """Known durably as well: it only makes haste."""

    async def of(self, text: str) -> Sequence[float] | None:
        """A question's meaning, if it can be told within a moment."""
        if self.embedder is None or not self.able or not text.strip():
            return None
        try:
            async with asyncio.timeout(ASKED_WITHIN_S):
                (vector,) = await self.embedder.embed([text])
        except TimeoutError:
            log.info("meaning not told in time")
        except Exception as error:  # words are enough
            log.warning("meaning not told", error=type(error).__name__)
        else:
            return vector if any(vector) else None
        return None


async def run(centre: Centre) -> None:
    """Have the engine read what is published, for ever; every node may."""

    async def once() -> None:
        await woken(centre.meaning.something_published, LOOKED_EVERY_S)
        await read_all(centre)

    await patiently("meaning of articles", once)


async def read_all(centre: Centre) -> int:
    """Keep vectors of every published text that has none; how many texts were read."""
    meaning, count = centre.meaning, 0
    if meaning.embedder is None:
        return 0
    if not meaning.able:
        meaning.able = await article_search.prepare_meaning(centre.database)
    while meaning.able and (texts := await article_search.unread(centre.database, meaning.embedder.name)):
        for text in texts:
            told = [passage[:PASSAGE_CHARS] for passage in passages(text.title, text.body, text.examples)]
            async with asyncio.timeout(READ_WITHIN_S):
                vectors = await meaning.embedder.embed(told)
            await article_search.keep_vectors(centre.database, text, meaning.embedder.name, vectors)
            count += 1
    return count
