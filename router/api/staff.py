"""Signing in and out: `/api/login`, `/api/logout`, `/api/me`; in demo mode `/api/demo`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded, read
from router.engine import sign_in
from router.engine.centre import Centre
from router.engine.staff_directory import Colleague
from router.protocol.errors import Forbidden


class Login(msgspec.Struct, frozen=True, kw_only=True):
    email: str
    password: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: str
    name: str
    role: str
    language: str


class DemoLogin(msgspec.Struct, frozen=True, kw_only=True):
    role: str
    name: str
    email: str
    password: str


class DemoLogins(msgspec.Struct, frozen=True, kw_only=True):
    logins: Sequence[DemoLogin]


def same_origin(centre: Centre, connection: HTTPConnection) -> None:
    """Refuse what a browser sends from a page that is not ours. Raises Forbidden."""
    origin = connection.headers.get("origin")
    if origin is not None and not centre.own_origin(origin):
        raise Forbidden("bad_origin")


def routes(centre: Centre, demo: Sequence[DemoLogin]) -> Iterator[BaseRoute]:
    """demo: the logins shown on the sign-in page; empty outside demo mode."""
    door = sign_in.Door()

    async def login(request: Request) -> Response:
        same_origin(centre, request)
        asked = await read(request, Login)
        address = request.client.host if request.client else ""
        agent = request.headers.get("user-agent", "")
        token, colleague = await sign_in.sign_in(
            centre, door, asked.email, asked.password, address=address, user_agent=agent
        )
        response = answer(_signed_in(colleague))
        response.set_cookie(
            sign_in.COOKIE,
            token,
            max_age=centre.settings.session_lifetime_s,
            path="/",
            secure=request.url.scheme == "https" or centre.settings.public_url.startswith("https:"),
            httponly=True,
            samesite="strict",
        )
        return response

    async def logout(request: Request) -> Response:
        same_origin(centre, request)
        await sign_in.sign_out(centre, request.cookies.get(sign_in.COOKIE, ""))
        response = Response(status_code=204)
        response.delete_cookie(sign_in.COOKIE, path="/", httponly=True, samesite="strict")
        return response

    async def me(request: Request) -> Response:
        return answer(_signed_in(await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))))

    async def demo_logins(request: Request) -> Response:
        return answer(DemoLogins(logins=demo))

    yield Route("/api/login", guarded(login), methods=["POST"])
    yield Route("/api/logout", guarded(logout), methods=["POST"])
    yield Route("/api/me", guarded(me), methods=["GET"])
    if demo:
        yield Route("/api/demo", guarded(demo_logins), methods=["GET"])


def _signed_in(colleague: Colleague) -> SignedIn:
    return SignedIn(agent_id=colleague.agent_id, name=colleague.name, role=colleague.role, language=colleague.language)
