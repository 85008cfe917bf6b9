"""Fixtures of the tests through the wire: `centre`, two nodes a module; a room of one of three kinds for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from router.embedded import Urls
from tests.gateway.centre import BRIEF, QUICK, ROOMS, Room, TestCentre, two_nodes


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    async with two_nodes(embedded_urls, migrated_template) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, QUICK + 1))


@pytest.fixture(scope="module")
def quick_numbers() -> Iterator[int]:
    return iter(range(QUICK + 1, BRIEF + 1))


@pytest.fixture(scope="module")
def brief_numbers() -> Iterator[int]:
    return iter(range(BRIEF + 1, ROOMS + 1))


@pytest_asyncio.fixture(loop_scope="module")
async def room(centre: TestCentre, numbers: Iterator[int]) -> AsyncIterator[Room]:
    yield Room(centre=centre, number=next(numbers))
    await centre.close_tabs()


@pytest_asyncio.fixture(loop_scope="module")
async def quick_room(centre: TestCentre, quick_numbers: Iterator[int]) -> AsyncIterator[Room]:
    """Rings 400 ms: nobody here accepts in time."""
    yield Room(centre=centre, number=next(quick_numbers))
    await centre.close_tabs()


@pytest_asyncio.fixture(loop_scope="module")
async def brief_room(centre: TestCentre, brief_numbers: Iterator[int]) -> AsyncIterator[Room]:
    """Wraps up 500 ms."""
    yield Room(centre=centre, number=next(brief_numbers))
    await centre.close_tabs()
