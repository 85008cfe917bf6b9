"""Whether anybody could ever take an item, and what is missing."""

from __future__ import annotations

from router.core.compiler import Lane, Profile
from router.core.model.obstacles import Obstacle
from router.core.why import never_served


def lane(**levels: int) -> Lane:
    needs = (tuple(sorted(levels.items())),)
    return Lane(queue="sales", channel="webchat", weight=25, model="longest_idle", needs=needs)


def profile(*queues: str, **skills: int) -> Profile:
    return Profile(queues=queues, channels={"webchat": 3}, skills=skills)


def test_the_nearest_of_all_says_what_is_missing() -> None:
    found = never_served([lane(pl=5, vip=1)], [profile("help"), profile("sales", pl=5), profile("sales")])
    assert found == (Obstacle("skill", "vip", needs=1, has=0),)


def test_whoever_could_take_it_at_any_step_is_somebody() -> None:
    assert never_served([lane(pl=5), lane()], [profile("sales")]) == ()


def test_without_anybody_there_is_nobody_in_the_queue() -> None:
    assert never_served([lane()], []) == (Obstacle("not_member", "sales"),)
