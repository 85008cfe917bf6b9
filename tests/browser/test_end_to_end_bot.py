"""The bot answers first in the widget: a task, a question, a person with everything said; and what it should learn."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.chromium import PATIENCE_MS
from tests.browser.people import Stage
from tests.browser.real_centre import Desk

pytestmark = pytest.mark.browser

SHED = Desk(queue="shed", agents=["Ida"], supervisors=["Olga"])
DESKS = [SHED]
BOT = True


async def test_a_bot_helps_and_hands_over_and_a_supervisor_teaches_it(stage: Stage) -> None:
    ida = await stage.agent("Ida")
    customer = await stage.customer()
    await customer.visit()
    await customer.launcher.click()
    await customer.button("Ask us anything").click()
    await customer.widget.get_by_label("Name").fill("Nora Lind")
    await customer.widget.get_by_label("Message", exact=True).fill("Where is my order LS-10012?")
    await customer.button("Start the conversation").click()
    log = customer.widget.get_by_role("log")
    await expect(log).to_contain_text("not a person")
    await expect(log).to_contain_text("Which e-mail address")
    await expect(customer.button("Talk to a person")).to_be_visible()
    await customer.write("nora@larkspur.example")
    await expect(log).to_contain_text("on its way")
    answers = customer.widget.get_by_role("group", name="Suggested answers")
    await expect(answers.get_by_role("button")).to_have_text(["No, that was all", "Talk to a person"])
    assert await customer.violations() == []

    await customer.write("My gnome fell off the balcony")
    # The answers to what was said before are gone first, and the button itself is pressed, not its place, where another
    # one may be by then: answers move as they come.
    await expect(answers.get_by_role("button", name="No, that was all")).to_have_count(0)
    await expect(answers.get_by_role("button", name="Talk to a person")).to_be_visible()
    await answers.get_by_role("button", name="Talk to a person").dispatch_event("click")
    await expect(log).to_contain_text("I am passing you on to a colleague")
    await ida.accept("Nora Lind")
    await expect(ida.page.get_by_text("Where my order is").first).to_be_visible()
    await expect(answers).to_have_count(0)

    olga = await stage.agent("Olga", place="bot")
    group = olga.page.get_by_role("listitem").filter(has_text="My gnome fell off the balcony")
    await expect(group).to_be_visible()
    assert await olga.violations() == []
    await group.get_by_label("They mean").select_option(label="Return conditions")
    await group.get_by_role("button", name="Try").click()
    await expect(group.get_by_text("past question")).to_be_visible(timeout=2 * PATIENCE_MS)
    await group.get_by_role("button", name="Teach").click()
    told = olga.page.get_by_text("Taught: “My gnome fell off the balcony”. The bot knows within a minute.")
    await expect(told).to_be_focused()
    await expect(group).to_have_count(0)
