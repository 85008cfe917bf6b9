"""Accounts as configured, and senders over real HTTP on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from adapters.form import Sender
from adapters.registry import adapter
from router.core.outbound import OutboundFile, OutboundMessage

PICTURE = OutboundFile(name="cat.png", media_type="image/png", url="https://usher.example/f/1", content=b"\x89PNG cat")
CONTRACT = OutboundFile(name="a b.pdf", media_type="application/pdf", url="https://usher.example/f/2", content=b"%PDF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    channel: str
    address: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    base_url: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)

    def secret(self, name: str) -> str:
        return self.secrets.get(name, "")


def client() -> httpx.AsyncClient:
    """Loading the world's certificates takes longer than most tests."""
    return httpx.AsyncClient(trust_env=False, verify=False)


@asynccontextmanager
async def sender(account: Account, provider: str = "") -> AsyncIterator[Sender]:
    connect = adapter(account.channel, provider).connect
    assert connect is not None
    async with client() as http:
        yield connect(account, http)


def message(recipient: str, text: str = "", **more: Any) -> OutboundMessage:
    return OutboundMessage(id="msg-1", recipient=recipient, text=text, **more)
