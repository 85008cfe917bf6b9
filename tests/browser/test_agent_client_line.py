"""The agent client on a bad line: cuts, restarts, and the end of a session. Nothing is lost, nothing comes twice."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from router.protocol import staff
from tests.browser.agent_page import AgentPage, at_work
from tests.browser.desk_scene import Scene, assignment, item, message, offer

pytestmark = pytest.mark.browser


def one_chat() -> Scene:
    scene = Scene()
    scene.assignments = [assignment(item("ann", "Ann Lee", "Hello"), [message("c-ann", 1, "Hello", name="Ann Lee")])]
    return scene


def forget_refused_connections(at: AgentPage) -> None:
    """The browser itself reports each refused connection; that is what the test is about."""
    at.complaints[:] = [one for one in at.complaints if "WebSocket" not in one and "Failed to load" not in one]


async def test_a_short_cut_is_resumed_in_silence() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        await at.desk.heard(staff.FetchPast)
        await at.desk.cut()
        await at.desk.push(staff.MessageCreated(message=message("c-ann", 2, "during the cut", name="Ann Lee")))
        at.desk.restore()
        await expect(at.log.get_by_text("during the cut")).to_have_count(1)
        await expect(at.page.get_by_text("You are offline.")).to_be_hidden()
        assert len(at.desk.sessions) == 1, "the session was resumed, not made anew"
        forget_refused_connections(at)


async def test_words_written_offline_are_sent_once_when_the_server_is_back_with_no_memory() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        await at.desk.cut(forget=True)
        await at.write("written offline")
        await expect(at.log.locator("[data-outgoing=sending]")).to_contain_text("written offline")
        await expect(at.page.get_by_text("1 message waits and is sent when the line is back.")).to_be_visible()
        at.desk.restore()
        await expect(at.page.get_by_text("You are offline.")).to_be_hidden()
        await expect(at.log.locator("[data-outgoing]")).to_have_count(0)
        await expect(at.log.get_by_text("written offline")).to_have_count(1)
        assert len({one.client_id for one in await at.desk.heard(staff.SendMessage)}) == 1
        forget_refused_connections(at)


async def test_an_unanswered_message_outlives_a_reload() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        at.desk.silent = True
        await at.write("before the reload")
        [first] = await at.desk.heard(staff.SendMessage)
        await expect(at.log.locator("[data-outgoing=sending]")).to_have_count(1)
        at.desk.silent = False
        await at.page.reload()
        _, again = await at.desk.heard(staff.SendMessage, 2)
        assert again.client_id == first.client_id
        await expect(at.log.locator("[data-outgoing]")).to_have_count(0)
        await expect(at.log.get_by_text("before the reload")).to_have_count(1)


async def test_an_offer_that_ended_during_the_cut_does_not_ring_on() -> None:
    scene = Scene()
    scene.offers = [offer(item("ann", "Ann Lee", "Hello"), ring_ms=60_000)]
    async with at_work(scene) as at:
        await at.go()
        await expect(at.offer("Ann Lee")).to_be_visible()
        await at.desk.cut(forget=True)
        scene.offers = []
        at.desk.restore()
        await expect(at.offer("Ann Lee")).to_be_hidden()
        forget_refused_connections(at)


async def test_an_answer_that_comes_late_leaves_the_dialog_that_is_open_by_then() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        at.desk.silent = True
        await at.page.keyboard.press("Alt+t")
        await at.page.get_by_role("dialog", name="Transfer Ann Lee").get_by_role("radio").first.check()
        await at.page.get_by_role("button", name="Transfer").last.click()
        await at.desk.heard(staff.TransferToQueue)
        await at.page.keyboard.press("Escape")
        await at.page.keyboard.press("Alt+v")
        subject = at.page.get_by_label("Subject")
        await subject.fill("Broken pot")
        at.desk.silent = False
        await at.desk.cut()
        at.desk.restore()
        await expect(at.row("Ann Lee")).to_be_hidden()
        await expect(subject).to_have_value("Broken pot")
        forget_refused_connections(at)


async def test_signed_out_elsewhere_leads_to_sign_in_and_leaves_nothing_of_mine_behind() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        at.desk.signed_in = False
        await at.desk.cut(code=4401)
        await expect(at.page.get_by_text("You were signed out. Sign in to go on.")).to_be_visible()
        await expect(at.page.get_by_text("Ann Lee")).to_have_count(0)
        at.desk.restore()
        await at.page.get_by_role("button", name="Anna Kowalska").click()
        await expect(at.log).to_contain_text("Hello")


async def test_signing_out_forgets_drafts() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        await at.composer.fill("secret draft")
        await at.page.get_by_role("button", name="Anna Kowalska").click()
        await at.page.get_by_role("menuitem", name="Sign out").click()
        await expect(at.page.get_by_text("Sign in to Usher")).to_be_visible()
        assert "secret" not in await at.page.evaluate("JSON.stringify(localStorage)")


async def test_a_part_of_the_page_that_cannot_be_fetched_says_so_and_comes_when_asked_again() -> None:
    async with at_work(one_chat()) as at:
        await at.page.route("**/assets/settings-*.js", lambda route: route.abort())
        await at.go()
        await at.page.get_by_role("link", name="Settings").click()
        await expect(at.page.get_by_text("This part of the page could not be loaded.")).to_be_visible()
        assert await at.violations() == []
        await at.page.unroute("**/assets/settings-*.js")
        # At once, if it is still there: the page fetches in the background what may be opened next.
        await at.page.evaluate(
            "[...document.querySelectorAll('button')].find(b => /Try again/.test(b.innerText))?.click()"
        )
        await expect(at.page.get_by_role("heading", name="Language and look")).to_be_visible()
        forget_refused_connections(at)
