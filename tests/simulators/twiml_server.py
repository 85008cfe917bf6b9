"""A product written by hand, as small as can be: documents under paths, and everything that was asked for them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.patience import PATIENCE_S

Params = Mapping[str, str]
Document = str | Callable[[Params], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    path: str
    method: str
    params: Params
    headers: Mapping[str, str]
    url: str


@dataclass(slots=True, kw_only=True)
class TwimlServer:
    """documents: path → what is inside of <Response>, or how to make it of the parameters; others are empty.

    broken: paths that answer 500. silent: those that do not answer."""

    url: str = ""
    documents: dict[str, Document] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    silent: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: Request) -> Response:
        body = (await request.body()).decode()
        params = dict(parse_qsl(request.url.query if request.method == "GET" else body, keep_blank_values=True))
        path = request.url.path
        self.asked.append(
            Asked(path=path, method=request.method, params=params, headers=dict(request.headers), url=str(request.url))
        )
        if path in self.silent:
            await self.over.wait()
        if path in self.broken:
            return Response("no", status_code=500)
        if path in self.files:
            media_type, content = self.files[path]
            return Response(content, media_type=media_type)
        document = self.documents.get(path, "")
        inside = document if isinstance(document, str) else document(params)
        return Response(f"<Response>{inside}</Response>", media_type="text/xml")

    def of(self, path: str) -> list[Params]:
        """The parameters of each request for a path."""
        return [each.params for each in self.asked if each.path == path]

    def events(self, path: str, name: str = "StatusCallbackEvent") -> list[str]:
        return [params.get(name, "") for params in self.of(path)]

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                await asyncio.sleep(0.002)


@asynccontextmanager
async def twiml_server() -> AsyncIterator[TwimlServer]:
    product = TwimlServer()
    app = Starlette(routes=[Route("/{path:path}", product.answer, methods=["GET", "POST"])])
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        product.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", lifespan="off", ws="none", timeout_graceful_shutdown=1)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                await asyncio.sleep(0.002)
        yield product
        product.over.set()
        server.should_exit = True
        await serving
