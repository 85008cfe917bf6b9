"""What a Slack app is configured with, and what Slack carries."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

OPTIONS = (
    Option(name="signing_secret", doc="Signs everything Slack sends.", secret=True),
    Option(name="bot_token", doc="xoxb-…: what the app posts with.", secret=True),
)

SLACK = Capabilities(text_chars=4_000, media_types=("*/*",), media_bytes=50_000_000, quick_replies=25, edits=True)


def capabilities(channel: Channel) -> Capabilities:
    return SLACK
