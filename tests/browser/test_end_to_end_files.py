"""Files between a customer in the widget and an agent, on somebody else's site, both ways."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.browser.host_site import Site, served
from tests.browser.people import Stage
from tests.browser.pictures import picture
from tests.browser.real_centre import Centre, Desk

pytestmark = pytest.mark.browser

PARCELS = Desk(queue="parcels", agents=["Ada"])
DESKS = [PARCELS]
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Chandler</title>
<link rel="icon" href="data:,"><script async src="{usher}/widget.js" data-account="demo"></script>
</head><body><h1>Ropes and lamps</h1></body></html>"""
CAT = FilePayload(name="cat.png", mimeType="image/png", buffer=picture())
BILL = FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 bill")
PROGRAM = FilePayload(name="game.exe", mimeType="application/octet-stream", buffer=b"MZ" + b"\0" * 64)


@pytest.fixture(scope="module")
def site(centre: Centre) -> Iterator[Site]:
    """A page whose policy lets no pictures in but its own."""
    socket = centre.url.replace("http", "ws")
    policy = (
        f"default-src 'self'; script-src 'self' {centre.url}; connect-src {centre.url} {socket}; img-src 'self' data:"
    )
    pages = {"/": ("text/html", PAGE.format(usher=centre.url))}
    with served(Site(pages=pages, headers={"content-security-policy": policy})) as made:
        yield made


async def test_a_picture_and_a_document_change_hands_on_somebody_elses_site(stage: Stage, site: Site) -> None:
    stage.tolerated.append("Creating a worker")
    ada, customer = await stage.agent("Ada"), await stage.customer()
    await customer.visit(site.url + "/")
    await customer.begin(PARCELS, "Look at this", name="Cleo Vance")
    await ada.accept("Cleo Vance")

    async with customer.page.expect_file_chooser() as chooser:
        await customer.button("Attach files").click()
    await (await chooser.value).set_files(CAT)
    mine = customer.log.get_by_role("button", name="cat.png")
    await expect(mine.locator("canvas")).to_have_js_property("width", 40)
    shown = ada.log.get_by_role("button", name="Open the picture cat.png")
    await expect(shown.locator("img")).to_have_js_property("naturalWidth", 40)

    await ada.page.locator(".composer input[type=file]").set_input_files(BILL)
    await expect(ada.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await ada.composer.press("Enter")
    theirs = customer.log.get_by_role("button", name="bill.pdf")
    await expect(theirs).to_be_visible()
    assert await customer.violations("usher-widget") == []
    assert await ada.violations() == []
    async with customer.page.expect_download() as saving:
        await theirs.click()
    saved = await saving.value
    assert saved.suggested_filename == "bill.pdf"
    assert (await saved.path()).read_bytes() == BILL["buffer"]

    await customer.page.reload()
    await expect(customer.log.get_by_role("button", name="cat.png").locator("canvas")).to_have_js_property("width", 40)


async def test_files_chosen_while_others_are_on_their_way_are_sent_too(stage: Stage) -> None:
    ada, customer = await stage.agent("Ada"), await stage.customer()
    await customer.begin(PARCELS, "Two pictures", name="Edda Holt")
    await ada.accept("Edda Holt")
    first, let_go = asyncio.Event(), asyncio.Event()

    async def slow(route: Route) -> None:
        if not first.is_set():
            first.set()
            await let_go.wait()
        await route.continue_()

    await customer.page.route("**/api/widget/files?*", slow)
    chooser = customer.widget.locator("input[type=file]")
    await chooser.set_input_files(BILL)
    await first.wait()
    await chooser.set_input_files(CAT)
    await expect(customer.log.get_by_role("button", name="cat.png")).to_be_visible()
    await expect(customer.widget.get_by_text("Sending bill.pdf…")).to_be_visible()
    let_go.set()
    await expect(customer.log.get_by_role("button", name="bill.pdf")).to_be_visible()
    await expect(customer.widget.get_by_text("Sending")).to_be_hidden()


async def test_a_program_is_refused_in_words_and_nothing_is_sent(stage: Stage) -> None:
    ada, customer = await stage.agent("Ada"), await stage.customer()
    await customer.begin(PARCELS, "A game for you", name="Dora Finch")
    await ada.accept("Dora Finch")
    await customer.widget.locator("input[type=file]").set_input_files(PROGRAM)
    await expect(customer.widget.get_by_text("This kind or size of file cannot be sent here.")).to_be_visible()
    await customer.sees("A game for you")
    await customer.widget.locator("input[type=file]").set_input_files(CAT)
    await expect(customer.log.get_by_role("button", name="cat.png")).to_be_visible()
    await expect(customer.widget.get_by_text("This kind or size of file cannot be sent here.")).to_be_hidden()
