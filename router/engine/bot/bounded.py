"""What a bot does for a customer only so often a day, whichever talks they have it done in."""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from router.core.bot import actions
from router.core.bot.guessing import TOO_OFTEN, may_do
from router.core.data_source import Answer
from router.core.words import Ms
from router.store.postgres import bot_misses
from router.store.postgres.database import Database

MARK_CHARS = 32


async def refusal(
    database: Database, key: bytes, deed: actions.Consult, whose: Iterable[str], *, now: Ms
) -> Answer | None:
    """Counted, and refused in the source's place when it was too often; None: it may be done.

    whose: `customer:ID`, `network:MARK`. key: of ours, so that marks of values tell nobody what they were. After a
    crash one deed may count twice.
    """
    if not deed.most_a_day:
        return None
    with_what = "\n".join(f"{name}={value.casefold()}" for name, value in sorted(deed.values.items()))
    mark = hmac.digest(key, f"deed\n{deed.source}\n{with_what}".encode(), "sha256").hex()[:MARK_CHARS]
    counted = await bot_misses.count(
        database, [f"{each}:{deed.source}" for each in (*whose, f"values:{mark}")], now=now
    )
    return None if may_do(counted, deed.most_a_day) else Answer(source=deed.source, state="refused", reason=TOO_OFTEN)
