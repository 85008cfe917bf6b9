"""The HTTP endpoints: signing in, what a widget asks, pages; and what strangers send them."""

from __future__ import annotations

import asyncio
import json
import math
import socket
import time
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from router.protocol.errors import CODES
from tests.gateway import corpora
from tests.gateway.centre import PASSWORD, SHOP, Room
from tests.gateway.http import request
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVIL = "http://evil.example"


async def call(room: Room, method: str, path: str, **options: Any) -> httpx.Response:
    return await request(room.centre.first.url, method, path, **options)


def browser(room: Room) -> httpx.AsyncClient:
    """One connection for many requests."""
    return httpx.AsyncClient(base_url=room.centre.first.url, timeout=PATIENCE_S, trust_env=False, verify=False)


def refused(response: httpx.Response) -> str:
    """The public code of a refusal, which shows nothing else."""
    error = response.json()["error"]
    assert error["code"] in CODES
    assert not [word for word in ("Traceback", "asyncpg", ".py", "SELECT") if word in response.text]
    assert response.headers["content-type"] == "application/json"
    return str(error["code"])


async def sign_in(room: Room, agent_id: str, password: str = PASSWORD, **options: Any) -> httpx.Response:
    body = {"email": f"{agent_id}@Centre.example", "password": password}
    return await call(room, "POST", "/api/login", json=body, **options)


async def test_signing_in_gives_a_cookie_that_scripts_and_other_sites_cannot_use(room: Room) -> None:
    response = await sign_in(room, room.anna)
    assert response.json() == {
        "agent_id": room.anna,
        "name": f"Anna Room{room.number}",
        "role": "agent",
        "language": "en",
    }
    cookie = response.headers["set-cookie"].lower()
    assert all(flag in cookie for flag in ("usher_session=", "httponly", "samesite=strict", "path=/"))
    assert response.headers["cache-control"] == "no-store"
    token = response.cookies["usher_session"]
    headers = {"cookie": f"usher_session={token}"}
    assert (await call(room, "GET", "/api/me", headers=headers)).json()["agent_id"] == room.anna
    assert (await call(room, "POST", "/api/logout", headers=headers)).status_code == 204
    assert refused(await call(room, "GET", "/api/me", headers=headers)) == "not_signed_in"


async def test_another_sites_page_can_neither_sign_in_nor_out(room: Room) -> None:
    headers = {"origin": EVIL}
    assert refused(await sign_in(room, room.anna, headers=headers)) == "bad_origin"
    assert refused(await call(room, "POST", "/api/logout", headers=headers)) == "bad_origin"


async def test_many_wrong_passwords_are_stopped_even_all_at_once_while_others_sign_in(room: Room) -> None:
    answers = await asyncio.gather(*(sign_in(room, room.anna, "wrong") for _ in range(25)))
    codes = [refused(answer) for answer in answers]
    assert codes.count("bad_credentials") <= 10
    assert set(codes) == {"bad_credentials", "too_many_requests"}
    assert refused(await sign_in(room, room.anna)) == "too_many_requests"
    assert (await sign_in(room, room.ben)).status_code == 200


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(room: Room) -> None:
    """By turns, and the quickest of each counts: others only slow them down."""
    quickest: dict[str, float] = {}
    for _ in range(8):
        for name in (room.anna, "nobody"):
            began = time.perf_counter()
            assert refused(await sign_in(room, name, "wrong")) == "bad_credentials"
            quickest[name] = min(time.perf_counter() - began, quickest.get(name, math.inf))
        if quickest["nobody"] > quickest[room.anna] / 3:
            return
    pytest.fail(f"an unknown address is told apart by the time: {quickest}")


async def test_a_session_cookie_is_worth_nothing_when_forged(room: Room) -> None:
    for token in ("", "x", "a" * 5_000, "' OR 1=1 --", "%00"):
        response = await call(room, "GET", "/api/me", headers={"cookie": f"usher_session={token}"})
        assert refused(response) == "not_signed_in"


async def test_only_pages_of_the_account_may_ask_for_its_widget(room: Room) -> None:
    for origin in (SHOP, "https://a.shop.example", room.centre.first.url):
        response = await call(room, "GET", "/api/widget/config?account=shop", headers={"origin": origin})
        assert response.status_code == 200
        if origin != room.centre.first.url:
            assert response.headers["access-control-allow-origin"] == origin
        assert "origin" in response.headers["vary"].lower()
    for origin in (EVIL, "null", "https://shop.example.evil.example", "http://shop.example:8080", ""):
        for response in (
            await call(room, "GET", "/api/widget/config?account=shop", headers={"origin": origin}),
            await call(room, "POST", "/api/widget/session", json={"account": "shop"}, headers={"origin": origin}),
            await call(room, "OPTIONS", "/api/widget/session", headers={"origin": origin}),
        ):
            assert "access-control-allow-origin" not in response.headers
            assert response.status_code == 204 or refused(response) == "bad_origin"


async def test_the_widget_is_told_what_the_account_shows_and_whether_anybody_is_in(room: Room) -> None:
    await room.tab(room.anna)
    response = await call(room, "GET", "/api/widget/config?account=strict", headers={"origin": SHOP})
    shown = response.json()
    assert shown["pre_chat"] == {"name": "required", "email": "required"}
    assert shown["welcome"] == {"en": "Hello", "pl": "Hello"}
    labels = {"en": room.queue.title(), "pl": room.queue.title()}
    assert {"name": room.queue, "labels": labels, "closed": None} in shown["departments"]
    assert shown["closed"] is None
    assert shown["agents_online"] is True


