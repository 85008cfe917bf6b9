"""Where providers call: `/hooks/<account>`. Genuine requests are kept, then acknowledged; their effect comes after.

403 and one counted log line for what is not signed as it should be; 503 when it could not be kept, so that the provider
sends it again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters import form
from adapters.carriage import Carriage
from router.engine import inbox
from router.engine.centre import Centre
from router.engine.limits import Space
from router.protocol.errors import TooMuch, UsherError
from router.store.errors import StoreUnavailable

log = structlog.get_logger()

BODY_BYTES = 4 * 1024 * 1024
"""Larger than any provider sends; media come by reference."""
BODIES_BYTES = 256 * 1024 * 1024
"""Of all bodies being read together: whose they are is known only at their end."""
BODY_S = 10.0
KEPT_HEADERS = ("content-type", "i-twilio-idempotency-token", "x-slack-retry-num")
"""Headers the parsers ask for; the others are not kept."""


@dataclass(slots=True)
class Counted:
    """How requests ended, by account and word: kept, repeated, handshake, or why not."""

    by_outcome: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, account: str, outcome: str) -> None:
        self.by_outcome[account, outcome] += 1


def routes(centre: Centre, counted: Counted) -> Iterator[BaseRoute]:
    """counted: what operators are told from."""
    space = Space(BODIES_BYTES)

    async def hook(request: Request) -> Response:
        key = request.path_params["account"]
        carriage = centre.carriers.get(key)
        if not isinstance(carriage, Carriage):
            counted.count("", "unknown_account")
            return _plain(404, "unknown_account")
        try:
            with space.shared() as take:
                return await heard(request, carriage, take)
        except TooMuch:
            counted.count(key, "busy")
            return _plain(503, "Too much at once.")

    async def heard(request: Request, carriage: Carriage, take: Callable[[int], None]) -> Response:
        key = carriage.account.key
        try:
            async with asyncio.timeout(BODY_S):
                body = await _body(request, take)
        except (TimeoutError, ClientDisconnect):
            counted.count(key, "body_late")
            return _plain(408, "The body did not come in time.")
        if body is None:
            counted.count(key, "body_too_large")
            return _plain(413, "The body is too large.")
        asked = form.Request(
            method=request.method, url=public_url(centre, request), headers=dict(request.headers), body=body
        )
        return await _answer(centre, carriage, asked, counted)

    yield Route("/hooks/{account}", hook, methods=["GET", "POST"])


async def _answer(centre: Centre, carriage: Carriage, asked: form.Request, counted: Counted) -> Response:
    account, webhook = carriage.account, carriage.adapter.webhook
    secrets = account.secrets_for(carriage.adapter.signed_with)
    shaken = webhook.handshake(asked, secrets=secrets, verify_token=account.secret("verify_token"))
    if shaken is not None:
        counted.count(account.key, "handshake")
        return Response(shaken.body, shaken.status, media_type=shaken.media_type)
    verdict = webhook.verify(asked, secrets=secrets, now_ms=centre.now())
    if not verdict.valid:
        counted.count(account.key, verdict.reason)
        log.warning(
            "webhook refused",
            account=account.key,
            reason=verdict.reason,
            times=counted.by_outcome[account.key, verdict.reason],
        )
        return _plain(403, "bad_signature")
    headers = {name: asked.headers[name] for name in KEPT_HEADERS if name in asked.headers}
    ids = webhook.dedupe_ids(asked.body, headers=headers)
    try:
        fresh = await inbox.receive(centre, carriage, ids, headers, asked.body)
    except (UsherError, StoreUnavailable) as error:
        counted.count(account.key, "not_kept")
        log.warning("webhook not kept", account=account.key, reason=str(error))
        return _plain(503, "unavailable")
    counted.count(account.key, "kept" if fresh else "repeated")
    accepted = webhook.accepted
    return Response(accepted.body, accepted.status, media_type=accepted.media_type)


def public_url(centre: Centre, request: Request) -> str:
    """The URL the provider called: by the centre's own public address, never by what a request says of itself."""
    base = centre.settings.public_url
    path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{base}{path}" if base else str(request.url)


async def _body(request: Request, take: Callable[[int], None]) -> bytes | None:
    """None: larger than BODY_BYTES; it is not read to its end then. Raises TooMuch."""
    body = bytearray()
    async for part in request.stream():
        take(len(part))
        body += part
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def _plain(status: int, text: str) -> Response:
    return Response(text, status, media_type="text/plain")
