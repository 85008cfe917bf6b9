"""Teaching the engine: what bots' files, published articles and supervisors say is learnt again whenever it changes.

A node teaches for itself, beside its engine, into its data folder; the engine reads the new model within a second.
Until the first one is there, bots go by shared words.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import structlog

from router.core.bot.meaning import ARTICLE
from router.core.understood import Learns, NotLearnt, Taught
from router.engine.bot.bots import examples
from router.engine.centre import Centre
from router.engine.patience import patiently
from router.store.postgres import articles, bot_examples

log = structlog.get_logger()

LOOKED_EVERY_S = 10.0
FIRST_LOOK_S = 1.0
"""After the start, which goes first: reading what is known and teaching it take a core for a while."""
TRIED_AGAIN_S = 60.0


async def run(centre: Centre, learner: Learns, model: Path) -> None:
    """Keep the model as what is to be taught, for ever. One the engine cannot read, after an upgrade, is made anew.

    model: the file the learner puts it into.
    """
    tried: dict[str, float] = {}
    began = asyncio.get_running_loop().time()

    async def once() -> None:
        if centre.bots.by_name:
            taught = await everything(centre)
            print_ = fingerprint(taught)
            now = asyncio.get_running_loop().time()
            read = getattr(centre.bots.engine, "model_version", "") or now - began < TRIED_AGAIN_S
            if (print_ != _known(model) or not read) and now - tried.get(print_, -TRIED_AGAIN_S) >= TRIED_AGAIN_S:
                tried.clear()
                tried[print_] = now
                await _teach(learner, model, taught, print_)
        await asyncio.sleep(LOOKED_EVERY_S)

    await asyncio.sleep(FIRST_LOOK_S)
    await patiently("teaching", once)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleDraft:
    """An article's text that is not published. article_id: "" for an article nobody has saved. texts: its questions."""

    article_id: str
    language: str
    title: str
    texts: tuple[str, ...]

    @property
    def intent(self) -> str:
        return ARTICLE + self.article_id

    def replaces(self, published: articles.Published) -> bool:
        return (published.article.id, published.language) == (self.article_id, self.language)


async def everything(centre: Centre, *, instead: ArticleDraft | None = None) -> list[tuple[str, str]]:
    """Intent and text of all there is to learn, in an order of its own. instead: as if it were published."""
    taught = {pair for bot in centre.bots.by_name.values() for pair in examples(bot)}
    asked = [
        (ARTICLE + published.article.id, text)
        for published in await articles.published(centre.database)
        if published.article.audience == "public" and (instead is None or not instead.replaces(published))
        for text in (published.title, *published.examples)
    ]
    if instead is not None:
        asked += [(instead.intent, text) for text in (instead.title, *instead.texts)]
    own = await asyncio.to_thread(centre.bots.own, frozenset(text for _, text in asked))
    taught |= {pair for pair in asked if pair[1] not in own}
    for known in await bot_examples.all_of(centre.database, list(centre.bots.by_name)):
        taught.add((known.intent, known.text))
    return sorted(taught)


def fingerprint(taught: Taught) -> str:
    return blake2b(json.dumps(taught).encode(), digest_size=16).hexdigest()


async def _teach(learner: Learns, model: Path, taught: Taught, print_: str) -> None:
    """Have it learn, and keep beside the model what it was made of."""
    try:
        version = await learner.teach(taught)
    except NotLearnt as reason:
        log.warning("bots not taught", reason=str(reason))
        return
    _mark(model).write_text(print_)
    log.info("bots taught", examples=len(taught), model=version)


def _mark(model: Path) -> Path:
    return model.with_suffix(".of")


def _known(model: Path) -> str:
    try:
        return _mark(model).read_text() if model.exists() else ""
    except OSError:
        return ""
