"""The few HTTP calls people need before their socket opens: sign in, become a visitor, see the demo logins.

Standard library only, one short connection a call, in a worker thread: what is measured goes over the sockets.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import sys
from dataclasses import dataclass
from typing import Any

from loadtest.address import Address

TIMEOUT_S = 20.0
SLOWED_DOWN = 429
TRIES = 60
COOKIE = "usher_session"


class CallFailed(Exception):
    """The server answered with an error. code: the public code, or empty if there was none."""

    def __init__(self, method: str, path: str, status: int, code: str) -> None:
        self.status, self.code = status, code
        super().__init__(f"{method} {path}: {status} {code}".rstrip())


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """An anonymous customer of the widget. token: its secret, said in `hello`."""

    visitor_id: str
    token: str


def caller(number: int) -> str:
    """An address of the loopback network for a person of this number, so that each has their own share of the limits.

    Empty where only 127.0.0.1 can be called from.
    """
    if not sys.platform.startswith("linux"):
        return ""
    return f"127.{1 + number // 62_500 % 250}.{number // 250 % 250}.{2 + number % 250}"


async def sign_in(address: Address, email: str, password: str, *, caller: str = "") -> str:
    """The session cookie's value. Raises CallFailed (bad_credentials)."""
    body = {"email": email, "password": password}
    _, cookie = await _call(address, "POST", "/api/login", body, caller=caller)
    if not cookie:
        raise CallFailed("POST", "/api/login", 200, "no session cookie")
    return cookie


async def become_visitor(address: Address, account: str, *, origin: str = "", caller: str = "") -> Visitor:
    """origin: the web page the widget sits on; the server's own by default. Raises CallFailed."""
    body, _ = await _call(address, "POST", "/api/widget/session", {"account": account}, origin=origin, caller=caller)
    return Visitor(visitor_id=str(body["visitor_id"]), token=str(body["token"]))


async def demo_logins(address: Address) -> list[dict[str, str]]:
    """`role`, `name`, `email` and `password` of each demo login. CallFailed 404: not in demo mode."""
    body, _ = await _call(address, "GET", "/api/demo")
    return [dict(login) for login in body["logins"]]


async def _call(
    address: Address,
    method: str,
    path: str,
    body: dict[str, str] | None = None,
    *,
    origin: str = "",
    caller: str = "",
) -> tuple[dict[str, Any], str]:
    """The JSON answer and the session cookie, if one was set; waits as long as the server asks to slow down."""
    for attempt in range(TRIES):
        try:
            return await asyncio.to_thread(
                _call_now, address, method, path, body, origin=origin or address.origin, caller=caller
            )
        except CallFailed as failure:
            if failure.status != SLOWED_DOWN or attempt == TRIES - 1:
                raise
        await asyncio.sleep(1.0)
    raise AssertionError("the last try returns or raises")


def _call_now(
    address: Address, method: str, path: str, body: dict[str, str] | None, *, origin: str, caller: str
) -> tuple[dict[str, Any], str]:
    kind = http.client.HTTPSConnection if address.secure else http.client.HTTPConnection
    source = (caller, 0) if caller and address.host == "127.0.0.1" else None
    connection = kind(address.host, address.port, timeout=TIMEOUT_S, source_address=source)
    try:
        payload = None if body is None else json.dumps(body)
        connection.request(method, path, payload, {"Content-Type": "application/json", "Origin": origin})
        answer = connection.getresponse()
        text = answer.read()
    finally:
        connection.close()
    found = _object(text)
    if answer.status >= 400:
        raise CallFailed(method, path, answer.status, str(_object(found.get("error", {})).get("code", "")))
    return found, _cookie(answer.headers.get_all("Set-Cookie") or [])


def _object(value: object) -> dict[str, Any]:
    if isinstance(value, bytes):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    return value if isinstance(value, dict) else {}


def _cookie(headers: list[str]) -> str:
    for header in headers:
        name, _, value = header.partition(";")[0].partition("=")
        if name.strip() == COOKIE:
            return value.strip()
    return ""
