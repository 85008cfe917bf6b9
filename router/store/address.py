"""Where the store is: a URL becomes redis-py connections to try, one after the other.

    redis://[user:password@]host:port/db       rediss://…  (TLS)       unix:///path?db=0
    redis+sentinel://[user:password@]host:26379,host:26379/service/db  (rediss+sentinel: TLS to the primary)
    redis+cluster://[user:password@]host:port,host:port                (rediss+cluster likewise)

URL parsing, TLS, authentication and the search for the primary are redis-py's own. Every key of a shard shares one
hash tag, so in a cluster one node holds all of them: any seed will do to begin with, MOVED names the right one.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, urlsplit

from redis.asyncio.connection import AbstractConnection, ConnectionPool
from redis.asyncio.sentinel import Sentinel

SENTINEL_PORT = 26379
CLUSTER_PORT = 6379


class Address:
    """Makes unconnected redis-py connections to the store of one URL.

    protocol 2 keeps replies in one shape on every server: lists, bytes, int, None.
    Raises ValueError for a URL it cannot use.
    """

    def __init__(self, url: str, *, connect_timeout_s: float) -> None:
        self.connect_timeout_s = connect_timeout_s
        self._options: dict[str, Any] = {
            "protocol": 2,
            "socket_timeout": None,
            "socket_connect_timeout": connect_timeout_s,
        }
        self._sentinel: Sentinel | None = None
        parts = urlsplit(url)
        base, _, kind = parts.scheme.partition("+")
        if kind == "sentinel":
            self._pools: Iterator[ConnectionPool] = itertools.repeat(self._service(parts, tls=base == "rediss"))
        elif kind == "cluster":
            self._pools = itertools.cycle([self._single(seed) for seed in _cluster_seeds(parts, base)])
        elif kind:
            raise ValueError(f"unknown kind of store URL: {parts.scheme}")
        else:
            self._pools = itertools.repeat(self._single(url))
        self._parts, self._base = parts, base
        self._moved: ConnectionPool | None = None

    def next(self) -> AbstractConnection:
        """The connection to try now: the node MOVED named, once; else the next seed."""
        pool, self._moved = self._moved or next(self._pools), None
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        return connection

    def moved(self, host: str, port: int) -> None:
        """The cluster node at host:port holds the shard; `next` goes there."""
        self._moved = self._single(f"{self._base}://{_login(self._parts)}{_bracketed(host)}:{port}")

    async def close(self) -> None:
        """Close what was opened to ask the sentinels."""
        if self._sentinel is not None:
            for client in self._sentinel.sentinels:
                await client.aclose()

    def _single(self, url: str) -> ConnectionPool:
        pool: ConnectionPool = ConnectionPool.from_url(url, **self._options)
        return pool

    def _service(self, parts: SplitResult, *, tls: bool) -> ConnectionPool:
        service, _, database = parts.path.strip("/").partition("/")
        if not service:
            raise ValueError("a sentinel URL names the service: redis+sentinel://host:26379/service")
        self._sentinel = Sentinel(  # type: ignore[no-untyped-call]
            _hosts(parts, SENTINEL_PORT), sentinel_kwargs={"protocol": 2, "socket_timeout": self.connect_timeout_s}
        )
        pool: ConnectionPool = self._sentinel.master_for(
            service, db=int(database or 0), username=parts.username, password=parts.password, ssl=tls, **self._options
        ).connection_pool
        return pool


def _hosts(parts: SplitResult, default_port: int) -> list[tuple[str, int]]:
    names = parts.netloc.rpartition("@")[2].split(",")
    single = [urlsplit(f"//{name}") for name in names]
    return [(one.hostname or "", one.port or default_port) for one in single]


def _cluster_seeds(parts: SplitResult, scheme: str) -> list[str]:
    login = _login(parts)
    return [f"{scheme}://{login}{_bracketed(host)}:{port}" for host, port in _hosts(parts, CLUSTER_PORT)]


def _login(parts: SplitResult) -> str:
    login, at, _ = parts.netloc.rpartition("@")
    return login + at


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
