"""Staff of a running centre at their pages, signed in; what the pages complain of fails the test at its end."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.chromium import chromium, profile
from tests.gateway.centre import TestCentre


@dataclass(kw_only=True)
class StaffPages:
    """One browser context. complaints: errors of pages and of their consoles; those a test expects, it takes out."""

    centre: TestCentre
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)

    async def open(self, who: str, path: str = "") -> Page:
        """A page of this agent or supervisor; those opened before stay theirs until they are loaded again."""
        url = self.centre.first.url
        cookie = await self.centre.cookie(who)
        await self.context.add_cookies([{"name": "usher_session", "value": cookie, "url": url}])
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        await page.goto(f"{url}/agent/{path}")
        await expect(page.get_by_role("button", name="My status")).to_be_visible()
        return page


@contextlib.asynccontextmanager
async def staff_pages(centre: TestCentre) -> AsyncIterator[StaffPages]:
    async with chromium() as browser:
        context = await profile(browser)
        made = StaffPages(centre=centre, context=context)
        yield made
        await centre.close_tabs()
        await context.close()
    assert not made.complaints, "\n".join(made.complaints)
