"""What the journal's events tell of an item and of an agent that no row keeps."""

from __future__ import annotations

from typing import Any

from router.core.events import AgentPresence, Event, ItemOverflow, ItemQueued, OfferCreated, OfferDeclined, OfferExpired
from router.core.recalled import recall_item, recall_ramp
from router.core.words import AgentId, LaneId, OfferId, WorkItemId

ANN, BOB, ITEM = AgentId("ann"), AgentId("bob"), WorkItemId("i")
STATUSES = {"available": ("webchat",), "away": ()}


def queued(at: int, **facts: Any) -> ItemQueued:
    known: dict[str, Any] = {"queue": "sales", "lane": LaneId("l"), "channel": "webchat", "weight": 25, "score": 0}
    known |= {"enqueued_at": 0, "reason": "new"} | facts
    return ItemQueued(at=at, item=ITEM, **known)


def declined(at: int, agent: AgentId = ANN) -> OfferDeclined:
    return OfferDeclined(at=at, offer=OfferId("i:1"), item=ITEM, agent=agent)


def offered(at: int) -> OfferCreated:
    facts: dict[str, Any] = {"queue": "sales", "lane": LaneId("l"), "channel": "webchat", "weight": 25}
    return OfferCreated(
        at=at, offer=OfferId("i:1"), item=ITEM, agent=ANN, expires_at=0, enqueued_at=0, attempt=1, **facts
    )


def presence(at: int, status: str) -> AgentPresence:
    return AgentPresence(at=at, agent=ANN, reachability="connected", status=status, reason="chosen")


def recalled(*events: Event, now: int) -> Any:
    return recall_item(events, cooldown_ms=1_000, now=now)


def test_refusals_are_counted_and_their_cool_downs_run_on_from_when_they_began() -> None:
    told = recalled(
        queued(0), declined(10), OfferExpired(at=500, offer=OfferId("i:2"), item=ITEM, agent=BOB), now=1_200
    )
    assert (told.refusals, told.excluded) == ({ANN: 1, BOB: 1}, {BOB: 1_500})


def test_after_the_third_refusal_the_agent_never_gets_it_again() -> None:
    told = recalled(queued(0), declined(1), declined(2), declined(3), queued(4, reason="transfer", by=ANN), now=9_999)
    assert (told.refusals, told.excluded) == ({ANN: 3}, {ANN: 0})


def test_who_transferred_it_stays_away_and_who_is_preferred_stays_so_for_the_rest_of_the_time() -> None:
    moved = queued(100, reason="transfer", by=ANN, preferred=BOB, preferred_until=3_000, regardless=True)
    told = recalled(queued(0), moved, now=500)
    assert (told.excluded, told.preferred, told.preferred_until, told.regardless) == ({ANN: 1_100}, BOB, 3_000, True)
    assert recalled(queued(0), moved, now=3_000).preferred is None
    assert recalled(queued(0), moved, queued(200, reason="preferred_over"), now=500).preferred is None


def test_an_overflow_is_remembered_until_the_item_comes_to_a_queue_anew() -> None:
    alone = ItemOverflow(at=5, item=ITEM, queue="sales", when="nobody_signed_in", action="announce")
    told = recalled(queued(0), alone, now=9)
    assert (told.overflow, told.alone) == ("announce", True)
    told = recalled(queued(0), alone, queued(6, reason="transfer"), now=9)
    assert (told.overflow, told.alone) == ("", False)


def test_who_came_back_ramps_up_and_pauses_after_the_last_offer() -> None:
    def ramp(*events: Event) -> tuple[bool, int]:
        return recall_ramp(events, statuses=STATUSES, ramp_ms=1_000, now=1_500)

    assert ramp(presence(0, "available")) == (True, 0)
    assert ramp(presence(0, "available"), offered(900)) == (True, 1_900)
    assert ramp(presence(0, "available"), offered(500)) == (True, 0)
    assert ramp(presence(0, "available"), offered(900), presence(950, "away")) == (False, 0)
    assert ramp(presence(0, "away")) == (False, 0)
