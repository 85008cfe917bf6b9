"""Customers who are one person: the database keeps the trees that the rules describe, and loses nobody."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.merging import Into, head, merged, parted
from router.core.words import ConversationId, CustomerId
from router.protocol.errors import Conflict, NotFound
from router.store.postgres import audit, conversations, customers, merges
from router.store.postgres.customers import Customer
from router.store.postgres.database import Database
from router.store.postgres.merges import Suggestion
from router.store.postgres.writer import Writer
from tests.postgres.conftest import a_start

_numbers = itertools.count(1)


async def some_customers(database: Database, count: int) -> list[CustomerId]:
    """Fresh ones, in the order they came."""
    run = next(_numbers)
    ids = [CustomerId(f"cus_{run}_{n}") for n in range(count)]
    for at, customer_id in enumerate(ids):
        await customers.add(database, Customer(id=customer_id, created_at=at))
    return ids


steps = st.lists(st.tuples(st.booleans(), st.integers(0, 4), st.integers(0, 4)), max_size=12)


@settings(max_examples=25)
@given(steps=steps)
async def test_whatever_is_merged_and_parted_each_conversation_has_one_customer(
    database: Database, writer: Writer, steps: list[tuple[bool, int, int]]
) -> None:
    people = await some_customers(database, 5)
    owners: dict[str, CustomerId] = {}
    into: Into = {}
    for at, (together, one, other) in enumerate(steps):
        new = a_start(customer_id=people[one])
        assert isinstance(await conversations.start(writer, new), conversations.Started)
        owners[new.id] = people[one]
        if together:
            await merges.merge(database, people[one], people[other], by="sup_1", at=at)
            into = merged(into, people[one], people[other])
        elif people[other] in into:
            await merges.part(database, people[other], by="sup_1", at=at)
            into = parted(into, people[other])
        assert await merges.heads(database, people) == {person: head(into, person) for person in people}
        for person in people:
            everybody = await merges.together(database, person)
            assert everybody[0] == head(into, person)
            assert set(everybody) == {p for p in people if head(into, p) == head(into, person)}
    found = await conversations.by_ids(database, [ConversationId(each) for each in owners])
    assert {row.id: row.customer_id for row in found.values()} == owners


async def test_of_many_who_merge_each_other_at_once_one_head_is_left(database: Database) -> None:
    people = await some_customers(database, 4)
    rings = [(people[n], people[(n + 1) % 4]) for n in range(4)] * 2
    await asyncio.gather(*[merges.merge(database, one, other, by="sup_1", at=5) for one, other in rings])
    assert len(set((await merges.heads(database, people)).values())) == 1


async def test_a_merge_and_its_taking_back_are_written_down(database: Database) -> None:
    one, other = await some_customers(database, 2)
    made = await merges.merge(database, one, other, by="sup_1", at=5)
    assert made is not None
    assert await merges.standing(database, [one, other]) == [made]
    assert await merges.merge(database, other, one, by="sup_2", at=6) is None
    undone = await merges.part(database, other, by="sup_2", at=7)
    assert (undone.id, undone.undone_by, undone.undone_at) == (made.id, "sup_2", 7)
    assert await merges.standing(database, [one, other]) == []
    noted = [(entry.action, entry.actor_id, entry.subject) for entry in await audit.newest(database)]
    assert noted == [("customer.unmerge", "sup_2", one), ("customer.merge", "sup_1", one)]


async def test_who_is_not_merged_cannot_be_parted_and_who_is_not_known_not_merged(database: Database) -> None:
    one, _ = await some_customers(database, 2)
    with pytest.raises(Conflict, match="not_merged"):
        await merges.part(database, one, by="sup_1", at=5)
    for act in (merges.part(database, CustomerId("nobody"), by="s", at=5), _merge(database, one, "nobody")):
        with pytest.raises(NotFound, match="unknown_customer"):
            await act


async def test_what_people_took_apart_no_proof_puts_together_again(database: Database) -> None:
    one, other, third = await some_customers(database, 3)
    assert await merges.merge(database, one, other, by="", at=5, kind="phone") is not None
    await merges.part(database, other, by="sup_1", at=6)
    assert await merges.merge(database, other, one, by="", at=7, kind="phone") is None
    await _merge(database, third, one)
    assert await merges.merge(database, third, other, by="", at=8, kind="phone") is None
    assert not await merges.suggest(database, _suggested(third, other))
    assert await merges.merge(database, third, other, by="sup_1", at=9) is not None


async def test_a_suggestion_is_open_until_it_is_taken_or_refused_for_good(database: Database) -> None:
    one, other, third = await some_customers(database, 3)
    assert await merges.suggest(database, _suggested(one, other))
    assert await merges.suggest(database, _suggested(other, one))
    assert await merges.suggest(database, _suggested(other, third))
    open_ones = await merges.suggestions(database, of=[one, other, third])
    assert {(each.one_id, each.other_id) for each in open_ones} == {(one, other), (other, third)}
    await _merge(database, one, other)
    assert [each.other_id for each in await merges.suggestions(database, of=[one])] == []
    await merges.refuse(database, one, third, by="sup_1", at=9)
    assert await merges.suggestions(database, of=[third]) == []
    assert not await merges.suggest(database, _suggested(other, third))


async def _merge(database: Database, kept: CustomerId, other: str) -> None:
    await merges.merge(database, kept, CustomerId(other), by="sup_1", at=5)


def _suggested(one: CustomerId, other: CustomerId) -> Suggestion:
    return Suggestion(one_id=one, other_id=other, kind="email", value="a@example.org", at=5)
