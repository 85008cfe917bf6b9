"""What a node's channel work waits for: requests just received here, and messages just written here."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from router.core.words import Ms


@dataclass(slots=True)
class Exchange:
    """Everything in here is known durably as well: it only makes haste."""

    something_received: asyncio.Event = field(default_factory=asyncio.Event)
    something_to_send: asyncio.Event = field(default_factory=asyncio.Event)
    something_to_fetch: asyncio.Event = field(default_factory=asyncio.Event)
    something_to_post: asyncio.Event = field(default_factory=asyncio.Event)
    alerted: set[str] = field(default_factory=set)
    """Keys of what supervisors were told of by this node."""
    typing_shown_at: dict[str, Ms] = field(default_factory=dict)
    """When each conversation's provider was last told that an agent types."""
    read_shown: dict[str, str] = field(default_factory=dict)
    """Of each conversation, the newest message its provider was told to be read: the provider's id."""
    asides: set[asyncio.Task[None]] = field(default_factory=set)
    """Under way, and waited for by nobody."""


async def woken(event: asyncio.Event, at_most_s: float) -> bool:
    """Until it is set, or the time is over (False); it is clear then."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(at_most_s):
            await event.wait()
    was_set = event.is_set()
    event.clear()
    return was_set
