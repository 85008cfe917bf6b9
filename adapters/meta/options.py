"""What an account of Messenger, Instagram or WhatsApp is configured with, and what those channels carry."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

BASE_URL = "https://graph.facebook.com"
"""An Instagram account connected by Instagram's own login wants https://graph.instagram.com as its base_url."""
VERSION = "v23.0"

OPTIONS = (
    Option(name="app_secret", doc="The app's secret: signs webhooks.", secret=True),
    Option(name="verify_token", doc="A word of your choice that Meta repeats when the webhook is set up.", secret=True),
    Option(name="access_token", doc="Of the page, the Instagram account or a system user.", secret=True),
    Option(
        name="human_agent",
        doc="yes: the app has Meta's Human Agent permission; staff may answer for 7 days.",
        required=False,
    ),
    Option(name="version", doc=f"Of the Graph API; {VERSION} when empty.", required=False),
)

DAY_MS = 24 * 3_600_000

MESSENGER = Capabilities(
    text_chars=2_000,
    media_types=("image/*", "audio/*", "video/*", "application/*", "text/*"),
    media_bytes=25_000_000,
    reply_window_ms=DAY_MS,
    human_window_ms=7 * DAY_MS,
    typing=True,
    read_marks=True,
    receipts=("delivered", "read"),
    quick_replies=13,
)
INSTAGRAM = Capabilities(
    text_chars=1_000,
    media_types=("image/*", "audio/*", "video/*", "application/pdf"),
    media_bytes=25_000_000,
    reply_window_ms=DAY_MS,
    human_window_ms=7 * DAY_MS,
    typing=True,
    read_marks=True,
    receipts=("read",),
    quick_replies=13,
)
WHATSAPP = Capabilities(
    text_chars=4_096,
    media_types=("image/*", "audio/*", "video/*", "application/*", "text/plain"),
    media_bytes=16_000_000,
    reply_window_ms=DAY_MS,
    templates=True,
    typing=True,
    read_marks=True,
    receipts=("sent", "delivered", "read", "failed"),
    quick_replies=10,
)


def capabilities(channel: Channel) -> Capabilities:
    return {"messenger": MESSENGER, "instagram": INSTAGRAM}.get(channel, WHATSAPP)
