"""An agent looks customers up, merges two and parts them again; a supervisor sees who did and has one erased."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import expect

from router.core.identity import of_sender
from router.core.words import CustomerId
from router.embedded import Urls
from router.store.postgres import customers, identities
from router.store.postgres.customers import Customer
from tests.browser.axe import violations
from tests.browser.staff_pages import StaffPages, staff_pages
from tests.gateway.centre import ROOMS, Room, TestCentre, two_nodes

pytestmark = pytest.mark.browser


@dataclass(kw_only=True)
class Office:
    """Anna in a conversation with somebody without a name; Ewa, who texts, claims to have the same order."""

    room: Room
    pages: StaffPages


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[TestCentre]:
    async with two_nodes(embedded_urls, migrated_template, customers_for_agents="all") as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@pytest_asyncio.fixture(loop_scope="session")
async def office(house: TestCentre, numbers: Iterator[int]) -> AsyncIterator[Office]:
    async with staff_pages(house) as pages:
        yield Office(room=Room(centre=house, number=next(numbers)), pages=pages)


async def test_customers_are_found_merged_and_parted_by_keyboard_and_erased_by_a_supervisor(office: Office) -> None:
    room, database = office.room, office.room.centre.database
    ewa = Customer(id=CustomerId("cus_ewa"), name="Ewa Żak", created_at=1_700_000_000_000)
    await customers.of_identity(database, of_sender("sms", "+48601234567"), otherwise=ewa)
    anna, visitor = await room.tab(room.anna), await room.customer()
    conversation_id, item = await room.talking(anna, visitor, "The parcel is a mystery to me")
    fetched = await anna.ask("conversation.fetch", conversation_id=conversation_id)
    chatter = fetched["customer"]["customer_id"]
    await identities.claim(database, CustomerId("cus_ewa"), "order", "L-1042", by="cus_ewa", at=1)
    await anna.ask("customer.claim", customer_id=chatter, kind="order", value="L-1042")

    page = await office.pages.open(room.anna, "")
    await page.get_by_role("link", name="Customers").click()
    await expect(page.get_by_text("Choose a customer")).to_be_visible()
    await page.get_by_label("Find customers").fill("zak")
    await page.get_by_role("link", name=re.compile("Ewa Żak")).click()
    view = page.get_by_role("article", name="Ewa Żak")
    await expect(view).to_contain_text("+48601234567")
    await expect(view).to_contain_text("Both have Order L-1042")
    assert await violations(page) == []

    await view.get_by_role("button", name="Merge", exact=True).press("Enter")
    await expect(view.get_by_role("heading", name="Came to us as")).to_be_visible()
    await expect(view).to_be_focused()
    await expect(view).to_contain_text("The parcel is a mystery to me")
    await view.get_by_role("button", name="mystery").click()
    await expect(page.get_by_role("dialog")).to_contain_text("The parcel is a mystery to me")
    await page.keyboard.press("Escape")
    assert await violations(page) == []
    await view.get_by_role("button", name="Separate again").press("Enter")
    await expect(view.get_by_role("heading", name="Came to us as")).to_be_hidden()
    await expect(view).to_be_focused()
    await view.get_by_role("button", name="More").click()
    await page.get_by_role("menuitem", name="Merge").click()
    merging = page.get_by_role("dialog", name="Merge customers")
    await merging.get_by_role("searchbox").fill("nobody at all")
    await expect(merging.get_by_role("status")).to_have_text("Nobody fits “nobody at all”.")
    await expect(merging.get_by_role("button", name="Merge")).to_be_disabled()
    await merging.get_by_role("button", name="Cancel").press("Enter")
    await expect(view.get_by_role("button", name="More")).to_be_focused()
    await expect(view).not_to_contain_text("mystery")

    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").fill("myster")
    await expect(page.get_by_role("option", name="The parcel is a mystery to me")).to_be_visible()
    await page.keyboard.press("Escape")

    await page.set_viewport_size({"width": 360, "height": 740})
    await page.emulate_media(color_scheme="dark")
    await expect(page.get_by_label("Find customers")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await violations(page) == []

    await anna.ask("item.wrap_up", work_item_id=item)
    sue = await office.pages.open(room.sue, "customers/cus_ewa")
    await sue.get_by_role("button", name="More").click()
    await sue.get_by_role("menuitem", name="Who saw and changed").click()
    dialog = sue.get_by_role("dialog")
    await expect(dialog).to_contain_text("separated")
    assert await violations(sue) == []
    await sue.keyboard.press("Escape")
    await sue.get_by_role("button", name="More").click()
    await sue.get_by_role("menuitem", name="Erase").click()
    await sue.get_by_role("dialog").get_by_role("button", name="Erase this customer").click()
    await expect(sue.get_by_role("heading", name="Ewa Żak")).to_be_hidden()
    await expect(sue.get_by_text("+48601234567")).to_have_count(0)
