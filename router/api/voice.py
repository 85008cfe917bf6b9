"""Calls over HTTP: the token with which a browser answers them, and recordings."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api import ranged
from router.api.answers import answer, guarded, read
from router.api.staff import same_origin
from router.core.outbound import NotSent
from router.engine import sign_in
from router.engine.calls import recordings
from router.engine.centre import Centre
from router.protocol.errors import Conflict, NotFound

MOST_AT_ONCE = 1024 * 1024
"""Bytes of a recording given out by one request for a part."""
SOUND = {"accept-ranges": "bytes", "cache-control": "private, no-store", "x-content-type-options": "nosniff"}
TOKEN_S = 3_600
"""A browser asks for another before this is over."""


class AskToken(msgspec.Struct, frozen=True, kw_only=True):
    """account: a voice account's key; empty: the first."""

    account: str = ""


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """identity: as which the browser is called. expires_at: store time in ms."""

    token: str
    identity: str
    expires_at: int


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def token(request: Request) -> Response:
        same_origin(centre, request)
        person = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        asked = await read(request, AskToken)
        board = centre.switchboard
        account = asked.account or next(iter(board.lines))
        if account not in board.lines:
            raise NotFound("unknown_account")
        try:
            made = board.telephone.token(account, person.agent_id, lasts_s=TOKEN_S)
        except NotSent as error:
            raise Conflict("voice_off", error.reason) from None
        return answer(Token(token=made, identity=person.agent_id, expires_at=centre.now() + TOKEN_S * 1_000))

    async def recording(request: Request) -> Response:
        person = (await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))).agent_id
        call_id, number = request.path_params["call"], request.path_params["number"]
        kept = await recordings.find(centre, person, call_id, number)
        span = ranged.asked(request.headers.get("range", ""), kept.size_bytes, most=MOST_AT_ONCE)
        if span is None:
            return Response(status_code=416, headers=SOUND | {"content-range": f"bytes */{kept.size_bytes}"})
        sound = await recordings.part(centre, person, call_id, kept, span.first, span.count)
        if span.whole:
            return Response(sound, media_type=kept.media_type, headers=SOUND)
        of = {"content-range": f"bytes {span.first}-{span.last}/{kept.size_bytes}"}
        return Response(sound, 206, media_type=kept.media_type, headers=SOUND | of)

    yield Route("/api/voice/token", guarded(token), methods=["POST"])
    yield Route("/api/calls/{call}/recordings/{number:int}", guarded(recording), methods=["GET"])
