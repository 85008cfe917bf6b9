"""What the browser tests share: one event loop with one browser; a centre for each module that says what is in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser.chromium import one_chromium
from tests.browser.people import Stage, stage
from tests.browser.real_centre import Centre, running, write_bot, write_centre

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser belongs to the event loop it was started on."""
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session", autouse=True)
async def browser_of_the_run() -> AsyncIterator[None]:
    async with one_chromium():
        yield


@pytest.fixture(scope="module")
def centre(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    """The real program. A module's DESKS says who answers what; without any it is the demo centre.

    LINE_PORTS: ports the agent client is reached at beside the server's own. DECLINE_REASONS: asked when declining.
    KNOWLEDGE: the files of its knowledge base. BOT: the demo's bot answers first.
    """
    module = request.module
    folder = tmp_path_factory.mktemp("centre")
    if desks := getattr(module, "DESKS", ()):
        write_centre(folder, desks, decline_reasons=getattr(module, "DECLINE_REASONS", ()))
    if getattr(module, "BOT", False):
        write_bot(folder)
    for name, content in getattr(module, "KNOWLEDGE", {}).items():
        (folder / "knowledge" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "knowledge" / name).write_text(content, "utf-8")
    origins = [f"http://127.0.0.1:{port}" for port in getattr(module, "LINE_PORTS", ())]
    with running(Centre(folder=folder, origins=origins)) as started:
        yield started


@pytest_asyncio.fixture(name="stage", loop_scope="session")
async def _stage(centre: Centre) -> AsyncIterator[Stage]:
    async with stage(centre) as made:
        yield made
