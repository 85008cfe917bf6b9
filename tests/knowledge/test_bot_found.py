"""Which article a bot gives as an answer: one that is surely about the question, by meaning."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from config.knowledge_files import DEMO, load_knowledge
from config.policy import DEMO as DEMO_POLICY
from config.policy import load
from router.engine.bot import found
from router.engine.centre import Centre
from router.engine.knowledge import meaning
from router.engine.knowledge.carrying import carry_in
from router.engine.knowledge.meaning import Meaning
from router.store.postgres import articles
from router.store.postgres.database import Database
from router.understanding import semantic


class Vectors:
    """The engine's own, without its process."""

    name = semantic.NAME

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[float(value) for value in row] for row in semantic.encode(texts)]


async def test_only_what_is_surely_meant_is_an_answer(postgres_url: str) -> None:
    async with await Database.open(postgres_url) as database:
        await carry_in(database, load(DEMO_POLICY), load_knowledge(DEMO), by="demo", at=1_000, publish=True)
        centre: Any = cast(Centre, SimpleNamespace(database=database, meaning=Meaning(embedder=Vectors())))
        await meaning.read_all(centre)

        async def key_of(text: str, language: str) -> str:
            answer = await found.article(centre, "", text, language)
            article = await articles.by_id(database, answer.name) if answer is not None else None
            return article.key if article is not None else ""

        sure, unsure = "how do I return my order", "what is the capital of Norway"
        assert await key_of(sure, "en") == "return-an-order"
        assert await key_of("забыла пароль", "ru") == "forgotten-password"
        assert await key_of(unsure, "en") == await key_of("parcel", "en") == ""
        centre.meaning = Meaning()
        assert await key_of(sure, "en") == "", "shared words are never sure"
