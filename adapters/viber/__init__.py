"""Viber bots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.form import Account, Adapter, Sender
from adapters.viber.options import OPTIONS, capabilities
from adapters.viber.webhook import ViberWebhook

if TYPE_CHECKING:
    import httpx


def connect(account: Account, http: httpx.AsyncClient) -> Sender:
    """Imported when something is to be sent: an HTTP client is a large thing to read a webhook with."""
    from adapters.viber.send import ViberSender

    return ViberSender(account, http)


ADAPTER = Adapter(
    name="viber",
    channels=("viber",),
    webhook=ViberWebhook(),
    signed_with="auth_token",
    options=OPTIONS,
    capabilities=capabilities,
    connect=connect,
)
