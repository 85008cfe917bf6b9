"""What becomes of items while their queue is closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from config import policy
from router.core.closing import UNSEEN_MS, Closed, closed, place
from router.core.hours import Hours, shift
from router.core.policy import Policy, Queue, WhenClosed
from router.core.words import Ms

WARSAW = ZoneInfo("Europe/Warsaw")
DAY = Hours(name="day", zone="Europe/Warsaw", week=((shift("08:00-16:00"),),) * 5 + ((), ()))
NEVER = Hours(name="never", zone="Europe/Warsaw", week=((),) * 7)


def at(text: str) -> Ms:
    return round(datetime.fromisoformat(text).replace(tzinfo=WARSAW).timestamp() * 1000)


def centre(**queues: tuple[str, WhenClosed]) -> Policy:
    """Each queue with its hours and what it does when closed."""
    lines = {name: Queue(name=name, label=name, hours=kept, when_closed=rule) for name, (kept, rule) in queues.items()}
    return replace(policy.load(policy.DEMO), queues=lines, hours={"day": DAY, "never": NEVER})


SUNDAY, MONDAY = at("2026-11-22 12:00"), at("2026-11-23 12:00")
TO_NIGHT = WhenClosed(action="queue", queue="night")


def test_an_open_queue_takes_its_items() -> None:
    assert place(centre(sales=("day", TO_NIGHT), night=("", WhenClosed())), "sales", MONDAY) == ("sales", None)


def test_a_queue_without_hours_and_one_nobody_knows_are_always_open() -> None:
    assert closed(centre(sales=("", WhenClosed())), "sales", SUNDAY) is None
    assert closed(centre(), "gone", SUNDAY) is None


def test_a_closed_queue_tells_when_it_opens() -> None:
    rule = WhenClosed(action="message")
    shut = closed(centre(sales=("day", rule)), "sales", SUNDAY)
    assert shut == Closed(queue="sales", rule=rule, opens_at=at("2026-11-23 08:00"))


def test_items_go_on_from_closed_queues_to_one_that_is_open() -> None:
    chain = centre(
        sales=("day", TO_NIGHT), night=("day", WhenClosed(action="queue", queue="last")), last=("", WhenClosed())
    )
    assert place(chain, "sales", SUNDAY) == ("last", None)


def test_the_last_closed_queue_of_the_way_says_what_happens() -> None:
    name, shut = place(centre(sales=("day", TO_NIGHT), night=("day", WhenClosed(action="callback"))), "sales", SUNDAY)
    assert (name, shut is not None and shut.queue, shut is not None and shut.holds) == ("night", "night", True)


def test_queues_that_send_in_a_circle_come_to_an_end() -> None:
    circle = centre(sales=("day", TO_NIGHT), night=("day", WhenClosed(action="queue", queue="sales")))
    assert place(circle, "sales", SUNDAY)[1] is not None


@pytest.mark.parametrize(("action", "holds"), [("wait", False), ("message", True), ("callback", True)])
def test_messages_are_held_until_the_opening(action: str, holds: bool) -> None:
    shut = closed(centre(sales=("day", WhenClosed(action=action))), "sales", SUNDAY)  # type: ignore[arg-type]
    assert shut is not None
    assert shut.holds is holds
    assert shut.held_until(SUNDAY) == at("2026-11-23 08:00")


def test_with_no_opening_in_sight_it_is_looked_again_the_next_day() -> None:
    shut = closed(centre(sales=("never", WhenClosed())), "sales", SUNDAY)
    assert shut is not None
    assert (shut.opens_at, shut.held_until(SUNDAY)) == (None, SUNDAY + UNSEEN_MS)


def test_a_queue_closed_by_hand_takes_messages_where_its_policy_says_nothing_of_closing() -> None:
    shop = centre(sales=("", WhenClosed()), night=("", TO_NIGHT))
    by_hand = closed(shop, "sales", MONDAY, {"sales": False})
    assert by_hand is not None
    assert (by_hand.rule.action, by_hand.opens_at) == ("message", None)
    assert place(shop, "night", MONDAY, {"night": False})[1] is not None
    assert closed(shop, "sales", MONDAY, {"night": False}) is None


def test_a_queue_opened_by_hand_is_open_out_of_its_hours() -> None:
    shop = centre(sales=("day", TO_NIGHT))
    assert closed(shop, "sales", SUNDAY) is not None
    assert closed(shop, "sales", SUNDAY, {"sales": True}) is None
