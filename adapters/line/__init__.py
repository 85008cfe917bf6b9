"""LINE: reading only. It is none of the policy's channels yet; `usher parse` and `usher verify` know it."""

from __future__ import annotations

from adapters.form import Adapter
from adapters.line.options import OPTIONS, capabilities
from adapters.line.webhook import LineWebhook

ADAPTER = Adapter(
    name="line",
    channels=("line",),
    webhook=LineWebhook(),
    signed_with="channel_secret",
    options=OPTIONS,
    capabilities=capabilities,
)
