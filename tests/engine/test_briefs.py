"""What an agent is told of why they got an item."""

from __future__ import annotations

import pytest

from router.core import events
from router.core.words import AgentId, LaneId, OfferId, WorkItemId
from router.engine import brief
from router.protocol.records import CustomerCard, WorkItem


@pytest.mark.parametrize(("by", "matched"), [(None, ["ru≥5"]), ("sue", [])])
def test_nobody_who_was_chosen_by_hand_is_said_to_meet_what_is_asked(by: str | None, matched: list[str]) -> None:
    item = WorkItem(
        work_item_id="w",
        conversation_id="c",
        channel="webchat",
        queue="orders",
        customer=CustomerCard(customer_id="u", name="", email="", language="ru"),
        language="ru",
        requirements=["ru≥5"],
        priority=0,
        weight=25,
        enqueued_at=0,
        preview="",
    )
    event = events.OfferCreated(
        at=2_000,
        offer=OfferId("o"),
        item=WorkItemId("w"),
        agent=AgentId("anna"),
        queue="orders",
        lane=LaneId("lane"),
        channel="webchat",
        weight=25,
        expires_at=3_000,
        enqueued_at=1_000,
        attempt=1,
        direct=by is not None,
        by=None if by is None else AgentId(by),
        brief=brief.pack(brief.Brief(item=item, model="longest_idle")),
    )
    assert brief.offer_of(event, transferred_by=by).why.matched == matched
