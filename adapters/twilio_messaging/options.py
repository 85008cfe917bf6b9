"""What an account of SMS or WhatsApp by Twilio is configured with, and what those channels carry."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

BASE_URL = "https://api.twilio.com"

OPTIONS = (
    Option(name="account_sid", doc="The account's id, AC…."),
    Option(name="auth_token", doc="Signs webhooks; also for sending when there is no API key.", secret=True),
    Option(name="api_key_sid", doc="An API key to send with, SK….", required=False),
    Option(name="api_key_secret", doc="Its secret.", secret=True, required=False),
    Option(
        name="messaging_service_sid",
        doc="Sends through this Messaging Service, MG…, instead of the account's own number.",
        required=False,
    ),
    Option(name="status_callback", doc="Our address for what became of messages.", required=False),
)

DAY_MS = 24 * 3_600_000

SMS = Capabilities(
    text_chars=1_600,
    media_types=("image/*", "audio/*", "video/*", "text/vcard", "application/pdf"),
    media_bytes=5_000_000,
    receipts=("sent", "delivered", "failed"),
)
WHATSAPP = Capabilities(
    text_chars=1_600,
    media_types=("image/*", "audio/*", "video/*", "application/pdf"),
    media_bytes=16_000_000,
    reply_window_ms=DAY_MS,
    templates=True,
    typing=True,
    receipts=("sent", "delivered", "read", "failed"),
)


def capabilities(channel: Channel) -> Capabilities:
    return WHATSAPP if channel == "whatsapp" else SMS
