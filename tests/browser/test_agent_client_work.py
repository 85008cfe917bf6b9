"""The agent client in real Chromium: from the first ring to the completed item."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from router.protocol import staff
from router.protocol.errors import Conflict
from router.protocol.records import Colleague
from tests.browser.agent_page import PHONE, at_work
from tests.browser.desk_scene import Scene, assignment, item, message, offer, presence
from tests.browser.scripted_desk import EMAIL, PASSWORD

pytestmark = pytest.mark.browser


def one_chat() -> Scene:
    scene = Scene()
    said = [
        message("c-ann", n, text, name="Ann Lee") for n, text in enumerate(["Hello", "Where is my parcel?"], start=1)
    ]
    scene.assignments = [assignment(item("ann", "Ann Lee", "Hello"), said, read_n=0)]
    return scene


def two_chats() -> Scene:
    scene = one_chat()
    said = [message("c-ben", 1, "Is the bench oiled?", name="Ben Moss")]
    scene.assignments.append(assignment(item("ben", "Ben Moss", "Hello"), said, read_n=0, held_s=10))
    return scene


async def test_an_offer_is_accepted_by_key_answered_ended_and_completed() -> None:
    async with at_work(Scene()) as at:
        await at.go()
        await expect(at.page.get_by_text("All quiet")).to_be_visible()
        await at.desk.push(staff.OfferCreated(offer=offer(item("ann", "Ann Lee", "Where is my parcel?"))))
        card = at.offer("Ann Lee")
        await expect(card).to_contain_text("Where is my parcel?")
        await expect(card).to_contain_text(
            "You have been free the longest. You have what it takes: English 5+ and shipping."
        )
        await at.page.keyboard.press("Alt+a")
        await expect(card).to_be_hidden()
        await expect(at.log).to_contain_text("Where is my parcel?")
        await expect(at.composer).to_be_focused()

        await at.page.keyboard.type("On its way.\nTomorrow")
        await at.desk.heard(staff.Typing)
        await at.page.keyboard.press("Enter")
        sent = await at.desk.heard(staff.SendMessage, 2)
        assert [one.text for one in sent] == ["On its way.", "Tomorrow"]
        await expect(at.log.get_by_text("Tomorrow")).to_have_count(1)
        await expect(at.composer).to_have_value("")

        await at.page.keyboard.press("Alt+e")
        await at.desk.heard(staff.WrapUp)
        await expect(at.page.get_by_text("How did it end?")).to_be_visible()
        await at.page.keyboard.press("2")
        await at.page.keyboard.press("Enter")
        [completed] = await at.desk.heard(staff.Complete)
        assert (completed.work_item_id, completed.disposition) == ("w-ann", "follow_up")
        await expect(at.page.get_by_text("All quiet")).to_be_visible()


async def test_the_accepted_conversation_is_opened_though_the_answer_comes_before_the_news() -> None:
    scene = one_chat()
    scene.offers = [offer(item("eva", "Eva Roth", "Guten Tag"))]
    async with at_work(scene) as at:
        await at.go()
        await expect(at.log).to_contain_text("Where is my parcel?")
        at.desk.news_late = True
        await at.page.keyboard.press("Alt+a")
        await expect(at.page).to_have_url(f"{at.desk.url}/agent/conversation/c-eva")
        await at.page.wait_for_timeout(100)
        await at.desk.push(*at.desk.news)
        await expect(at.log).to_contain_text("Guten Tag")
        await expect(at.composer).to_be_focused()
        at.desk.news_late = False
        await at.page.keyboard.press("Alt+e")
        await expect(at.page.get_by_role("form", name="How did it end?")).to_be_focused()
        await at.page.keyboard.press("1")
        await at.page.keyboard.press("Enter")
        await expect(at.log).to_contain_text("Where is my parcel?")


async def test_words_for_one_customer_never_go_on_in_another_conversation() -> None:
    async with at_work(two_chats()) as at:
        await at.go("conversation/c-ann")
        await at.composer.click()
        await at.page.keyboard.type("Your door code ")
        rings = staff.OfferCreated(offer=replace(offer(item("eva", "Eva Roth", "Guten Tag"), ring_ms=600), auto=True))
        await at.desk.push(rings)
        await at.desk.heard(staff.AcceptOffer)
        await expect(at.row("Eva Roth")).to_be_visible()
        await at.page.keyboard.type("is 12")
        await expect(at.composer).to_have_value("Your door code is 12")
        await at.desk.push(staff.ItemClosed(work_item_id="w-ann", reason="cancelled"))
        await expect(at.log).to_contain_text("Is the bench oiled?")
        await at.page.keyboard.type("34")
        await at.page.keyboard.press("Enter")
        await expect(at.composer).to_have_value("")
        await at.page.keyboard.press("Alt+r")
        await at.page.keyboard.type("Yes, twice")
        await at.page.keyboard.press("Enter")
        assert [(one.conversation_id, one.text) for one in await at.desk.heard(staff.SendMessage)] == [
            ("c-ben", "Yes, twice")
        ]


async def test_shift_enter_makes_a_line_and_neither_blank_text_nor_the_name_of_a_quick_text_is_sent() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        at.desk.silent = True  # the quick texts are not known yet
        await at.composer.press_sequentially("/hours")
        await at.composer.press("Enter")
        await expect(at.composer).to_have_value("/hours")
        at.desk.silent = False
        await at.composer.fill("")
        await at.composer.press("Enter")
        await at.composer.fill("one")
        await at.composer.press("Shift+Enter")
        await at.page.keyboard.type("two")
        await at.composer.press("Enter")
        assert [one.text for one in await at.desk.heard(staff.SendMessage)] == ["one\ntwo"]


async def test_declining_asks_for_a_reason_where_the_centre_has_reasons() -> None:
    scene = Scene()
    scene.decline_reasons = ["Finishing another customer", "Not my subject"]
    scene.offers = [offer(item("ann", "Ann Lee", "Hello"))]
    async with at_work(scene) as at:
        await at.go()
        await at.page.keyboard.press("Alt+x")
        await at.page.keyboard.press("ArrowDown")
        await at.page.keyboard.press("Enter")
        [declined] = await at.desk.heard(staff.DeclineOffer)
        assert declined.reason == "Not my subject"
        await expect(at.offer("Ann Lee")).to_be_hidden()


async def test_a_late_accept_says_how_late_it_was() -> None:
    scene = Scene()
    scene.offers = [offer(item("ann", "Ann Lee", "Hello"))]
    async with at_work(scene) as at:
        await at.go()
        at.desk.refuse[staff.AcceptOffer] = Conflict("offer_expired", late_ms=1_240)
        await at.offer("Ann Lee").get_by_role("button", name="Accept").click()
        await expect(at.page.get_by_text("That was 1.2 s too late")).to_be_visible()


async def test_who_hands_an_item_over_is_named_unless_i_took_it() -> None:
    scene = Scene()
    scene.offers = [offer(item("ann", "Ann Lee", "Hello"), by="Eleni Papadaki")]
    scene.offers.append(offer(item("eva", "Eva Roth", "Guten Tag"), by="Anna Kowalska"))
    async with at_work(scene) as at:
        await at.go()
        await expect(at.offer("Ann Lee")).to_contain_text("Eleni Papadaki hands this over to you.")
        await expect(at.offer("Eva Roth")).to_contain_text("You took this yourself.")


async def test_an_offer_is_in_sight_on_every_page_and_width() -> None:
    scene = one_chat()
    scene.offers = [offer(item("eva", "Eva Roth", "Guten Tag"), ring_ms=60_000)]
    async with at_work(scene, viewport=PHONE) as at:
        await at.go()
        for path in ("", "conversation/c-ann", "settings"):
            await at.go(path)
            accept = at.offer("Eva Roth").get_by_role("button", name="Accept")
            await expect(accept).to_be_in_viewport()
            await accept.click(trial=True)


async def test_what_is_read_is_said_and_what_is_elsewhere_is_counted() -> None:
    async with at_work(two_chats()) as at:
        await at.go()
        [read] = await at.desk.heard(staff.Read)
        assert (read.conversation_id, read.n) == ("c-ann", 2)
        await expect(at.row("Ann Lee")).not_to_contain_text("unread")
        await expect(at.row("Ben Moss")).to_contain_text("1 unread message")
        await at.desk.push(staff.MessageCreated(message=message("c-ben", 2, "Anybody?", name="Ben Moss")))
        await expect(at.row("Ben Moss")).to_contain_text("2 unread messages")
        await expect(at.page).to_have_title("(2) Usher")
        await at.page.keyboard.press("Alt+2")
        await expect(at.log).to_contain_text("Anybody?")
        await at.desk.heard(staff.Read, 2)
        await expect(at.page).to_have_title("Usher")


async def test_a_note_never_goes_to_the_customer() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        await at.page.keyboard.press("Alt+n")
        await at.write("Looks like a courier problem.")
        await at.write("Called them.")
        notes = await at.desk.heard(staff.AddNote, 2)
        assert [note.text for note in notes] == ["Looks like a courier problem.", "Called them."]
        assert not [one for one in at.desk.said if isinstance(one, staff.SendMessage | staff.Typing)]
        await expect(at.log.get_by_text("Your note, for staff only")).to_be_visible()


async def test_a_refused_message_keeps_its_text_and_can_be_tried_again() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        at.desk.refuse[staff.SendMessage] = Conflict("unavailable")
        await at.write("Still there?")
        failed = at.log.get_by_role("alert")
        await expect(failed).to_contain_text("The server cannot do this right now.")
        at.desk.refuse.clear()
        await failed.get_by_role("button", name="Try again").click()
        first, again = await at.desk.heard(staff.SendMessage, 2)
        assert first.client_id == again.client_id
        await expect(failed).to_be_hidden()
        await expect(at.log.get_by_text("Still there?")).to_have_count(1)


async def test_a_draft_outlives_a_reload_and_stays_with_its_conversation() -> None:
    async with at_work(two_chats()) as at:
        await at.go()
        await at.composer.fill("half a sentence")
        await at.row("Ben Moss").click()
        await expect(at.composer).to_have_value("")
        await expect(at.row("Ann Lee")).to_contain_text("Draft: half a sentence")
        await at.go("conversation/c-ann")
        await expect(at.composer).to_have_value("half a sentence")


async def test_older_messages_come_above_without_moving_what_is_read() -> None:
    scene = Scene()
    said = [message("c-ann", n, f"line {n}", name="Ann Lee") for n in range(81, 121)]
    scene.older = [message("c-ann", n, f"line {n}", name="Ann Lee") for n in range(1, 81)]
    scene.assignments = [assignment(item("ann", "Ann Lee", "Hello"), said, more=True)]
    async with at_work(scene) as at:
        await at.go()
        await expect(at.log.get_by_text("line 120", exact=True)).to_be_in_viewport()
        older = at.page.get_by_role("button", name="Show older messages")
        await older.scroll_into_view_if_needed()
        top = at.log.get_by_text("line 81", exact=True)
        before = await top.bounding_box()
        await older.click()
        await at.log.get_by_text("line 31", exact=True).wait_for(state="attached")
        after = await top.bounding_box()
        assert before is not None
        assert after is not None
        assert abs(before["y"] - after["y"]) < 40, "the line moved under the reader's eyes"


async def test_new_words_wait_behind_a_button_while_i_read_further_up() -> None:
    scene = Scene()
    said = [
        message("c-ann", n, f"line {n}", author="agent" if n % 2 else "customer", name="Ann Lee") for n in range(1, 61)
    ]
    scene.assignments = [assignment(item("ann", "Ann Lee", "Hello"), said)]
    async with at_work(scene) as at:
        await at.go()
        await at.log.get_by_text("line 2", exact=True).scroll_into_view_if_needed()
        await at.desk.push(staff.MessageCreated(message=message("c-ann", 61, "the very last", name="Ann Lee")))
        button = at.page.get_by_role("button", name="1 new message")
        await expect(button).to_be_visible()
        assert not [one for one in at.desk.said if isinstance(one, staff.Read)], "not read yet"
        await button.click()
        await expect(at.log.get_by_text("the very last")).to_be_in_viewport()
        [read] = await at.desk.heard(staff.Read)
        assert read.n == 61


async def test_a_chat_is_handed_to_a_colleague_with_a_note() -> None:
    scene = one_chat()
    scene.colleagues = [
        Colleague(agent_id="gone", name="Aron Gone", team="Garden", status="available", reachability="gone"),
        Colleague(agent_id="jonas", name="Jonas Weber", team="Garden", status="available", reachability="connected"),
    ]
    async with at_work(scene) as at:
        await at.go()
        await at.page.keyboard.press("Alt+t")
        dialog = at.page.get_by_role("dialog", name="Transfer Ann Lee")
        await expect(dialog.get_by_role("radio", name="Aron Gone")).to_be_disabled()
        await dialog.get_by_role("searchbox").fill("jonas")
        await dialog.get_by_role("radio", name="Jonas Weber").check()
        await dialog.get_by_label("Note for whoever takes over").fill("Prefers German.")
        await dialog.get_by_role("button", name="Transfer").click()
        [handed] = await at.desk.heard(staff.TransferToAgent)
        assert (handed.agent_id, handed.note) == ("jonas", "Prefers German.")
        await expect(dialog).to_be_hidden()
        await expect(at.page.get_by_text("All quiet")).to_be_visible()


async def test_a_missed_offer_and_a_supervisor_explain_a_changed_status() -> None:
    async with at_work(Scene()) as at:
        await at.go()
        status = at.page.get_by_role("button", name="My status")
        await at.desk.push(presence("away", "missed_offer"))
        await expect(status).to_contain_text("Away")
        await expect(at.page.locator(".notice")).to_contain_text("You missed an offer")
        await expect(at.page.get_by_label("My work")).to_contain_text("You missed an offer")
        await status.click()
        await expect(at.page.get_by_role("menu")).to_contain_text("You missed an offer")
        await at.page.get_by_role("menuitemradio", name="Available").click()
        await at.desk.heard(staff.SetStatus)
        await expect(status).to_contain_text("Available")
        await at.desk.push(presence("busy", "supervisor", by="Eleni"))
        await expect(at.page.locator(".notice", has_text="Eleni changed your status.")).to_be_visible()


async def test_the_customer_who_leaves_does_not_take_the_item_along() -> None:
    async with at_work(one_chat()) as at:
        await at.go()
        await at.desk.push(
            staff.CustomerPresence(conversation_id="c-ann", online=False),
            staff.ConversationClosed(conversation_id="c-ann", closed_at=1, by="customer"),
        )
        await expect(at.page.get_by_text("The customer has ended the chat.")).to_be_visible()
        await expect(at.composer).to_have_attribute("placeholder", "Write a note. Only staff see it…")
        await at.page.get_by_role("button", name="Wrap up").click()
        await expect(at.page.get_by_text("How did it end?")).to_be_visible()


async def test_words_of_a_customer_are_text_and_their_links_are_safe() -> None:
    scene = Scene()
    evil = "<img src=x onerror=alert(1)> javascript:alert(2) https://larkspur.example/a?b=1). Bye"
    scene.assignments = [assignment(item("ann", "<b>Ann</b>", evil), [message("c-ann", 1, evil, name="<b>Ann</b>")])]
    async with at_work(scene) as at:
        await at.go()
        await expect(at.log).to_contain_text("<img src=x onerror=alert(1)> javascript:alert(2)")
        links = at.log.get_by_role("link")
        await expect(links).to_have_count(1)
        await expect(links).to_have_attribute("href", "https://larkspur.example/a?b=1")
        await expect(links).to_have_attribute("rel", "noopener noreferrer nofollow")


async def test_sign_in_refuses_wrong_words_and_lets_in_the_right_ones() -> None:
    async with at_work(Scene()) as at:
        at.desk.signed_in = False
        await at.page.goto(f"{at.desk.url}/agent/")
        await at.page.get_by_label("E-mail").fill(EMAIL)
        await at.page.get_by_label("Password").fill("wrong")
        await at.page.get_by_role("button", name="Sign in").click()
        await expect(at.page.get_by_role("alert")).to_contain_text("E-mail or password is wrong.")
        await expect(at.page.get_by_label("Password")).to_be_focused()
        await at.page.route("**/api/login", lambda route: route.abort())
        await at.page.keyboard.type(PASSWORD)  # the wrong one is selected
        await at.page.keyboard.press("Enter")
        await expect(at.page.get_by_role("alert")).to_contain_text("The server did not answer. Try again.")
        await at.page.unroute("**/api/login")
        await at.page.get_by_role("button", name="Sign in").click()
        await expect(at.page.get_by_text("All quiet")).to_be_visible()
        at.complaints.clear()  # the browser itself reports the refused requests


async def test_a_demo_centre_is_entered_with_one_press() -> None:
    async with at_work(Scene()) as at:
        at.desk.signed_in = False
        await at.page.goto(f"{at.desk.url}/agent/")
        await at.page.get_by_role("button", name="Anna Kowalska").click()
        await expect(at.page.get_by_text("All quiet")).to_be_visible()
        at.complaints.clear()
