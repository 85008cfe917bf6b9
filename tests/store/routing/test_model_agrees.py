"""The law of the routing core: store functions and reference model live through every history alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from router.store import library
from router.store.audit import audit
from router.store.connection import Connection
from tests.chance import PROFILE
from tests.servers import StoreProcess
from tests.store.routing.histories import History, by_chance, histories
from tests.store.routing.stories import STORIES
from tests.store.routing.world import new_world

IN_CI = 340
EXAMPLES = {"dev": 40, "ci": IN_CI, "night": 10_000}[PROFILE]
PATIENCE_S = 60.0
"""With a call: other tests beside this one make the machine stall for seconds."""
LOOK_CLOSELY_EVERY = 10
"""Moves between audits of every key the store has."""


def lives(count: int, seed: int) -> Callable[[Any], Any]:
    """A test of a history, for as many of them."""
    if PROFILE == "ci":
        return pytest.mark.parametrize("history", list(by_chance(count, seed)), ids=map(str, range(count)))
    quietly = settings(max_examples=count, suppress_health_check=list(HealthCheck), print_blob=False)
    return lambda test: pytest.mark.timeout(0)(quietly(given(history=histories())(test)))


def hasty() -> str:
    """The library with looks so short that small worlds go past long indexes, by a look into each line that serves."""
    changes = {
        "LATER_LOOK = 4, 28, 512": ("lines.lua", "LATER_LOOK = 1, 0, 1"),
        "local SHORTER = 4": ("lines.lua", "local SHORTER = 0"),
        "local LOOKS = 64": ("ranking.lua", "local LOOKS = 1"),
        "local KEPT = 1000000": ("ranking.lua", "local KEPT = 3"),
    }
    sources = dict(library.sources())
    for old, (file, new) in changes.items():
        assert sources[file].count(old) == 1
        sources[file] = sources[file].replace(old, new)
    return library.assembled(sources)


async def agree(url: str, history: History, functions: str) -> None:
    """Live through a history; AssertionError tells it up to where store and model part."""
    moves, backlog, theme = history
    async with await Connection.open(url, timeout_s=PATIENCE_S) as connection:
        world = await new_world(connection, functions, backlog=backlog, theme=theme)
        for number, move in enumerate(moves, 1):
            await world.step(*move)
            if number % LOOK_CLOSELY_EVERY == 0:
                assert await audit(connection, world.store) == [], world.told()


@pytest.mark.parametrize("story", STORIES)
async def test_they_agree_on_what_chance_seldom_comes_to(valkey_url: str, story: History) -> None:
    await agree(valkey_url, story, library.text())


@lives(EXAMPLES, seed=1)
async def test_store_and_model_agree_on_every_history(valkey_url: str, history: History) -> None:
    await agree(valkey_url, history, library.text())


@lives(EXAMPLES // 4, seed=2)
async def test_they_agree_when_every_walk_is_cut_short(valkey_url: str, history: History) -> None:
    await agree(valkey_url, history, hasty())


@lives(EXAMPLES // 10, seed=3)
async def test_they_agree_on_redis_7_too(redis_server: StoreProcess, history: History) -> None:
    await agree(redis_server.url, history, library.text())
