"""All that is kept of a customer, for a supervisor to hand over: `/api/customers/<id>/export`."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from router.api.answers import guarded
from router.engine import sign_in
from router.engine.centre import Centre
from router.engine.customers import exporting


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def export(request: Request) -> Response:
        colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        customer_id = request.path_params["customer_id"]
        parts = await exporting.export(centre, colleague.agent_id, customer_id)
        return StreamingResponse(
            parts,
            media_type="application/zip",
            headers={
                "content-disposition": 'attachment; filename="customer.zip"',
                "cache-control": "no-store",
                "x-content-type-options": "nosniff",
            },
        )

    yield Route("/api/customers/{customer_id}/export", guarded(export), methods=["GET"])
