"""A conversation from the first press to the rating, on somebody else's site: customer and agent, really."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.browser.host_site import Site, served
from tests.browser.people import Stage, together
from tests.browser.real_centre import Centre, Desk

pytestmark = pytest.mark.browser

LETTERS = Desk(queue="letters", agents=["Ada", "Bruno"])
LAMPS = Desk(queue="lamps", agents=["Cora"])
DESKS = [LETTERS, LAMPS]

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chandler</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<link rel="stylesheet" href="/hostile.css"><script async src="{usher}/widget.js" data-account="demo"></script>
</head><body><h1>Ropes and lamps</h1><div class="overlay">Buy now</div></body></html>"""
HOSTILE = """
* { all: unset !important; color: red !important; }
div { display: none !important; }
button { font-size: 60px !important; }
.overlay { position: fixed !important; inset: 0 !important; z-index: 2147483647 !important; display: block !important; }
"""


@pytest.fixture(scope="module")
def site(centre: Centre) -> Iterator[Site]:
    """A page that would break anything it could reach, and lets in nothing it was not told to."""
    socket = centre.url.replace("http", "ws")
    policy = (
        f"default-src 'self'; script-src 'self' {centre.url}; connect-src {centre.url} {socket}; style-src 'self'; "
        "img-src 'self' data:"
    )
    pages = {"/": ("text/html", PAGE.format(usher=centre.url)), "/hostile.css": ("text/css", HOSTILE)}
    with served(Site(pages=pages, headers={"content-security-policy": policy})) as made:
        yield made


async def test_a_customer_of_a_hostile_page_is_served_from_the_first_press_to_the_rating(
    stage: Stage, site: Site
) -> None:
    # This page allows no workers. In the background the chat then goes by the page's own clock; the browser says so.
    stage.tolerated.append("Creating a worker")
    ada, _ = await together(stage.agent("Ada"), stage.agent("Cora"))
    await ada.choose_status("Busy")
    customer, second = await stage.customer(), await stage.customer()

    await customer.visit(site.url + "/")
    await customer.open()
    await customer.button("Talk to a person").click()
    await customer.button("Start the conversation").click()
    name = customer.widget.get_by_label("Name")
    await expect(name).to_be_focused()
    await expect(customer.widget.get_by_text("Please fill this in.")).to_have_count(2)
    await name.fill("Cleo Vance")
    await customer.widget.get_by_label("What is it about?").select_option("letters")
    await customer.widget.get_by_label("Message", exact=True).fill("My lamp came without a wick.")
    await customer.button("Start the conversation").click()
    waiting = customer.widget.get_by_role("status").filter(has_text="Finding the right person")
    await expect(waiting).to_contain_text("You are next.")
    await expect(waiting).to_contain_text("We cannot tell yet how long it will take.")
    await second.begin(LETTERS, "After Cleo", name="Dora Finch")
    await expect(second.widget.get_by_text("There is 1 person before you.")).to_be_visible()

    await ada.choose_status("Available")
    offer = ada.offer("Cleo Vance")
    await expect(offer).to_contain_text("My lamp came without a wick.")
    await expect(offer.get_by_role("timer")).to_be_visible()
    await ada.page.keyboard.press("Alt+a")
    await expect(ada.composer).to_be_focused()
    await expect(customer.widget.get_by_role("heading", name="Ada")).to_be_visible()
    await expect(second.widget.get_by_text("Finding the right person")).to_be_visible()
    await second.end()

    await ada.page.keyboard.type("Good morn")
    await expect(customer.widget.get_by_text("Ada is typing")).to_be_attached()
    await ada.page.keyboard.type("ing, Cleo.")
    await ada.page.keyboard.press("Enter")
    await expect(customer.widget.get_by_text("Good morning, Cleo.")).to_be_visible()
    await expect(ada.log.locator("[data-mark=read]")).to_be_visible()
    await customer.composer.press_sequentially("It is the Porch model.")
    await expect(ada.page.get_by_text("Cleo Vance is typing…")).to_be_visible()
    await customer.composer.press("Enter")
    await expect(ada.page.get_by_text("Cleo Vance is typing…")).to_be_hidden()
    await customer.composer.press_sequentially("Or")
    await expect(ada.page.get_by_text("Cleo Vance is typing…")).to_be_visible()
    await customer.composer.fill("")
    await expect(customer.log.locator(".meta").last).to_contain_text("Read")

    await ada.page.keyboard.press("Alt+n")
    await ada.page.keyboard.type("Third one without a wick this week.")
    await ada.page.keyboard.press("Enter")
    await ada.page.keyboard.press("Alt+n")
    await customer.button("Close").click()
    await ada.page.keyboard.type("A wick is on its way.")
    await ada.page.keyboard.press("Enter")
    await expect(ada.log.locator("[data-mark]").last).to_have_text("Delivered")
    await expect(customer.launcher).to_have_accessible_name("Open the chat (unread: 1)")
    await customer.launcher.click()
    await expect(ada.log.locator("[data-mark]").last).to_have_text("Read")
    await customer.write("Thank you!")

    said = ["My lamp came without a wick.", "Good morning, Cleo.", "It is the Porch model."]
    await customer.sees(*said, "A wick is on its way.", "Thank you!")
    await ada.sees(*said, "Third one without a wick this week.", "A wick is on its way.", "Thank you!")
    assert "Third one" not in await customer.page.content()

    await ada.page.keyboard.press("Alt+e")
    await expect(ada.page.get_by_role("form", name="How did it end?")).to_be_focused()
    await expect(customer.widget.get_by_text("How was it?")).to_be_visible()
    await ada.page.keyboard.press("1")
    await ada.page.keyboard.press("Enter")
    await expect(ada.page.get_by_text("All quiet")).to_be_visible()
    await customer.widget.get_by_role("radio", name="Good", exact=True).check(force=True)
    await customer.button("Send rating").click()
    await expect(customer.widget.get_by_text("Thank you for telling us.")).to_be_visible()


