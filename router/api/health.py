"""`/healthz`: the process answers. `/readyz`: it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded
from router.engine.centre import Centre
from router.protocol.errors import Unavailable

READY_S = 2.0


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def health(request: Request) -> Response:
        return answer({"ok": True})

    async def ready(request: Request) -> Response:
        try:
            async with asyncio.timeout(READY_S):
                await asyncio.gather(centre.store.seq(), centre.database.fetch_value("SELECT 1"))
        except TimeoutError:  # no failure of ours, and asked every second or so
            raise Unavailable("unavailable") from None
        return answer({"ok": True})

    yield Route("/healthz", guarded(health))
    yield Route("/readyz", guarded(ready))
