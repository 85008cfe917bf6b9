"""The whole knowledge base of the demo shop, carried into PostgreSQL and out again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from hashlib import blake2b

import pytest

from config.knowledge_files import DEMO, ActionFile, MacroFile, load_knowledge
from config.policy import DEMO as DEMO_POLICY
from config.policy import load
from router.core.article_text import passages
from router.engine.knowledge.carrying import carry_in, carry_out
from router.protocol.errors import BadRequest
from router.store.postgres import article_search, articles, macros
from router.store.postgres.database import Database


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with await Database.open(postgres_url) as database:
        yield database


async def test_it_comes_out_as_it_went_in_and_twice_is_once(database: Database) -> None:
    known, policy = load_knowledge(DEMO), load(DEMO_POLICY)
    first = await carry_in(database, policy, known, by="demo", at=1_000, publish=True)
    assert first.published == first.versions == sum(len(article.texts) for article in known.articles)
    again = await carry_in(database, policy, known, by="demo", at=2_000, publish=True)
    assert (again.versions, again.published) == (0, 0)
    assert {macro.revision for macro in await macros.every(database)} == {1}, "nobody's screen is behind"
    out = await carry_out(database)
    assert {category.key for category in out.categories} == {category.key for category in known.categories}
    assert {article.key: sorted(article.texts, key=str) for article in out.articles} == {
        article.key: sorted(article.texts, key=str) for article in known.articles
    }
    assert {text.short: text.texts for text in out.quick_texts} == {
        text.short: text.texts for text in known.quick_texts
    }
    assert sorted(out.macros, key=str) == sorted(known.macros, key=str)

    for asked, language, key in (
        ("how can I send my parcel back", "en", "return-an-order"),
        ("gdzie jest moja przesyłka", "pl", "where-is-my-order"),
        ("забыла пароль", "ru", "forgotten-password"),
        ("χρειάζομαι ένα τιμολόγιο", "el", "get-an-invoice"),
        ("Was kostet der Versand nach Polen", "de", "delivery-cost-and-time"),
    ):
        best, *_ = await article_search.by_words(database, asked, language, ("public",), limit=5)
        found = await articles.by_id(database, best.article_id)
        assert found is not None
        assert found.key == key
    hidden = await article_search.by_words(database, "angry customer shouts", "en", ("public",), limit=5)
    open_ = await article_search.by_words(database, "angry customer shouts", "en", ("public", "agents"), limit=5)
    assert {found.article_id for found in open_} - {found.article_id for found in hidden}


async def test_what_cannot_work_in_this_centre_is_refused(database: Database) -> None:
    known = load_knowledge(DEMO)
    away = ActionFile(do="hand_over", value="nowhere")
    wrong = replace(known, macros=(MacroFile(key="away", title="Away", actions=(away,)),))
    with pytest.raises(BadRequest, match="There is no queue 'nowhere'"):
        await carry_in(database, load(DEMO_POLICY), wrong, by="demo", at=1_000, publish=True)


def vector(text: str) -> Sequence[float]:
    """A direction of its own for each text, the same for the same text."""
    digest = blake2b(text.encode(), digest_size=16).digest()
    return [byte - 127.5 for byte in digest]


async def test_meaning_finds_what_shares_no_word_in_any_language(database: Database) -> None:
    assert await article_search.prepare_meaning(database)
    assert await article_search.prepare_meaning(database)
    await carry_in(database, load(DEMO_POLICY), load_knowledge(DEMO), by="demo", at=1_000, publish=True)
    read = 0
    while texts := await article_search.unread(database, "test-1"):
        for text in texts:
            told = passages(text.title, text.body, text.examples)
            vectors = [[0.0] * 16 if text.language == "el" else vector(passage) for passage in told]
            await article_search.keep_vectors(database, text, "test-1", vectors)
            read += 1
    assert read == sum(len(article.texts) for article in load_knowledge(DEMO).articles)
    near = await article_search.by_meaning(database, vector("Gdzie jest moja paczka?"), "test-1", ("public",), limit=3)
    found = await articles.by_id(database, near[0].article_id)
    assert found is not None
    assert (found.key, round(near[0].score, 3)) == ("where-is-my-order", 1.0)
    assert await article_search.by_meaning(database, vector("x"), "test-2", ("public",), limit=3) == []
    await articles.withdraw(database, found.id, "pl")
    near = await article_search.by_meaning(database, vector("Gdzie jest moja paczka?"), "test-1", ("public",), limit=3)
    assert near[0].score < 0.99
