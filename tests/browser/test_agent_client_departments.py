"""An agent asks another department from the page, reads how it stands, answers and ends it. Slack is played."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from router.embedded import Urls
from tests.browser.axe import violations
from tests.browser.staff_pages import staff_pages
from tests.channels.warehouse import WAREHOUSE, with_a_warehouse
from tests.gateway.centre import ROOMS, Room, TestCentre
from tests.gateway.http import request
from tests.patience import eventually
from tests.simulators import slack
from tests.simulators.stand_in import running

pytestmark = pytest.mark.browser

FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass(kw_only=True)
class Desk:
    """Anna at her page, in a conversation."""

    room: Room
    page: Page
    workspace: slack.Slack

    @property
    def departments(self) -> Locator:
        return self.page.locator(".departments")

    def step(self, subject: str) -> Locator:
        return self.page.get_by_role("article", name=f"Warehouse {subject}")

    def post_of(self, subject: str) -> str:
        return next(ts for ts, post in self.workspace.posts.items() if subject in post["text"])

    async def presses(self, subject: str, label: str, number: int) -> None:
        """Somebody of the warehouse presses a button of the step's post."""
        await eventually(lambda: label in self.workspace.buttons(self.post_of(subject)))
        ts = self.post_of(subject)
        body = slack.press(WAREHOUSE, ts, "U1", self.workspace.buttons(ts)[label], number)
        url = self.room.centre.second.url
        answer = await request(url, "POST", "/hooks/slack", headers=slack.signed(body) | FORM, content=body)
        assert answer.status_code == 200

    async def violations(self) -> list[str]:
        return await violations(self.page)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workspace() -> AsyncIterator[slack.Slack]:
    played = slack.Slack(people={"U1": "Wanda of the warehouse"})
    async with running(played.stand_in):
        yield played


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(embedded_urls: Urls, migrated_template: str, workspace: slack.Slack) -> AsyncIterator[TestCentre]:
    async with with_a_warehouse(embedded_urls, migrated_template, workspace) as running_centre:
        yield running_centre


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@pytest_asyncio.fixture(loop_scope="session")
async def desk(house: TestCentre, workspace: slack.Slack, numbers: Iterator[int]) -> AsyncIterator[Desk]:
    room = Room(centre=house, number=next(numbers))
    async with staff_pages(house) as pages:
        anna, customer = await room.tab(room.anna), await room.customer()
        await room.talking(anna, customer, "My secret name is Ann, my pane is broken")
        made = Desk(room=room, page=await pages.open(room.anna), workspace=workspace)
        await expect(made.departments).to_contain_text("Nobody else was asked yet.")
        yield made


async def test_a_department_is_asked_by_key_taken_answered_and_done(desk: Desk) -> None:
    page, subject = desk.page, "A pane for order 4711"
    await page.keyboard.press("Alt+o")
    dialog = page.get_by_role("dialog", name="Ask a department")
    await expect(dialog).to_contain_text("Only the subject and this text leave the house.")
    excerpt = dialog.get_by_label("Excerpt")
    await expect(excerpt).to_have_value("")
    await expect(dialog.get_by_label("Subject")).to_be_focused()
    await page.keyboard.type(subject)
    await expect(dialog.get_by_role("button", name="Ask", exact=True)).to_be_disabled()
    await dialog.get_by_role("button", name="Insert message").click()
    await expect(excerpt).to_have_value("My secret name is Ann, my pane is broken")
    await excerpt.fill("The greenhouse lacks one pane.")
    assert await desk.violations() == []
    await dialog.get_by_label("Answer needed within").select_option("7200")
    await dialog.get_by_role("button", name="Ask", exact=True).click()
    await expect(dialog).to_be_hidden()

    step = desk.step(subject)
    await expect(step).to_contain_text("Open")
    await expect(step.locator(".step-due")).to_contain_text(re.compile(r"due in 1h 5\dm"))
    await expect(step).to_contain_text("posted")
    await expect(step).not_to_contain_text("not yet posted")
    await desk.presses(subject, "I take it", 1)
    await expect(step).to_contain_text("Taken")
    assert await desk.violations() == []

    await step.get_by_label("Reply to Warehouse").fill("Two of them, please")
    await step.get_by_label("Reply to Warehouse").press("Enter")
    await expect(step.get_by_label("Reply to Warehouse")).to_have_value("")
    await expect(page.get_by_role("log")).to_contain_text("Warehouse: Two of them, please")
    await eventually(lambda: "Two of them, please" in str(desk.workspace.threads.get(desk.post_of(subject))))
    await step.get_by_role("button", name="Done").click()
    await expect(step).to_have_attribute("data-state", "done")
    await expect(step).to_be_focused()
    await expect(step.locator(".step-due")).to_have_count(0)
    assert "Ann" not in str(desk.workspace.posts)


async def test_a_folded_part_stays_folded_and_a_late_step_says_so(desk: Desk) -> None:
    page, subject = desk.page, "Forgotten"
    await desk.departments.get_by_role("button", name="Ask a department").click()
    dialog = page.get_by_role("dialog", name="Ask a department")
    await dialog.get_by_label("Subject").fill(subject)
    await dialog.get_by_label("Excerpt").fill("please")
    await dialog.get_by_role("button", name="Ask", exact=True).click()
    await expect(desk.step(subject)).to_contain_text("posted")
    await desk.room.centre.database.execute("UPDATE steps SET due_at = due_at - 4200000 WHERE subject = $1", subject)
    await page.reload()
    await expect(desk.step(subject).locator(".step-due")).to_contain_text(re.compile(r"overdue by 1\dm"))
    assert await desk.violations() == []
    await desk.departments.locator("> summary").click()
    await expect(desk.step(subject)).to_be_hidden()
    await page.reload()
    await expect(desk.departments).to_contain_text("Departments")
    await expect(desk.step(subject)).to_be_hidden()
