"""A rebuild makes live state of what PostgreSQL has, whatever the node that does it had heard of."""

from __future__ import annotations

from dataclasses import replace

from router.core.policy import Demand
from router.core.words import AgentId, CustomerId
from router.engine import brief, lanes, rebuild
from router.engine.centre import Centre
from router.store.postgres import conversations, customers, staff
from tests.postgres.conftest import a_start

ANN = AgentId("ann")
CHAT = Demand(queue="sales", channel="webchat", requirements=frozenset(), weight=25, model="longest_idle")


async def waits(centre: Centre, name: str) -> str:
    """A customer of this name, who is in line; the item."""
    customer = customers.Customer(id=CustomerId(f"cus_{name}"), name=name, created_at=1)
    await customers.add(centre.database, customer)
    new = a_start(customer_id=customer.id)
    assert new.item is not None
    begun = await conversations.start(centre.writer, replace(new, item=replace(new.item, demand=lanes.to_plain(CHAT))))
    assert isinstance(begun, conversations.Started)
    assert begun.item_id is not None
    return begun.item_id


async def test_each_item_comes_back_with_what_agents_are_shown_of_it(centre: Centre) -> None:
    names = {await waits(centre, name): name for name in ("Anna", "Ben", "Cleo")}
    assert (await rebuild.rebuild(centre, "a test")).items == len(names)
    items = (await centre.store.snapshot()).items
    shown = {item: brief.unpack(told).item for item, told in (await centre.store.briefs(list(items))).items()}
    assert {item: one.customer.name for item, one in shown.items()} == names
    assert {one.conversation_id for one in shown.values()} == {f"con_{item.partition('_')[2]}" for item in names}


async def test_somebody_whom_another_node_brought_in_is_known_to_the_store_afterwards(centre: Centre) -> None:
    ann = staff.Staff(
        id=ANN,
        email="ann@centre.example",
        name="Ann",
        role="agent",
        password_hash="",
        status="available",
        units_limit=100,
        at_most={"webchat": 3},
        language="en",
        skills={"french": 5},
        queues=frozenset({"sales"}),
    )
    await staff.put(centre.database, ann, at=1)
    assert centre.staff.get(ANN) is None
    await rebuild.rebuild(centre, "a test")
    assert await centre.store.agent(ANN) is not None
