"""What agents were shown of a work item when it was offered: a customer's name and the first words, in the journal.

An open item needs it, as a tab that is opened anew shows the offer as it was. Of one that is over it can go: the event
stays, and says all that figures and replays ask.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from router.store.postgres.database import Database

AT_ONCE = 500
NAMED = b"\xa5brief"
"""The field's name, as msgpack writes it."""


async def forget(database: Database, conversations: Sequence[str]) -> None:
    """Leave it out of the offers of these conversations' items."""
    last = 0
    while rows := await database.fetch(
        """
        SELECT j.seq, j.body FROM work_items w JOIN journal j ON j.item_id = w.id
        WHERE w.conversation_id = ANY ($1) AND j.type = 'offer.created' AND j.seq > $2 AND position($3 IN j.body) > 0
        ORDER BY j.seq LIMIT $4
        """,
        *(list(conversations), last, NAMED, AT_ONCE),
    ):
        last = rows[-1]["seq"]
        await database.execute(
            """
            UPDATE journal SET body = e.body FROM unnest($1::bigint[], $2::bytea[]) AS e (seq, body)
            WHERE journal.seq = e.seq
            """,
            *([row["seq"] for row in rows], [without(row["body"]) for row in rows]),
        )


def without(packed: bytes) -> bytes:
    """The event without its brief."""
    event: dict[str, object] = msgspec.msgpack.decode(packed)
    event.pop("brief", None)
    return msgspec.msgpack.encode(event)
