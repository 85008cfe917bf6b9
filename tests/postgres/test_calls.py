"""A call begins once, with whom it brought; what is to be done about it is for one who does it, in order."""

from __future__ import annotations

import asyncio
from typing import Any

from router.core.call.actions import EndItem, LineUp, Log
from router.core.call.state import Call
from router.core.identity import Identity
from router.core.words import ConversationId, CustomerId, WorkItemId
from router.store.postgres import calls, customers
from router.store.postgres.calls import CLAIMED_MS, Claim, Newcomer, Todo
from router.store.postgres.customers import Customer
from router.store.postgres.database import Database
from tests.postgres.conftest import CUSTOMER

NOW = 1_000_000
LATER = NOW + CLAIMED_MS


def call_of(name: str, **facts: Any) -> Call:
    usual: dict[str, Any] = {
        "id": f"call_{name}",
        "account": "line",
        "direction": "in",
        "number": "+48600700800",
        "language": "en",
        "state": "menu",
        "since": NOW,
        "started_at": NOW,
        "item_id": WorkItemId(f"call_{name}.1"),
        "conversation_id": ConversationId(f"con_{name}"),
    }
    return Call(**usual | facts)


async def a_call(database: Database, name: str) -> str:
    """Kept, with three things to do."""
    call = call_of(name)
    wanted = (LineUp(key="first"), EndItem(key="second"), Log(key="third"))
    begun = await calls.begin(database, call, wanted, sid=f"CA{name}", at=NOW)
    assert begun == call
    return call.id


def key(todo: Todo | None) -> str:
    return "" if todo is None else todo.action.key


async def test_of_all_who_ask_together_each_has_the_first_of_its_call(database: Database) -> None:
    ids = [await a_call(database, name) for name in ("a", "b", "c")]
    claims = calls.claims(database)
    asked = (claims.get(Claim(call_id=call_id, done=0, now=NOW)) for call_id in (*ids, "call_nobody"))
    *found, nothing = await asyncio.gather(*asked)
    assert [(todo.call.id, todo.action.key, todo.attempts) for todo in found if todo] == [
        (call_id, "first", 1) for call_id in ids
    ]
    assert nothing is None


async def test_what_is_claimed_is_nobody_elses_until_its_time_is_over(database: Database) -> None:
    call_id = await a_call(database, "a")
    ours, theirs = calls.claims(database), calls.claims(database)
    at_once = await asyncio.gather(*(one.get(Claim(call_id=call_id, done=0, now=NOW)) for one in (ours, theirs)))
    assert sorted(map(key, at_once)) == ["", "first"]
    assert await theirs.get(Claim(call_id=call_id, done=0, now=LATER - 1)) is None
    again = await theirs.get(Claim(call_id=call_id, done=0, now=LATER))
    assert again is not None
    assert (again.action.key, again.attempts) == ("first", 2)


async def test_what_follows_comes_once_what_was_before_is_done(database: Database) -> None:
    call_id = await a_call(database, "a")
    claims, done, order = calls.claims(database), 0, []
    while (todo := await claims.get(Claim(call_id=call_id, done=done, now=NOW))) is not None:
        order.append(todo.action.key)
        done = todo.id
    assert order == ["first", "second", "third"]
    assert await calls.with_actions(database, ["line"], now=LATER, limit=10) == []


async def test_calls_of_accounts_that_are_gone_keep_no_others_from_being_looked_after(database: Database) -> None:
    for name, account in (("a", "gone"), ("b", "line")):
        call = call_of(name, account=account, due={"again": NOW})
        await calls.begin(database, call, (Log(key="first"),), sid=f"CA{name}", at=NOW)
    once = {"now": LATER, "limit": 1}
    assert await calls.due(database, ["line"], **once) == ["call_b"]
    assert await calls.with_actions(database, ["line"], **once) == ["call_b"]
    assert list(await calls.unheard(database, ["line"], patience_ms={"menu": 1}, **once)) == ["call_b"]


async def test_a_silent_call_is_looked_at_by_one_and_is_silent_again_if_they_learn_nothing(database: Database) -> None:
    call_id, patience = await a_call(database, "a"), 5_000

    async def silent(at: int) -> list[str]:
        found = await calls.unheard(database, ["line"], now=at, patience_ms={"menu": patience}, limit=9)
        return [one for one, since in found.items() if await calls.claim_silent(database, one, since=since, for_ms=2)]

    since, now = NOW + 1, NOW + 1 + patience
    assert await silent(now - 1) == []
    assert await silent(now) == [call_id]
    assert not await calls.claim_silent(database, call_id, since=since, for_ms=2)
    assert [await silent(at) for at in (now + 2, now + 3)] == [[], [call_id]]
    await calls.touch(database, call_id, at=now + 4)
    assert [await silent(at) for at in (now + 4 + patience, now + 5 + patience)] == [[], [call_id]]


def newcomer(name: str, number: str) -> Newcomer:
    customer = Customer(id=CustomerId(f"cus_{name}"), name="", language="pl", created_at=NOW)
    return Newcomer(identity=Identity(kind="phone", value=number, proof="shown"), customer=customer)


async def brought(database: Database, name: str, number: str, *, sid: str) -> Call | None:
    new = newcomer(name, number)
    call = call_of(name, customer_id=new.customer.id)
    return await calls.begin(database, call, (Log(key="first"),), sid=sid, at=NOW, newcomer=new)


async def people(database: Database) -> list[str]:
    rows = await database.fetch("SELECT id FROM customers WHERE id LIKE 'cus\\__' ORDER BY id")
    return [row["id"] for row in rows if row["id"] != CUSTOMER]


async def test_a_new_caller_is_kept_with_their_call(database: Database) -> None:
    begun = await brought(database, "a", "+48600700801", sid="CA1")
    assert begun is not None
    found = await customers.known(database, newcomer("b", "+48600700801").identity)
    assert found is not None
    assert (begun.customer_id, found.id, found.language) == ("cus_a", "cus_a", "pl")


async def test_of_two_first_calls_of_a_number_at_once_one_is_asked_to_look_again(database: Database) -> None:
    numbers = [brought(database, name, "+48600700802", sid=f"CA-{name}") for name in ("a", "b")]
    begun = [call.id for call in await asyncio.gather(*numbers) if call is not None]
    assert len(begun) == 1
    assert await people(database) == [begun[0].replace("call", "cus")]


async def test_the_first_call_told_twice_at_once_is_one_call_of_one_caller(database: Database) -> None:
    told = [brought(database, name, "+48600700803", sid="CA-same") for name in ("a", "b")]
    first, second = await asyncio.gather(*told)
    assert first is not None
    assert second is not None
    assert first.id == second.id
    assert await people(database) == [first.customer_id]
