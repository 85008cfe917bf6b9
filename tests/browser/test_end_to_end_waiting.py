"""A queue nobody is there for: its customer is told so, would rather be called, and keeps the place."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.people import Stage
from tests.browser.real_centre import Desk

pytestmark = pytest.mark.browser

AT_SEA = "The whole crew is at sea."
FERRIES = Desk(
    queue="ferries",
    agents=["Yara"],
    more="callback = { always = true, retry_s = 3600 }\n"
    f'overflow = [{{ when = "nobody_signed_in", action = "announce", text = {{ en = "{AT_SEA}" }} }}]',
)
DESKS = [FERRIES]


async def test_who_waits_for_nobody_is_told_so_and_asks_to_be_called(stage: Stage) -> None:
    customer = await stage.customer()
    await customer.begin(FERRIES, "When does it leave?", name="Zoe Ray", by="Leave the message")
    await expect(customer.widget.get_by_text(AT_SEA)).to_be_visible()
    await customer.widget.get_by_label("Telephone number").fill("+48 22 123 45 67")
    assert await customer.violations() == []
    await customer.button("Ask for a call").click()
    await expect(customer.widget.get_by_text("We call you when it is your turn.")).to_be_visible()
    await expect(customer.widget.get_by_label("Telephone number")).to_have_count(0)

    yara = await stage.agent("Yara")
    await yara.accept("Zoe Ray")
    wanted = yara.page.get_by_role("status").filter(has_text="Wants to be called")
    await expect(wanted.get_by_role("link")).to_have_attribute("href", "tel:+48221234567")
    assert await yara.violations() == []
    await wanted.get_by_role("button", name="Nobody answered").click()
    await expect(yara.row("Zoe Ray")).to_have_count(0)
