from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.store.routing.centre import Centre, opened


@pytest.fixture
async def centre(store_url: str) -> AsyncIterator[Centre]:
    """On Valkey and on Redis."""
    async with opened(store_url) as centre:
        yield centre
