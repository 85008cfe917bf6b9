"""What a LINE channel is configured with, and what LINE carries."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

OPTIONS = (Option(name="channel_secret", doc="Signs webhooks.", secret=True),)

LINE = Capabilities(text_chars=5_000)


def capabilities(channel: Channel) -> Capabilities:
    return LINE
