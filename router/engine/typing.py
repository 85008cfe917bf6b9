"""An agent types: shown on the customer's channel, where it can show that."""

from __future__ import annotations

import asyncio
import contextlib

from router.core.outbound import NotSent
from router.core.words import ConversationId
from router.engine.carriers import Carrier
from router.engine.centre import Centre
from router.store.postgres import conversations as stored
from router.store.postgres import inbox

EVERY_MS = 4_000
"""Providers show it for some seconds; saying it again within them only costs."""
SAID_S = 5.0
MOST_REMEMBERED = 10_000


async def show(centre: Centre, conversation_id: str) -> None:
    """Say so to the channel's provider, now and then, without waiting for it; nothing depends on it."""
    shown, now = centre.exchange.typing_shown_at, centre.now()
    if not centre.carriers or now - shown.get(conversation_id, 0) < EVERY_MS:
        return
    if len(shown) >= MOST_REMEMBERED:
        shown.clear()
    shown[conversation_id] = now
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    carrier = centre.carriers.get(row.account) if row is not None else None
    if row is None or carrier is None or not carrier.capabilities.typing:
        return
    answered = await inbox.newest(centre.database, row.id)
    saying = asyncio.create_task(_say(carrier, row.address, answered), name="typing")
    centre.exchange.asides.add(saying)
    saying.add_done_callback(centre.exchange.asides.discard)


async def _say(carrier: Carrier, recipient: str, answered: str) -> None:
    with contextlib.suppress(NotSent, TimeoutError):
        async with asyncio.timeout(SAID_S):
            await carrier.typing(recipient, in_reply_to=answered)
