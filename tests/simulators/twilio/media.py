"""What the product has played: fetched once, so that music which is not there counts as the silence it is."""

from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field

from tests.simulators.twilio.alert import HTTP_FAILED, NOT_TWIML, Alerts
from tests.simulators.twilio.webhook import Webhooks

LENGTH_S = 20.0
"""Of what is not a WAV file."""


@dataclass(slots=True, kw_only=True)
class Media:
    webhooks: Webhooks
    alerts: Alerts
    lengths: dict[str, float] = field(default_factory=dict)

    async def length_s(self, url: str, about: str) -> float:
        """Phone seconds; 0: there is nothing to play, which is a violation."""
        if url not in self.lengths:
            self.lengths[url] = await self._measure(url, about)
        return self.lengths[url]

    async def _measure(self, url: str, about: str) -> float:
        reply = await self.webhooks.fetch_media(url) or await self.webhooks.fetch_media(url)
        wrong = "no answer" if reply is None else "" if reply.status == 200 else str(reply.status)
        if reply is None or wrong:
            self.alerts.violation(HTTP_FAILED, f"cannot play {url}: {wrong}", about)
            return 0.0
        if not reply.media_type.startswith("audio/"):
            self.alerts.violation(NOT_TWIML, f"cannot play {url}: {reply.media_type!r}", about)
            return 0.0
        return _wave_s(reply.body)


def _wave_s(content: bytes) -> float:
    try:
        with wave.open(io.BytesIO(content)) as sound:
            return max(float(sound.getnframes() / sound.getframerate()), 0.1)
    except (wave.Error, EOFError):
        return LENGTH_S
