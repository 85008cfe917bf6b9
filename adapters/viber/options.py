"""What a Viber bot is configured with, and what Viber carries."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

BASE_URL = "https://chatapi.viber.com"

OPTIONS = (
    Option(name="auth_token", doc="The bot's token: it sends with it, and Viber signs with it.", secret=True),
    Option(
        name="name", doc="What customers see when an author has no name; else the account's address.", required=False
    ),
)

VIBER = Capabilities(
    text_chars=7_000,
    media_types=("image/*", "video/mp4", "application/*", "audio/*", "text/*"),
    media_bytes=50_000_000,
    receipts=("delivered", "read", "failed"),
    quick_replies=24,
)


def capabilities(channel: Channel) -> Capabilities:
    return VIBER
