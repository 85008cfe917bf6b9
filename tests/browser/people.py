"""Customers, agents and supervisors of an end-to-end test: each in a browser of their own, before a real centre."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.axe import violations
from tests.browser.chromium import chromium, profile
from tests.browser.real_centre import PASSWORD, Centre, Desk, email_of

SAID_BY_THE_BROWSER = re.compile(r"WebSocket connection|Failed to load resource|net::ERR_")
"""That a connection was refused or an answer was not 200 is told by the browser itself, and not a fault of a page."""


@dataclass(kw_only=True)
class Person:
    """One browser profile with one tab in front."""

    centre_url: str
    context: BrowserContext
    page: Page

    async def violations(self, of: str | None = None) -> list[str]:
        """What axe finds wrong, as rule and place."""
        return await violations(self.page, of, best_practice=False)


@dataclass(kw_only=True)
class Customer(Person):
    """Somebody on a site with the widget."""

    async def visit(self, url: str = "/shop/") -> None:
        await self.page.goto(url if "://" in url else self.centre_url + url)
        await expect(self.launcher).to_be_visible()

    async def open(self) -> None:
        await self.launcher.click()
        await expect(self.button("Talk to a person")).to_be_visible()

    async def begin(self, desk: Desk, text: str, *, name: str, by: str = "Start the conversation") -> None:
        """From the shop to a conversation that waits at the desk."""
        if self.page.url == "about:blank":
            await self.visit()
        await self.open()
        await self.button("Talk to a person").click()
        await self.widget.get_by_label("Name").fill(name)
        await self.widget.get_by_label("What is it about?").select_option(desk.queue)
        await self.widget.get_by_label("Message", exact=True).fill(text)
        await self.button(by).click()
        await expect(self.widget.get_by_text("Finding the right person")).to_be_visible()

    async def write(self, *texts: str) -> None:
        for text in texts:
            await self.composer.fill(text)
            await self.composer.press("Enter")

    async def end(self) -> None:
        await self.button("End the conversation").click()
        await self.button("End it").click()
        await expect(self.widget.get_by_text("How was it?")).to_be_visible()

    @property
    def launcher(self) -> Locator:
        return self.page.locator("usher-launcher button")

    @property
    def widget(self) -> Locator:
        return self.page.locator("usher-widget section, #portal section")

    @property
    def log(self) -> Locator:
        return self.widget.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.widget.get_by_role("textbox", name="Write a message…")

    def button(self, name: str) -> Locator:
        return self.widget.get_by_role("button", name=name)

    async def sees(self, *texts: str) -> None:
        """Exactly these words have been said, in this order."""
        await expect(self.log.locator(".bubble:not(:has(i))")).to_have_text(list(texts))


@dataclass(kw_only=True)
class Agent(Person):
    """Somebody who answers, or watches over those who do."""

    async def sign_in(self, name: str, place: str = "") -> None:
        await self.page.goto(f"{self.centre_url}/agent/{place}")
        await self.page.get_by_label("E-mail").fill(email_of(name))
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_label("Password").press("Enter")
        await expect(self.status).to_be_visible()

    async def choose_status(self, name: str) -> None:
        await self.status.click()
        await self.page.get_by_role("menuitemradio", name=name).click()
        await expect(self.status).to_contain_text(name)

    async def accept(self, customer: str) -> None:
        await self.offer(customer).get_by_role("button", name="Accept").click()
        await expect(self.log).to_be_visible()

    async def write(self, *texts: str) -> None:
        for text in texts:
            await self.composer.fill(text)
            await self.composer.press("Enter")

    async def complete(self) -> None:
        """End the conversation in view and wrap it up, by keyboard."""
        await self.page.keyboard.press("Alt+e")
        await expect(self.page.get_by_role("form", name="How did it end?")).to_be_focused()
        await self.page.keyboard.press("1")
        await self.page.keyboard.press("Enter")
        await expect(self.page.get_by_role("form", name="How did it end?")).to_be_hidden()

    @property
    def status(self) -> Locator:
        return self.page.get_by_role("button", name="My status")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer textarea")

    @property
    def notices(self) -> Locator:
        return self.page.locator(".notice")

    def offer(self, customer: str) -> Locator:
        return self.page.get_by_role("article", name=f"{customer} is calling")

    def row(self, customer: str) -> Locator:
        return self.page.get_by_label("My work").get_by_role("link", name=customer)

    def tile(self, agent: str) -> Locator:
        """On the board."""
        return self.page.locator(".tile", has_text=agent)

    def queue(self, desk: Desk) -> Locator:
        """On the board."""
        return self.page.locator("table.queues tbody tr", has_text=desk.label)

    async def sees(self, *texts: str) -> None:
        """Exactly these words have been said, in this order."""
        await expect(self.log.locator(".bubble")).to_have_text(list(texts))


@dataclass(kw_only=True)
class Stage:
    """Where they meet. complaints: errors of any page; there are to be none but what a test tolerates, by words."""

    centre: Centre
    browser: Browser
    complaints: list[str] = field(default_factory=list)
    tolerated: list[str] = field(default_factory=list)

    async def customer(self, url: str | None = None, **context: Any) -> Customer:
        opened = await profile(self.browser, **context)
        return Customer(centre_url=url or self.centre.url, context=opened, page=await self.tab(opened))

    async def agent(self, name: str, url: str | None = None, *, place: str = "", **context: Any) -> Agent:
        """Signed in."""
        opened = await profile(self.browser, **context)
        made = Agent(centre_url=url or self.centre.url, context=opened, page=await self.tab(opened))
        await made.sign_in(name, place)
        return made

    async def tab(self, context: BrowserContext) -> Page:
        """One more tab of the same person."""
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", lambda said: self._hear(page, said.type, said.text))
        return page

    def _hear(self, page: Page, kind: str, text: str) -> None:
        if kind == "error" and not SAID_BY_THE_BROWSER.search(text):
            self.complaints.append(f"{page.url}: {text}")


@contextlib.asynccontextmanager
async def stage(centre: Centre) -> AsyncIterator[Stage]:
    """A browser before the centre; everybody leaves at the end."""
    async with chromium() as browser:
        made = Stage(centre=centre, browser=browser)
        yield made
        for context in browser.contexts:
            await context.close()
    complaints = [one for one in made.complaints if not any(words in one for words in made.tolerated)]
    assert not complaints, "\n".join(complaints)


async def together(*acts: Any) -> list[Any]:
    """People do not wait for one another."""
    return list(await asyncio.gather(*acts))