async def test_a_preflight_of_an_allowed_page_is_answered(room: Room) -> None:
    response = await call(room, "OPTIONS", "/api/widget/session", headers={"origin": SHOP})
    assert response.headers["access-control-allow-origin"] == SHOP
    assert response.headers["access-control-allow-headers"] == "authorization, content-type"


@pytest.mark.parametrize("path", ["/api/login", "/api/widget/session"])
async def test_bodies_that_are_not_as_they_should_be_are_refused(room: Room, path: str) -> None:
    bodies = [b"", b"{", b"null", b"[]", b'{"email":1,"password":2,"account":3}', b"\xff", b'{"account":"\\ud800"}']
    bodies += [b"[" * 60_000, b'"' + b"a" * 60_000 + b'"', b'{"account":' + b"9" * 5_000 + b"}"]
    for body in bodies:
        headers = {"content-type": "application/json", "origin": SHOP if "widget" in path else room.centre.first.url}
        assert refused(await call(room, "POST", path, content=body, headers=headers)) == "bad_value"
    response = await call(room, "POST", path, content=b"a" * 200_000, headers=headers)
    assert refused(response) == "bad_value"
    assert refused(await call(room, "POST", path, content=b"{}", headers={"content-type": "text/plain"})) == "bad_value"


async def test_the_json_test_suite_is_refused_or_understood(room: Room) -> None:
    headers = {"content-type": "application/json"}
    async with browser(room) as client:
        for document in corpora.json_documents():
            answer = await client.post("/api/login", content=document, headers=headers)
            assert answer.status_code in (400, 401)
            refused(answer)


async def test_naughty_strings_do_not_sign_in_and_break_nothing(room: Room) -> None:
    async with browser(room) as client:
        for text in corpora.naughty_strings()[::60]:
            body = json.dumps({"email": text, "password": text})
            answer = await client.post("/api/login", content=body, headers={"content-type": "application/json"})
            assert refused(answer) in ("bad_credentials", "too_many_requests", "bad_value")
            asked = await client.get("/api/widget/config", params={"account": text})
            assert refused(asked) == "unknown_account"


async def test_a_body_that_never_ends_is_not_waited_for_for_ever(room: Room) -> None:
    where = urlsplit(room.centre.first.url)
    with socket.create_connection((where.hostname, where.port), timeout=60) as slow:
        head = "POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"
        slow.sendall(head.encode())
        answer = await asyncio.to_thread(slow.recv, 4096)
    assert answer.startswith(b"HTTP/1.1 400")


async def test_a_post_that_breaks_off_is_no_error_of_ours(room: Room) -> None:
    where = urlsplit(room.centre.first.url)
    with socket.create_connection((where.hostname, where.port)) as cut:
        cut.sendall(
            b"POST /api/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{"
        )
    await asyncio.sleep(0.05)
    assert (await call(room, "GET", "/healthz")).json() == {"ok": True}


PATHS = ["../", "..%2f", "%2e%2e/", "....//", "..\\", "%252e%252e%252f", "/", "%00", "~", "\u2025/"]


@pytest.mark.parametrize("under", ["/agent/", "/agent/assets/", "/widget/", "/shop/", "/portal/", "/"])
async def test_no_path_leads_out_of_the_served_folders(room: Room, under: str) -> None:
    where = urlsplit(room.centre.first.url)
    for step in PATHS:
        for target in ("etc/passwd", "pyproject.toml", "router/app.py"):
            path = (under + step * 6 + target).encode("utf-8", "replace")
            answer = await asyncio.to_thread(_raw_get, where.hostname or "", where.port or 0, path)
            assert b"root:" not in answer
            assert b"[project]" not in answer
            assert b"import " not in answer.partition(b"\r\n\r\n")[2][:200]
            assert not answer.startswith(b"HTTP/1.1 500"), path


def _raw_get(host: str, port: int, path: bytes) -> bytes:
    with socket.create_connection((host, port), timeout=PATIENCE_S) as asking:
        asking.sendall(b"GET " + path.replace(b" ", b"%20") + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        parts = []
        while part := asking.recv(65_536):
            parts.append(part)
    return b"".join(parts)


async def test_pages_carry_a_strict_policy_and_every_answer_its_type(room: Room) -> None:
    from router.front_ends import built

    if not (built("agent_client") / "index.html").exists() or not (built("widget") / "portal.html").exists():
        pytest.skip("the front ends are not built")
    for path in ("/agent/", "/agent/board", "/agent/conversation/anything", "/portal"):
        response = await call(room, "GET", path)
        policy = response.headers["content-security-policy"]
        assert response.status_code == 200
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
    for path in ("/widget.js", "/api/me", "/api/widget/config?account=shop"):
        assert (await call(room, "GET", path)).headers["x-content-type-options"] == "nosniff"


async def test_the_demo_logins_are_shown_in_demo_mode(room: Room) -> None:
    logins = (await call(room, "GET", "/api/demo")).json()["logins"]
    assert logins == [
        {"role": "agent", "name": "Anna", "email": "anna-1@centre.example", "password": PASSWORD},
    ]


async def test_the_server_says_whether_it_lives_and_is_ready(room: Room) -> None:
    assert (await call(room, "GET", "/healthz")).status_code == 200

    async def ready() -> bool:
        return (await call(room, "GET", "/readyz")).status_code == 200

    await eventually(ready)  # a store that stands still for two seconds is none
