"""Fixtures of the tests by telephone: `voice`, a centre and the simulator for a module; `room`, one for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from router.embedded import Urls
from tests.voice.centre import ROOMS, Room, VoiceCentre, voice_centre


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[VoiceCentre]:
    async with voice_centre(embedded_urls, migrated_template) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@pytest_asyncio.fixture(loop_scope="module")
async def room(voice: VoiceCentre, numbers: Iterator[int]) -> AsyncIterator[Room]:
    yield Room(centre=voice, number=next(numbers))
    await voice.close_tabs()
