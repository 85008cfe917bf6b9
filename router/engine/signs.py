"""An agent types, or has read: shown on the customer's channel, where it can show that.

The channel's provider is told without waiting for it, and nothing depends on it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import TypeVar

from router.core.outbound import NotSent
from router.core.words import ConversationId
from router.engine.centre import Centre
from router.store.postgres import conversations as stored
from router.store.postgres import inbox

EVERY_MS = 4_000
"""Providers show for some seconds that somebody types; saying it again within them only costs."""
SAID_S = 5.0
MOST_REMEMBERED = 10_000
T = TypeVar("T")


async def typing(centre: Centre, conversation_id: str) -> None:
    """Say so now and then."""
    shown, now = centre.exchange.typing_shown_at, centre.now()
    if not centre.carriers or now - shown.get(conversation_id, 0) < EVERY_MS:
        return
    _remember(shown, conversation_id, now)
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    carrier = centre.carriers.get(row.account) if row is not None else None
    if row is not None and carrier is not None and carrier.capabilities.typing:
        answered = await inbox.newest(centre.database, row.id)
        _say(centre, carrier.typing(row.address, in_reply_to=answered))


async def read(centre: Centre, conversation_id: str, up_to: int) -> None:
    """Say of the customer's newest message up to this number that it was seen; providers take it for all before."""
    if not centre.carriers.mark_read:
        return
    row = await stored.by_id(centre.database, ConversationId(conversation_id))
    carrier = centre.carriers.get(row.account) if row is not None else None
    if row is None or carrier is None or not carrier.capabilities.read_marks:
        return
    newest = await inbox.newest(centre.database, row.id, up_to=up_to)
    if newest and centre.exchange.read_shown.get(conversation_id) != newest:
        _remember(centre.exchange.read_shown, conversation_id, newest)
        _say(centre, carrier.mark_read(row.address, newest))


def _remember(shown: dict[str, T], conversation_id: str, what: T) -> None:
    if len(shown) >= MOST_REMEMBERED:
        shown.clear()
    shown[conversation_id] = what


def _say(centre: Centre, saying: Awaitable[None]) -> None:
    async def within_time() -> None:
        with contextlib.suppress(NotSent, TimeoutError):
            async with asyncio.timeout(SAID_S):
                await saying

    aside = asyncio.create_task(within_time(), name="sign")
    centre.exchange.asides.add(aside)
    aside.add_done_callback(centre.exchange.asides.discard)
