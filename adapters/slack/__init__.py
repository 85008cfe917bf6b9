"""Slack, where other departments are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.form import Account, Adapter, Sender
from adapters.slack.options import OPTIONS, capabilities
from adapters.slack.webhook import SlackWebhook

if TYPE_CHECKING:
    import httpx


def connect(account: Account, http: httpx.AsyncClient) -> Sender:
    """Imported when something is to be posted: an HTTP client is a large thing to read a webhook with."""
    from adapters.slack.send import SlackSender

    return SlackSender(account, http)


ADAPTER = Adapter(
    name="slack",
    channels=("slack",),
    webhook=SlackWebhook(),
    signed_with="signing_secret",
    options=OPTIONS,
    capabilities=capabilities,
    connect=connect,
)
