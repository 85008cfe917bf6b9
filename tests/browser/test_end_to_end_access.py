"""Everybody gets in: axe on every screen in light and dark, five languages, a phone's width, no mouse."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.agent_page import PHONE
from tests.browser.people import Agent, Customer, Person, Stage, together
from tests.browser.real_centre import LANGUAGES, Desk

pytestmark = pytest.mark.browser

LIGHTS = Desk(queue="lights", agents=["Yann"], supervisors=["Zoe"])
BELLS = Desk(queue="bells", agents=["Aino"], supervisors=["Zoe"])
OARS = Desk(queue="oars", agents=["Boris"])
DESKS = [LIGHTS, BELLS, OARS]

OVERFLOWING = """() => {
    const wide = [];
    const hidden = ".clip, .only-heard, .hidden";
    const check = (element) => {
        if (!element.matches("button, a, label, h1, h2, h3, dt, th") || !element.checkVisibility()) return;
        if (element.closest(hidden) || element.querySelector(hidden) || element.clientWidth <= 1) return;
        if (element.scrollWidth > element.clientWidth + 1) wide.push(element.outerHTML.slice(0, 120));
    };
    const visit = (root) => root.querySelectorAll("*").forEach((element) => {
        if (element.shadowRoot) visit(element.shadowRoot);
        check(element);
    });
    visit(document);
    const page = document.scrollingElement;
    if (page.scrollWidth > page.clientWidth) wide.push(`the page: ${page.scrollWidth} in ${page.clientWidth}`);
    return wide;
}"""
RAW_KEY = r"\b[a-z]+(_[a-z]+)+\b|\b[a-z]+\.[a-z]+_[a-z]+\b|undefined|\[object|\{[a-z]+\}"


async def too_wide(page: Page) -> list[str]:
    """What does not fit where it stands."""
    found: list[str] = await page.evaluate(OVERFLOWING)
    return found


class Findings:
    """What axe and the ruler find on the screens that are shown to them."""

    def __init__(self) -> None:
        self.by_screen: dict[str, list[str]] = {}

    async def look(self, screen: str, person: Person) -> None:
        # Colours in the middle of a transition are nobody's.
        await person.page.wait_for_timeout(200)
        if found := await person.violations() + await too_wide(person.page):
            self.by_screen[screen] = found


@pytest.mark.parametrize(
    ("scheme", "desk", "viewport"),
    [("light", LIGHTS, {"width": 1280, "height": 800}), ("dark", BELLS, PHONE)],
    ids=["light and wide", "dark and narrow"],
)
async def test_axe_and_ruler_find_nothing_on_any_screen(
    stage: Stage, scheme: str, desk: Desk, viewport: dict[str, int]
) -> None:
    look: dict[str, Any] = {"color_scheme": scheme, "viewport": viewport, "reduced_motion": "reduce"}
    found = Findings()
    agent, customer = await together(stage.agent(desk.agents[0], **look), stage.customer(**look))
    await found.look("nothing to do", agent)
    await screens_of_a_conversation(found, agent, customer, desk)
    await agent.page.goto(f"{stage.centre.url}/agent/settings")
    await found.look("settings", agent)
    await agent.page.context.clear_cookies()
    await agent.page.goto(f"{stage.centre.url}/agent/")
    await expect(agent.page.get_by_role("button", name="Zoe")).to_be_visible()
    await found.look("sign-in", agent)
    await agent.sign_in("Zoe", "board")
    await expect(agent.queue(desk)).to_be_visible()
    await found.look("board", agent)
    await agent.tile(desk.agents[0]).click()
    await found.look("agent on the board", agent)
    assert found.by_screen == {}


async def screens_of_a_conversation(found: Findings, agent: Agent, customer: Customer, desk: Desk) -> None:
    await customer.visit()
    await found.look("shop", customer)
    await customer.open()
    await found.look("widget, greeting", customer)
    await customer.button("Talk to a person").click()
    await customer.button("Start the conversation").click()
    await found.look("widget, form with faults", customer)
    await customer.button("Back").click()
    await customer.button("Close").click()
    await customer.begin(desk, "Can you see me? https://harbour.example/lights", name="Wout de Vries")
    await found.look("widget, waiting", customer)
    await expect(agent.offer("Wout de Vries")).to_be_visible()
    await found.look("offer", agent)
    await agent.accept("Wout de Vries")
    await agent.write("I can see you.")
    await customer.composer.fill("Good.")
    await agent.page.keyboard.press("Alt+n")
    await agent.write("Sees well.")
    await found.look("conversation", agent)
    await found.look("widget, talking", customer)
    await agent.page.keyboard.press("Alt+t")
    await expect(agent.page.get_by_role("dialog", name="Transfer Wout de Vries")).to_be_visible()
    await found.look("transfer", agent)
    await agent.page.keyboard.press("Escape")
    await agent.page.keyboard.press("Alt+e")
    await expect(agent.page.get_by_role("form", name="How did it end?")).to_be_visible()
    await found.look("wrap-up", agent)
    await customer.widget.get_by_role("radio", name="Good", exact=True).check(force=True)
    await found.look("widget, rating", customer)
    await customer.page.goto(f"{agent.centre_url}/portal")
    await expect(customer.widget.get_by_role("log")).to_be_visible()
    await found.look("portal", customer)


async def test_a_customer_without_a_mouse_gets_through(stage: Stage) -> None:
    boris, customer = await together(stage.agent("Boris"), stage.customer())
    keys = customer.page.keyboard
    await customer.visit()
    await customer.launcher.focus()
    await keys.press("Enter")
    await expect(customer.button("Talk to a person")).to_be_focused()
    await keys.press("Enter")
    await expect(customer.widget.get_by_label("Message", exact=True)).to_be_focused()
    await keys.type("How long is an oar?")
    for _ in range(3):
        await keys.press("Shift+Tab")
    await expect(customer.widget.get_by_label("Name")).to_be_focused()
    await keys.type("Yrsa Lind")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.type("Oars")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(boris.offer("Yrsa Lind")).to_contain_text("How long is an oar?")
    await boris.page.keyboard.press("Alt+a")
    await expect(boris.composer).to_be_focused()
    await boris.page.keyboard.type("As tall as you and half again.")
    await boris.page.keyboard.press("Enter")
    await customer.sees("How long is an oar?", "As tall as you and half again.")
    await customer.composer.focus()
    await keys.type("Thank you.")
    await keys.press("Enter")
    await boris.sees("How long is an oar?", "As tall as you and half again.", "Thank you.")
    await boris.complete()
    await expect(customer.widget.get_by_text("How was it?")).to_be_visible()
    await keys.press("Escape")
    await expect(customer.launcher).to_be_focused()


@pytest.mark.parametrize("language", [tag for tag in LANGUAGES if tag != "en"])
async def test_every_language_has_its_words_and_room_for_them(stage: Stage, language: str) -> None:
    zoe, customer = await together(
        stage.agent("Zoe", place="settings", viewport=PHONE), stage.customer(viewport=PHONE, locale=language)
    )
    await customer.page.goto(f"{stage.centre.url}/portal")
    await expect(customer.widget.get_by_text(LANGUAGES[language])).to_be_visible()
    shown = {"portal": customer.page}
    await customer.widget.locator("button[data-first]").click()
    await customer.widget.locator("button[type=submit]").click()
    await zoe.page.get_by_label("Language", exact=True).select_option(language)
    await expect(zoe.page.locator("html")).to_have_attribute("lang", language)
    shown |= {"settings": zoe.page}
    wrong = {name: await wrong_words(page) for name, page in shown.items()}
    for place in ("", "board"):
        await zoe.page.goto(f"{stage.centre.url}/agent/{place}")
        await expect(zoe.page.locator("main h2").first).to_be_visible()
        wrong[place or "work"] = await wrong_words(zoe.page)
    await zoe.page.set_viewport_size({"width": 1280, "height": 800})
    wrong["wide board"] = await wrong_words(zoe.page)
    assert {name: faults for name, faults in wrong.items() if faults} == {}


async def wrong_words(page: Page) -> list[str]:
    """Keys instead of words, and words that do not fit."""
    script = """(pattern) => {
        const texts = [document.body.innerText];
        document.querySelectorAll("*").forEach(({ shadowRoot }) => {
            shadowRoot?.querySelectorAll("section").forEach((section) => texts.push(section.innerText));
        });
        return texts.join("\\n").match(new RegExp(pattern, "g")) ?? [];
    }"""
    keys: list[str] = await page.evaluate(script, RAW_KEY)
    return keys + await too_wide(page)
