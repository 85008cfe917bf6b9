"""What a bot does so often a day and no oftener is counted where a restart does not forget it."""

from __future__ import annotations

from router.core.bot import actions
from router.core.data_source import Answer
from router.engine.bot.bounded import refusal
from router.store.postgres.database import Database

KEY = b"k" * 32
DAY_MS = 86_400_000
NOW = 20_000 * DAY_MS
NORA, BO, HERE = "customer:nora", "customer:bo", "network:here"


def reset(email: str, most_a_day: int = 3) -> actions.Consult:
    return actions.Consult(
        key="1", source="reset_password", values={"email": email}, changes=True, most_a_day=most_a_day
    )


async def times(database: Database, email: str, *whose: str, now: int = NOW, most: int = 30) -> int:
    """How often it is done before it is refused, tried at most so often."""
    for count in range(most):
        refused = await refusal(database, KEY, reset(email), whose, now=now)
        if refused is not None:
            assert refused == Answer(source="reset_password", state="refused", reason="too_often")
            return count
    return most


async def test_a_customer_has_it_done_so_often_a_day_whatever_the_values(database: Database) -> None:
    assert [await times(database, f"{n}@example.org", NORA, most=1) for n in range(5)] == [1, 1, 1, 0, 0]
    assert await times(database, "other@example.org", BO) == 3
    assert await times(database, "again@example.org", NORA, now=NOW + DAY_MS) == 3


async def test_nobodys_mailbox_is_filled_by_many_customers(database: Database) -> None:
    assert [await times(database, "Cy@example.org", f"customer:{n}", most=1) for n in range(5)] == [1, 1, 1, 0, 0]
    assert await times(database, "cy@EXAMPLE.org", "customer:x") == 0


async def test_a_network_has_it_done_for_many_but_not_without_end(database: Database) -> None:
    done = [await times(database, f"{n}@example.org", f"customer:{n}", HERE, most=1) for n in range(20)]
    assert done == [1] * 15 + [0] * 5


async def test_what_has_no_bound_is_not_counted(database: Database) -> None:
    assert await refusal(database, KEY, reset("cy@example.org", 0), [NORA], now=NOW) is None
    assert await database.fetch_value("SELECT count(*) FROM bot_misses") == 0
    await times(database, "cy@example.org", NORA, most=1)
    kept = await database.fetch("SELECT whose FROM bot_misses")
    assert not any("cy@" in row["whose"] for row in kept)
