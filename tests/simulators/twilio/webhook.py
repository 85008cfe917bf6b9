"""How the product is called: signed, with an idempotency token, in order - and with the mishaps the dice decide on.

Asking for TwiML: 15 s in all; no answer → once more with the same token; still none, or an error → the fallback URL
with ErrorCode and ErrorUrl. Telling (status callbacks): in order for each call and conference; no answer → once
more; no fallback.
Only loopback addresses are ever connected to; `origins` maps a public origin to where it listens.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

import httpx

from tests.simulators.twilio.account import Account, Hook
from tests.simulators.twilio.alert import HTTP_FAILED, Alerts
from tests.simulators.twilio.fault import Dice

TOTAL_S = 15.0
MOST_DELIVERIES = 200_000
Done = TypeVar("Done")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """url: that answered: relative URLs in the document start there."""

    url: str
    status: int
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One request to the product. status: 0 when no answer came. fault: what was played with it, or ""."""

    at_s: float
    url: str
    event: str
    about: str
    status: int
    latency_ms: float
    token: str
    fault: str


@dataclass(slots=True, kw_only=True)
class Webhooks:
    account: Account
    dice: Dice
    alerts: Alerts
    client: httpx.AsyncClient
    origins: dict[str, str] = field(default_factory=dict)
    total_s: float = TOTAL_S
    deliveries: deque[Delivery] = field(default_factory=lambda: deque(maxlen=MOST_DELIVERIES))
    lost: int = 0
    _tasks: set[asyncio.Task[Any]] = field(default_factory=set)
    _last: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def ask(self, hook: Hook, fallback: Hook | None, params: Mapping[str, str]) -> Reply | None:
        """The product's document; None when neither URL gave one."""
        about, token = _about(params), self.account.token_of_request()
        await self._delay()
        failed = HTTP_FAILED
        if fallback is None or not self.dice.strikes("fallback_used"):
            reply = await self._ask_first(hook, params, token)
            if reply is not None and reply.status < 400:
                return reply
            self.alerts.mishap(failed, f"no document from {hook.url}: {reply.status if reply else 'no answer'}", about)
        if fallback is None:
            return None
        more = {**params, "ErrorCode": str(failed), "ErrorUrl": hook.url}
        reply = await self._send(fallback, more, self.account.token_of_request(), "fallback")
        return reply if reply is not None and reply.status < 400 else None

    async def _ask_first(self, hook: Hook, params: Mapping[str, str], token: str) -> Reply | None:
        if self.dice.strikes("webhook_duplicated"):
            self._spawn(self._repeat(hook, params, token))
        if self.dice.strikes("answer_lost"):
            await self._send(hook, params, token, "answer_lost")
            return await self._send(hook, params, token, "asked again")
        return await self._send(hook, params, token, "") or await self._send(hook, params, token, "asked again")

    def tell(self, hook: Hook | None, params: Mapping[str, str], *, line: str) -> None:
        """A status callback; those of one line arrive in order unless a fault says otherwise."""
        if hook is None:
            return
        if self.dice.strikes("callback_lost"):
            self.lost += 1
            return
        before = self._last.get(line)
        if self.dice.strikes("callback_reordered"):
            late_s = self.dice.up_to_s("callback_reordered", self.dice.faults.webhook_delay_s)
            self._spawn(self._tell(hook, params, before, late_s))
            return
        self._last[line] = task = self._spawn(self._tell(hook, params, before, 0.0))
        task.add_done_callback(lambda done: self._last.pop(line) if self._last.get(line) is done else None)

    async def _tell(
        self, hook: Hook, params: Mapping[str, str], before: asyncio.Task[None] | None, late_s: float
    ) -> None:
        if before is not None and not before.done():
            await asyncio.wait({before})
        await asyncio.sleep(late_s)
        await self._delay()
        token = self.account.token_of_request()
        if self.dice.strikes("webhook_duplicated"):
            self._spawn(self._repeat(hook, params, token))
        fault = "reordered" if late_s else ""
        if await self._send(hook, params, token, fault) is None:
            await self._send(hook, params, token, "asked again")

    async def _repeat(self, hook: Hook, params: Mapping[str, str], token: str) -> None:
        await self._send(hook, params, token, "duplicate")

    async def _delay(self) -> None:
        if self.dice.strikes("webhook_delayed"):
            await asyncio.sleep(self.dice.up_to_s("webhook_delayed", self.dice.faults.webhook_delay_s))

    async def _send(self, hook: Hook, params: Mapping[str, str], token: str, fault: str) -> Reply | None:
        """Goes on to its end, also when the call that asked is over meanwhile."""
        return await asyncio.shield(self._spawn(self._sent(hook, params, token, fault)))

    async def _sent(self, hook: Hook, params: Mapping[str, str], token: str, fault: str) -> Reply | None:
        url, data = _request(hook, params)
        address = self.reachable(url)
        began, at_s = time.monotonic(), self.alerts.clock.wall_s()
        reply = None
        if address is None:
            self.alerts.violation(HTTP_FAILED, f"not an address of this machine: {url}", _about(params))
        else:
            reply = await self._exchange(hook.method, url, address, data, token)
        self.deliveries.append(
            Delivery(
                at_s=at_s,
                url=hook.url,
                event=_event(params),
                about=_about(params),
                status=reply.status if reply else 0,
                latency_ms=(time.monotonic() - began) * 1000,
                token=token,
                fault=fault,
            )
        )
        return reply

    async def _exchange(self, method: str, url: str, address: str, data: dict[str, str], token: str) -> Reply | None:
        headers = {
            "X-Twilio-Signature": self.account.signature(url, data),
            "I-Twilio-Idempotency-Token": token,
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Host": urlsplit(url).netloc,
        }
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        try:
            async with asyncio.timeout(self.total_s):
                content = urlencode(data).encode() if method == "POST" else None
                response = await self.client.request(method, address, headers=headers, content=content)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
            return None
        return _reply(url, response)

    async def fetch_media(self, url: str) -> Reply | None:
        """What an outbound message carries; None when it cannot be fetched."""
        address = self.reachable(url)
        if address is None:
            return None
        try:
            response = await self.client.get(address, timeout=self.total_s)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return _reply(url, response)

    def reachable(self, url: str) -> str | None:
        """Where to connect to for a URL; None when that is not this machine."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin in self.origins:
            there = urlsplit(self.origins[origin])
            return urlunsplit((there.scheme, there.netloc, parts.path, parts.query, ""))
        return url if parts.scheme in ("http", "https") and parts.hostname in LOOPBACK else None

    def _spawn(self, work: Coroutine[Any, Any, Done]) -> asyncio.Task[Done]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    @property
    def under_way(self) -> int:
        return len(self._tasks)

    async def settle(self) -> None:
        """Until every callback has been sent."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def close(self) -> None:
        for task in set(self._tasks):
            task.cancel()
        await asyncio.gather(*set(self._tasks), return_exceptions=True)


def _reply(url: str, response: httpx.Response) -> Reply:
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return Reply(url=url, status=response.status_code, media_type=media_type, body=response.content)


def _request(hook: Hook, params: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The URL as signed, and the form: a GET carries its parameters in the query, which the signature covers as URL."""
    if hook.method == "POST":
        return hook.url, dict(params)
    return f"{hook.url}{'&' if urlsplit(hook.url).query else '?'}{urlencode(params)}", {}


def _about(params: Mapping[str, str]) -> str:
    return next(
        (params[key] for key in ("CallSid", "ConferenceSid", "MessageSid", "RecordingSid") if key in params), ""
    )


def _event(params: Mapping[str, str]) -> str:
    for key in ("StatusCallbackEvent", "RecordingStatus", "MessageStatus"):
        if key in params:
            return params[key]
    return params.get("CallStatus", "")
