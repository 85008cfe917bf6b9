"""Asking data sources over HTTP: in time, as `adapters/outside.py` asks, and every answer one of four states."""

from __future__ import annotations

from collections.abc import Mapping

import httpx
import structlog

from adapters.exchange import Reply
from adapters.outside import Forbidden, Outside, Resolve, resolve
from router.core.data_source import Answer, DataSource, answer_of, body_of, url_of
from router.core.outbound import NotSent

log = structlog.get_logger()

MOST_REASON_CHARS = 64


class HttpAsker:
    """Asks sources; a `router.engine.data_sources.Asker`. resolve: names to addresses."""

    def __init__(self, http: httpx.AsyncClient, resolve: Resolve = resolve) -> None:
        self._outside = Outside(http, resolve)

    async def ask(self, source: DataSource, values: Mapping[str, str], *, once: str = "") -> Answer:
        """The source's answer, in time; whatever goes wrong is one of its states.

        once: names a request that changes something, so that the source can carry out a repeat of it only once.
        """
        headers = {"accept": "application/json"}
        if source.token:
            headers["authorization"] = f"Bearer {source.token}"
        if once:
            headers["idempotency-key"] = once
        try:
            reply = await self._outside.exchange(
                source.method,
                url_of(source, values),
                internal=source.internal,
                within_s=source.timeout_s,
                most_bytes=source.most_bytes,
                headers=headers,
                json=body_of(source, values),
            )
        except (NotSent, Forbidden, TimeoutError, OSError, KeyError, ValueError, httpx.InvalidURL) as error:
            log.warning("data source unavailable", source=source.key, reason=type(error).__name__)
            return Answer(source=source.key, state="unavailable")
        return _answer(source, reply)


def _answer(source: DataSource, reply: Reply) -> Answer:
    if 200 <= reply.status < 300:
        if not source.facts:
            return Answer(source=source.key, state="found", rows=({"done": True},))
        if reply.document is None:
            log.warning("data source unavailable", source=source.key, reason="no JSON")
            return Answer(source=source.key, state="unavailable")
        return answer_of(source, reply.document)
    if reply.status in (404, 410):
        return Answer(source=source.key, state="missing")
    if reply.status in (400, 409, 422):
        return Answer(source=source.key, state="refused", reason=_reason(reply))
    log.warning("data source unavailable", source=source.key, reason=f"status {reply.status}")
    return Answer(source=source.key, state="unavailable")


def _reason(reply: Reply) -> str:
    """The word a source gives for a refusal in `error`; nothing it says is shown to customers as it is."""
    document = reply.document
    word = document.get("error", "") if isinstance(document, dict) else ""
    return word[:MOST_REASON_CHARS] if isinstance(word, str) and word.isidentifier() else ""
