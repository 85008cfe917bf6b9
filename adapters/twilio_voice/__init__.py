"""Telephone calls by Twilio: TwiML for the caller's leg, conferences for the talk, the REST API for all else."""

from __future__ import annotations

from adapters.form import Adapter
from adapters.twilio_voice.options import OPTIONS, capabilities
from adapters.twilio_voice.webhook import VoiceWebhook

ADAPTER = Adapter(
    name="twilio_voice",
    channels=("voice",),
    webhook=VoiceWebhook(),
    signed_with="auth_token",
    options=OPTIONS,
    capabilities=capabilities,
)
