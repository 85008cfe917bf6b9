"""What supervisors do from the board, and what agents take by hand, in real Chromium."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from router.protocol import staff, supervision
from router.protocol.errors import Conflict
from router.protocol.records import BoardWork, Why
from tests.browser.agent_page import LOOKS, AgentPage, at_work
from tests.browser.desk_scene import Scene, assignment, item, message, now_ms
from tests.browser.test_agent_client_board import centre

pytestmark = pytest.mark.browser


def with_chat(scene: Scene) -> Scene:
    """Agent 001 talks with Ann."""
    said = [message("c-ann", 1, "My greenhouse is broken", name="Ann Lee")]
    scene.others = [assignment(item("ann", "Ann Lee", "My greenhouse is broken"), said)]
    held = BoardWork(
        work_item_id="w-ann", channel="webchat", queue="orders", state="assigned", since=now_ms() - 9_000, weight=25
    )
    scene.agents[1] = replace(scene.agents[1], work=[held])
    return scene


async def reading_along(at: AgentPage) -> None:
    await at.go("board")
    await at.page.get_by_role("button", name="Agent 001").click()
    await at.page.get_by_role("button", name="Read along").click()
    await expect(at.log).to_contain_text("My greenhouse is broken")


async def test_a_supervisor_reads_along_whispers_speaks_and_takes_over() -> None:
    async with at_work(with_chat(centre())) as at:
        await reading_along(at)
        reply = message("c-ann", 2, "Which pane is it?", author="agent", author_id="a1", name="Agent 001")
        await at.desk.push(staff.MessageCreated(message=reply))
        await expect(at.log).to_contain_text("Which pane is it?")
        words = at.page.get_by_role("textbox", name="Say something…")
        await words.fill("Offer a new one")
        await words.press("Enter")
        [note] = await at.desk.heard(staff.AddNote)
        assert (note.conversation_id, note.text) == ("c-ann", "Offer a new one")
        await expect(at.log).to_contain_text("Your note, for staff only")
        await expect(words).to_have_value("")
        await words.fill("I am the head gardener")
        at.desk.refuse[staff.SendMessage] = Conflict("unavailable")
        await at.page.get_by_role("button", name="Say to all").click()
        await at.desk.heard(staff.SendMessage)
        at.desk.refuse.clear()
        await at.page.get_by_role("button", name="Say to all").click()
        first, again = await at.desk.heard(staff.SendMessage, 2)
        assert (first.text, again.client_id) == ("I am the head gardener", first.client_id)
        await expect(words).to_have_value("")
        await at.page.get_by_role("button", name="Take over").click()
        assert (await at.desk.heard(staff.AssignItem))[0].agent_id == "anna"
        await expect(at.page).to_have_url(f"{at.desk.url}/agent/conversation/c-ann")
        await at.desk.heard(supervision.StopMonitoring)


async def test_work_in_hand_is_given_to_somebody_else_from_the_board() -> None:
    async with at_work(with_chat(centre())) as at:
        await at.go("board")
        await at.page.get_by_role("button", name="Agent 001").click()
        await at.page.get_by_role("button", name="What else about this item").click()
        await at.page.get_by_role("combobox", name="Give to").select_option("a4")
        await at.page.get_by_role("button", name="Give to").click()
        [given] = await at.desk.heard(staff.AssignItem)
        assert (given.work_item_id, given.agent_id) == ("w-ann", "a4")
        await expect(at.page.get_by_role("button", name="Priority")).to_have_count(0)


async def test_reading_along_goes_on_in_a_fresh_session() -> None:
    async with at_work(with_chat(centre())) as at:
        await reading_along(at)
        await at.desk.cut(forget=True)
        at.desk.restore()
        await at.desk.heard(supervision.MonitorItem, 2)
        said = message("c-ann", 2, "Still there?", name="Ann Lee")
        await at.desk.push(staff.MessageCreated(message=said))
        await expect(at.log).to_contain_text("Still there?")
        at.complaints[:] = [one for one in at.complaints if "WebSocket" not in one]


async def test_a_waiting_item_is_given_moved_and_put_forward() -> None:
    scene = centre()
    scene.waiting = [item("eva", "Eva Roth", "Where is my invoice?")]
    async with at_work(scene) as at:
        await at.go("board")
        await at.page.get_by_role("button", name=scene.queues[0].label).click()
        await at.page.get_by_text("Eva Roth").click()
        await at.page.get_by_label("Give to", exact=True).first.select_option("a2")
        await at.page.get_by_role("button", name="Give to").click()
        [given] = await at.desk.heard(staff.AssignItem)
        assert (given.work_item_id, given.agent_id) == ("w-eva", "a2")
        await at.page.get_by_label("Move to", exact=True).first.select_option("billing")
        await at.page.get_by_role("button", name="Move to").click()
        assert (await at.desk.heard(supervision.MoveItem))[0].queue == "billing"
        points = at.page.get_by_role("spinbutton", name="Priority")
        await points.fill("500")
        await expect(at.page.get_by_role("button", name="Priority")).to_be_disabled()
        await points.fill("5")
        await points.press("Enter")
        assert (await at.desk.heard(supervision.PrioritiseItem))[0].priority == 5


async def test_a_queue_is_closed_by_hand_and_the_board_says_so() -> None:
    scene = centre()
    async with at_work(scene) as at:
        await at.go("board")
        await at.page.get_by_role("button", name=scene.queues[1].label).click()
        await at.page.get_by_text("Closed", exact=True).click()
        [switched] = await at.desk.heard(supervision.SwitchQueue)
        assert (switched.queue, switched.to) == ("q1", "closed")
        await expect(at.page.get_by_role("radio", name="Closed")).to_be_checked()
        await at.page.keyboard.press("Escape")
        await expect(at.page.get_by_role("row", name=scene.queues[1].label)).to_contain_text("closed by hand")


async def test_skills_and_queues_of_an_agent_are_changed_from_the_board() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        await at.page.get_by_role("button", name="Agent 003").click()
        dialog = at.page.get_by_role("dialog", name="Agent 003")
        await dialog.get_by_text("Skills and queues").click()
        await dialog.get_by_role("spinbutton", name="Polish").fill("0")
        await dialog.get_by_role("spinbutton", name="shipping").fill("7")
        await dialog.get_by_role("combobox", name="Invoices and payment").select_option("backup")
        await dialog.locator(".abilities").get_by_role("button", name="Change").click()
        [changed] = await at.desk.heard(supervision.ChangeAgent)
        assert (changed.skills, changed.backup) == ({"refunds": 4, "shipping": 7}, ["billing"])
        await expect(dialog.locator(".facts .tags")).to_contain_text("shipping 7")


async def test_a_broadcast_goes_to_a_team_and_is_read_until_it_is_closed() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        await at.page.get_by_role("button", name="Message to all").click()
        await at.page.get_by_label("To", exact=True).select_option("team:Garden")
        await at.page.get_by_label("What to say").fill("Lunch is here")
        await at.page.get_by_role("button", name="Send").click()
        [said] = await at.desk.heard(supervision.Broadcast)
        assert (said.text, said.team, said.queue) == ("Lunch is here", "Garden", "")
        await expect(at.page.get_by_text("6 people were told.")).to_be_visible()
        for text in ("Hail is coming", "Cover the panes"):
            await at.desk.push(supervision.NoticePosted(by="Eleni Papadaki", text=text, at=now_ms()))
        await expect(at.page.get_by_text("Eleni Papadaki: Hail is coming")).to_be_visible()
        await expect(at.page.get_by_text("Eleni Papadaki: Cover the panes")).to_be_visible()


async def test_an_agent_takes_what_waits_by_hand_over_their_limit() -> None:
    scene = Scene()
    scene.waiting = [item("eva", "Eva Roth", "Where is my invoice?")]
    async with at_work(scene) as at:
        await at.go()
        await at.page.keyboard.press("Alt+p")
        dialog = at.page.get_by_role("dialog", name="Waiting in my queues")
        await expect(dialog).to_contain_text("Not offered to you: not enough capacity free")
        await dialog.get_by_role("button", name="Take, over my limit").click()
        assert (await at.desk.heard(staff.PickItem))[0].work_item_id == "w-eva"
        await expect(dialog).to_be_hidden()
        await expect(at.page).to_have_url(f"{at.desk.url}/agent/conversation/c-eva")


async def test_keys_after_the_end_belong_to_the_wrap_up_before_the_server_has_answered() -> None:
    scene = Scene()
    scene.assignments = [assignment(item("ann", "Ann Lee", "Hello"), [message("c-ann", 1, "Hello", name="Ann Lee")])]
    async with at_work(scene) as at:
        await at.go()
        await expect(at.composer).to_be_focused()
        at.desk.silent = True
        await at.page.keyboard.press("Alt+e")
        await at.page.keyboard.press("2")
        await at.page.keyboard.press("Enter")
        [completed] = await at.desk.heard(staff.Complete)
        assert completed.disposition == "follow_up"
        await expect(at.composer).to_have_value("")


async def test_a_whisper_is_told_and_why_me_outlives_the_page() -> None:
    scene = Scene()
    held = assignment(item("ann", "Ann Lee", "Hello"), [message("c-ann", 1, "Hello", name="Ann Lee")])
    why = Why(model="best_fit", waited_ms=1_000, matched=[], attempt=1, transferred_by=None)
    mail = replace(item("bo", "Bo Li", "A long letter"), interruptible=True)
    scene.assignments = [replace(held, why=why), assignment(mail, [message("c-bo", 1, "Dear shop", name="Bo Li")])]
    async with at_work(scene) as at:
        await at.go("conversation/c-ann")
        await expect(at.page.get_by_text("Your skills fit best.")).to_be_visible()
        await expect(at.row("Bo Li")).to_contain_text("interrupted")
        note = message("c-ann", 2, "Offer a new one", author="agent", kind="note", author_id="eleni", name="Eleni")
        await at.desk.push(staff.MessageCreated(message=note))
        await expect(at.page.get_by_text("Eleni notes for you: Offer a new one")).to_be_visible()


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
async def test_axe_finds_nothing_in_the_dialogs(scheme: str, viewport: dict[str, int]) -> None:
    scene = with_chat(centre())
    scene.agents[1] = replace(scene.agents[1], draining="w9", ramping=True, next_status="break")
    scene.queues[1] = replace(scene.queues[1], open=False, switched="closed")
    scene.waiting = [item("eva", "Eva Roth", "Where is my invoice?")]
    found = {}
    async with at_work(scene, viewport=viewport, color_scheme=scheme, reduced_motion="reduce") as at:
        await at.go("board")
        await at.page.get_by_text("kept free").wait_for()
        found["board"] = await at.violations()
        await at.page.get_by_role("button", name="Agent 001").click()
        await at.page.get_by_text("Skills and queues").click()
        found["agent"] = await at.violations()
        await at.page.get_by_role("button", name="Read along").click()
        await at.log.wait_for()
        found["monitor"] = await at.violations()
        await at.page.keyboard.press("Escape")
        await at.page.get_by_role("button", name=scene.queues[0].label).click()
        await at.page.get_by_text("Eva Roth").click()
        await at.page.get_by_role("button", name="Move to").wait_for()
        found["queue"] = await at.violations()
        await at.page.keyboard.press("Escape")
        await at.page.keyboard.press("Alt+p")
        await at.page.get_by_role("dialog").get_by_text("Eva Roth").wait_for()
        found["pick"] = await at.violations()
        wide = await at.page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= viewport["width"]
    assert {place: broken for place, broken in found.items() if broken} == {}
