"""Home in the agent client: what somebody sees first."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from router.protocol import home, staff
from tests.browser.agent_page import at_work
from tests.browser.case_scene import DAY, HOUR, MINUTE, at_home, case, milestone
from tests.browser.desk_scene import Scene, assignment, item, message

pytestmark = pytest.mark.browser


def a_morning() -> Scene:
    scene = Scene()
    mine = {"owner_id": "anna", "owner_name": "Anna Kowalska", "status": "working"}
    late = milestone("first_response", -HOUR, state="missed", late=True)
    scene.cases.add(
        case(1042, "Where is my parcel?", case_type="delivery.late", milestones=[late], **mine),
        case(
            1043,
            "Panes arrived broken",
            case_type="delivery.damaged",
            milestones=[milestone("resolution", DAY)],
            **mine,
        ),
        case(1044, "Only a question", priority="low", **mine),
        case(1045, "Somebody else's", case_type="delivery.late", priority="urgent"),
    )
    return scene


async def test_home_is_what_stands_where_nobody_is_talked_with_and_leads_on() -> None:
    async with at_work(a_morning(), color_scheme="dark") as at:
        page = at.page
        await at.go()
        answer = page.get_by_role("meter", name="First answer")
        await expect(answer).to_have_attribute("aria-valuetext", "20m, on target, Target 30m, Team 35m")
        kept = page.get_by_role("meter", name="Deadlines kept")
        await expect(kept).to_have_attribute("aria-valuetext", "75%, not on target, Target 90%, Team 90%")
        await expect(page.get_by_role("listitem").filter(has_text="Satisfaction")).to_contain_text("9 ratings")
        due = page.get_by_role("region", name="What is due")
        await expect(due.get_by_role("listitem")).to_have_count(3)
        await expect(due.locator(".milestone[data-is=late]")).to_contain_text("late by 1:0")
        await expect(page.get_by_role("img", name="4 cases are open.")).to_be_visible()
        assert await at.violations() == []

        at.desk.scene.home = at_home(at.desk.scene.cases, first_response_ms=45 * MINUTE)
        await page.get_by_role("button", name="30 days").click()
        await expect(answer).to_have_attribute("aria-valuetext", "45m, not on target, Target 30m, Team 35m")
        assert [one.days for one in await at.desk.heard(home.FetchHome, 2)] == [7, 30]

        await page.get_by_text("As a table").click()
        await page.get_by_role("row", name="Late delivery").get_by_role("link").click()
        await expect(page.locator(".cases-main")).to_contain_text("Where is my parcel?")
        await expect(page.locator(".cases-main")).not_to_contain_text("Panes arrived broken")

        await page.keyboard.press("Alt+,")
        await expect(page.get_by_role("link", name="Home")).to_have_attribute("aria-current", "page")
        await page.set_viewport_size({"width": 360, "height": 740})
        await page.emulate_media(color_scheme="light")
        await expect(answer).to_be_visible()
        assert await page.evaluate("document.querySelector('main').scrollWidth <= innerWidth")
        assert await at.violations() == []
        ringing = assignment(item("ann", "Ann Lee", "Hello?"), [message("c-ann", 1, "Hello?", name="Ann Lee")])
        await at.desk.push(staff.ItemAssigned(assignment=ringing))
        await at.desk.heard(home.FetchHome, 4)
