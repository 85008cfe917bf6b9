"""`/healthz`: the process answers. `/readyz`: it can do its work."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded
from router.engine.centre import Centre

READY_S = 2.0


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def health(request: Request) -> Response:
        return answer({"ok": True})

    async def ready(request: Request) -> Response:
        async with asyncio.timeout(READY_S):
            await asyncio.gather(centre.store.seq(), centre.database.fetch_value("SELECT 1"))
        return answer({"ok": True})

    yield Route("/healthz", guarded(health))
    yield Route("/readyz", guarded(ready))
