from __future__ import annotations

from random import Random

from router.core import events
from router.core.compiler import lane_id, lane_of
from router.core.replay.histories import Stint, histories
from router.core.words import AgentId, PlanId, WorkItemId
from tests.replay.days import (
    POLICY,
    SINCE,
    STAFF,
    accepted,
    closed,
    left_unanswered,
    offered,
    queued,
    served,
    some_facts,
)

ITEM, ANN, BEN = WorkItemId("wi"), AgentId("ann"), AgentId("ben")
DEMAND = some_facts(POLICY, Random(1)).demand


def returned(at: int, reason: str) -> events.Event:
    return events.ItemQueued(
        at=at,
        item=ITEM,
        queue="sales",
        lane=lane_id(lane_of(DEMAND)),
        channel="webchat",
        weight=25,
        score=0,
        enqueued_at=SINCE,
        reason=reason,  # type: ignore[arg-type]
        from_agent=ANN,
    )


def test_a_served_item_is_one_stint() -> None:
    happened = served(ITEM, DEMAND, STAFF[0], SINCE, answer_ms=3, talk_ms=50, wrap_ms=7)
    history = histories(happened)[ITEM]
    assert history.stints == [Stint(rang_ms=3, talk_ms=50, wrap_up_ms=7)]
    assert (history.arrived_at, history.answered, history.waited_ms) == (SINCE, True, 3)
    assert history.left_after_ms is None


def test_who_left_unanswered_had_so_much_patience() -> None:
    history = histories([queued(ITEM, DEMAND, SINCE), left_unanswered(ITEM, SINCE + 40)])[ITEM]
    assert (history.answered, history.left_after_ms, history.stints) == (False, 40, [])


def test_a_hand_over_ends_a_stint_where_it_went() -> None:
    start = [queued(ITEM, DEMAND, SINCE), offered(ITEM, DEMAND, ANN, SINCE), accepted(ITEM, ANN, SINCE + 1)]
    to_queue = returned(SINCE + 10, "transfer")
    direct = offered(ITEM, DEMAND, AgentId("cy"), SINCE + 30, direct=True)
    rest = [offered(ITEM, DEMAND, BEN, SINCE + 12), accepted(ITEM, BEN, SINCE + 14), direct]
    end = [accepted(ITEM, AgentId("cy"), SINCE + 33), closed(ITEM, AgentId("cy"), SINCE + 40)]
    stints = histories([*start, to_queue, *rest, *end])[ITEM].stints
    assert stints == [
        Stint(rang_ms=1, talk_ms=9, end="to_queue", plan=PlanId(lane_id(lane_of(DEMAND)))),
        Stint(rang_ms=2, talk_ms=16, end="to_agent", target=AgentId("cy")),
        Stint(rang_ms=3, talk_ms=7),
    ]


def test_talk_with_an_agent_who_was_lost_is_needed_again() -> None:
    happened = [
        queued(ITEM, DEMAND, SINCE),
        offered(ITEM, DEMAND, ANN, SINCE),
        accepted(ITEM, ANN, SINCE),
        returned(SINCE + 20, "agent_gone"),
        offered(ITEM, DEMAND, BEN, SINCE + 25),
        accepted(ITEM, BEN, SINCE + 30),
        closed(ITEM, BEN, SINCE + 100),
    ]
    assert histories(happened)[ITEM].stints == [Stint(rang_ms=5, talk_ms=90)]


def test_items_that_came_before_the_record_are_left_out() -> None:
    assert histories([accepted(ITEM, ANN, SINCE), closed(ITEM, ANN, SINCE + 1)]) == {}
