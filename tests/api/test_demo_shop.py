"""The demo's shop service: what it refuses, what it keeps, and that a repeat of a named request is one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from router.demo_shop import ShopService, shop_service

NORA = "nora@larkspur.example"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with shop_service(tmp_path) as service, client(service) as http:
        yield http


def client(service: ShopService) -> httpx.AsyncClient:
    headers = {"authorization": f"Bearer {service.token}"}
    return httpx.AsyncClient(base_url=service.url, headers=headers, timeout=30.0, trust_env=False, verify=False)


async def test_an_order_is_shown_to_whom_it_belongs(shop: httpx.AsyncClient) -> None:
    assert (await shop.get("/orders/ls 10012", params={"email": NORA.upper()})).json()["status"] == "on_its_way"
    assert (await shop.get("/orders/10012", params={"email": "jan@larkspur.example"})).status_code == 404
    assert (await shop.get("/orders/10012", headers={"authorization": "Bearer no"})).status_code == 401


async def test_an_order_is_placed_once_and_can_be_cancelled(shop: httpx.AsyncClient) -> None:
    asked = {"sku": "pot", "count": "2", "email": NORA, "address": "Here 1"}
    first = await shop.post("/orders", json=asked, headers={"idempotency-key": "one"})
    again = await shop.post("/orders", json=asked, headers={"idempotency-key": "one"})
    assert first.json() == again.json()
    stock = (await shop.get("/products", params={"q": "POT"})).json()["products"][0]["stock"]
    assert stock == 62
    number = first.json()["number"]
    assert (await shop.post(f"/orders/{number}/cancel", json={"email": NORA})).json()["status"] == "cancelled"
    assert (await shop.get("/products", params={"q": "pot"})).json()["products"][0]["stock"] == 64


async def test_what_cannot_be_is_refused_with_a_word(shop: httpx.AsyncClient) -> None:
    lamp = {"sku": "lamp", "count": "1", "email": NORA}
    assert (await shop.post("/orders", json=lamp)).json() == {"error": "sold_out"}
    moved = await shop.put("/orders/10012/address", json={"email": NORA, "address": "There 2"})
    assert (moved.status_code, moved.json()) == (409, {"error": "on_its_way"})
    back = await shop.post("/returns", json={"number": "10012", "email": NORA, "reason": "broken"})
    assert back.json() == {"error": "not_delivered"}
    assert (await shop.post("/orders", content=b"{")).status_code == 400
    assert (await shop.get("/hours", params={"day": "soon"})).status_code == 422


async def test_an_hour_is_given_once_and_a_restart_remembers(tmp_path: Path) -> None:
    booking = {"day": "2030-05-06", "hour": "09:00", "email": NORA}
    async with shop_service(tmp_path) as service, client(service) as http:
        assert (await http.post("/appointments", json=booking)).status_code == 200
    async with shop_service(tmp_path) as service, client(service) as http:
        assert (await http.post("/appointments", json=booking)).json() == {"error": "taken"}
        assert len((await http.get("/hours", params={"day": "2030-05-06"})).json()["hours"]) == 3
        assert (await http.get("/hours", params={"day": "2030-05-05"})).json()["hours"] == []
