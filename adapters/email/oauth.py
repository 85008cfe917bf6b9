"""Access tokens for mailboxes whose provider takes no passwords (RFC 6749): asked for when needed, kept while valid."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import httpx

from adapters.exchange import exchange
from router.core.outbound import Refused, TryAgain

EARLY_S = 120.0
"""A token that is over so soon is over: it has to last for a whole mail."""
USUAL_LIFE_S = 600.0
"""Of a token whose life is not told."""

AccessToken = Callable[[], Awaitable[str]]
"""Raises Refused when the provider does not give one, TryAgain when it cannot be asked now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a token is asked for with. refresh: a refresh token; "": the program asks in its own name."""

    url: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    scope: str = ""

    def form(self) -> dict[str, str]:
        """RFC 6749 §6, or §4.4."""
        asked = {
            "grant_type": "refresh_token" if self.refresh else "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "refresh_token": self.refresh,
            "scope": self.scope,
        }
        return {name: value for name, value in asked.items() if value}


class Tokens:
    """The access token of one mailbox; callers that come together ask once."""

    def __init__(self, grant: Grant, http: httpx.AsyncClient) -> None:
        self._grant, self._http = grant, http
        self._token, self._until = "", 0.0
        self._asking = asyncio.Lock()

    async def token(self) -> str:
        """One that is good for EARLY_S at least. Raises Refused, TryAgain."""
        async with self._asking:
            if time.monotonic() > self._until - EARLY_S:
                await self._ask()
            return self._token

    async def _ask(self) -> None:
        asked_at = time.monotonic()
        reply = await exchange(self._http, "POST", self._grant.url, data=self._grant.form())
        said = reply.document
        token = said.get("access_token") if isinstance(said, dict) else None
        if reply.status == 429 or reply.status >= 500:
            raise TryAgain("no_token", f"the token's provider answered {reply.status}", after_s=reply.after_s)
        if not isinstance(said, dict) or not isinstance(token, str) or not token:
            word = said.get("error") if isinstance(said, dict) else None
            raise Refused("not_configured", f"no access token: {str(word or reply.status)[:100]}")
        life = said.get("expires_in")
        life_s = float(life) if isinstance(life, int | float) and not isinstance(life, bool) else USUAL_LIFE_S
        self._token, self._until = token, asked_at + life_s
