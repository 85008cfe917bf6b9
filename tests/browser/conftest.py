"""What the end-to-end tests share: one centre for each module that says what is in it, one browser for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.browser.people import Stage, stage
from tests.browser.real_centre import Centre, running, write_centre


@pytest.fixture(scope="module")
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The real program. A module's DESKS says who answers what; without any it is the demo centre.

    LINE_PORTS: ports the agent client is reached at beside the server's own. DECLINE_REASONS: asked when declining.
    """
    module = request.module
    folder = tmp_path_factory.mktemp("centre")
    if desks := getattr(module, "DESKS", ()):
        write_centre(folder, desks, decline_reasons=getattr(module, "DECLINE_REASONS", ()))
    origins = [f"http://127.0.0.1:{port}" for port in getattr(module, "LINE_PORTS", ())]
    with running(Centre(folder=folder, origins=origins)) as started:
        yield started


@pytest.fixture(name="stage")
async def _stage(centre: Centre) -> AsyncIterator[Stage]:
    async with stage(centre) as made:
        yield made
