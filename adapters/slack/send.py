"""Slack's Web API: posts, and the names of people. A post is identified by its `ts`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from adapters import media
from adapters.exchange import exchange, not_taken
from adapters.form import Account
from adapters.parts import configured
from adapters.payload import fields, flag, name, text
from adapters.slack.render import Call, render
from router.core.inbound import Attachment
from router.core.outbound import OutboundMessage, TryAgain

BASE_URL = "https://slack.com/api"
HOSTS = (".slack.com", ".slack-files.com")
AGAIN = ("ratelimited", "service_unavailable", "internal_error", "fatal_error", "request_timeout", "team_added_to_org")
MOST_NAMES = 5_000
NAMELESS_S = 30.0
"""So long names are not asked for after Slack did not tell one: who writes there does not wait for each."""


class SlackSender:
    """The way out of one Slack app."""

    def __init__(self, account: Account, http: httpx.AsyncClient) -> None:
        """Raises Refused `not_configured`."""
        self._headers = {"authorization": f"Bearer {configured(account.secret('bot_token'), 'bot_token')}"}
        self._http = http
        self._base_url = (account.base_url or BASE_URL).rstrip("/")
        self._names: dict[str, str] = {}
        self._nameless_until = 0.0

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        if sent:
            return tuple(sent)
        return (text(await self._call(render(message)), "ts"),)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Apps have none."""

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """Apps have none."""

    async def name_of(self, person: str) -> str:
        """What a person is called there; "" when Slack does not tell."""
        if person not in self._names:
            if time.monotonic() < self._nameless_until:
                return ""
            if len(self._names) >= MOST_NAMES:
                self._names.clear()
            try:
                found = await self._call(Call(method="users.info", parameters={"user": person}))
            except (TryAgain, asyncio.CancelledError):
                self._nameless_until = time.monotonic() + NAMELESS_S
                raise
            profile = fields(found, "user", "profile")
            called = name(profile, "display_name") or name(profile, "real_name") or name(found, "user", "name")
            self._names[person] = called
        return self._names[person]

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        source = media.Source(base_url=self._base_url, hosts=HOSTS, headers=self._headers, trusted=HOSTS)
        return await media.fetch(self._http, attachment.url, source, most_bytes=most_bytes)

    async def _call(self, call: Call) -> Mapping[str, object]:
        parameters: dict[str, Any] = dict(call.parameters)
        as_json = call.method.startswith("chat.")  # methods that read take forms only
        url = f"{self._base_url}/{call.method}"
        sent: dict[str, Any] = {"headers": self._headers, ("json" if as_json else "data"): parameters}
        reply = await exchange(self._http, "POST", url, **sent)
        found = fields(reply.document)
        if reply.status == 200 and flag(found, "ok"):
            return found
        code = name(found, "error") or f"http_{reply.status}"
        if reply.status == 200 and not found:
            raise TryAgain("no_answer", "Slack answered something that is not JSON")
        raise not_taken(reply, code=code, reason=f"Slack says {code}", again=code in AGAIN)
