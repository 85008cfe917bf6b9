"""JSON in and out, and errors with their public codes, for all HTTP endpoints."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from router.protocol.errors import BadRequest, UsherError

log = structlog.get_logger()

BODY_BYTES = 65_536
BODY_S = 5.0
Asked = TypeVar("Asked")
Endpoint = Callable[[Request], Awaitable[Response]]


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    message: str
    detail: dict[str, str | int | bool] = {}


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    error: Failure


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON that no cache keeps."""
    return Response(
        msgspec.json.encode(body),
        status,
        media_type="application/json",
        headers={"cache-control": "no-store", "x-content-type-options": "nosniff", **(headers or {})},
    )


def refusal(error: UsherError, headers: dict[str, str] | None = None) -> Response:
    failure = Failure(code=error.code, message=error.message, detail=error.detail)
    return answer(Failed(error=failure), error.status, headers)


async def read(request: Request, shape: type[Asked]) -> Asked:
    """The body as `shape`. Raises BadRequest; a body above BODY_BYTES is not read to its end."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise BadRequest("bad_value", "The body must be application/json.")
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                body += part
                if len(body) > BODY_BYTES:
                    raise BadRequest("bad_value", "The body is too large.")
    except TimeoutError:
        raise BadRequest("bad_value", "The body did not come in time.") from None
    except ClientDisconnect:
        raise BadRequest("bad_value", "The body did not come to its end.") from None
    try:
        return msgspec.json.decode(bytes(body), type=shape)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadRequest("bad_value", str(error)[:200]) from None


def guarded(endpoint: Endpoint) -> Endpoint:
    """Answer UsherErrors with their code, and anything else with 503 and a reference to the one log line.

    An address with a NUL names nothing, and PostgreSQL would not even look for it.
    """

    async def guard(request: Request) -> Response:
        try:
            if "\0" in request.scope["path"]:
                raise BadRequest("bad_text")
            return await endpoint(request)
        except UsherError as error:
            return refusal(error)
        except Exception:
            reference = secrets.token_hex(4)
            # not the path: some addresses are keys
            log.exception("request failed", endpoint=f"{endpoint.__module__}.{endpoint.__name__}", reference=reference)
            failure = Failure(code="unavailable", message=f"Something went wrong ({reference}).")
            return answer(Failed(error=failure), 503)

    return guard
