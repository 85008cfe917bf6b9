"""The law of the routing core: store functions and reference model live through every history alike."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from router.store import library
from router.store.audit import audit
from router.store.connection import Connection
from tests.servers import StoreProcess
from tests.store.routing.world import REFUSED_OVER_AND_OVER, Move, moves, new_world

PROFILE = os.environ.get("USHER_TEST_PROFILE", "ci")
"""ci: the same histories each time; the others look for new ones."""
EXAMPLES = {"dev": 40, "ci": 400, "night": 10_000}[PROFILE]
LOOK_CLOSELY_EVERY = 10
"""Moves between audits of every key the store has."""
quietly = settings(
    derandomize=PROFILE == "ci", deadline=None, suppress_health_check=list(HealthCheck), database=None, print_blob=False
)


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


async def agree(url: str, history: list[Move], *, backlog: bool, functions: str) -> None:
    """Live through a history; AssertionError tells it up to where store and model part."""
    async with await Connection.open(url) as connection:
        world = await new_world(connection, functions, backlog=backlog)
        for number, move in enumerate(history, 1):
            await world.step(*move)
            if number % LOOK_CLOSELY_EVERY == 0:
                assert await audit(connection, world.store) == [], world.told()


@pytest.mark.timeout(900)  # about a minute on an idle machine
@given(history=moves(), backlog=st.booleans())
@example(history=[*REFUSED_OVER_AND_OVER], backlog=False)
@settings(quietly, max_examples=EXAMPLES)
async def test_store_and_model_agree_on_every_history(valkey_url: str, history: list[Move], backlog: bool) -> None:
    await agree(valkey_url, history, backlog=backlog, functions=library.text())


@pytest.mark.timeout(300)
@given(history=moves(), backlog=st.booleans())
@settings(quietly, max_examples=max(EXAMPLES // 4, 20))
async def test_they_agree_when_every_walk_is_cut_short(valkey_url: str, history: list[Move], backlog: bool) -> None:
    await agree(valkey_url, history, backlog=backlog, functions=hasty())


@given(history=moves(), backlog=st.booleans())
@settings(quietly, max_examples=max(EXAMPLES // 10, 10))
async def test_they_agree_on_redis_7_too(redis_server: StoreProcess, history: list[Move], backlog: bool) -> None:
    await agree(redis_server.url, history, backlog=backlog, functions=library.text())
