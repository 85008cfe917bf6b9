"""What clients have is marked, though the store is away for a while: they say so once."""

from __future__ import annotations

import asyncio

import pytest

from router.engine.receipts import Delivered
from router.engine.talk import Side
from router.protocol.errors import NotFound
from router.store.errors import StoreUnavailable
from tests.patience import PATIENCE_S


async def test_a_receipt_that_the_store_did_not_take_is_marked_later(monkeypatch: pytest.MonkeyPatch) -> None:
    for pause in ("GATHER_S", "AGAIN_S"):
        monkeypatch.setattr(f"router.engine.receipts.{pause}", 0)
    troubles: list[Exception | None] = [StoreUnavailable("away"), StoreUnavailable("away"), None]
    tried: list[tuple[str, int]] = []
    marked = asyncio.Event()

    async def mark(conversation_id: str, side: Side, n: int) -> None:
        tried.append((conversation_id, n))
        if conversation_id == "erased":
            raise NotFound("unknown_conversation")
        if trouble := troubles.pop(0):
            if n == 4:
                delivered.delivered("con", "agent", 5)
            raise trouble
        marked.set()

    delivered = Delivered(mark)
    delivered.delivered("con", "agent", 4)
    delivered.delivered("erased", "agent", 1)
    running = asyncio.create_task(delivered.run())
    async with asyncio.timeout(PATIENCE_S):
        await marked.wait()
    running.cancel()
    assert tried == [("con", 4), ("erased", 1), ("con", 5), ("con", 5)]
