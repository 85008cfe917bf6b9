"""Carriers for the engine: each configured account with its adapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

import httpx

from adapters.form import Adapter, Sender
from adapters.registry import adapter
from adapters.trust import of_the_web
from config.channel_accounts import ChannelAccount
from router.core.inbound import Attachment, Parsed
from router.core.outbound import Capabilities, OutboundMessage

CONNECT_S, ANSWER_S = 5.0, 20.0
CONNECTIONS = 100


@runtime_checkable
class KnowsPeople(Protocol):
    """A sender whose provider tells what people are called."""

    async def name_of(self, person: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Carriage:
    """One account's way in and out: a `router.engine.carriers.Carrier`."""

    account: ChannelAccount
    adapter: Adapter
    capabilities: Capabilities
    sender: Sender

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Parsed:
        return self.adapter.webhook.parse(body, headers=headers, channel=self.account.channel)

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> Sequence[str]:
        return await self.sender.send(message, sent=sent)

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        await self.sender.typing(recipient, in_reply_to=in_reply_to)

    async def mark_read(self, recipient: str, external_id: str) -> None:
        await self.sender.mark_read(recipient, external_id)

    async def name_of(self, person: str) -> str:
        return await self.sender.name_of(person) if isinstance(self.sender, KnowsPeople) else ""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        return await self.sender.fetch(attachment, most_bytes=most_bytes)


def client() -> httpx.AsyncClient:
    """The HTTP client all carriers of a node share; each call has its time-outs."""
    return httpx.AsyncClient(
        timeout=httpx.Timeout(ANSWER_S, connect=CONNECT_S),
        limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS),
        follow_redirects=False,
        verify=of_the_web(),
    )


def carriages(accounts: Iterable[ChannelAccount], http: httpx.AsyncClient) -> list[Carriage]:
    """One for each account of a channel of messages. Raises Refused `not_configured` when it lacks something."""
    made = []
    for account in accounts:
        if account.channel in ("voice", "email"):  # calls are no messages; mails are not called for (email.mailbox)
            continue
        known = adapter(account.channel, account.provider)
        assert known.connect is not None
        made.append(Carriage(account, known, _able(known, account), known.connect(account, http)))
    return made


def _able(known: Adapter, account: ChannelAccount) -> Capabilities:
    """What the channel carries for this account: a longer window for staff is the provider's to permit."""
    able = known.capabilities(account.channel)
    return able if account.options.get("human_agent") == "yes" else replace(able, human_window_ms=None)
