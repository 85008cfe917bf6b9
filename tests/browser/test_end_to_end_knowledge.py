"""Knowledge, really: an article is written and published, suggested to an agent, and its words reach the customer."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import Agent, Customer, Stage, together
from tests.browser.real_centre import Desk

pytestmark = pytest.mark.browser

MEADOW = Desk(queue="meadow", agents=["Flora"], supervisors=["Sue"])
DESKS = [MEADOW]
KNOWLEDGE = {
    "categories.toml": '[[categories]]\nkey = "garden"\nlabels = { en = "Garden" }\n',
    "articles/snails.md": '+++\nlanguage = "en"\ntitle = "Snails on the salad"\n'
    'category = "garden"\n+++\n\nGather them.\n',
    "quick_texts.toml": '[[quick_texts]]\nshort = "hello"\ntitle = "Greeting"\n'
    'texts = { en = "Hello {{customer.first_name|you}}, {{agent.first_name}} here." }\n',
    "macros.toml": '[[macros]]\nkey = "bye"\ntitle = "Say goodbye"\nkeys = "1"\n'
    'actions = [{ do = "send", text = "Gladly done." }, { do = "wrap_up" }]\n',
}
TITLE = "Moles under the meadow"


async def write_article(page: Page) -> None:
    await page.get_by_role("button", name="Write an article").click()
    await page.get_by_label("Title").fill(TITLE)
    await page.get_by_label("Text (Markdown)").fill("Leave them **alone**.\n\n## In the greenhouse\n\nPut up a net.")
    await expect(page.get_by_label("As it will be read").locator("strong")).to_have_text("alone")
    await page.get_by_label("Questions people ask").fill("A mole digs up my meadow")
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator(".hit", has_text=TITLE)).to_be_visible()


async def change_article(page: Page) -> None:
    """The newer draft stands beside what is published, and what is new in it is marked."""
    await page.get_by_label("Title").fill(f"{TITLE} again")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".versions li")).to_have_count(2)
    await page.get_by_text("Earlier versions").click()
    await page.get_by_role("button", name="Compare").click()
    await expect(page.get_by_label("Two versions side by side").locator("ins")).to_have_text(" again")


async def write_macro(page: Page) -> None:
    """Its first text has a variable there is none of, and the page says so in words."""
    await page.get_by_role("button", name="Macros", exact=True).click()
    await page.get_by_role("button", name="New macro").click()
    await page.get_by_label("Name", exact=True).fill("Praise the gardener")
    await page.get_by_label("Message to the customer").fill("Well done, {{customer.frist_name}}!")
    await expect(page.get_by_text("Did you mean “customer.first_name”?")).to_be_visible()
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert").get_by_text("Did you mean “customer.first_name”?")).to_be_visible()
    await page.get_by_label("Message to the customer").fill("Well done, {{customer.first_name|you}}!")
    await expect(page.get_by_text("Well done, Maya!")).to_be_visible()
    await page.get_by_label("Add an action").select_option(label="Write a note")
    await page.get_by_label("Note for colleagues").fill("Praised.")
    await page.get_by_label("Digit that runs it").select_option("2")


async def asked(stage: Stage, flora: Agent) -> Customer:
    customer = await stage.customer()
    await customer.begin(MEADOW, "What do I do against the mole in my meadow?", name="Maya Lind")
    await flora.accept("Maya Lind")
    return customer


async def test_what_a_supervisor_writes_an_agent_inserts_and_a_customer_reads(stage: Stage) -> None:
    flora, sue = await together(stage.agent("Flora"), stage.agent("Sue", place="knowledge"))
    await expect(sue.page.locator(".hit", has_text="Snails on the salad")).to_be_visible()
    await expect(sue.page.get_by_role("button", name="0 drafts to look at")).to_be_visible()
    await write_article(sue.page)
    await change_article(sue.page)
    assert await sue.violations() == []
    await sue.page.get_by_role("button", name="Overview").click()
    await expect(sue.page.get_by_role("button", name="1 draft to look at")).to_be_visible()
    await write_macro(sue.page)
    assert await sue.violations() == []
    await sue.page.get_by_role("button", name="Save").click()
    await expect(sue.page.locator(".hit", has_text="Praise the gardener")).to_be_visible()
    customer = await asked(stage, flora)

    await flora.page.locator(".suggestions .hit", has_text=TITLE).click()
    await expect(flora.page.locator(".article-body")).to_contain_text("Leave them alone.")
    assert await flora.violations() == []
    await flora.page.get_by_role("button", name="In the greenhouse").click()
    await expect(flora.composer).to_have_value("Put up a net.")
    await flora.composer.press("Enter")
    await expect(customer.log).to_contain_text("Put up a net.")

    await flora.composer.fill("/hel")
    await expect(flora.page.get_by_role("option", name="Greeting")).to_be_visible()
    assert await flora.violations() == []
    await flora.composer.press("Enter")
    await expect(flora.composer).to_have_value("Hello Maya, Flora here.")
    await flora.composer.fill("")

    await flora.page.keyboard.press("Alt+i")
    await expect(flora.page.get_by_role("button", name="Praise the gardener")).to_be_visible()
    await flora.page.keyboard.press("2")
    await expect(customer.log).to_contain_text("Well done, Maya!")
    await expect(flora.page.get_by_role("dialog")).to_have_count(0)
    await flora.page.keyboard.press("Alt+i")
    await expect(flora.page.get_by_role("button", name="Say goodbye")).to_be_visible()
    await flora.page.keyboard.press("1")
    await expect(customer.widget.get_by_text("How was it?")).to_be_visible()
    await expect(customer.log).to_contain_text("Gladly done.")


async def test_a_visitor_finds_the_answer_alone_and_a_person_stays_one_step_away(stage: Stage) -> None:
    visitor = await stage.customer()
    await visitor.visit()
    await visitor.open()
    search = visitor.widget.get_by_role("searchbox", name="Search for an answer")
    await search.fill("a snail eats my salad")
    await search.press("Enter")
    await visitor.button("Snails on the salad").click()
    await expect(visitor.widget.get_by_role("heading", name="Snails on the salad")).to_be_focused()
    await expect(visitor.widget.get_by_text("Gather them.")).to_be_visible()
    assert await visitor.violations() == []
    await visitor.button("Yes").click()
    await expect(visitor.widget.get_by_text("Thank you for telling us")).to_be_visible()
    await visitor.button("All articles").click()
    await search.fill("quantum knitting")
    await expect(visitor.widget.locator("p", has_text="We found nothing about this").last).to_be_visible()
    await visitor.button("Talk to a person").click()
    await expect(visitor.widget.get_by_label("Message", exact=True)).to_be_visible()

    reader = await stage.customer()
    await reader.page.goto(f"{stage.centre.url}/portal#article/snails")
    await expect(reader.widget.get_by_text("Gather them.")).to_be_visible()
    assert await reader.violations() == []
    await reader.button("Back").click()
    shelves = reader.widget.get_by_role("navigation", name="All articles")
    await shelves.get_by_role("button", name="Snails on the salad").click()
    await expect(reader.widget.get_by_text("Gather them.")).to_be_visible()
    await reader.button("Back").click()
    await reader.widget.get_by_role("link", name="Where does my case stand?").click()
    await expect(reader.page.get_by_role("heading", name="Find your case")).to_be_visible()
