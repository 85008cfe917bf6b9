"""What browsers load beside the protocol: pages with a strict policy, and nothing in the log that opens a page."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import config.policy
from router.api import health, pages
from router.api.answers import guarded

SHOP = config.policy.DEMO.parent / "shop"


async def call(app: Starlette, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://centre.example") as http:
        return await http.get(path)


@pytest.mark.parametrize("path", ["/shop/", "/shop/index.html", "/widget/portal.html", "/shop/nothing.html"])
async def test_a_folder_gives_out_no_page_without_a_strict_policy(path: str) -> None:
    answer = await call(Starlette(routes=list(pages.routes(shop=SHOP))), path)
    html = answer.headers["content-type"].startswith("text/html")
    assert not html or answer.headers["content-security-policy"] == pages.STRICT_CSP
    assert answer.status_code == (200 if path.startswith("/shop/") and "nothing" not in path else 404)


async def test_an_address_that_is_a_key_is_not_logged_when_something_goes_wrong() -> None:
    async def fails(_: Request) -> Response:
        raise ZeroDivisionError

    with structlog.testing.capture_logs() as lines:
        answer = await call(Starlette(routes=[Route("/my/{key}", guarded(fails))]), "/my/c0ffee")
    assert answer.status_code == 503
    assert [line["event"] for line in lines] == ["request failed"]
    assert "c0ffee" not in str(lines)
    assert "fails" in lines[0]["endpoint"]


async def test_an_address_that_no_store_can_look_for_is_refused_before_anything_does() -> None:
    async def never(_: Request) -> Response:
        raise AssertionError

    answer = await call(Starlette(routes=[Route("/files/{key}", guarded(never))]), "/files/%00")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_text")


async def test_a_node_whose_store_is_silent_is_not_ready_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "READY_S", 0)
    centre: Any = SimpleNamespace(store=SimpleNamespace(seq=silent), database=SimpleNamespace(fetch_value=silent))
    with structlog.testing.capture_logs() as lines:
        answer = await call(Starlette(routes=list(health.routes(centre))), "/readyz")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "unavailable")
    assert lines == []
