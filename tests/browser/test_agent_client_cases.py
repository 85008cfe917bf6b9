"""Cases in the agent client: their clocks beside the work, the board by keys and by hand, the list, one case."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from router.protocol import cases, staff
from router.protocol.case_records import CaseViewer
from router.protocol.errors import Conflict
from tests.browser.agent_page import AgentPage, at_work
from tests.browser.case_scene import DAY, HOUR, MINUTE, case, entry, milestone, now_ms
from tests.browser.desk_scene import Scene, assignment, item, message

pytestmark = pytest.mark.browser


def a_days_cases() -> Scene:
    scene = Scene()
    scene.assignments = [
        assignment(item(key, name, text), [message(f"c-{key}", 1, text, name=name)])
        for key, name, text in (("ann", "Ann Lee", "Where is my parcel?"), ("bob", "Bob Brown", "The pane is broken"))
    ]
    mine = {"owner_id": "anna", "owner_name": "Anna Kowalska", "status": "working"}
    late = milestone("first_response", -HOUR, state="missed", late=True)
    scene.cases.add(
        case(1042, "Where is my parcel?", case_type="delivery.late", milestones=[milestone("resolution", DAY)], **mine),
        case(1043, "Panes arrived broken", "Bob Brown", status="escalated", priority="urgent"),
        case(1044, "Parcel with broken glass", "Jan Nowak", milestones=[late]),
        case(1045, "Which grass for shade?", "Tom Hardy"),
    )
    scene.cases.of["c-ann"] = ["case-1042"]
    scene.cases.similar = ["case-1044"]
    said = message("c-mail", 1, "It should have been here on Monday", name="Ann Lee", at=now_ms() - HOUR)
    scene.cases.told("case-1042", entry("message", at=said.at, message=said))
    return scene


@pytest_asyncio.fixture(loop_scope="session")
async def at() -> AsyncIterator[AgentPage]:
    async with at_work(a_days_cases()) as page:
        yield page


def column(at: AgentPage, name: str) -> Locator:
    return at.page.locator(".case-column", has=at.page.get_by_role("heading", name=name, level=2))


def card(at: AgentPage, subject: str) -> Locator:
    return at.page.locator(".card", has_text=subject)


async def test_clocks_stand_beside_the_work_and_a_case_begins_with_one_key(at: AgentPage) -> None:
    await at.go("conversation/c-ann")
    await expect(at.row("Ann Lee").locator(".milestone")).to_contain_text(re.compile(r"due in 23:5\d:"))
    section = at.page.locator(".context-part.case")
    await expect(section).to_contain_text("Solution")
    await at.desk.push(at.desk.scene.cases.changed("case-1042", milestones=[milestone("next_response", -5 * MINUTE)]))
    await expect(at.row("Ann Lee").locator(".milestone[data-is=late]")).to_contain_text(re.compile(r"late by [5-9]:"))
    await expect(section.get_by_role("combobox", name="Type")).to_have_value("Delivery › Late delivery")
    await section.get_by_role("combobox", name="Type").click()
    await at.page.keyboard.type("refund")
    await at.page.keyboard.press("Enter")
    [changed] = await at.desk.heard(cases.ChangeCase)
    assert changed.changes.case_type == "returns.refund"

    await at.row("Bob Brown").click()
    await expect(section).to_contain_text("This belongs to no case yet.")
    await at.page.keyboard.press("Alt+v")
    dialog = at.page.get_by_role("dialog", name="New case")
    await expect(dialog.get_by_label("Subject")).to_be_focused()
    await at.page.keyboard.type("Broken pane")
    assert await at.violations() == []
    await at.page.keyboard.press("Enter")
    [created] = await at.desk.heard(cases.CreateCase)
    assert (created.conversation_id, created.subject, created.mine) == ("c-bob", "Broken pane", True)
    await expect(section).to_contain_text("#1046")
    await expect(at.row("Bob Brown").locator(".milestone[data-is=running]")).to_contain_text(re.compile(r"due in 2\d:"))
    warned = cases.CaseWarned(
        case=at.desk.scene.cases.cases["case-1042"], milestone="resolution", missed=False, server_time=now_ms()
    )
    await at.desk.push(warned)
    await expect(at.page.get_by_text("Case 1042 is soon due: Solution.")).to_be_visible()
    assert await at.violations() == []


async def test_the_board_moves_cases_by_keys_by_menu_and_by_hand_and_hears_what_others_do(at: AgentPage) -> None:
    await at.go("cases")
    await expect(column(at, "New").locator(".card")).to_have_count(2)
    assert await at.violations() == []
    await card(at, "grass for shade").focus()
    await at.page.keyboard.press("ArrowRight")
    await expect(card(at, "Where is my parcel?")).to_be_focused()
    await at.page.keyboard.press("Shift+ArrowRight")
    await expect(column(at, "Waiting on customer")).to_contain_text("Where is my parcel?")
    await expect(card(at, "Where is my parcel?")).to_be_focused()
    [by_key] = await at.desk.heard(cases.ChangeCase)
    assert (by_key.case_id, by_key.changes.status) == ("case-1042", "waiting")

    await card(at, "grass for shade").get_by_role("button", name="Move case 1045").click()
    menu, here = await at.page.get_by_role("menu").bounding_box(), await column(at, "New").bounding_box()
    assert menu is not None
    assert here is not None
    assert menu["x"] >= here["x"]  # all of its words are to be read
    await at.page.get_by_role("menuitemradio", name="Closed").click()
    await expect(column(at, "Closed")).to_contain_text("grass for shade")
    await card(at, "broken glass").drag_to(column(at, "Working"))
    await expect(column(at, "Working")).to_contain_text("broken glass")
    assert [one.changes.status for one in await at.desk.heard(cases.ChangeCase, 3)] == ["waiting", "closed", "working"]

    at.desk.refuse[cases.ChangeCase] = Conflict("stale_case")
    await card(at, "Panes arrived broken").focus()
    await at.page.keyboard.press("Shift+ArrowLeft")
    await expect(at.page.get_by_text("Somebody else changed the case.")).to_be_visible()
    await expect(column(at, "Escalated")).to_contain_text("Panes arrived broken")
    await at.desk.push(at.desk.scene.cases.changed("case-1043", status="new"))
    await expect(column(at, "New")).to_contain_text("Panes arrived broken")
    await at.page.set_viewport_size({"width": 360, "height": 740})
    assert await at.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_the_list_is_narrowed_kept_as_a_view_and_changed_as_one(at: AgentPage) -> None:
    await at.go("cases")
    await at.page.get_by_role("button", name="List", exact=True).click()
    table = at.page.locator(".case-table")
    await expect(table.get_by_role("row")).to_have_count(5)
    await at.page.get_by_label("Words or number").fill("broken")
    await expect(table.get_by_role("row")).to_have_count(3)
    await at.page.get_by_role("button", name="Save this view").click()
    await at.page.keyboard.type("Breakage")
    await at.page.keyboard.press("Enter")
    await expect(at.page.get_by_role("button", name="Breakage", exact=True)).to_be_visible()

    await at.page.get_by_label("Choose all shown").check()
    bulk = at.page.get_by_role("region", name="With the chosen cases")
    assert await at.violations() == []
    await bulk.get_by_label("Group under…").select_option("case-1043")
    [grouped] = await at.desk.heard(cases.ChangeCases)
    assert (grouped.case_ids, grouped.changes.parent_id) == (["case-1044"], "case-1043")
    await expect(bulk).to_be_hidden()
    await at.page.get_by_role("button", name="Late", exact=False).first.click()
    await expect(table.get_by_role("row")).to_have_count(2)
    await at.page.get_by_role("button", name="All open").click()
    await expect(table.get_by_role("row")).to_have_count(5)
    arrived = case(1050, "Something new")
    at.desk.scene.cases.add(arrived)
    await at.desk.push(cases.CaseChanged(case=arrived, server_time=now_ms()))
    await at.page.get_by_role("button", name="1 new case: show").click()
    await expect(table).to_contain_text("Something new")


async def test_a_case_tells_all_that_happened_who_else_looks_and_answers_all_of_one_cause(at: AgentPage) -> None:
    await at.go("cases/1042")
    page = at.page
    await expect(page.get_by_role("region", name="What happened")).to_contain_text("It should have been here on Monday")
    await at.desk.heard(cases.OpenCase)
    boris = CaseViewer(agent_id="boris", name="Boris Petrov", since=now_ms())
    await at.desk.push(cases.CaseViewersChanged(case_id="case-1042", viewers=[boris]))
    await expect(page.get_by_text("Boris Petrov has this case open too.")).to_be_visible()
    assert await at.violations() == []

    await page.get_by_role("button", name="Note").click()
    await page.get_by_label("Note", exact=True).fill("Asked the carrier")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("region", name="What happened")).to_contain_text("Asked the carrier")
    await page.get_by_role("button", name="Group case 1044 under this one").click()
    await expect(page.get_by_role("link", name="#1044")).to_be_visible()
    await page.get_by_role("button", name="Answer the customer").click()
    await page.get_by_label("also to the customers").or_(page.get_by_label("also to the customer of")).check()
    await page.get_by_role("combobox", name="To").and_(page.locator(".answer-to select")).select_option("c-chat")
    await page.get_by_label("Answer the customer").and_(page.locator("textarea")).fill("It is on its way again")
    await page.get_by_role("button", name="Send").click()
    [answer] = await at.desk.heard(cases.AnswerCase)
    assert (answer.text, answer.children, answer.close) == ("It is on its way again", True, False)
    assert answer.conversation_id == "c-chat"
    await page.get_by_label("Promised by").fill("2031-05-06T17:30")
    await page.get_by_role("button", name="Save and tell the customer").click()
    changed = (await at.desk.heard(cases.ChangeCase, 1))[-1]
    assert changed.changes.promised_at == await page.evaluate("new Date('2031-05-06T17:30').getTime()")
    await page.get_by_role("button", name="Take the promise back").click()
    assert (await at.desk.heard(cases.ChangeCase, 2))[-1].changes.promised_at == 0
    assert await at.violations() == []
    at.desk.refuse[cases.AnswerCase] = Conflict("nowhere_to_answer")
    await page.get_by_label("Answer the customer").and_(page.locator("textarea")).fill("And once more")
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_text("The customer of this case cannot be written to.")).to_be_visible()
    await expect(page.locator(".answer textarea")).to_have_value("And once more")
    await page.get_by_role("button", name="Close case").click()
    await expect(page.get_by_role("button", name="Open again")).to_be_visible()
    assert (await at.desk.heard(cases.ChangeCase, 3))[-1].changes.status == "closed"
    await page.get_by_role("button", name="All cases").click()
    await at.desk.heard(cases.LeaveCase)
    await expect(page.get_by_role("link", name="Cases")).to_have_attribute("aria-current", "page")
    await at.desk.heard(staff.FetchPast)
