"""Asking services by addresses somebody configured: bounded in time and size, no redirects, never inside by mistake.

The host's name is resolved here and every address it has is looked at; the request then goes to the address that was
looked at, so that a name which resolves differently a moment later leads nowhere else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx

from adapters.exchange import MOST_ANSWER_BYTES, Reply, exchange
from adapters.trust import of_the_web

CONNECTIONS = 64
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Forbidden(Exception):
    """The service may not be asked at the address its name has now."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """Addresses of a host. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def client() -> httpx.AsyncClient:
    """What such services are asked with: past proxies, which would resolve names for themselves.

    A connection is for one request: kept by its address, it would serve another name there that it was not proven for.
    """
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=0)
    return httpx.AsyncClient(limits=limits, follow_redirects=False, trust_env=False, verify=of_the_web())


class Outside:
    """The world outside our network. resolve: names to addresses."""

    def __init__(self, http: httpx.AsyncClient, resolve: Resolve = resolve) -> None:
        self._http, self._resolve = http, resolve

    async def exchange(
        self,
        method: str,
        url: str,
        *,
        internal: bool,
        within_s: float,
        most_bytes: int = MOST_ANSWER_BYTES,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
    ) -> Reply:
        """One request and its whole answer, whatever its status. internal: it may be in our own network.

        Raises NotSent, Forbidden, TimeoutError, OSError, ValueError and httpx.InvalidURL: no answer that can be used.
        """
        async with asyncio.timeout(within_s):
            named = httpx.URL(url)
            host, port = named.host, named.port or (443 if named.scheme == "https" else 80)
            address = await self._address(host, port, internal=internal)
            request: dict[str, Any] = {"headers": {"host": urlsplit(str(named)).netloc, **(headers or {})}}
            if json is not None:
                request["json"] = json
            if content is not None:
                request["content"] = content
            if named.scheme == "https":
                request["extensions"] = {"sni_hostname": host}
            looked_at = str(named.copy_with(host=address, port=port))
            return await exchange(self._http, method, looked_at, within_s=within_s, most_bytes=most_bytes, **request)

    async def _address(self, host: str, port: int, *, internal: bool) -> str:
        """An address to ask at. Raises Forbidden when any the name has is not for us to ask."""
        addresses = await self._resolve(host, port)
        if not addresses:
            raise Forbidden(host)
        if not internal and not all(is_public(address) for address in addresses):
            raise Forbidden(host)
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an address is of the open internet: not ours, not this machine, not a cloud's own."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if ip in ipaddress.IPv6Network("64:ff9b::/96"):  # an IPv4 address behind a translator
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in ipaddress.IPv6Network(
            "2000::/3"
        ):  # what is given out; elsewhere are more ways to write an IPv4 one
            return False
    return ip.is_global and not ip.is_multicast
