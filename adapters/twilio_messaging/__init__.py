"""SMS, MMS and WhatsApp by Twilio, from numbers or through Messaging Services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.form import Account, Adapter, Sender
from adapters.twilio_messaging.options import OPTIONS, capabilities
from adapters.twilio_messaging.webhook import TwilioWebhook

if TYPE_CHECKING:
    import httpx


def connect(account: Account, http: httpx.AsyncClient) -> Sender:
    """Imported when something is to be sent: an HTTP client is a large thing to read a webhook with."""
    from adapters.twilio_messaging.send import TwilioSender

    return TwilioSender(account, http)


ADAPTER = Adapter(
    name="twilio",
    channels=("sms", "whatsapp"),
    webhook=TwilioWebhook(),
    signed_with="auth_token",
    options=OPTIONS,
    capabilities=capabilities,
    connect=connect,
)
