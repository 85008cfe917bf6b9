"""Many talks at once, each in one pair of hands: what was said on this node is heard at once, the rest is found."""

from __future__ import annotations

import asyncio

import structlog

from router.core.words import ConversationId
from router.engine.bot import turns
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import patiently
from router.protocol.errors import UsherError
from router.store.postgres import bot_talks

log = structlog.get_logger()

AT_ONCE = 16
"""Talks at once: more only wait for PostgreSQL's connections, before everybody else. Those that wait for a data source
are not among them, so that one that hangs does not take the others' turns; how many ask is bounded there.
"""
LOOKED_EVERY_S = 1.0
FOUND_AT_ONCE = 200


async def run(centre: Centre) -> None:
    """For ever; any number of nodes may."""
    bots, busy = centre.bots, set[ConversationId]()
    looked_at = 0.0
    loop = asyncio.get_running_loop()

    async def serve(conversation_id: ConversationId) -> None:
        try:
            await turns.take(centre, conversation_id)
        except UsherError as error:
            log.info("bot goes on later", conversation_id=conversation_id, code=error.code)
        except Exception:
            log.exception("bot failed", conversation_id=conversation_id)
        finally:
            busy.discard(conversation_id)
            bots.looking.set()

    async with asyncio.TaskGroup() as serving:

        async def once() -> None:
            nonlocal looked_at
            await woken(bots.looking, LOOKED_EVERY_S)
            if loop.time() - looked_at >= LOOKED_EVERY_S:
                looked_at = loop.time()
                for found in await bot_talks.waiting(centre.database, now=centre.now(), limit=FOUND_AT_ONCE):
                    bots.to_look[found] = None
            for conversation_id in list(bots.to_look):
                if len(busy) - bots.outside >= AT_ONCE:
                    break
                if conversation_id not in busy:
                    bots.to_look.pop(conversation_id, None)
                    busy.add(conversation_id)
                    serving.create_task(serve(conversation_id), name=f"bot in {conversation_id}")

        await patiently("bot", once)
