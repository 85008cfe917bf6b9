"""The widget in real Chromium: from the greeting to the rating."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from router.protocol.customer import RateConversation, StartConversation
from router.protocol.staff import Read, Typing
from tests.browser.widget_scene import scene
from tests.patience import eventually

pytestmark = pytest.mark.browser


async def test_a_page_asks_and_stores_nothing_until_its_customer_acts() -> None:
    async with scene() as at:
        asked: list[str] = []
        at.page.on("request", lambda request: asked.append(request.url))
        await at.visit()
        await at.page.wait_for_timeout(600)
        assert [url for url in asked if "/shop/" not in url] == [f"{at.centre.url}/widget.js"]
        assert await at.page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert await at.context.cookies() == []
        await at.press_launcher()
        await expect(at.button("Talk to a person")).to_be_visible()
        await eventually(lambda: at.centre.requests == ["config"])
        assert await at.page.evaluate("localStorage.length") == 0


async def test_a_conversation_from_greeting_to_rating() -> None:
    async with scene() as at:
        await at.visit()
        await at.press_launcher()
        await at.button("Talk to a person").click()
        await at.widget().get_by_label("Name").fill("Ann")
        await at.widget().get_by_label("What is it about?").select_option("orders")
        await at.widget().get_by_label("Message").fill("My parcel is lost.")
        await at.button("Start the conversation").click()
        await eventually(lambda: bool(at.centre.conversation))
        [started] = [frame for frame in at.centre.heard if isinstance(frame, StartConversation)]
        assert (started.name, started.department, started.language) == ("Ann", "orders", "en")
        assert started.page_url.endswith("/shop/")

        await at.centre.wait_in_queue(3, 150_000, 400_000)
        await expect(at.widget()).to_contain_text("There are 2 people before you. It usually takes about 3 minutes.")
        await at.centre.wait_in_queue(1, None, None)
        await expect(at.widget()).to_contain_text("You are next. We cannot tell yet how long it will take.")

        await at.centre.join("Marta")
        await expect(at.widget()).to_contain_text("Marta has joined")
        await expect(at.widget()).not_to_contain_text("You are next")
        await at.centre.type_something()
        await expect(at.widget().get_by_text("Marta is typing")).to_be_visible()
        await at.centre.say("Which order is it?")
        await expect(at.widget().get_by_text("Marta is typing")).to_be_hidden()

        await at.write("8812")
        await eventually(lambda: any(isinstance(frame, Typing) for frame in at.centre.heard))
        await expect(at.widget().locator(".meta").last).to_contain_text("Sent")
        await at.centre.receipts(agent_delivered_n=4)
        await expect(at.widget().locator(".meta").last).to_contain_text("Delivered")
        await at.centre.receipts(agent_read_n=4)
        await expect(at.widget().locator(".meta").last).to_contain_text("Read")

        await at.centre.close()
        await at.widget().get_by_role("radio", name="Good", exact=True).check(force=True)
        await at.widget().get_by_label("Anything you would like to add?").fill("Quick!")
        await at.button("Send rating").click()
        await expect(at.widget()).to_contain_text("Thank you for telling us.")
        await eventually(lambda: any(isinstance(frame, RateConversation) for frame in at.centre.heard))
        [rated] = [frame for frame in at.centre.heard if isinstance(frame, RateConversation)]
        assert (rated.stars, rated.comment) == (4, "Quick!")

        await at.button("Start a new conversation").click()
        await at.widget().get_by_label("Message").fill("One more thing.")
        await at.button("Start the conversation").click()
        await expect(at.said("One more thing.")).to_be_visible()
        await expect(at.said("8812")).to_be_hidden()
        await at.button("Back").click()
        await at.button("Your conversations").click()
        await expect(at.widget().get_by_role("listitem")).to_have_count(2)
        await at.widget().get_by_role("listitem").last.click()
        await expect(at.said("8812")).to_be_visible()


async def test_the_customer_may_end_it_after_being_asked() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.button("End the conversation").click()
        await at.button("Go on").click()
        assert at.centre.conversation
        assert at.centre.conversation.state == "open"
        await at.button("End the conversation").click()
        await at.button("End it").click()
        await expect(at.widget()).to_contain_text("How was it?")


async def test_a_message_that_comes_does_not_move_the_focus_between_yes_and_no() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.button("End the conversation").click()
        await expect(at.button("End it")).to_be_focused()
        await at.page.keyboard.press("Tab")
        await at.centre.say("One moment, please.")
        await expect(at.said("One moment, please.")).to_be_visible()
        await expect(at.button("Go on")).to_be_focused()


async def test_messages_are_read_only_when_they_are_seen() -> None:
    async with scene() as at:
        await at.talk_with()
        await at.button("Close").click()
        await at.centre.say("Here it is.")
        await expect(at.launcher()).to_have_accessible_name("Open the chat (unread: 1)")
        assert not any(isinstance(frame, Read) for frame in at.centre.heard)
        await at.press_launcher()
        await eventually(lambda: any(isinstance(frame, Read) for frame in at.centre.heard))
        await expect(at.launcher()).to_have_accessible_name("Close the chat")
        await at.button("Close").click()
        await expect(at.launcher()).to_have_accessible_name("Open the chat")


async def test_text_is_never_markup_and_links_are_safe() -> None:
    async with scene() as at:
        await at.talk_with("<b>Marta</b>")
        await at.centre.say('<img src=x onerror="window.hurt = 1"> javascript:alert(1) https://a.example/b')
        await expect(at.said('<img src=x onerror="window.hurt = 1">')).to_be_visible()
        link = at.widget().get_by_role("link")
        await expect(link).to_have_count(1)
        await expect(link).to_have_attribute("href", "https://a.example/b")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        assert await at.page.evaluate("window.hurt") is None


async def test_that_nobody_is_in_is_said_and_the_message_is_kept_all_the_same() -> None:
    async with scene() as at:
        at.centre.config["agents_online"] = False
        await at.visit()
        await at.press_launcher()
        await expect(at.widget()).to_contain_text("Nobody is in right now; your message is kept")
        await at.button("Talk to a person").click()
        await at.widget().get_by_label("Message").fill("For tomorrow.")
        await at.button("Leave the message").click()
        await eventually(lambda: bool(at.centre.conversation))
        await at.centre.wait_in_queue(1, 30_000, None)
        await expect(at.widget()).to_contain_text("Your message is kept, and the answer will appear here.")
        await expect(at.widget()).not_to_contain_text("You are next")


async def test_a_bot_that_answers_at_once_is_there_whoever_is_closed() -> None:
    closed: dict[str, object] = {"action": "announce", "opens_at": None, "text": {}}
    async with scene() as at:
        at.centre.config |= {"bot": True, "agents_online": False, "closed": closed}
        await at.visit()
        await at.press_launcher()
        await at.button("Ask us anything").click()
        await at.widget().get_by_label("Message").fill("Where is my parcel?")
        await expect(at.widget()).not_to_contain_text("Nobody is in")
        await expect(at.widget()).not_to_contain_text("closed")
        await at.button("Start the conversation").click()
        await eventually(lambda: bool(at.centre.conversation))


async def test_the_form_says_what_is_missing_where_it_is_missing() -> None:
    async with scene() as at:
        at.centre.config["pre_chat"] = {"name": "off", "email": "required"}
        await at.visit()
        await at.press_launcher()
        await at.button("Talk to a person").click()
        await expect(at.widget().get_by_label("Name")).to_be_hidden()
        await at.button("Start the conversation").click()
        email = at.widget().get_by_label("E-mail")
        await expect(email).to_be_focused()
        await expect(email).to_have_accessible_description("Please fill this in.")
        await email.fill("ann")
        await at.button("Start the conversation").click()
        await expect(email).to_have_accessible_description("This does not look like an e-mail address.")
        assert not at.centre.heard


async def test_earlier_messages_come_in_above_without_moving_what_is_read() -> None:
    async with scene() as at:
        await at.talk_with()
        for n in range(60):
            await at.centre.say(f"line {n}")
        await at.page.reload()
        await expect(at.said("line 59")).to_be_in_viewport()
        await expect(at.said("line 39")).to_have_count(0)
        older = at.button("Show earlier messages")
        await older.scroll_into_view_if_needed()
        before = await at.said("line 40").bounding_box()
        await older.click()
        await expect(at.said("line 39")).to_have_count(1)
        after = await at.said("line 40").bounding_box()
        assert before
        assert after
        assert abs(before["y"] - after["y"]) < 40
        await at.centre.say("and one below")
        await at.button("1 new message").click()
        await expect(at.said("and one below")).to_be_in_viewport()


async def test_it_speaks_the_language_the_customer_chooses_and_remembers_it() -> None:
    async with scene() as at:
        await at.visit()
        await at.press_launcher()
        await at.widget().get_by_label("Language").select_option("pl")
        await expect(at.button("Porozmawiaj z człowiekiem")).to_be_visible()
        await at.page.reload()
        await expect(at.button("Porozmawiaj z człowiekiem")).to_be_visible()


async def test_the_portal_is_the_same_chat_under_a_strict_policy() -> None:
    async with scene() as at:
        await at.begin("From the shop.")
        await at.page.goto(f"{at.centre.url}/portal")
        region = at.page.locator("main section")
        await expect(region.locator(".bubble")).to_contain_text("From the shop.")
        await region.get_by_role("button", name="Back").click()
        await region.get_by_role("button", name="Your conversations").click()
        await expect(region.get_by_role("listitem")).to_contain_text("Open")
        assert await at.violations("main") == []


async def test_the_portal_leads_to_forms_and_to_ones_case() -> None:
    async with scene() as at:
        await at.page.goto(f"{at.centre.url}/portal?language=de")
        region = at.page.locator("main section")
        form = region.get_by_role("link", name="Write to us Letters are answered within a day.")
        await expect(form).to_have_attribute("href", f"{at.centre.url}/form/contact?language=de")
        case = region.get_by_role("link", name="Wie steht es um mein Anliegen?")
        await expect(case).to_have_attribute("href", f"{at.centre.url}/my?language=de")
        assert await at.violations("main") == []
