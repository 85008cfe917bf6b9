"""A shop page with the widget, before a toy centre: what the widget tests see and do."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.chromium import chromium, profile
from tests.browser.toy_centre import ToyCentre, served
from tests.patience import eventually

ROOT = Path(__file__).resolve().parents[2]
# A machine that also compiles is slow; a fact that never comes true still fails.


class Scene:
    """One browser before one centre. page: the customer's tab."""

    def __init__(self, centre: ToyCentre, context: BrowserContext, page: Page) -> None:
        self.centre, self.context, self.page = centre, context, page
        self.complaints: list[str] = []
        self.watch(page)

    def watch(self, page: Page) -> None:
        """Errors of the page are kept; that a socket could not be opened is not one."""
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self._complain(line.type, line.text))

    def _complain(self, kind: str, text: str) -> None:
        if kind == "error" and "WebSocket" not in text:
            self.complaints.append(text)

    # ------------------------------------------------------------ what the customer does

    async def visit(self, path: str = "/shop/") -> None:
        await self.page.goto(self.centre.url + path)
        await expect(self.launcher()).to_be_visible()

    async def press_launcher(self) -> None:
        await self.launcher().click()

    async def begin(self, text: str = "My parcel is lost.") -> None:
        """From the shop page to a conversation that waits."""
        await self.visit()
        await self.press_launcher()
        await self.button("Talk to a person").click()
        await self.widget().get_by_label("Message").fill(text)
        await self.button("Start the conversation").click()
        await expect(self.said(text)).to_be_visible()
        await eventually(lambda: bool(self.centre.conversation))

    async def talk_with(self, name: str = "Marta") -> None:
        await self.begin()
        await self.centre.join(name)
        await expect(self.widget().get_by_role("heading", name=name)).to_be_visible()

    async def write(self, text: str) -> None:
        await self.composer().fill(text)
        await self.composer().press("Enter")

    # ------------------------------------------------------------ what the customer sees

    def launcher(self, page: Page | None = None) -> Locator:
        return (page or self.page).locator("usher-launcher button")

    def widget(self, page: Page | None = None) -> Locator:
        return (page or self.page).locator("usher-widget section")

    def button(self, name: str) -> Locator:
        return self.widget().get_by_role("button", name=name)

    def composer(self) -> Locator:
        return self.widget().get_by_role("textbox", name="Write a message…")

    def said(self, text: str, page: Page | None = None) -> Locator:
        return self.widget(page).locator(".bubble", has_text=text)

    async def focused(self) -> str:
        """Tag and label of the element with the focus, through shadow roots."""
        script = """() => {
            let at = document.activeElement;
            while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return `${at.localName} ${at.ariaLabel ?? at.textContent.trim()}`;
        }"""
        return str(await self.page.evaluate(script))

    async def violations(self, of: str = "usher-widget") -> list[str]:
        """What axe finds wrong in the widget, as rule and place."""
        return await violations(self.page, of)


@contextlib.asynccontextmanager
async def scene(**context: Any) -> AsyncIterator[Scene]:
    """context: options of the browser context, e.g. viewport and color_scheme."""
    centre = ToyCentre(ROOT / "config" / "demo" / "shop", ROOT / "widget" / "dist")
    async with served(centre), chromium() as browser:
        opened = await profile(browser, **{"viewport": {"width": 1200, "height": 800}} | context)
        made = Scene(centre, opened, await opened.new_page())
        yield made
        await opened.close()
        assert not made.complaints, "\n".join(made.complaints)
