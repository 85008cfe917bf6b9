"""Articles through the wire: writing, publishing, finding, reading, proposing."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import pytest

from tests.gateway import corpora
from tests.gateway.centre import Room
from tests.gateway.wire import Refused, Tab
from tests.knowledge.library import draft, found, written

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def staff(room: Room) -> tuple[Tab, Tab]:
    """Sue, who edits, and Anna, who reads."""
    return await room.tab(room.sue), await room.tab(room.anna)


async def test_a_draft_is_read_by_nobody_until_it_is_published(room: Room) -> None:
    sue, anna = await staff(room)
    saved = await draft(sue, "Zebra crossings for hedgehogs")
    assert await found(anna, "zebra hedgehogs") == []
    assert await anna.refused("article.read", article_id=saved["article_id"]) == "unknown_article"
    await sue.ask("article.publish", article_id=saved["article_id"], language="en", version=1)
    assert await found(anna, "hedgehog on the zebra crossing") == [saved["article_id"]]
    shown = await anna.ask("article.read", article_id=saved["article_id"])
    assert "<strong>30 days</strong>" in shown["html"]
    assert shown["parts"][1] == {"heading": "Labels", "text": "Print the label at home, or ask us for one."}


async def test_readers_see_the_published_version_while_a_newer_one_is_written(room: Room) -> None:
    sue, anna = await staff(room)
    article_id = await written(sue, "Badger doors", "Old words.")
    await draft(sue, "Badger doors", "New words.", article_id=article_id, base_version=1)
    assert "Old words." in (await anna.ask("article.read", article_id=article_id))["html"]
    article = await sue.ask("article.fetch", article_id=article_id)
    assert article["article"]["drafts"] == ["en"]
    await sue.ask("article.publish", article_id=article_id, language="en", version=2)
    assert "New words." in (await anna.ask("article.read", article_id=article_id))["html"]
    history = (await sue.ask("article.versions", article_id=article_id, language="en"))["versions"]
    assert [(row["version"], row["published"]) for row in history] == [(2, True), (1, False)]


async def test_an_old_version_comes_back_as_the_newest_draft(room: Room) -> None:
    sue, _ = await staff(room)
    article_id = await written(sue, "Otter slides", "First.")
    await draft(sue, "Otter slides", "Second.", article_id=article_id, base_version=1)
    restored = await sue.ask("article.restore", article_id=article_id, language="en", version=1)
    assert restored["version"] == 3
    texts = (await sue.ask("article.fetch", article_id=article_id))["texts"]
    assert [(text["version"], text["body"]) for text in texts] == [(3, "First.")]
    gone: dict[str, Any] = {"article_id": article_id, "language": "en", "version": 9}
    assert await sue.refused("article.restore", **gone) == "unknown_article"


async def test_of_two_editors_the_second_is_told_and_nothing_of_theirs_is_kept(room: Room) -> None:
    sue, _ = await staff(room)
    article_id = await written(sue, "Mole maps", "One.")
    facts: dict[str, Any] = {"article_id": article_id, "base_version": 1}
    outcomes = await asyncio.gather(
        draft(sue, "Mole maps", "Two.", **facts),
        draft(sue, "Mole maps", "Three.", **facts, audience="agents"),
        return_exceptions=True,
    )
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert refused.code == "article_changed"
    assert refused.detail == {"version": 2}
    versions = (await sue.ask("article.versions", article_id=article_id, language="en"))["versions"]
    assert len(versions) == 2
    article = (await sue.ask("article.fetch", article_id=article_id))["article"]
    assert article["audience"] == ("agents" if versions[0]["body"] == "Three." else "public")


async def test_saving_again_after_a_lost_answer_makes_one_article_and_one_version(room: Room) -> None:
    sue, _ = await staff(room)
    once = {"client_id": f"s{secrets.token_hex(6)}"}
    first = await draft(sue, "Newt nets", **once)
    assert await draft(sue, "Newt nets", **once) == first
    assert await sue.refused("article.save", **_save(key="orders-x", article_id="art_none")) == "unknown_article"
    await draft(sue, "Newt hats", key=f"newt-{room.number}")
    assert await sue.refused("article.save", **_save(key=f"newt-{room.number}")) == "article_exists"
    assert await sue.refused("article.save", **_save(category="nowhere")) == "unknown_category"


def _save(**facts: Any) -> dict[str, Any]:
    usual = {"client_id": f"s{secrets.token_hex(6)}", "category": "orders", "audience": "public", "language": "en"}
    return usual | {"base_version": 0, "title": "Newts", "body": "Newts."} | facts


async def test_only_editors_write_and_see_drafts(room: Room) -> None:
    sue, anna = await staff(room)
    saved = await draft(sue, "Secret shrews")
    for kind, facts in {
        "article.save": _save(),
        "article.fetch": {"article_id": saved["article_id"]},
        "article.publish": {"article_id": saved["article_id"], "language": "en", "version": 1},
        "article.archive": {"article_id": saved["article_id"], "archived": True},
        "category.remove": {"key": "orders"},
        "articles.missed": {},
        "articles.list": {"which": "drafts"},
    }.items():
        assert await anna.refused(kind, **facts) == "wrong_role"
    titles = [row["title"] for row in (await anna.ask("articles.list"))["articles"]]
    assert "Secret shrews" not in titles
    drafts = [row["title"] for row in (await sue.ask("articles.list", which="drafts"))["articles"]]
    assert "Secret shrews" in drafts


async def test_an_article_is_shown_in_the_readers_language_or_the_nearest(room: Room) -> None:
    sue, anna = await staff(room)
    article_id = await written(sue, "Stoat stoves")
    saved = await draft(
        sue,
        "Hermelinöfen",
        "Für kalte Tage.",
        article_id=article_id,
        language="de",
        examples=["Ist es Hermelinen warm?"],
    )
    assert await found(anna, "hermelin warm", language="de") == []
    await sue.ask("article.publish", article_id=article_id, language="de", version=saved["version"])
    assert await found(anna, "Ist dem Hermelin warm genug?", language="de") == [article_id]
    shown = await anna.ask("article.read", article_id=article_id, language="el")
    assert (shown["language"], shown["languages"]) == ("en", ["de", "en"])
    await sue.ask("article.withdraw", article_id=article_id, language="en")
    assert (await anna.ask("article.read", article_id=article_id, language="el"))["language"] == "de"


async def test_polish_is_found_without_its_marks_and_in_other_cases(room: Room) -> None:
    sue, anna = await staff(room)
    await draft(sue)
    article_id = await written(sue, "Łasica w ogródku", "Łasice lubią gałęzie.", language="pl")
    assert await found(anna, "lasicami w galeziach", language="pl") == [article_id]


async def test_who_writes_another_language_than_their_page_speaks_finds_it_all_the_same(room: Room) -> None:
    sue, anna = await staff(room)
    await draft(sue)
    article_id = await written(sue, "Murmeltierhöhlen", language="de")
    assert await found(anna, "Murmeltierhöhle", language="en") == [article_id]


async def test_the_rarer_word_decides_and_the_title_counts_most(room: Room) -> None:
    sue, anna = await staff(room)
    common = await written(sue, "Vole garden tools", "Tools for every garden.")
    rare = await written(sue, "Vole garden umbrella", "Keeps voles dry.")
    aside = await written(sue, "Vole garden chairs", "An umbrella is sold apart.")
    assert await found(anna, "vole umbrella for the garden") == [rare, aside, common]


async def test_an_archived_article_is_found_no_more_and_can_be_brought_back(room: Room) -> None:
    sue, anna = await staff(room)
    article_id = await written(sue, "Weasel whistles")
    await sue.ask("article.archive", article_id=article_id, archived=True)
    assert await found(anna, "weasel whistle") == []
    archived = (await sue.ask("articles.list", which="archived"))["articles"]
    assert article_id in [row["article_id"] for row in archived]
    await sue.ask("article.archive", article_id=article_id, archived=False)
    assert await found(anna, "weasel whistle") == [article_id]


async def test_categories_are_a_tree_and_stay_while_something_is_in_them(room: Room) -> None:
    sue, anna = await staff(room)
    top, below = f"top-{room.number}", f"below-{room.number}"
    await sue.ask("category.put", key=top, labels={"en": "Top"})
    await sue.ask("category.put", key=below, parent=top, labels={"en": "Below"})
    article_id = await written(sue, "Lynx links", category=below)
    listed = (await anna.ask("articles.list", category=top))["articles"]
    assert [row["article_id"] for row in listed] == [article_id]
    assert await sue.refused("category.put", key=top, parent=below, labels={"en": "Top"}) == "bad_value"
    assert await sue.refused("category.put", key=below, parent="nowhere", labels={"en": "B"}) == "unknown_category"
    assert await sue.refused("category.remove", key=below) == "category_in_use"
    keys = [row["key"] for row in (await anna.ask("categories.fetch"))["categories"]]
    assert keys.index(top) < keys.index(below)


async def test_lists_go_on_where_they_ended(room: Room) -> None:
    sue, anna = await staff(room)
    category = f"pages-{room.number}"
    await sue.ask("category.put", key=category, labels={"en": "Pages"})
    for title in ("b", "A", "c"):
        await written(sue, f"{title} page", category=category)
    seen, after, more = list[str](), "", True
    while more:
        page = await anna.ask("articles.list", category=category, after=after, limit=2)
        seen += [row["title"] for row in page["articles"]]
        after, more = page["articles"][-1]["article_id"], page["more"]
    assert seen == ["A page", "b page", "c page"]


async def test_use_is_counted_and_what_nobody_uses_grows_stale(room: Room) -> None:
    sue, anna = await staff(room)
    article_id = await written(sue, "Ferret ferries")
    for what in ("inserted", "inserted", "helped", "not_helped"):
        await anna.ask("article.used", article_id=article_id, what=what)
    assert await anna.refused("article.used", article_id="art_none", what="helped") == "unknown_article"
    article = (await sue.ask("article.fetch", article_id=article_id))["article"]
    assert (article["used"], article["helped"], article["not_helped"]) == (2, 1, 1)
    stale = {row["article_id"] for row in (await sue.ask("articles.list", which="stale"))["articles"]}
    assert article_id not in stale
    await room.centre.database.execute("UPDATE articles SET reviewed_at = 0 WHERE id = $1", article_id)
    stale = {row["article_id"] for row in (await sue.ask("articles.list", which="stale"))["articles"]}
    assert article_id in stale
    assert (await sue.ask("knowledge.overview"))["stale"] == len(stale)
    assert await anna.refused("knowledge.overview") == "wrong_role"
    await sue.ask("article.review", article_id=article_id)
    stale = {row["article_id"] for row in (await sue.ask("articles.list", which="stale"))["articles"]}
    assert article_id not in stale


async def test_what_was_looked_for_in_vain_is_kept_together_and_names_nobody(room: Room) -> None:
    sue, anna = await staff(room)
    for text in ("Platypus insurance for order 4711-0815", "platypus insurance order, tell ola@shop.example"):
        assert await found(anna, text[:12], remember=False) == await found(anna, text) == []
    groups = (await sue.ask("articles.missed"))["groups"]
    (group,) = [group for group in groups if "platypus" in group["texts"][0]]
    assert group["count"] == 2
    assert sorted(group["texts"]) == ["platypus insurance for order …", "platypus insurance order, tell …"]
    await sue.ask("articles.dismiss_missed", language="en", texts=group["texts"])
    assert not any("platypus" in text for g in (await sue.ask("articles.missed"))["groups"] for text in g["texts"])


async def test_articles_are_suggested_by_what_the_customer_writes(room: Room) -> None:
    sue, anna = await staff(room)
    article_id = await written(sue, "Capybara baths", audience="agents")
    customer = await room.customer()
    conversation_id, _ = await room.talking(anna, customer, "How do I bathe a capybara?")
    suggested = await anna.ask("articles.suggest", conversation_id=conversation_id)
    assert [hit["article_id"] for hit in suggested["hits"]] == [article_id]
    ben = await room.tab(room.ben)
    assert await ben.refused("articles.suggest", conversation_id=conversation_id) == "not_yours"


async def test_an_answered_conversation_becomes_a_draft_for_an_editor(room: Room) -> None:
    sue, anna = await staff(room)
    await draft(sue)
    customer = await room.customer()
    conversation_id, _ = await room.talking(anna, customer, "Can I keep a wombat in the shed?")
    here = {"conversation_id": conversation_id}
    assert await anna.refused("article.propose", **here) == "text_empty"
    await anna.ask("message.send", **here, client_id="m1", text="Yes, if it is dry.")
    proposed = await anna.ask("article.propose", **here)
    assert await anna.ask("article.propose", **here) == proposed
    fetched = await sue.ask("article.fetch", article_id=proposed["article_id"])
    assert fetched["article"]["state"] == "draft"
    assert fetched["article"]["proposed_from"] == conversation_id
    (text,) = fetched["texts"]
    assert (text["title"], text["body"]) == ("Can I keep a wombat in the shed?", "Yes, if it is dry.")
    ben = await room.tab(room.ben)
    assert await ben.refused("article.propose", **here) == "not_yours"
    same = {name: text[name] for name in ("title", "body", "examples", "language")}
    theirs = {"article_id": proposed["article_id"], "base_version": proposed["version"], "client_id": "p1"}
    await sue.ask("article.save", **same, **theirs, audience="public", category="orders")
    assert await anna.ask("article.propose", **here) == proposed
    kept = (await sue.ask("article.fetch", article_id=proposed["article_id"]))["article"]
    assert (kept["audience"], kept["category"]) == ("public", "orders"), "it is the editor's by now"


async def test_any_text_can_be_searched_for(room: Room) -> None:
    _, anna = await staff(room)
    for text in [*corpora.naughty_strings()[::5], "a" * 9_999, "'\\:*&|!() <->", "№" * 500]:
        reply = await anna.answer({"type": "articles.search", "id": 7_000, "text": text})
        assert reply["type"] == "ok" or reply["code"] in ("bad_text", "text_too_long"), text[:40]


async def test_a_preview_shows_what_readers_will_see_and_nothing_that_runs(room: Room) -> None:
    sue, _ = await staff(room)
    body = "<script>alert(1)</script> [x](javascript:alert(1)) **b** ![p](https://x.example/p.png)"
    html = (await sue.ask("article.preview", body=body))["html"]
    assert "<strong>b</strong>" in html
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
