"""What the simulators of Meta, Telegram and Viber share: a server on loopback that keeps requests and plays faults."""

from __future__ import annotations

import asyncio
import email
import json
import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

READY_S = STOP_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request of ours, and what it asked for: JSON, or the fields of a form with files as (name, type, bytes).

    at_s: when it came, by the monotonic clock.
    """

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    asked: Mapping[str, Any]
    at_s: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the provider answers."""

    status: int = 200
    document: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        body = json.dumps(self.document).encode() if self.content is None else self.content
        media_type = "application/json" if self.content is None else "application/octet-stream"
        return Response(body, self.status, dict(self.headers), media_type)


Fault = Said | Literal["hang", "lost"]
"""Said: this instead of an answer, nothing was done. hang: no answer at all. lost: it is done, and answered 504."""


@dataclass(slots=True, kw_only=True)
class StandIn:
    """answer: what a request brings about, and what is said to it. faults: one for each of the next requests."""

    answer: Callable[[Seen], Said]
    seen: list[Seen] = field(default_factory=list)
    faults: deque[Fault | None] = field(default_factory=deque)
    url: str = ""
    released: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, request: Request) -> Response:
        seen = await _seen(request)
        self.seen.append(seen)
        fault = self.faults.popleft() if self.faults else None
        if fault == "hang":
            await self.released.wait()
            return Response(status_code=503)
        if isinstance(fault, Said):
            return fault.response()
        said = self.answer(seen)
        return Response(status_code=504, headers={"retry-after": "3"}) if fault == "lost" else said.response()


async def _seen(request: Request) -> Seen:
    kind = request.headers.get("content-type", "")
    asked: dict[str, Any] = {}
    if kind.startswith("application/json"):
        asked = await request.json()
    elif kind.startswith("multipart/form-data"):
        asked = _parts(kind, await request.body())
    elif kind:
        asked = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    return Seen(
        method=request.method,
        path=request.url.path,
        query=dict(request.query_params),
        headers=dict(request.headers),
        asked=asked,
    )


def _parts(kind: str, body: bytes) -> dict[str, Any]:
    """The fields of a multipart form: text, or a file's name, type and bytes."""
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    asked: dict[str, Any] = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            file = part.get_filename()
            asked[name] = content.decode() if file is None else (file, part.get_content_type(), content)
    return asked


@asynccontextmanager
async def running(stand_in: StandIn) -> AsyncIterator[StandIn]:
    """Within the test's event loop, on a free port."""
    app = Starlette(routes=[Route("/{path:path}", stand_in.serve, methods=["GET", "POST"])])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        stand_in.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = _Server(uvicorn.Config(app, log_level="critical", lifespan="off", access_log=False, ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(READY_S):
                while not server.started:
                    await asyncio.sleep(0.005)
            yield stand_in
        finally:
            stand_in.released.set()
            server.should_exit = True
            async with asyncio.timeout(STOP_S):
                await serving


class _Server(uvicorn.Server):
    """Signals are the program's, not the server's."""

    def install_signal_handlers(self) -> None:
        return
