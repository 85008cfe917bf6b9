"""The server is killed while a bot is at work: the talk goes on, its deed is done once, all is answered once."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.faults.conftest import ENVIRONMENT, House, copy
from tests.faults.server import Server
from tests.faults.shop import Shop
from tests.faults.shop import shop as a_shop
from tests.servers import free_port

pytestmark = pytest.mark.faults

SOURCES = """
[[data_sources]]
key = "place_order"
base_url = "{url}"
path = "/orders"
method = "POST"
body = {{ product = "{{product}}", count = "{{count}}" }}
facts = {{ number = "number" }}
timeout_s = 10
internal = true
"""
BOT = """
[bot]
name = "ivy"
face = "Ivy"
languages = ["en"]

[[flows]]
name = "order"
title = { en = "Order something" }
examples = { en = ["I want to order something", "place an order", "buy something please"] }

[[flows.steps]]
ask = "product"
prompt = { en = "What would you like?" }
again = { en = "What would you like, in words?" }
label = { en = "Goods" }

[[flows.steps]]
ask = "count"
kind = "number"
prompt = { en = "How many?" }
again = { en = "How many, in digits?" }
label = { en = "Count" }

[[flows.steps]]
confirm = { en = "{count} × {product}?" }

[[flows.steps]]
consult = "place_order"
values = { product = "{product}", count = "{count}" }
into = "placed"
missing = { en = "We have none." }

[[flows.steps]]
say = { en = "It is {placed.number}." }
"""


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with a_shop() as running:
        yield running


@pytest.fixture
async def house(furnished: Path, centre: Path, shop: Shop, tmp_path: Path) -> AsyncIterator[House]:
    """The centre with a bot that answers first, and a shop that does what the bot says."""
    folder, data = tmp_path / "centre", tmp_path / "data"
    shutil.copytree(centre, folder)
    (folder / "bot").mkdir()
    (folder / "bot" / "ivy.toml").write_text(BOT)
    (folder / "data_sources.toml").write_text(SOURCES.format(url=shop.url))
    accounts = folder / "accounts.toml"
    accounts.write_text(accounts.read_text().replace("[[accounts]]", '[[accounts]]\nbot = "ivy"', 1))
    copy(furnished, data)
    made = House(
        data=data,
        server=Server(
            command=("run", "--data", str(data), "--policy", str(folder)),
            port=free_port(),
            log=tmp_path / "server.log",
            environment=ENVIRONMENT,
        ),
    )
    yield made
    await made.server.end()


async def test_a_task_goes_on_over_a_kill_and_is_carried_out_once(house: House, shop: Shop) -> None:
    await house.server.start()
    caller = await house.caller()
    await caller.begins("I want to order something")
    await caller.until(lambda: caller.last.endswith("What would you like?"))
    await caller.says("pots")
    await caller.until(lambda: caller.last == "How many?")
    await caller.says("2")
    await caller.until(lambda: caller.last == "2 × pots?")
    saying = asyncio.create_task(caller.says("yes"))
    async with asyncio.timeout(60):
        await shop.asked.wait()
    await house.server.kill()  # the shop has carried it out; nobody was told
    shop.lets_go.set()
    await house.server.start()
    await saying
    await the_dead_are_given_up(house)
    await caller.until(lambda: "else I can do" in caller.last, within_s=60)
    assert list(shop.orders.values()) == [{"product": "pots", "count": "2", "number": "LS-1"}]
    assert len(shop.keys) >= 2
    assert caller.texts[0] == "I want to order something"
    assert "not a person" in caller.texts[1]
    assert caller.texts[1].endswith("What would you like?")
    assert caller.texts[2:] == [
        *("pots", "How many?", "2", "2 × pots?", "yes", "It is LS-1.", "Is there anything else I can do?")
    ]
    await house.is_sound()


async def the_dead_are_given_up(house: House) -> None:
    """The claim of the killed runs out, now and not in some seconds."""
    connection = await asyncpg.connect(json.loads((house.data / "server.json").read_text())["postgres"])
    try:
        await connection.execute("UPDATE bot_talks SET claimed_until = 0")
    finally:
        await connection.close()
