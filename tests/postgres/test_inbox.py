"""What is claimed of the inbox together."""

from __future__ import annotations

import pytest

from router.store.postgres import inbox
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer


async def received(writer: Writer, sender: str, at: int) -> None:
    arrived = inbox.Received(
        account="letters", sender=sender, dedupe_id=f"{sender}-{at}", headers={}, body=b"{}", at=at
    )
    assert await inbox.receive(writer, arrived)


@pytest.mark.parametrize(
    ("settled_at", "claimed"), [(999, []), (1_000, [1_000, 1_090]), (1_050, [1_000, 1_090, 1_050])]
)
async def test_what_a_sender_sends_at_once_is_claimed_together_a_moment_after_it_began(
    database: Database, writer: Writer, settled_at: int, claimed: list[int]
) -> None:
    for sender, at in (("ann", 1_000), ("ann", 1_090), ("bob", 1_050)):
        await received(writer, sender, at)
    async with inbox.claimed(database, now=1_100, settled_at=settled_at, limit=10) as claim:
        assert [entry.received_at for entry in claim.entries] == claimed
