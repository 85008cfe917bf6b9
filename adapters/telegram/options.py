"""What a Telegram bot is configured with, and what Telegram carries."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

BASE_URL = "https://api.telegram.org"

OPTIONS = (
    Option(name="bot_token", doc="From @BotFather: what the bot sends with.", secret=True),
    Option(name="secret_token", doc="What setWebhook was told: Telegram repeats it with every update.", secret=True),
)

TELEGRAM = Capabilities(
    text_chars=4_096,
    media_types=("*/*",),
    media_bytes=50_000_000,
    typing=True,
    receipts=(),
    quick_replies=20,
)


def capabilities(channel: Channel) -> Capabilities:
    return TELEGRAM
