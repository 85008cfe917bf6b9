"""How much a connection may ask: a bucket of tokens that refills with time. How much a node takes in at once."""

from __future__ import annotations

import contextlib
import ipaddress
from collections.abc import Callable, Iterator

from router.protocol.errors import TooMuch


class Bucket:
    """Lets `burst` through at once and `per_s` for good. now: any clock, in seconds; set back, it only stands still."""

    __slots__ = ("_at", "_burst", "_per_s", "_tokens")

    def __init__(self, per_s: float, burst: float, now: float) -> None:
        self._per_s, self._burst = per_s, burst
        self._tokens, self._at = burst, now

    def take(self, now: float) -> bool:
        """Whether one more may pass now."""
        self._tokens = min(self._burst, self._tokens + max(0.0, now - self._at) * self._per_s)
        self._at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class Buckets:
    """A bucket for each of those who ask, by address or id; no more are remembered than `kept`, who asked last.

    Whoever has one IPv6 address has all of its /64, so they share a bucket.
    """

    __slots__ = ("_buckets", "_burst", "_kept", "_per_s")

    def __init__(self, per_s: float, burst: float, *, kept: int = 10_000) -> None:
        self._per_s, self._burst, self._kept = per_s, burst, kept
        self._buckets: dict[str, Bucket] = {}

    def take(self, whose: str, now: float) -> None:
        """One more of theirs. Raises TooMuch too_many_requests."""
        whose = network_of(whose)
        bucket = self._buckets.pop(whose, None) or Bucket(self._per_s, self._burst, now)
        self._buckets[whose] = bucket
        if len(self._buckets) > self._kept:
            del self._buckets[next(iter(self._buckets))]
        if not bucket.take(now):
            raise TooMuch("too_many_requests")


def network_of(whose: str) -> str:
    """An IPv6 address as the network its owner has; anything else as it is."""
    if ":" not in whose:
        return whose
    try:
        address = ipaddress.IPv6Address(whose.partition("%")[0])
    except ValueError:
        return whose
    return str(address.ipv4_mapped or ipaddress.IPv6Network((int(address), 64), strict=False))


class Space:
    """Memory for bodies that are being read: most_bytes for all of them together."""

    __slots__ = ("_free_bytes",)

    def __init__(self, most_bytes: int) -> None:
        self._free_bytes = most_bytes

    @contextlib.contextmanager
    def shared(self) -> Iterator[Callable[[int], None]]:
        """A share that grows by what is taken, given back when the block ends. Taking raises TooMuch."""
        taken = 0

        def take(size_bytes: int) -> None:
            nonlocal taken
            if size_bytes > self._free_bytes:
                raise TooMuch("too_many_requests")
            self._free_bytes -= size_bytes
            taken += size_bytes

        try:
            yield take
        finally:
            self._free_bytes += taken
