"""Pigeon post: a provider that does not exist, and the smallest adapter that has the form of docs/adapters.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.form import Account, Adapter, Sender
from tests.adapters.pigeon.options import OPTIONS, capabilities
from tests.adapters.pigeon.webhook import PigeonWebhook

if TYPE_CHECKING:
    import httpx


def connect(account: Account, http: httpx.AsyncClient) -> Sender:
    """Imported when something is to be sent."""
    from tests.adapters.pigeon.send import PigeonSender

    return PigeonSender(account, http)


ADAPTER = Adapter(
    name="pigeon",
    channels=("pigeon",),
    webhook=PigeonWebhook(),
    signed_with="ring",
    options=OPTIONS,
    capabilities=capabilities,
    connect=connect,
)
