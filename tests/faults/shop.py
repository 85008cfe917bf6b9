"""A shop of a test's own as a data source: it does what it is told, and answers when the test lets it."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass(slots=True, kw_only=True)
class Shop:
    """orders: by Idempotency-Key, what was placed. keys: of every request, repeats too. lets_go: answers go out."""

    url: str
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    lets_go: asyncio.Event = field(default_factory=asyncio.Event)

    async def place(self, request: Request) -> Response:
        key = request.headers["idempotency-key"]
        self.keys.append(key)
        order = self.orders.setdefault(key, {**await request.json(), "number": f"LS-{len(self.orders) + 1}"})
        self.asked.set()
        await self.lets_go.wait()
        return JSONResponse(order)


@contextlib.asynccontextmanager
async def shop() -> AsyncIterator[Shop]:
    listening = socket.create_server(("127.0.0.1", 0))
    made = Shop(url=f"http://127.0.0.1:{listening.getsockname()[1]}")
    application = Starlette(routes=[Route("/orders", made.place, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None, access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="shop")
    try:
        yield made
    finally:
        made.lets_go.set()
        server.should_exit = True
        await serving
