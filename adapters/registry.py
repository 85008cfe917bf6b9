"""Which adapter carries which channel; an adapter is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from adapters.form import Adapter
from router.core.words import Channel

FOLDERS: Mapping[Channel, Mapping[str, str]] = {
    "sms": {"twilio": "adapters.twilio_messaging"},
    "whatsapp": {"twilio": "adapters.twilio_messaging", "meta": "adapters.meta"},
    "messenger": {"meta": "adapters.meta"},
    "instagram": {"meta": "adapters.meta"},
    "telegram": {"telegram": "adapters.telegram"},
    "viber": {"viber": "adapters.viber"},
    "voice": {"twilio": "adapters.twilio_voice"},
    "slack": {"slack": "adapters.slack"},
    "line": {"line": "adapters.line"},
}
"""The folder of each provider's adapter, by channel; the first provider is meant when none is named."""


def adapter(channel: Channel, provider: str = "") -> Adapter:
    """The adapter of a channel. Raises KeyError when nobody carries it, or not this provider."""
    folders = FOLDERS[channel]
    found = import_module(folders[provider] if provider else next(iter(folders.values()))).ADAPTER
    assert isinstance(found, Adapter)
    return found
