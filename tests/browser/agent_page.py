"""An agent at their page: Chromium on a scripted desk, with what the tests ask of it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Locator, Page

from tests.browser.axe import violations
from tests.browser.chromium import chromium, profile
from tests.browser.desk_scene import Scene
from tests.browser.scripted_desk import Desk, serving

PHONE = {"width": 360, "height": 740}
LOOKS = [
    pytest.param("light", {"width": 1440, "height": 900}, id="light and wide"),
    pytest.param("dark", PHONE, id="dark and narrow"),
]
"""Every scheme and every width once: what stands where is no matter of colours."""


@dataclass(kw_only=True)
class AgentPage:
    """complaints: errors of the page and of its console; a test that expects none leaves them alone."""

    desk: Desk
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    async def go(self, path: str = "") -> None:
        """Open a place of the page and wait until the desk has told what there is."""
        await self.page.goto(f"{self.desk.url}/agent/{path}")
        await self.page.get_by_role("button", name="My status").wait_for()

    def row(self, name: str) -> Locator:
        return self.page.get_by_label("My work").get_by_role("link", name=name)

    def offer(self, name: str) -> Locator:
        return self.page.get_by_role("article", name=f"{name} is calling")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer textarea")

    async def write(self, text: str) -> None:
        await self.composer.fill(text)
        await self.composer.press("Enter")

    async def violations(self) -> list[str]:
        """What axe finds wrong, as rule and place."""
        return await violations(self.page)


@contextlib.asynccontextmanager
async def at_work(scene: Scene, **context: Any) -> AsyncIterator[AgentPage]:
    """context: options of the browser context, e.g. viewport and color_scheme."""
    async with serving(Desk(scene)) as desk, chromium() as browser:
        opened = await profile(browser, **context)
        at = AgentPage(desk=desk, context=opened, page=await opened.new_page())
        at.page.on("pageerror", lambda error: at.complaints.append(str(error)))
        at.page.on("console", lambda line: at.complaints.append(line.text) if line.type == "error" else None)
        yield at
        await opened.close()
    assert not at.complaints, "\n".join(at.complaints)
