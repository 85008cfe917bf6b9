"""A centre at rest: its stores are open, nothing runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from config.secret import Secret
from config.settings import Settings
from router import app
from router.cli.serving import plan_of
from router.engine import rebuild
from router.engine.centre import Centre


@pytest.fixture
async def centre(valkey_url: str, postgres_url: str) -> AsyncIterator[Centre]:
    settings = Settings(redis_url=Secret(valkey_url), postgres_url=Secret(postgres_url))
    async with app.centre(plan_of(settings, 0)[0]) as (made, _):
        await rebuild.ensure(made)
        yield made
