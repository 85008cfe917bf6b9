"""The centre's numbers, told by small histories; times are in seconds."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis.strategies import DrawFn, SearchStrategy, builds, composite, integers, lists, sampled_from

from router.core import events
from router.core.metrics import Metrics, QueueCounts
from router.core.words import AgentId, LaneId, OfferId, Reachability, WorkItemId

READY = frozenset({"available"})
ANNA, BEN = AgentId("anna"), AgentId("ben")


def queued(at: int, item: str = "i", *, queue: str = "sales", since: int | None = None, **more) -> events.ItemQueued:  # type: ignore[no-untyped-def]
    return events.ItemQueued(
        at=at * 1000,
        item=WorkItemId(item),
        queue=queue,
        lane=LaneId("l"),
        channel="webchat",
        weight=25,
        score=0,
        enqueued_at=(at if since is None else since) * 1000,
        **{"reason": "new", **more},
    )


def offered(
    at: int,
    item: str = "i",
    agent: AgentId = ANNA,
    *,
    attempt: int = 1,
    by: AgentId | None = None,
    queue: str = "sales",
) -> events.OfferCreated:
    return events.OfferCreated(
        at=at * 1000,
        offer=OfferId(f"{item}:{attempt}"),
        item=WorkItemId(item),
        agent=agent,
        queue=queue,
        lane=LaneId("l"),
        channel="webchat",
        weight=25,
        expires_at=(at + 20) * 1000,
        enqueued_at=0,
        attempt=attempt,
        direct=by is not None,
        by=by,
    )


def accepted(at: int, item: str = "i", agent: AgentId = ANNA, attempt: int = 1) -> events.OfferAccepted:
    return events.OfferAccepted(at=at * 1000, offer=OfferId(f"{item}:{attempt}"), item=WorkItemId(item), agent=agent)


def declined(at: int, item: str = "i", agent: AgentId = ANNA, attempt: int = 1) -> events.OfferDeclined:
    return events.OfferDeclined(at=at * 1000, offer=OfferId(f"{item}:{attempt}"), item=WorkItemId(item), agent=agent)


def expired(at: int, item: str = "i", agent: AgentId = ANNA, attempt: int = 1) -> events.OfferExpired:
    return events.OfferExpired(at=at * 1000, offer=OfferId(f"{item}:{attempt}"), item=WorkItemId(item), agent=agent)


def wraps(at: int, item: str = "i", agent: AgentId = ANNA) -> events.WrapUpStarted:
    return events.WrapUpStarted(at=at * 1000, item=WorkItemId(item), agent=agent, until=(at + 60) * 1000)


def completed(at: int, item: str = "i", agent: AgentId = ANNA) -> events.ItemClosed:
    return events.ItemClosed(
        at=at * 1000, item=WorkItemId(item), outcome="completed", state="wrap_up", agent=agent, disposition="done"
    )


def left(at: int, item: str = "i") -> events.ItemClosed:
    return events.ItemClosed(at=at * 1000, item=WorkItemId(item), outcome="cancelled", state="waiting")


def present(
    at: int, agent: AgentId = ANNA, status: str = "available", reach: Reachability = "connected"
) -> events.AgentPresence:
    return events.AgentPresence(at=at * 1000, agent=agent, reachability=reach, status=status, reason="chosen")


def folded(*history: events.Event, since: int = 0, until: int = 10_000) -> Metrics:
    metrics = Metrics(READY, since=since * 1000, until=until * 1000)
    for event in history:
        metrics.apply(event)
    metrics.until_now(until * 1000)
    return metrics


def sales(*history: events.Event, since: int = 0, until: int = 10_000) -> QueueCounts:
    return folded(*history, since=since, until=until).queues["sales"]


# ---------------------------------------------------------------- customers


def test_who_is_answered_waited_from_the_arrival_to_the_accept() -> None:
    queue = sales(queued(10), offered(12), accepted(15))
    assert (queue.arrived, queue.answered.by_second, queue.abandoned.count) == (1, {5: 1}, 0)


def test_who_leaves_while_waiting_or_ringing_is_abandoned() -> None:
    queue = sales(queued(10), left(14), queued(20, "j"), offered(21, "j"), left(28, "j"))
    assert (queue.answered.count, queue.abandoned.by_second) == (0, {4: 1, 8: 1})


def test_who_is_taken_out_of_the_line_of_a_queue_that_closed_has_not_left() -> None:
    out = events.ItemClosed(
        at=9_000, item=WorkItemId("i"), outcome="cancelled", state="waiting", reason=events.QUEUE_CLOSED
    )
    assert sales(queued(0), out).abandoned.count == 0


def test_who_leaves_an_agent_is_not_abandoned() -> None:
    talk = events.ItemClosed(at=30_000, item=WorkItemId("i"), outcome="cancelled", state="assigned", agent=ANNA)
    assert sales(queued(0), offered(0), accepted(5), talk).abandoned.count == 0


def test_an_item_handed_over_counts_once_as_answered_and_its_second_wait_apart() -> None:
    history: list[events.Event] = [
        *(queued(0), offered(0), accepted(5)),
        queued(65, queue="billing", since=0, reason="transfer", by=ANNA, from_agent=ANNA),
        *(offered(70, agent=BEN, attempt=2, queue="billing"), accepted(75, agent=BEN, attempt=2)),
        completed(100, agent=BEN),
    ]
    metrics = folded(*history)
    first, second = metrics.queues["sales"], metrics.queues["billing"]
    assert (first.answered.by_second, first.transfers, first.transfer_rate) == ({5: 1}, 1, 1.0)
    assert (first.handled.count, first.handled.talk_ms) == (1, 60_000)
    assert (second.answered.count, second.again.by_second, second.arrived) == (0, {10: 1}, 0)
    assert (second.handled.talk_ms, second.transfers) == (25_000, 0)


def test_who_leaves_after_having_been_answered_and_handed_over_is_not_abandoned() -> None:
    back = queued(65, since=0, reason="agent_gone", from_agent=ANNA)
    queue = sales(queued(0), offered(0), accepted(5), back, left(80))
    assert (queue.answered.count, queue.abandoned.count, queue.transfers) == (1, 0, 0)


def test_handed_to_a_colleague_ends_the_first_assignment() -> None:
    to_ben = offered(40, agent=BEN, attempt=2, by=ANNA), accepted(50, agent=BEN, attempt=2)
    metrics = folded(queued(0), offered(0), accepted(0), *to_ben, completed(60, agent=BEN))
    assert metrics.queues["sales"].transfers == 1
    assert [metrics.agents[agent].handled.talk_ms for agent in (ANNA, BEN)] == [40_000, 10_000]
    assert metrics.queues["sales"].again.by_second == {10: 1}


def test_a_further_item_of_a_conversation_is_reopened() -> None:
    queue = sales(queued(0, "wi_1"), left(1, "wi_1"), queued(5, "con_1.2"))
    assert (queue.arrived, queue.reopened, queue.reopen_rate) == (2, 1, 0.5)


def test_a_rebuild_of_the_store_is_no_arrival_and_no_new_wait() -> None:
    queue = sales(queued(0), queued(30, since=0, reason="rebuild"), offered(31), accepted(32))
    assert (queue.arrived, queue.answered.by_second) == (1, {32: 1})


# ---------------------------------------------------------------- handling and offers


def test_handle_time_is_talk_and_wrap_up() -> None:
    queue = sales(queued(0), offered(0), accepted(10), wraps(70), completed(90))
    assert (queue.handled.talk_ms, queue.handled.wrap_up_ms, queue.handled.mean_ms) == (60_000, 20_000, 80_000.0)
    assert QueueCounts().handled.mean_ms is None


def test_offers_are_counted_by_how_they_ended() -> None:
    taken_back = events.OfferRescinded(
        at=24_000, offer=OfferId("i:1"), item=WorkItemId("i"), agent=ANNA, reason="status"
    )
    offers = sales(
        queued(0),
        *(offered(0), declined(1)),
        *(offered(2), expired(22)),
        *(offered(23), taken_back),
        *(offered(30), accepted(34)),
    ).offers
    assert (offers.made, offers.accepted, offers.declined, offers.missed, offers.rescinded) == (4, 1, 1, 1, 1)
    assert (offers.missed_rate, offers.mean_accept_ms) == (1 / 3, 4_000.0)


# ---------------------------------------------------------------- agents


def test_occupancy_is_handling_of_handling_and_ready() -> None:
    history: list[events.Event] = [
        present(0),
        queued(0),
        offered(100),
        accepted(100),
        wraps(130),
        completed(150),
        present(200, status="break"),
    ]
    anna = folded(*history, until=1_000).agents[ANNA]
    assert (anna.handling_ms, anna.ready_ms, anna.signed_in_ms) == (50_000, 150_000, 1_000_000)
    assert anna.occupancy == 0.25


def test_work_that_overlaps_is_handled_once_and_weighed_twice() -> None:
    two: list[events.Event] = [
        offered(0, "i"),
        accepted(0, "i"),
        offered(10, "j"),
        accepted(10, "j"),
        completed(30, "i"),
        completed(40, "j"),
    ]
    anna = folded(present(0), queued(0, "i"), queued(0, "j"), *two, present(50, reach="gone")).agents[ANNA]
    assert (anna.handling_ms, anna.work_ms, anna.ready_ms) == (40_000, 60_000, 10_000)


def test_who_finishes_their_work_in_a_break_is_handling_till_then() -> None:
    talk: list[events.Event] = [present(0), queued(0), offered(0), accepted(0), present(10, status="break")]
    anna = folded(*talk, completed(30), until=100).agents[ANNA]
    assert (anna.handling_ms, anna.ready_ms) == (30_000, 0)


def test_nobody_who_never_was_there_has_an_occupancy() -> None:
    assert folded().agents[ANNA].occupancy is None


def test_an_agent_in_grace_is_signed_in_and_not_ready() -> None:
    anna = folded(present(0), present(10, reach="grace"), present(30, reach="gone"), until=100).agents[ANNA]
    assert (anna.signed_in_ms, anna.ready_ms) == (30_000, 10_000)


def test_only_what_happens_in_the_window_counts_and_times_are_cut_at_its_edges() -> None:
    history: list[events.Event] = [
        present(0),
        queued(0),
        offered(5),
        accepted(10),
        queued(20, "j"),
        wraps(70),
        completed(90),
    ]
    metrics = folded(*history, since=30, until=80)
    assert (metrics.queues["sales"].answered.count, metrics.queues["sales"].arrived) == (0, 0)
    assert metrics.agents[ANNA].handling_ms == 50_000
    assert sales(*history, since=10, until=20).answered.by_second == {10: 1}
    assert sales(*history, since=10, until=20).arrived == 0


# ---------------------------------------------------------------- laws


def life(draw: DrawFn, item: str) -> list[events.Event]:
    """One item from arrival to end: refusals, then perhaps an answer."""
    now = draw(integers(0, 50))
    history: list[events.Event] = [queued(now, item)]
    for attempt in range(1, draw(integers(1, 4))):
        agent = draw(sampled_from([ANNA, BEN]))
        history.append(offered(now, item, agent, attempt=attempt))
        now += draw(integers(0, 9))
        match draw(integers(0, 3)):
            case 0:
                history.append(declined(now, item, agent, attempt))
            case 1:
                history.append(expired(now, item, agent, attempt))
            case _:
                history += [accepted(now, item, agent, attempt), wraps(now + 5, item, agent)]
                now += 5 + draw(integers(0, 20))
                return [*history, completed(now, item, agent)]
    return [*history, left(now + draw(integers(0, 9)), item)]


@composite
def lives(draw: DrawFn) -> list[list[events.Event]]:
    return [life(draw, f"i{n}") for n in range(draw(integers(0, 5)))]


presences: SearchStrategy[events.AgentPresence] = builds(
    present,
    integers(0, 90),
    sampled_from([ANNA, BEN]),
    sampled_from(["available", "break"]),
    sampled_from(["connected", "grace", "gone"]),
)


def in_order(parts: Iterable[list[events.Event]]) -> list[events.Event]:
    return sorted((event for part in parts for event in part), key=lambda event: event.at)


@given(lives(), lists(presences, max_size=6), integers(0, 100))
def test_two_parts_of_a_time_count_together_what_the_whole_counts(
    items: list[list[events.Event]], changes: list[events.AgentPresence], cut: int
) -> None:
    history = in_order([*items, [*changes]])
    whole, before, after = (folded(*history, since=a, until=b) for a, b in ((0, 100), (0, cut), (cut, 100)))
    parts, total = before.queues["sales"], whole.queues["sales"]
    later = after.queues["sales"]
    parts.answered += later.answered
    parts.abandoned += later.abandoned
    assert (parts.answered, parts.abandoned) == (total.answered, total.abandoned)
    assert parts.arrived + later.arrived == total.arrived
    assert parts.handled.count + later.handled.count == total.handled.count
    for agent in (ANNA, BEN):
        a, b, c = before.agents[agent], after.agents[agent], whole.agents[agent]
        assert a.handling_ms + b.handling_ms == c.handling_ms
        assert a.ready_ms + b.ready_ms == c.ready_ms
        assert a.work_ms + b.work_ms == c.work_ms


@given(lives())
def test_everybody_who_came_was_answered_or_left_and_every_offer_ended(items: list[list[events.Event]]) -> None:
    queue = sales(*in_order(items), until=10**6)
    assert queue.arrived == queue.answered.count + queue.abandoned.count == len(items)
    offers = queue.offers
    assert offers.made == offers.accepted + offers.declined + offers.missed + offers.rescinded
    assert queue.handled.count == queue.answered.count
