"""The policy changes while customers wait: good changes are in force at once, bad ones not at all."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from config.accounts import Account
from config.policy import load
from router.core.policy import Policy
from router.core.rules import Ruleset
from router.core.words import AgentId, ProfileId
from router.embedded import Urls
from router.engine import reload
from router.engine.centre import Centre
from router.engine.reload import LOOKED_AT_EVERY_S, Source
from router.store.postgres import work_items
from tests.config.policy_text import policy_text
from tests.gateway.centre import Room, TestCentre, room_policy, shop_account, two_nodes
from tests.gateway.http import request
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


def ordinary() -> Policy:
    """As a file may say it: no ring time below three seconds."""
    policy = room_policy()
    queues = {name: replace(queue, ring_ms={}) for name, queue in policy.queues.items()}
    return replace(policy, queues=queues)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("policy") / "policy.toml"
    path.write_text(policy_text(ordinary()))
    return path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str, file: Path) -> AsyncIterator[TestCentre]:
    def read() -> tuple[Policy, Mapping[str, Account]]:
        policy = load(file)
        return policy, {"shop": shop_account(policy)}

    source = Source(paths=(file,), read=read)
    async with two_nodes(embedded_urls, migrated_template, policy=load(file), source=source) as running:
        yield running


async def asked(room: Room, method: str, path: str, who: str, node: int = 0) -> Any:
    url = (room.centre.first, room.centre.second)[node].url
    headers = {"cookie": f"usher_session={await room.centre.cookie(who)}", "origin": url}
    return (await request(url, method, path, headers=headers)).json()


async def in_force(room: Room, rule: str, nodes: Sequence[int] = (0, 1)) -> None:
    """Wait until these nodes have the rule."""
    async with asyncio.timeout(PATIENCE_S):
        for node in nodes:
            while rule not in (await asked(room, "GET", "/api/policy", room.sue, node))["rules"]:
                await asyncio.sleep(0.02)


def sending(room: Room, queue: str, name: str) -> Policy:
    """The room's department goes to this queue."""
    policy = ordinary()
    rules = [replace(rule, queue=queue, name=name) if rule.queue == room.queue else rule for rule in policy.rules]
    return replace(policy, rules=tuple(rules))


async def test_a_good_change_is_soon_in_force_on_every_node_and_who_waits_keeps_the_place(
    room: Room, file: Path
) -> None:
    elsewhere = f"room-{room.number + 40}"  # of no other test here
    older, younger = await room.customer(), await room.customer()
    await room.start(older, "First")
    file.write_text(policy_text(sending(room, elsewhere, "moved")))
    await in_force(room, "moved")
    await room.start(younger, "Second")
    async with asyncio.timeout(PATIENCE_S):
        while len(waiting := (await room.centre.store.waiting(elsewhere))[1]) < 2:
            await asyncio.sleep(0.02)
    ages = [item.enqueued_at for item in waiting.values()]
    assert ages == sorted(ages)
    await eventually(lambda: bool(older.state["queue"]))
    assert older.state["queue"]["position"] == 1


