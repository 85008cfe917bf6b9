"""An agent answers an e-mail: what stands above it, the original without any rights, whom the answer goes to.

The centre, the page and the mail server of the world are real.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from router.embedded import Urls
from tests.browser.axe import violations
from tests.browser.staff_pages import staff_pages
from tests.gateway.centre import Room, two_nodes
from tests.mail.conftest import House, Writer, account, policy_with_mail
from tests.mail.post_office import PostOffice, post_office
from tests.mail.test_bad_mails import with_html
from tests.patience import eventually
from tests.servers import free_port

pytestmark = pytest.mark.browser

PICTURES = os.environ.get("USHER_TEST_PICTURES", "")
"""A folder for pictures of the page, for people to look at."""


@dataclass(kw_only=True)
class Desk:
    writer: Writer
    office: PostOffice
    page: Page

    async def violations(self) -> list[str]:
        return await violations(self.page)

    async def pictured(self, name: str) -> None:
        if PICTURES:
            await self.page.screenshot(path=f"{PICTURES}/{name}.png")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[Desk]:
    port = free_port()
    async with (
        post_office() as office,
        two_nodes(
            embedded_urls,
            migrated_template,
            policy=policy_with_mail(),
            channels={"mail-1": account(1, office.port)},
            smtp_listen=f"127.0.0.1:{port}",
        ) as centre,
        staff_pages(centre) as pages,
    ):
        room = Room(centre=centre, number=1)
        writer = Writer(house=House(centre=centre, smtp_port=port), office=office, room=room)
        yield Desk(writer=writer, office=office, page=await pages.open(room.anna))


async def test_a_mail_is_read_in_the_original_and_answered_to_all_who_had_it(desk: Desk) -> None:
    page, writer = desk.page, desk.writer
    colleague = f"bob.{writer.address}"
    await writer.hands_in(with_html(writer).replace(b"Subject: Look", f"Subject: Look\nCc: {colleague}".encode()))
    await expect(page.get_by_role("article", name="is calling")).to_be_visible()
    await page.keyboard.press("Alt+a")
    composer = page.locator(".composer textarea")
    await expect(composer).to_be_focused()
    log = page.get_by_role("log")
    await expect(log).to_contain_text("Hello you")
    await expect(log.locator(".mail-line")).to_contain_text(f"From {writer.address}")
    await expect(log.locator(".mail-line")).to_contain_text(f"Cc {colleague}")
    await expect(page.locator(".conversation-head")).to_contain_text("Look")
    await expect(page.get_by_label("To", exact=True)).to_have_value(writer.address)
    await expect(page.get_by_label("Cc", exact=True)).to_have_value(colleague)
    await desk.pictured("mail")
    assert await desk.violations() == []

    original = log.get_by_role("button", name="Show the original mail: Look")
    await original.press("Enter")
    mail = page.frame_locator("iframe.mail-original")
    await expect(mail.locator("b")).to_have_text("you")
    await expect(mail.locator("img[src^='data:image/png']")).to_have_js_property("naturalWidth", 1)
    await expect(mail.locator("script, form, iframe")).to_have_count(0)
    await desk.pictured("original")
    await page.keyboard.press("Escape")
    await expect(original).to_be_focused()

    await composer.fill("Dear you,")
    await composer.press("Enter")
    await composer.press_sequentially("it is on its way.")
    await page.get_by_label("Cc", exact=True).fill(f"{colleague}, nobody")
    await composer.press("Control+Enter")
    assert desk.office.letters == [], "an address that is none stays where it can be mended"
    await page.get_by_label("Cc", exact=True).fill(f"{colleague}, carl.{writer.address}")
    await composer.press("Control+Enter")
    await eventually(lambda: bool(desk.office.letters))
    (letter,) = desk.office.letters
    assert letter.recipients == (writer.address, colleague, f"carl.{writer.address}")
    assert letter.read.text.startswith("Dear you,\nit is on its way.")
    await expect(log.locator(".mail-line").nth(1)).to_contain_text(f"To {writer.address}")
    await expect(page.get_by_label("Cc", exact=True)).to_have_value(colleague)

    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size({"width": 360, "height": 740})
    await desk.pictured("mail-small-dark")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert await desk.violations() == []
