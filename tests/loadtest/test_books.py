"""The ledger of messages and the witnesses of items find what they are there to find, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from loadtest import witness
from loadtest.dialogue import Dialogue, Turn
from loadtest.ledger import Ledger, View, open_view
from loadtest.part import client_id
from loadtest.witness import Findings, Witness
from router.protocol import staff
from router.protocol.records import (
    Assignment,
    Conversation,
    CustomerCard,
    DispositionName,
    Me,
    Message,
    Offer,
    Receipts,
    Why,
    WorkItem,
)

SCENE = Dialogue(
    key="k",
    subjects=("x",),
    turns=(Turn("customer", "a"), Turn("agent", "b"), Turn("customer", "c"), Turn("agent", "d")),
)


def message(n: int, index: int | None = None, *, text: str = "", kind: Any = "text") -> Message:
    turn = SCENE.turns[index] if index is not None else Turn("agent", text)
    return Message(
        conversation_id="c",
        n=n,
        kind=kind,
        author=turn.who,
        author_id="",
        author_name="",
        text=text or turn.text,
        client_id="" if index is None else client_id(SCENE, index),
        at=0,
    )


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def customer(ledger: Ledger) -> View:
    return open_view(ledger, SCENE, "customer")


@pytest.fixture
def agent(ledger: Ledger) -> View:
    return open_view(ledger, SCENE, "agent")


def wrongs(ledger: Ledger) -> tuple[int, int, int, int]:
    return ledger.lost, ledger.duplicated, ledger.out_of_order, ledger.garbled


def test_a_whole_conversation_leaves_a_clean_ledger(ledger: Ledger, customer: View, agent: View) -> None:
    customer.spoke(0, 1)
    agent.state([message(1, 0)])
    agent.spoke(1, 2)
    agent.event(message(2, 1))  # the echo of one's own
    customer.event(message(2, 1))
    customer.spoke(2, 4)
    agent.event(message(3, text="agent.joined", kind="system"))
    agent.event(message(4, 2))
    agent.spoke(3, 5)
    customer.event(message(5, 3))
    assert wrongs(ledger) == (0, 0, 0, 0)
    assert customer.part.over
    assert agent.part.over
    assert len(ledger.received) == len(ledger.acknowledged) == 4


def test_an_acknowledged_turn_nobody_was_shown_is_lost(ledger: Ledger, customer: View) -> None:
    customer.spoke(0, 1)
    assert wrongs(ledger) == (1, 0, 0, 0)


def test_an_event_shown_twice_is_a_duplicate(ledger: Ledger, customer: View) -> None:
    customer.event(message(2, 1))
    customer.event(message(2, 1))
    assert wrongs(ledger) == (0, 1, 0, 0)


def test_a_turn_kept_as_two_messages_is_a_duplicate(ledger: Ledger, customer: View, agent: View) -> None:
    customer.event(message(2, 1))
    customer.event(message(3, 1))
    assert wrongs(ledger) == (0, 1, 0, 0)
    agent.spoke(1, 2)
    agent.state([message(3, 1)])
    assert wrongs(ledger) == (0, 2, 0, 0)


def test_a_snapshot_may_hold_what_an_event_said_or_will_say_but_two_events_may_not(
    ledger: Ledger, customer: View
) -> None:
    customer.event(message(2, 1))
    customer.state([message(1, 0), message(2, 1)])
    assert wrongs(ledger) == (0, 0, 0, 0)
    customer.event(message(2, 1))
    assert wrongs(ledger) == (0, 0, 0, 0)
    assert ledger.overlaps == 1
    customer.event(message(2, 1))
    assert wrongs(ledger) == (0, 1, 0, 0)


def test_an_older_message_after_a_newer_one_is_out_of_order(ledger: Ledger, customer: View) -> None:
    customer.event(message(5, 3))
    customer.event(message(2, 1))
    assert wrongs(ledger) == (0, 0, 1, 0)


def test_a_turn_that_arrives_changed_is_garbled(ledger: Ledger, customer: View) -> None:
    customer.event(message(2, 1, text="other"))
    assert wrongs(ledger) == (0, 0, 0, 1)


# ---------------------------------------------------------------- witnesses


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def findings(clock: Clock) -> Findings:
    return Findings(clock=clock, cooldown_ms=2_000)


def me(name: str, limit: int = 100, interruptible: int = 0) -> Me:
    return Me(
        agent_id=name,
        name=name,
        email="",
        role="agent",
        team="",
        language="en",
        status="available",
        status_since=0,
        status_reason="",
        reachability="connected",
        units_held=0,
        units_limit=limit,
        interruptible_limit=interruptible,
        skills={"pl": 4},
        queues=["q"],
    )


def snapshot(
    name: str, assignments: tuple[Assignment, ...] = (), limit: int = 100, interruptible: int = 0, pacing: int = 1
) -> staff.StaffSnapshot:
    return staff.StaffSnapshot(
        server_time=0,
        me=me(name, limit, interruptible),
        pacing=pacing,
        statuses=[],
        queues=[],
        dispositions=[DispositionName(name="done", label="")],
        decline_reasons=[],
        offers=[],
        assignments=list(assignments),
    )


def item(
    name: str,
    *,
    weight: int = 25,
    enqueued_at: int = 5,
    requirements: tuple[str, ...] = (),
    interruptible: bool = False,
) -> WorkItem:
    return WorkItem(
        work_item_id=name,
        conversation_id="c",
        channel="webchat",
        queue="q",
        customer=CustomerCard(customer_id="", name="", email="", language="en"),
        language="en",
        requirements=list(requirements),
        priority=0,
        weight=weight,
        enqueued_at=enqueued_at,
        preview="",
        interruptible=interruptible,
    )


def offered(work: WorkItem, by: str | None = None, at: int = 0) -> staff.OfferCreated:
    """Made at `at`, to ring for a second."""
    why = Why(model="longest_idle", waited_ms=0, matched=[], attempt=1, transferred_by=by)
    return staff.OfferCreated(
        offer=Offer(offer_id=f"o-{work.work_item_id}", work_item=work, expires_at=at + 1_000, ring_ms=1_000, why=why)
    )


def closed(name: str, outcome: Any) -> staff.OfferClosed:
    return staff.OfferClosed(offer_id=f"o-{name}", outcome=outcome)


def assignment(work: WorkItem) -> Assignment:
    conversation = Conversation(
        conversation_id="c",
        channel="webchat",
        account="demo",
        state="open",
        department="",
        language="en",
        page_url="",
        started_at=0,
        closed_at=None,
        last_n=0,
        receipts=Receipts(customer_delivered_n=0, customer_read_n=0, agent_delivered_n=0, agent_read_n=0),
        messages=[],
        more=False,
        rating=None,
    )
    return Assignment(
        work_item=work,
        units=work.weight,
        state="assigned",
        accepted_at=0,
        wrap_up_until=None,
        conversation=conversation,
        customer_online=True,
    )


def sees(findings: Findings, name: str, *events: staff.StaffEvent, **facts: Any) -> Witness:
    seen = Witness(findings)
    for event in (snapshot(name, **facts), *events):
        seen.see(event)
    return seen


def took(name: str, **facts: Any) -> tuple[staff.StaffEvent, ...]:
    work = item(name, **facts)
    return offered(work), closed(name, "accepted"), staff.ItemAssigned(assignment=assignment(work))


def paused(name: str, units: int) -> staff.ItemPaused:
    return staff.ItemPaused(work_item_id=name, units=units)


def resumed(name: str) -> staff.ItemResumed:
    return staff.ItemResumed(work_item_id=name)


def wrap_up(name: str) -> staff.ItemWrapUp:
    return staff.ItemWrapUp(work_item_id=name, until=0)


def completed(name: str) -> staff.ItemClosed:
    return staff.ItemClosed(work_item_id=name, reason="completed")


def test_honest_work_has_no_findings(findings: Findings) -> None:
    sees(findings, "a", *took("i", weight=60), *took("j", weight=40), wrap_up("i"), completed("i"), wrap_up("j"))
    sees(findings, "b", offered(item("k", requirements=("pl≥4",))), closed("k", "rescinded"))
    findings.check_holders()
    assert findings.counts == {}


@pytest.mark.parametrize(
    ("invariant", "events"),
    [
        (witness.UNITS, (*took("i", weight=60), offered(item("j", weight=41)))),
        (witness.UNITS, (offered(item("i", weight=101)),)),
        (witness.UNITS, (*took("i", weight=60), paused("i", 10), offered(item("j", weight=91)))),
        (witness.UNITS, (*took("i", weight=60), paused("i", 10), resumed("i"), offered(item("j", weight=41)))),
        (witness.UNITS, (offered(item("i", interruptible=True)),)),
        (witness.PACING, (offered(item("i")), offered(item("j")))),
        (witness.WRAP_UP, (*took("i"), wrap_up("i"), offered(item("j")))),
        (witness.REQUIREMENTS, (offered(item("i", requirements=("pl≥5",))),)),
        (witness.REQUIREMENTS, (offered(item("i", requirements=("de≥1",))),)),
        (witness.ONE_STATE, (closed("i", "expired"),)),
        (witness.ONE_STATE, (wrap_up("i"),)),
        (witness.ONE_STATE, (paused("i", 0),)),
        (witness.ONE_STATE, (*took("i"), wrap_up("i"), paused("i", 0))),
        (witness.ONE_STATE, (*took("i"), wrap_up("i"), wrap_up("i"))),
        (witness.ONE_STATE, (completed("i"),)),
        (witness.ONE_STATE, (*took("i"), staff.ItemAssigned(assignment=assignment(item("i"))))),
        (witness.AGE, (offered(item("i")), closed("i", "rescinded"), offered(item("i", enqueued_at=6)))),
        (witness.COOLDOWN, (offered(item("i")), closed("i", "expired"), offered(item("i"), at=2_900))),
    ],
)
def test_each_breach_is_found_and_named(
    findings: Findings, invariant: str, events: tuple[staff.StaffEvent, ...]
) -> None:
    sees(findings, "a", *events)
    assert findings.counts == {invariant: 1}, findings.details


def test_paused_work_holds_what_it_is_said_to(findings: Findings) -> None:
    sees(findings, "a", *took("i", weight=60), paused("i", 10), offered(item("j", weight=90)))
    sees(findings, "b", *took("k", weight=60), paused("k", 10), wrap_up("k"), completed("k"), *took("l", weight=100))
    still_paused = structs.replace(assignment(item("m", weight=60)), state="paused", units=10)
    sees(findings, "c", offered(item("n", weight=90)), assignments=(still_paused,))
    assert findings.counts == {}


def test_work_that_may_be_interrupted_fills_a_pool_of_its_own(findings: Findings) -> None:
    mail = {"weight": 100, "interruptible": True}
    sees(findings, "a", *took("i", **mail), offered(item("j", weight=100)), interruptible=100)
    assert findings.counts == {}
    sees(findings, "b", *took("k", **mail), offered(item("l", weight=1, interruptible=True)), interruptible=100)
    assert findings.counts == {witness.UNITS: 1}


def test_as_many_offers_ring_as_the_centre_says(findings: Findings) -> None:
    sees(findings, "a", offered(item("i")), offered(item("j")), pacing=2)
    assert findings.counts == {}
    sees(findings, "b", offered(item("k")), offered(item("l")), offered(item("m")), pacing=2)
    assert findings.counts == {witness.PACING: 1}


def test_a_handed_over_item_may_go_beyond_the_units(findings: Findings) -> None:
    sees(findings, "a", *took("i", weight=90), offered(item("j", weight=25), by="Bea"))
    assert findings.counts == {}


def test_an_item_may_come_again_after_the_cool_down(findings: Findings) -> None:
    sees(findings, "a", offered(item("i")), closed("i", "expired"), offered(item("i"), at=3_000))
    assert findings.counts == {}


@pytest.mark.parametrize(("again_ms", "wrong"), [(2_399, 1), (2_500, 0)])
def test_a_declined_item_rests_from_the_decline(findings: Findings, again_ms: int, wrong: int) -> None:
    seen = sees(findings, "a", offered(item("i")))
    seen.declines("i", 500)
    seen.see(closed("i", "declined"))
    seen.see(offered(item("i"), at=again_ms))
    assert findings.total() == wrong


def test_two_agents_with_one_item_are_found_by_their_times(findings: Findings, clock: Clock) -> None:
    first = sees(findings, "a", *took("i"))
    clock.now += 1
    sees(findings, "b", *took("i"))
    clock.now += 1
    first.see(completed("i"))
    findings.check_holders()
    assert findings.counts == {witness.ONE_HOLDER: 1}


def test_an_item_handed_on_is_held_by_one_after_the_other(findings: Findings, clock: Clock) -> None:
    first = sees(findings, "a", *took("i"))
    clock.now += 1
    sees(findings, "b", *took("i"))
    clock.now += witness.BETWEEN_SOCKETS_S / 2
    first.see(staff.ItemClosed(work_item_id="i", reason="transferred"))
    findings.check_holders()
    assert findings.counts == {}


def test_what_was_taken_while_away_counts_as_held_until_then(findings: Findings, clock: Clock) -> None:
    first = sees(findings, "a", *took("i"))
    first.lost_sight()
    clock.now += 30
    sees(findings, "b", *took("i"))
    clock.now += 1
    first.see(snapshot("a"))
    findings.check_holders()
    assert findings.counts == {}