async def test_who_waits_is_credited_once_with_what_a_new_policy_gives(
    room: Room, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two nodes carry it out, each of them twice; who comes after the change has it already."""
    passes: Counter[int] = Counter()
    route_anew = reload._route_anew

    async def counted(centre: Centre, old: Sequence[Ruleset]) -> int:
        moved = await route_anew(centre, old)
        passes[id(centre)] += any(rule.name == "dear" for rule in centre.policy.rules)
        return moved

    monkeypatch.setattr(reload, "_route_anew", counted)
    customer = await room.customer()
    await room.start(customer, "First")
    items = (await room.centre.store.waiting(room.queue))[1]
    (item,) = items
    policy = ordinary()
    rules = [
        replace(rule, priority=1, credit_ms=30_000, name="dear") if rule.queue == room.queue else rule
        for rule in policy.rules
    ]
    file.write_text(policy_text(replace(policy, rules=tuple(rules))))
    await in_force(room, "dear")
    await room.start(await room.customer(), "Second")
    await eventually(lambda: list(passes.values()) == [2, 2])
    _, waiting = await room.centre.store.waiting(room.queue)
    assert [each.enqueued_at - each.score for each in waiting.values()] == [90_000, 90_000]
    row = await work_items.by_id(room.centre.database, item)
    assert row is not None
    assert row.priority == 1


async def test_whom_the_policy_puts_into_a_queue_gets_its_items_at_once(room: Room, file: Path) -> None:
    """By an expression of a queue over what agents are; who is gone then finds it so when they come back."""
    elsewhere = Room(centre=room.centre, number=room.number + 40)
    anna, ben = await room.tab(room.anna), await room.tab(room.ben)
    await ben.ask("status.set", status="busy")
    await elsewhere.start(await elsewhere.customer(), "Is nobody here?")
    policy = ordinary()
    queue = replace(policy.queues[elsewhere.queue], workers=f"friendly_name == 'Anna Room{room.number}'")
    file.write_text(policy_text(replace(policy, queues={**policy.queues, elsewhere.queue: queue})))
    offer = (await anna.event("offer.created"))["offer"]
    assert offer["work_item"]["queue"] == elsewhere.queue
    await eventually(lambda: elsewhere.queue in anna.state["me"]["queues"])
    assert elsewhere.queue not in ben.state["me"]["queues"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    file.write_text(policy_text(policy))
    await eventually(lambda: elsewhere.queue not in anna.state["me"]["queues"])
    await elsewhere.start(await elsewhere.customer(), "And now?")
    async with asyncio.timeout(PATIENCE_S):
        while await profile_of(room, room.anna) != await profile_of(room, room.ben):
            await asyncio.sleep(0.02)


async def profile_of(room: Room, agent_id: str) -> ProfileId:
    """As the store has it."""
    agent = await room.centre.store.agent(AgentId(agent_id))
    assert agent is not None
    return agent.profile


async def test_the_board_names_and_judges_by_the_new_policy(room: Room, file: Path) -> None:
    sue = await room.tab(room.sue)
    await sue.watch_board()
    policy = ordinary()
    queue = replace(policy.queues[room.queue], label="Renamed", service_level_ms=7_000)
    fresh = replace(policy.queues[room.queue], name="fresh", label="Fresh")
    queues = {**policy.queues, room.queue: queue, "fresh": fresh}
    file.write_text(policy_text(replace(policy, queues=queues)))
    await eventually(lambda: "fresh" in sue.state["board"]["queues"])
    card = sue.state["board"]["queues"][room.queue]
    assert (card["label"], card["service_level_ms"]) == ("Renamed", 7_000)


async def test_a_signal_has_files_read_that_look_the_same(room: Room, file: Path) -> None:
    """As after a change within the clock's grain. One node of a process hears the signal: the one that began last."""
    file.write_text(policy_text(sending(room, room.queue, "before")))
    await in_force(room, "before")
    looks, other = file.stat(), file.with_suffix(".new")
    other.write_text(policy_text(sending(room, room.queue, "behind")))  # as long
    os.utime(other, ns=(looks.st_atime_ns, looks.st_mtime_ns))
    other.replace(file)
    await asyncio.sleep(3 * LOOKED_AT_EVERY_S)
    assert "behind" not in (await asked(room, "GET", "/api/policy", room.sue, 1))["rules"]
    os.kill(os.getpid(), signal.SIGHUP)
    await in_force(room, "behind", [1])


async def test_a_bad_file_is_refused_whole_with_its_faults_and_the_old_policy_stays(room: Room, file: Path) -> None:
    good = file.read_text()
    before = await asked(room, "GET", "/api/policy", room.sue)
    file.write_text(good.replace("priority_credit_s = 60", "priority_credit_s = 'much'"))
    async with asyncio.timeout(PATIENCE_S):
        while not (now := await asked(room, "GET", "/api/policy", room.sue))["errors"]:
            await asyncio.sleep(0.02)
    assert "priority_credit_s" in now["errors"][0]["reason"] or now["errors"][0]["line"] > 0
    assert {**now, "errors": []} == before
    file.write_text(good)


async def test_only_an_admin_may_have_the_policy_read_anew(room: Room) -> None:
    assert (await asked(room, "POST", "/api/policy/reload", room.sue))["error"]["code"] == "wrong_role"
    assert (await asked(room, "GET", "/api/policy", room.anna))["error"]["code"] == "wrong_role"
