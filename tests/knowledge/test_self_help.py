"""Visitors who help themselves, over HTTP: searching, reading, judging, and what is counted of it."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

import httpx
import pytest

from tests.gateway.centre import SHOP, Room
from tests.gateway.http import request
from tests.knowledge.library import draft, written

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def call(room: Room, method: str, path: str, origin: str = SHOP, **options: Any) -> httpx.Response:
    headers = {"origin": origin} | options.pop("headers", {})
    return await request(room.centre.first.url, method, path, headers=headers, **options)


async def posted(room: Room, path: str, **facts: Any) -> Any:
    body = {"account": "shop", "visit": secrets.token_hex(16)} | facts
    response = await call(room, "POST", f"/api/help/{path}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def found(room: Room, text: str) -> list[str]:
    return [hit["key"] for hit in (await posted(room, "search", text=text, language="en"))["hits"]]


async def test_visitors_find_and_read_what_is_public_and_nothing_else(room: Room) -> None:
    sue = await room.tab(room.sue)
    name = f"newts-{room.number}"
    await written(sue, "Gecko ladders", key=f"ladder-{name}")
    await written(sue, "Gecko ladder secrets", key=f"secret-{name}", audience="agents")
    await draft(sue, "Gecko ladder drafts", key=f"draft-{name}")
    assert await found(room, "a ladder for my gecko") == [f"ladder-{name}"]
    shown = await call(room, "GET", f"/api/help/articles/ladder-{name}?account=shop&language=de")
    assert (shown.json()["title"], shown.json()["language"]) == ("Gecko ladders", "en")
    assert "<strong>30 days</strong>" in shown.json()["html"]
    for hidden in ("secret", "draft", "no-such"):
        response = await call(room, "GET", f"/api/help/articles/{hidden}-{name}?account=shop")
        assert (response.status_code, response.json()["error"]["code"]) == (404, "unknown_article")
    shelves = (await call(room, "GET", "/api/help/articles?account=shop&language=de")).json()["shelves"]
    (orders,) = [shelf for shelf in shelves if shelf["key"] == "orders"]
    assert orders["label"] == "Bestellungen"
    keys = [article["key"] for article in orders["articles"]]
    assert f"ladder-{name}" in keys
    assert f"secret-{name}" not in keys


async def test_what_was_fetched_is_asked_for_again_without_being_sent_again(room: Room) -> None:
    sue = await room.tab(room.sue)
    key = f"heron-{room.number}"
    article_id = await written(sue, "Heron hats", key=key)
    path = f"/api/help/articles/{key}?account=shop&language=en"
    first = await call(room, "GET", path)
    assert first.headers["cache-control"] == "public, max-age=60"
    assert "origin" in first.headers["vary"].lower()
    again = await call(room, "GET", path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    saved = await draft(sue, "Heron hats", "New.", article_id=article_id, base_version=1)
    await sue.ask("article.publish", article_id=article_id, language="en", version=saved["version"])
    assert (await call(room, "GET", path, headers={"if-none-match": first.headers["etag"]})).status_code == 200


async def test_addresses_that_cannot_be_are_refused_as_such(room: Room) -> None:
    article = await call(room, "GET", "/api/help/articles/a%00b?account=shop")
    assert (article.status_code, article.json()["error"]["code"]) == (400, "bad_text")
    assert (await call(room, "GET", "/api/help/articles?account=shop&language=%00")).status_code == 200


async def test_only_pages_an_account_allows_may_ask(room: Room) -> None:
    for origin, account in (("http://evil.example", "shop"), (SHOP, "nobody")):
        response = await call(room, "GET", f"/api/help/articles?account={account}", origin=origin)
        assert response.status_code in (403, 404)
        if origin != SHOP:
            assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    "facts",
    [{"visit": "x"}, {"language": "english"}, {"text": 7}, {"text": "a" * 501}, {"visit": "g" * 32}, {"text": "\0"}],
)
async def test_bad_searches_are_refused(room: Room, facts: dict[str, Any]) -> None:
    body = {"account": "shop", "visit": "a" * 32, "language": "en", "text": "x"} | facts
    assert (await call(room, "POST", "/api/help/search", json=body)).status_code == 400


async def test_who_is_satisfied_is_counted_by_visits(room: Room) -> None:
    sue = await room.tab(room.sue)
    key = f"ibis-{room.number}"
    article_id = await written(sue, "Ibis islands", key=key)
    before = await numbers(room)
    happy, unhappy, reader, seeker = (secrets.token_hex(16) for _ in range(4))
    for visit in (happy, unhappy, reader):
        await posted(room, "search", visit=visit, text="ibis island", language="en")
        await posted(room, "visit", visit=visit, what="read", key=key)
    await posted(room, "search", visit=seeker, text="zyzzyva", language="en")
    await posted(room, "visit", visit=happy, what="helped", key=key)
    await posted(room, "visit", visit=unhappy, what="helped", key=key)
    await posted(room, "visit", visit=unhappy, what="not_helped", key=key)
    await posted(room, "visit", visit=unhappy, what="person")
    after = await numbers(room)
    grown = {name: after[name] - before[name] for name in after if name != "satisfied_share"}
    assert grown == {
        "visits": 4,
        "searched": 4,
        "read": 3,
        "helped": 1,
        "not_helped": 1,
        "person": 1,
        "satisfied": 1,
        "left": 1,
        "unanswered": 1,
    }
    seen = await sue.ask("knowledge.overview", days=1)
    assert (seen["visits"], seen["satisfied"], seen["left"]) == (after["visits"], after["satisfied"], after["left"])
    article = (await sue.ask("article.fetch", article_id=article_id))["article"]
    assert (article["helped"], article["not_helped"]) == (2, 1)
    body = {"account": "shop", "visit": happy, "what": "helped", "key": "no-such"}
    assert (await call(room, "POST", "/api/help/visit", json=body)).status_code == 404


async def numbers(room: Room) -> dict[str, Any]:
    cookie = await room.centre.cookie(room.sue)
    response = await call(room, "GET", "/api/metrics", headers={"cookie": f"usher_session={cookie}"})
    counted: dict[str, Any] = response.json()["self_help"]
    return counted


async def test_one_address_may_not_ask_without_end(room: Room) -> None:
    async with room.centre.another() as node:
        asked = (
            request(node.url, "GET", "/api/help/articles?account=shop", headers={"origin": SHOP}) for _ in range(90)
        )
        codes = {response.status_code for response in await asyncio.gather(*asked)}
    assert codes == {200, 429}