async def test_nothing_is_fetched_stored_or_connected_before_the_customer_acts(stage: Stage, site: Site) -> None:
    customer = await stage.customer()
    asked: list[str] = []
    customer.page.on("request", lambda request: asked.append(request.url))
    customer.page.on("websocket", lambda socket: asked.append(socket.url))
    await customer.visit(site.url + "/")
    await customer.page.wait_for_load_state("networkidle")
    of_usher = [url for url in asked if url.startswith(stage.centre.url)]
    assert of_usher == [f"{stage.centre.url}/widget.js"]
    stored = await customer.page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert stored == [0, 0, ""]
    assert await customer.context.cookies() == []
    assert await customer.page.evaluate("indexedDB.databases()") == []


async def test_the_second_desk_of_a_busy_centre_is_no_place_for_words_of_others(stage: Stage) -> None:
    """Two agents, two customers at once: nobody reads what was not said to them."""
    ada, bruno = await stage.agent("Ada"), await stage.agent("Bruno")
    eve, finn = await stage.customer(), await stage.customer()
    await eve.begin(LETTERS, "I am Eve.", name="Eve Marsh")
    await eve.page.wait_for_timeout(200)
    await finn.begin(LETTERS, "I am Finn.", name="Finn Reed")
    for agent in (ada, bruno):
        await agent.page.get_by_role("button", name="Accept").click()
        await expect(agent.log).to_contain_text("I am ")
    eves, finns = (ada, bruno) if await ada.log.get_by_text("I am Eve.").count() else (bruno, ada)
    await eves.write("Hello Eve")
    await finns.write("Hello Finn")
    await eve.sees("I am Eve.", "Hello Eve")
    await finn.sees("I am Finn.", "Hello Finn")
    await finns.sees("I am Finn.", "Hello Finn")
    await eve.end()
    await expect(eves.page.get_by_text("How did it end?")).to_be_visible()
    await expect(finns.composer).to_be_editable()
    await finn.end()
