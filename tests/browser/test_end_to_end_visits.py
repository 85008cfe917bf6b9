"""A customer walks about: reloads, opens tabs, goes from page to page, comes back by the portal. One conversation."""

from __future__ import annotations

import time

import jwt
import pytest
from playwright.async_api import expect

from tests.browser.people import Customer, Stage, together
from tests.browser.real_centre import IDENTITY_KEY, Desk

pytestmark = pytest.mark.browser

QUAYS = Desk(queue="quays", agents=["Rosa"])
RAFTS = Desk(queue="rafts", agents=["Sven"])
PIERS = Desk(queue="piers", agents=["Tove"])
DESKS = [QUAYS, RAFTS, PIERS]


async def test_a_conversation_goes_along_through_reloads_pages_and_tabs(stage: Stage) -> None:
    rosa, customer = await together(stage.agent("Rosa"), stage.customer())
    await customer.begin(QUAYS, "Which quay?", name="Tina Voss")
    await rosa.accept("Tina Voss")
    await rosa.write("The northern one.")
    said = ["Which quay?", "The northern one."]
    await together(customer.sees(*said), rosa.sees(*said))

    await customer.composer.fill("And how do I")
    await customer.page.reload()
    await customer.sees(*said)
    await expect(customer.composer).to_have_value("And how do I")
    await customer.page.goto(f"{stage.centre.url}/shop/?page=lamps")
    await customer.sees(*said)
    await expect(customer.composer).to_have_value("And how do I")
    await customer.composer.press("End")
    await customer.composer.press_sequentially(" get there?")
    await customer.composer.press("Enter")

    tab = Customer(centre_url=customer.centre_url, context=customer.context, page=await stage.tab(customer.context))
    await tab.visit()
    await tab.launcher.click()
    said.append("And how do I get there?")
    await together(customer.sees(*said), tab.sees(*said), rosa.sees(*said))
    await tab.write("By boat?")
    await rosa.write("On foot.")
    said += ["By boat?", "On foot."]
    for person in (tab, customer, rosa):
        for text in said:
            await expect(person.log.get_by_text(text)).to_have_count(1)
        assert sorted(await person.log.locator(".bubble").all_inner_texts()) == sorted(said)
    await tab.page.close()
    await customer.write("Thanks.")
    await expect(rosa.log.get_by_text("Thanks.")).to_have_count(1)
    await expect(rosa.page.locator(".conversation-head")).to_contain_text("Online")
    await rosa.complete()
    await expect(customer.widget.get_by_text("How was it?")).to_be_visible()


async def test_the_portal_lists_what_was_talked_about(stage: Stage) -> None:
    sven, customer = await together(stage.agent("Sven"), stage.customer())
    for text in ("Is a raft safe?", "Is it fast?"):
        if await customer.launcher.count():
            await customer.button("Start a new conversation").click()
            await customer.widget.get_by_label("Message", exact=True).fill(text)
            await customer.widget.get_by_label("What is it about?").select_option(RAFTS.queue)
            await customer.button("Start the conversation").click()
        else:
            await customer.begin(RAFTS, text, name="Ulf Strand")
        await sven.accept("Ulf Strand")
        await sven.sees(text)
        await sven.complete()
        await expect(customer.widget.get_by_text("How was it?")).to_be_visible()

    portal = Customer(centre_url=customer.centre_url, context=customer.context, page=await stage.tab(customer.context))
    await portal.page.goto(f"{stage.centre.url}/portal")
    await portal.button("Back").click()
    await portal.button("Your conversations").click()
    rows = portal.widget.get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("Is it fast?")
    await expect(rows.nth(1)).to_contain_text("Is a raft safe?")
    await rows.nth(1).get_by_role("button").click()
    await portal.sees("Is a raft safe?")


async def test_who_is_signed_in_at_the_site_is_known_on_another_browser_until_they_sign_out(stage: Stage) -> None:
    tove, phone, laptop = await together(stage.agent("Tove"), stage.customer(), stage.customer())
    token = jwt.encode({"sub": "ada-7", "exp": int(time.time()) + 600, "name": "Ada Lovelace"}, IDENTITY_KEY, "HS256")
    for customer, text in ((phone, "Is a pier long?"), (laptop, "Is it wide?")):
        await customer.visit()
        await customer.page.evaluate("token => Usher.identify({ token })", token)
        await customer.begin(PIERS, text, name="Ada Lovelace")
    await tove.accept("Ada Lovelace")
    await laptop.sees("Is it wide?")
    await laptop.button("End the conversation").click()
    async with laptop.page.expect_response("**/api/widget/session"):  # again, as each page of the site does
        await laptop.page.evaluate("token => Usher.identify({ token })", token)
    await laptop.page.evaluate("new Promise(painted => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    await laptop.button("End it").click()
    await expect(laptop.widget.get_by_text("How was it?")).to_be_visible()
    await laptop.button("Back").click()
    await laptop.button("Your conversations").click()
    await expect(laptop.widget.get_by_role("listitem")).to_have_count(2)
    await expect(laptop.widget.get_by_role("listitem").nth(1)).to_contain_text("Is a pier long?")

    beside = Customer(centre_url=laptop.centre_url, context=laptop.context, page=await stage.tab(laptop.context))
    await beside.visit()
    await beside.launcher.click()
    await beside.sees("Is it wide?")
    await laptop.page.evaluate("Usher.forget()")
    await expect(beside.button("Talk to a person")).to_be_visible()
    await expect(beside.button("Your conversations")).to_be_hidden()
    await laptop.page.reload()  # open as it was
    await expect(laptop.button("Talk to a person")).to_be_visible()
    await expect(laptop.button("Your conversations")).to_be_hidden()
