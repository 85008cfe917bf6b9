"""Fetching what customers attached, from the provider's hosts and nowhere else.

An address comes from a webhook that is genuine, yet what a customer sends may shape it, and a redirect may lead
anywhere: every step is checked before it is taken, and credentials go to the provider's API only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from adapters.exchange import Reply, exchange, not_taken
from router.core.outbound import Refused

WITHIN_S = 60.0
MOST_REDIRECTS = 4
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a provider keeps files. hosts: names, or with a leading dot all names below, over https only.
    base_url: its API; headers go there, and to the hosts in `trusted`."""

    base_url: str
    hosts: Collection[str]
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    trusted: Collection[str] = ()


async def fetch(http: httpx.AsyncClient, url: str, source: Source, *, most_bytes: int) -> bytes:
    """The bytes at an address of the source. Raises TryAgain, and Refused `foreign_host` for any other address."""
    for _ in range(MOST_REDIRECTS):
        headers = _headers(url, source)
        reply = await exchange(http, "GET", url, within_s=WITHIN_S, most_bytes=most_bytes, headers=headers)
        if reply.status not in REDIRECTS:
            return _content(reply)
        url = urljoin(url, reply.headers.get("location", ""))
    raise Refused("redirects", "the provider sends us from one address to the next")


def _headers(url: str, source: Source) -> Mapping[str, str]:
    """What to show at an address. Raises Refused when it is none of the provider's."""
    try:
        wanted, base = urlsplit(url), urlsplit(source.base_url)
        origin = (wanted.scheme, wanted.hostname, wanted.port)
    except ValueError:
        raise Refused("foreign_host", "the attachment's address is not one") from None
    if origin == (base.scheme, base.hostname, base.port) and not wanted.username:
        return source.headers
    host = wanted.hostname or ""
    if wanted.scheme != "https" or wanted.port not in (None, 443) or wanted.username or not _among(host, source.hosts):
        raise Refused("foreign_host", "the attachment is not on one of the provider's hosts")
    return source.headers if _among(host, source.trusted) else {}


def _among(host: str, hosts: Collection[str]) -> bool:
    return any(host == one or (one.startswith(".") and host.endswith(one)) for one in hosts)


def _content(reply: Reply) -> bytes:
    if reply.status == 200:
        return reply.body
    gone = reply.status in (404, 410)
    raise not_taken(reply, code="gone" if gone else "", reason="the file is not there any more" if gone else "")
