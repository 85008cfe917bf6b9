"""Demo traffic lives as long as its task, survives a centre that is away, and leaves nothing behind."""

from __future__ import annotations

import asyncio

import pytest

from config.dialogues import dialogues
from config.policy import DEMO as POLICY
from config.policy import load
from config.staff import DEMO, load_staff
from loadtest import demo_traffic
from loadtest.demo_traffic import LEFT_FREE, MOST_AGENTS, MOST_CUSTOMERS, plays, scene_of, staff_for
from loadtest.tempo import Tempo
from tests.loadtest.toy_centre import ToyCentre, toy_centre
from tests.patience import PATIENCE_S, eventually

BRISK = Tempo(think_s=(0.0, 0.01), typing=0.5, reads=0.5, rates=1.0)


async def ended(centre: ToyCentre, talks: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while sum(talk.closed for talk in centre.talks.values()) < talks:
            await asyncio.sleep(0.02)


async def stopped(traffic: asyncio.Task[None]) -> None:
    traffic.cancel()
    async with asyncio.timeout(PATIENCE_S):
        with pytest.raises(asyncio.CancelledError):
            await traffic


async def test_customers_come_are_served_and_leave() -> None:
    async with toy_centre() as (centre, address):
        traffic = asyncio.create_task(
            demo_traffic.demo_traffic(address.origin, tempo=BRISK, arrivals_s=(0.01, 0.05)), name="traffic"
        )
        await ended(centre, 5)
        await stopped(traffic)
        async with asyncio.timeout(PATIENCE_S):
            while centre.agents:
                await asyncio.sleep(0.02)
        left = {task.get_name() for task in asyncio.all_tasks()}
        assert not [name for name in left if "demo" in name or "works" in name or "reconnect" in name]


async def test_some_talk_with_the_bot_until_it_says_goodbye() -> None:
    async with toy_centre() as (centre, address):
        traffic = asyncio.create_task(
            demo_traffic.demo_traffic(address.origin, tempo=BRISK, arrivals_s=(0.01, 0.02)), name="traffic"
        )
        async with asyncio.timeout(PATIENCE_S):
            while not any(talk.with_bot and talk.closed for talk in centre.talks.values()):
                await asyncio.sleep(0.02)
        await stopped(traffic)
        talk = next(talk for talk in centre.talks.values() if talk.with_bot and talk.closed)
        assert [message["author"] for message in talk.messages] == ["customer", "bot"] * 3


async def test_a_customer_who_plays_no_dialogue_is_left_to_people() -> None:
    async with toy_centre() as (centre, address):
        never = (60.0, 60.0)
        traffic = asyncio.create_task(
            demo_traffic.demo_traffic(address.origin, tempo=BRISK, arrivals_s=never), name="traffic"
        )
        async with asyncio.timeout(PATIENCE_S):
            while not centre.agents or not centre.talks:
                await asyncio.sleep(0.02)
            talk = next(iter(centre.talks.values()))
            talk.name = "Somebody at the shop"
            await centre.offer(talk)
            agent = centre.agents[len(centre.talks) % len(centre.agents)]
            while "offer.decline" not in [heard["type"] for heard in agent.heard]:
                await asyncio.sleep(0.02)
        await stopped(traffic)


async def test_no_more_customers_come_than_a_small_centre_can_bear() -> None:
    async with toy_centre() as (centre, address):
        never = Tempo(think_s=(60.0, 60.0))
        traffic = asyncio.create_task(
            demo_traffic.demo_traffic(address.origin, tempo=never, arrivals_s=(0.001, 0.002)), name="traffic"
        )
        await eventually(lambda: len(centre.talks) >= MOST_CUSTOMERS)
        await asyncio.sleep(0.5)
        assert len(centre.talks) == MOST_CUSTOMERS
        await stopped(traffic)


async def test_a_centre_that_is_away_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_traffic, "AGAIN_S", 0.05)
    async with toy_centre() as (_, address):
        pass
    traffic = asyncio.create_task(demo_traffic.demo_traffic(address.origin), name="traffic")
    await asyncio.sleep(0.5)
    assert not traffic.done()
    await stopped(traffic)


async def test_a_centre_that_lets_nobody_in_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_traffic, "AGAIN_S", 0.05)
    async with toy_centre("locked") as (centre, address):
        traffic = asyncio.create_task(demo_traffic.demo_traffic(address.origin), name="traffic")
        await asyncio.sleep(0.5)
        assert not traffic.done()
        centre.faults.clear()
        async with asyncio.timeout(PATIENCE_S):
            while not centre.agents:
                await asyncio.sleep(0.02)
        await stopped(traffic)


def test_whoever_tries_the_agent_client_is_left_free() -> None:
    logins = [{"role": "agent", "email": email} for email in (*LEFT_FREE, "else@larkspur.example")]
    logins += [{"role": "supervisor", "email": "boss@larkspur.example"}]
    assert [login["email"] for login in staff_for(logins, ())] == ["else@larkspur.example"]


def test_every_dialogue_of_the_demo_has_an_agent_at_work_who_speaks_its_language_in_its_department() -> None:
    people = {person.email: person for person in load_staff(DEMO, load(POLICY))}
    logins = [{"role": person.role, "email": person.email} for person in people.values()]
    scenes = tuple(scene_of(written) for written in dialogues())
    at_work = [people[login["email"]] for login in staff_for(logins, scenes)]
    assert len(at_work) == MOST_AGENTS
    assert not {person.email for person in at_work} & LEFT_FREE
    for scene in (scene for scene in scenes if not scene.with_bot):
        assert any(plays(person, scene) for person in at_work), scene.key
