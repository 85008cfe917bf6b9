"""One HTTP exchange with a provider: bounded in time and size; failures in the words of `router.core.outbound`.

Errors never carry an address: Telegram has its token in it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from router.core.outbound import NotSent, Refused, TryAgain

WITHIN_S = 15.0
"""How long a whole exchange may take, the connecting included."""
MOST_ANSWER_BYTES = 1_000_000
LONGEST_WAIT_S = 3_600.0
REASON_CHARS = 200

for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # their lower levels log addresses, secrets included


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a provider answered. headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> object:
        """The body's JSON; None when it is not."""
        try:
            found: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return found

    @property
    def after_s(self) -> float | None:
        """The wait it asks for in Retry-After, in seconds or as a date; None when it does not."""
        written = self.headers.get("retry-after", "")
        try:
            return bounded_wait(float(written))
        except ValueError:
            pass
        try:
            until = parsedate_to_datetime(written)
        except ValueError:
            return None
        return bounded_wait((until.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def bounded_wait(after_s: float | None) -> float | None:
    """A wait a provider asks for, at least nothing and at most an hour; None when it is no wait."""
    return None if after_s is None or not math.isfinite(after_s) else min(max(after_s, 0.0), LONGEST_WAIT_S)


async def exchange(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    within_s: float = WITHIN_S,
    most_bytes: int = MOST_ANSWER_BYTES,
    **request: Any,
) -> Reply:
    """Ask once and read the whole answer, whatever its status; redirects are answers too. request: as httpx takes it.

    Raises TryAgain: `unreachable` when nothing was sent, `no_answer` when it may have arrived all the same; Refused
    `too_large` when the answer is longer than most_bytes.
    """
    try:
        async with asyncio.timeout(within_s):
            request["headers"] = {"accept-encoding": "identity", **(request.get("headers") or {})}
            async with http.stream(method, url, timeout=within_s, follow_redirects=False, **request) as response:
                body = await _body(response, most_bytes)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        raise TryAgain("unreachable", f"the provider cannot be reached ({type(error).__name__})") from None
    except (TimeoutError, httpx.TimeoutException):
        raise TryAgain("no_answer", f"no answer within {within_s:g} s") from None
    except httpx.InvalidURL:
        raise Refused("bad_address", "the provider's address is not one") from None
    except httpx.HTTPError as error:
        raise TryAgain("no_answer", f"the connection broke ({type(error).__name__})") from None
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(status=response.status_code, headers=headers, body=body)


async def _body(response: httpx.Response, most_bytes: int) -> bytes:
    """Raises Refused `too_large`, at the latest a chunk after it is. What is said about an error is cut instead."""
    announced = response.headers.get("content-length", "")
    if response.is_success and announced.isdigit() and int(announced) > most_bytes:
        raise Refused("too_large", f"more than {most_bytes} bytes")
    most = most_bytes if response.is_success else MOST_ANSWER_BYTES
    unpack = _unpacking(response.headers.get("content-encoding", ""))
    parts, size = [], 0
    async for part in response.aiter_raw():
        parts.append(unpack(part, most + 1 - size))
        size += len(parts[-1])
        if size > most:
            break
    if response.is_success and size > most:
        raise Refused("too_large", f"more than {most_bytes} bytes")
    return b"".join(parts)


def _unpacking(coding: str) -> Callable[[bytes, int], bytes]:
    """What makes bytes of an answer of what comes, no more of them than there is room for.

    Nothing packed was asked for, but some send it; a small part of it may hold gigabytes. Raises Refused `encoded`.
    """
    if coding.strip().lower() in ("", "identity"):
        return lambda part, room: part
    if coding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise Refused("encoded", "the answer is encoded in a way that was not asked for")
    packed = zlib.decompressobj(zlib.MAX_WBITS | 32)  # with either header

    def unpack(part: bytes, room: int) -> bytes:
        try:
            return packed.decompress(part, room)
        except zlib.error:
            raise Refused("encoded", "the answer is not what its encoding says") from None

    return unpack


def not_taken(
    reply: Reply, *, code: str = "", reason: str = "", again: bool = False, after_s: float | None = None
) -> NotSent:
    """The error for an answer that is no success: 429 and 5xx may get better, so may what the provider says is
    temporary (again); the rest needs a person."""
    said = " ".join(reason.split())[:REASON_CHARS] or f"the provider answered {reply.status}"
    code = code or f"http_{reply.status}"
    if again or reply.status in (408, 425, 429) or reply.status >= 500:
        return TryAgain(code, said, after_s=bounded_wait(after_s) if after_s is not None else reply.after_s)
    return Refused(code, said)
