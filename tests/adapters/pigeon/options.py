"""What a pigeon loft is configured with, and what pigeons carry."""

from __future__ import annotations

from adapters.form import Option
from router.core.outbound import Capabilities
from router.core.words import Channel

BASE_URL = "https://loft.example"

OPTIONS = (Option(name="ring", doc="What is engraved on the ring: signs both ways.", secret=True),)

PIGEON = Capabilities(text_chars=140, receipts=("delivered",))


def capabilities(channel: Channel) -> Capabilities:
    return PIGEON
