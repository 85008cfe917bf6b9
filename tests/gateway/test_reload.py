"""The policy changes while customers wait: good changes are in force at once, bad ones not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from config.accounts import Account
from config.policy import load
from config.policy_text import policy_text
from router.core.policy import Policy
from router.embedded import Urls
from router.engine.reload import Source
from tests.gateway.centre import Room, TestCentre, room_policy, shop_account, two_nodes

pytestmark = pytest.mark.asyncio(loop_scope="module")

IN_FORCE_S = 1.0


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
    cookies = {"usher_session": await room.centre.cookie(who)}
    async with httpx.AsyncClient(base_url=url, cookies=cookies, headers={"origin": url}) as client:
        return (await client.request(method, path)).json()


async def in_force(room: Room, rule: str) -> float:
    """How long it takes until both nodes have the rule, in seconds."""
    begun = time.monotonic()
    for node in (0, 1):
        while rule not in (await asked(room, "GET", "/api/policy", room.sue, node))["rules"]:
            assert time.monotonic() - begun < 10, "it never came in force"
            await asyncio.sleep(0.02)
    return time.monotonic() - begun


def sending(room: Room, queue: str, name: str) -> Policy:
    """The room's department goes to this queue."""
    policy = ordinary()
    rules = [replace(rule, queue=queue, name=name) if rule.queue == room.queue else rule for rule in policy.rules]
    return replace(policy, rules=tuple(rules))


async def test_a_good_change_is_in_force_within_a_second_on_every_node_and_who_waits_keeps_the_place(
    room: Room, file: Path
) -> None:
    elsewhere = "room-1" if room.queue != "room-1" else "room-2"
    older, younger = await room.customer(), await room.customer()
    await room.start(older, "First")
    file.write_text(policy_text(sending(room, elsewhere, "moved")))
    assert await in_force(room, "moved") < IN_FORCE_S
    await room.start(younger, "Second")
    for _ in range(100):
        _, waiting = await room.centre.store.waiting(elsewhere)
        if len(waiting) == 2:
            break
        await asyncio.sleep(0.02)
    ages = [item.enqueued_at for item in waiting.values()]
    assert len(ages) == 2
    assert ages == sorted(ages)
    await older.event("queue.changed")
    assert older.state["queue"]["position"] == 1


async def test_a_bad_file_is_refused_whole_with_its_faults_and_the_old_policy_stays(room: Room, file: Path) -> None:
    good = file.read_text()
    before = await asked(room, "GET", "/api/policy", room.sue)
    file.write_text(good.replace("priority_credit_s = 60", "priority_credit_s = 'much'"))
    for _ in range(200):
        now = await asked(room, "GET", "/api/policy", room.sue)
        if now["errors"]:
            break
        await asyncio.sleep(0.02)
    assert "priority_credit_s" in now["errors"][0]["reason"] or now["errors"][0]["line"] > 0
    assert {**now, "errors": []} == before
    file.write_text(good)


async def test_only_an_admin_may_have_the_policy_read_anew(room: Room) -> None:
    assert (await asked(room, "POST", "/api/policy/reload", room.sue))["error"]["code"] == "wrong_role"
    assert (await asked(room, "GET", "/api/policy", room.anna))["error"]["code"] == "wrong_role"
