"""Whatever breaks, the customer's conversation is whole: nothing lost, nothing twice."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.widget_scene import scene
from tests.patience import eventually

pytestmark = pytest.mark.browser


async def test_a_reload_finds_the_conversation_as_it_was() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.write("Are you there?")
        await at.composer().fill("half a thought")
        await at.page.reload()
        await expect(at.said("Are you there?")).to_have_count(1)
        await expect(at.composer()).to_have_value("half a thought")
        assert at.centre.requests.count("session") == 1


async def test_a_second_tab_shows_the_same_conversation() -> None:
    async with scene() as at:
        await at.talk_with()
        other = await at.context.new_page()
        at.watch(other)
        await other.goto(f"{at.centre.url}/shop/")
        await eventually(lambda: len(at.centre.sessions) == 2)
        await at.launcher(other).click()
        await at.write("from the first tab")
        await expect(at.said("from the first tab", other)).to_have_count(1)
        await at.widget(other).get_by_role("textbox").fill("from the second tab")
        await at.widget(other).get_by_role("textbox").press("Enter")
        await expect(at.said("from the second tab")).to_have_count(1)
        assert at.centre.texts()[1:] == ["from the first tab", "from the second tab"]


async def test_a_cut_and_a_restart_lose_nothing_that_was_said_meanwhile() -> None:
    async with scene() as at:
        await at.talk_with()
        for n, breakage in enumerate([at.centre.cut, at.centre.restart, at.centre.cut]):
            await breakage()
            await at.centre.say(f"answer {n}")
            await at.write(f"question {n}")
            await expect(at.said(f"answer {n}")).to_have_count(1)
            await eventually(lambda n=n: at.centre.texts().count(f"question {n}") == 1)  # type: ignore[misc]
        await expect(at.said("question")).to_have_count(3)
        await expect(at.said("answer")).to_have_count(3)


async def test_a_message_whose_answer_was_lost_is_sent_again_and_stays_one() -> None:
    async with scene() as at:
        await at.talk_with()
        at.centre.deaf = True
        await at.write("only once")
        await eventually(lambda: "only once" in at.centre.texts())
        await at.centre.restart()
        at.centre.deaf = False
        await expect(at.said("only once")).to_have_count(1)
        await at.page.reload()
        await expect(at.said("only once")).to_have_count(1)
        assert at.centre.texts().count("only once") == 1


async def test_a_message_written_without_a_connection_outlives_a_reload() -> None:
    async with scene() as at:
        await at.talk_with()
        at.centre.down = True
        await at.centre.cut()
        await expect(at.widget()).to_contain_text("No connection. We keep trying; what you write is kept.")
        await at.write("from the train")
        await expect(at.said("from the train")).to_be_visible()
        await at.page.reload()
        at.centre.down = False
        await eventually(lambda: "from the train" in at.centre.texts())
        await expect(at.said("from the train")).to_have_count(1)
        await at.page.wait_for_function("!Object.keys(localStorage).some((key) => key.includes(':out:'))")


async def test_a_busy_server_is_asked_again_and_the_order_is_kept() -> None:
    async with scene() as at:
        await at.talk_with()
        at.centre.refuse = ["unavailable", "too_many_requests"]
        await at.write("first")
        await at.write("second")
        await eventually(lambda: at.centre.texts()[1:] == ["first", "second"])
        await expect(at.widget().get_by_role("alert")).to_have_count(0)


async def test_a_refused_message_says_why_and_is_sent_on_demand() -> None:
    async with scene() as at:
        await at.talk_with()
        at.centre.refuse = ["bad_text"]
        await at.write("please")
        await expect(at.widget().get_by_role("alert")).to_contain_text("The server does not accept this message.")
        await at.button("Try again").click()
        await eventually(lambda: "please" in at.centre.texts())
        await expect(at.said("please")).to_have_count(1)
        at.centre.refuse = ["bad_text"]
        await at.write("strange")
        await expect(at.widget().get_by_role("alert")).to_contain_text("The server does not accept this message.")
        await at.button("Delete").click()
        await expect(at.said("strange")).to_have_count(0)


async def test_a_visitor_the_server_no_longer_knows_may_start_anew() -> None:
    async with scene() as at:
        await at.begin()
        at.centre.unknown_visitor = True
        await at.centre.restart()
        await expect(at.widget()).to_contain_text("Your earlier conversation is not available any more.")
        assert await at.page.evaluate("localStorage.getItem('usher:demo:visitor')") is None
        at.centre.unknown_visitor = False
        at.centre.conversations.clear()
        await at.button("Talk to a person").click()
        await at.widget().get_by_label("Message").fill("Again, then.")
        await at.button("Start the conversation").click()
        await eventually(lambda: bool(at.centre.conversation) and at.centre.texts() == ["Again, then."])


async def test_an_open_panel_stays_open_on_the_next_page_without_taking_the_focus() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.page.goto(f"{at.centre.url}/shop/?next")
        await expect(at.composer()).to_be_visible()
        assert (await at.focused()).startswith("body")


async def test_a_closed_panel_still_tells_of_an_answer_on_the_next_page() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.button("Close").click()
        await at.page.goto(f"{at.centre.url}/shop/?next")
        await eventually(lambda: any(session.socket for session in at.centre.sessions.values()))
        await at.page.wait_for_timeout(300)
        await at.centre.say("Found it.")
        await expect(at.launcher()).to_have_accessible_name("Open the chat (unread: 1)")
