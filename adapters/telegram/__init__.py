"""Telegram bots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.form import Account, Adapter, Sender
from adapters.telegram.options import OPTIONS, capabilities
from adapters.telegram.webhook import TelegramWebhook

if TYPE_CHECKING:
    import httpx


def connect(account: Account, http: httpx.AsyncClient) -> Sender:
    """Imported when something is to be sent: an HTTP client is a large thing to read a webhook with."""
    from adapters.telegram.send import TelegramSender

    return TelegramSender(account, http)


ADAPTER = Adapter(
    name="telegram",
    channels=("telegram",),
    webhook=TelegramWebhook(),
    signed_with="secret_token",
    options=OPTIONS,
    capabilities=capabilities,
    connect=connect,
)
