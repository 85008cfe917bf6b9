"""The supervisor's board over a working centre: what happens is on it within a second."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable

import pytest
from playwright.async_api import Locator, expect

from tests.browser.people import Stage, together
from tests.browser.real_centre import Desk
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.browser

PIERS = Desk(queue="piers", agents=["Una", "Vito"], supervisors=["Wilma"])
DESKS = [PIERS]
STALE_MS = 1_000

WATCH = """(element, text) => new Promise((seen) => {
    const look = () => { if (element.textContent.includes(text)) { observer.disconnect(); seen(Date.now()); } };
    const observer = new MutationObserver(look);
    observer.observe(element, { subtree: true, childList: true, characterData: true });
    look();
})"""


async def stale_ms(place: Locator, text: str, act: Awaitable[None]) -> float:
    """From the moment somebody acts to the moment the board says so."""
    seen = asyncio.create_task(place.evaluate(WATCH, text))
    await asyncio.sleep(0.2)  # the watcher is in place before anything happens
    began = time.time() * 1000
    await act
    async with asyncio.timeout(PATIENCE_S):
        return float(await seen) - began


async def test_the_board_is_not_a_second_behind(stage: Stage) -> None:
    una, wilma = await together(stage.agent("Una"), stage.agent("Wilma", place="board"))
    tile = wilma.tile("Una")
    await expect(tile).to_contain_text("Available")
    rounds = []
    for _ in range(6):  # a machine that stands still makes some late, and a board that is late makes all so
        measured = []
        for status in ("Busy", "Break", "Available", "Busy", "Available"):
            await una.status.click()
            choice = una.page.get_by_role("menuitemradio", name=status)
            measured.append(await stale_ms(tile, status, choice.click()))
        rounds.append(statistics.median(measured))
        if rounds[-1] <= STALE_MS:
            break
    assert rounds[-1] <= STALE_MS, f"{rounds} ms"


async def test_the_board_follows_a_conversation_through_queue_and_agent(stage: Stage) -> None:
    una, wilma, customer = await together(stage.agent("Una"), stage.agent("Wilma", place="board"), stage.customer())
    row, tile = wilma.queue(PIERS), wilma.tile("Una")
    free, busy = row.locator("[data-column=free]"), row.locator("[data-column=progress]")
    await expect(free).to_have_text("1 / 1")
    await una.choose_status("Busy")
    await expect(free).to_have_text("0 / 1")
    await customer.begin(PIERS, "Where may I land?", name="Xenia Moe")
    await expect(row.locator("[data-column=waiting]")).to_contain_text("1")
    await una.choose_status("Available")
    await expect(tile.locator("[data-state=offered]")).to_be_visible()
    await una.accept("Xenia Moe")
    await expect(tile.locator("[data-state=assigned]")).to_be_visible()
    await expect(busy).to_have_text("1")
    await expect(row.locator("[data-column=waiting]")).to_contain_text("0")
    await customer.end()
    await expect(tile.locator("[data-state=wrap_up]")).to_be_visible()
    await expect(una.page.get_by_role("form", name="How did it end?")).to_be_focused()
    await una.page.keyboard.press("1")
    await una.page.keyboard.press("Enter")
    await expect(tile.locator(".work-chip")).to_have_count(0)
    await expect(busy).to_have_text("0")


async def test_a_supervisor_changes_a_status_and_the_agent_is_told_by_whom(stage: Stage) -> None:
    vito, wilma = await together(stage.agent("Vito"), stage.agent("Wilma", place="board"))
    await wilma.tile("Vito").click()
    dialog = wilma.page.get_by_role("dialog", name="Vito")
    await dialog.get_by_label("Change status to").select_option("Break")
    await dialog.get_by_role("button", name="Change", exact=True).click()
    await expect(vito.status).to_contain_text("Break")
    await expect(vito.notices).to_contain_text("Wilma changed your status.")
    await wilma.page.keyboard.press("Escape")
    await expect(wilma.tile("Vito")).to_contain_text("Break")


async def test_the_wallboard_fills_the_screen_and_escape_leaves_it(stage: Stage) -> None:
    wilma = await stage.agent("Wilma", place="board")
    button = wilma.page.get_by_role("button", name="Wallboard")
    await button.click()
    await expect(wilma.page.get_by_role("navigation", name="Pages")).to_be_hidden()
    await expect(wilma.queue(PIERS)).to_be_visible()
    await wilma.page.keyboard.press("Escape")
    await expect(wilma.page.get_by_role("navigation", name="Pages")).to_be_visible()


async def test_an_agent_has_no_board(stage: Stage) -> None:
    una = await stage.agent("Una", place="board")
    await expect(una.page.get_by_role("heading", name="Work")).to_be_visible()
    await expect(una.page.locator(".queues")).to_have_count(0)
