"""Numbers for supervisors: `/api/metrics?from&to&queue&threshold`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded
from router.core.service_level import LONGEST_S
from router.core.words import Ms
from router.engine import sign_in
from router.engine.centre import Centre
from router.engine.report import report
from router.protocol.errors import BadRequest, Forbidden, NotFound

DAY_MS = 86_400_000


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def metrics(request: Request) -> Response:
        """from, to: ISO 8601 or ms since 1970, today (UTC) if not given. threshold: seconds, for every queue."""
        colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        if colleague.role == "agent":
            raise Forbidden("wrong_role")
        now = centre.now()
        asked = request.query_params
        queue = asked.get("queue", "")
        if queue and queue not in centre.policy.queues:
            raise NotFound("unknown_queue")
        found = await report(
            centre,
            since=_moment(asked.get("from"), "from", now - now % DAY_MS),
            until=_moment(asked.get("to"), "to", now + 1),
            queue=queue,
            threshold_s=_threshold(asked.get("threshold")),
        )
        return answer(found)

    yield Route("/api/metrics", guarded(metrics), methods=["GET"])


def _moment(text: str | None, field: str, default: Ms) -> Ms:
    """Times without a zone are UTC."""
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 15:
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise BadRequest("bad_value", "This is no time: 2026-11-22T08:00Z.", field=field) from None


def _threshold(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 0 < int(text) <= LONGEST_S):
        raise BadRequest("bad_value", f"Whole seconds, 1 to {LONGEST_S:,}.", field="threshold")
    return int(text)
