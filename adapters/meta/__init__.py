"""Messenger, Instagram and WhatsApp, directly from Meta."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.form import Account, Adapter, Sender
from adapters.meta.options import OPTIONS, capabilities
from adapters.meta.webhook import MetaWebhook

if TYPE_CHECKING:
    import httpx


def connect(account: Account, http: httpx.AsyncClient) -> Sender:
    """Imported when something is to be sent: an HTTP client is a large thing to read a webhook with."""
    from adapters.meta.send import MetaSender

    return MetaSender(account, http)


ADAPTER = Adapter(
    name="meta",
    channels=("messenger", "instagram", "whatsapp"),
    webhook=MetaWebhook(),
    signed_with="app_secret",
    options=OPTIONS,
    capabilities=capabilities,
    connect=connect,
)
