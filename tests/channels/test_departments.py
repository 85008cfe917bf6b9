"""Other departments answer in Slack: steps, their threads and buttons, reminders, alerts; nothing else leaves."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from config.departments import Alerts, Department
from router.embedded import Urls
from router.engine import departments
from router.store.postgres import steps
from tests.channels.warehouse import WAREHOUSE, with_a_warehouse
from tests.gateway.centre import ROOMS, Room, TestCentre
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.patience import comes_to_be, eventually
from tests.simulators import slack
from tests.simulators.stand_in import Said, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

SUPERVISORS = "C0SUPERS"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def workspace() -> AsyncIterator[slack.Slack]:
    played = slack.Slack(people={"U1": "Wanda of the warehouse"})
    async with running(played.stand_in):
        yield played


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str, workspace: slack.Slack) -> AsyncIterator[TestCentre]:
    alerts = Alerts(account="slack", place=SUPERVISORS, longest_wait_s=10)
    async with with_a_warehouse(embedded_urls, migrated_template, workspace, alerts) as made:
        yield made


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@pytest_asyncio.fixture(loop_scope="module")
async def room(centre: TestCentre, numbers: Iterator[int]) -> AsyncIterator[Room]:
    yield Room(centre=centre, number=next(numbers))
    await centre.close_tabs()


EVENTS = itertools.count(1)


@dataclass(slots=True)
class Matter:
    """Anna talks with a customer and has asked the warehouse."""

    room: Room
    workspace: slack.Slack
    anna: Tab
    conversation_id: str
    step: dict[str, Any] = field(default_factory=dict)

    @property
    def posted_at(self) -> str:
        return next(ts for ts, post in self.workspace.posts.items() if self.step["subject"] in post["text"])

    async def asks(self, subject: str, **facts: Any) -> None:
        await self.anna.ask(
            "step.open",
            conversation_id=self.conversation_id,
            client_id=f"s{next(EVENTS)}",
            department="warehouse",
            subject=subject,
            excerpt="The greenhouse lacks one pane.",
            **facts,
        )
        await comes_to_be(partial(self.is_posted, subject), True)  # a try that failed is made again
        while not self.step.get("posted"):
            self.step = (await self.anna.event("step.changed"))["step"]

    async def becomes(self, state: str) -> dict[str, Any]:
        """The step, once its agent is told that it is so; how it was may be told again before."""
        while True:
            step: dict[str, Any] = (await self.anna.event("step.changed"))["step"]
            if step["state"] == state:
                return step

    async def is_posted(self, subject: str) -> bool:
        return bool(
            await self.room.centre.database.fetch_value(
                "SELECT posted_at <> '' FROM steps WHERE conversation_id = $1 AND subject = $2",
                *(self.conversation_id, subject),
            )
        )

    async def slack_says(self, body: bytes, **how: Any) -> int:
        kind = "application/json" if body.startswith(b"{") else "application/x-www-form-urlencoded"
        headers = slack.signed(body, **how) | {"content-type": kind}
        node = self.room.centre.second
        answer = await request(node.url, "POST", "/hooks/slack", headers=headers, content=body)
        return answer.status_code

    async def notes(self) -> list[str]:
        rows = await self.room.centre.database.fetch(
            "SELECT text FROM messages WHERE conversation_id = $1 AND kind = 'note' ORDER BY n", self.conversation_id
        )
        return [row["text"] for row in rows]


@pytest_asyncio.fixture(loop_scope="module")
async def matter(room: Room, workspace: slack.Slack) -> Matter:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, _ = await room.talking(anna, customer, "My secret name is Ann, my pane is broken")
    return Matter(room, workspace, anna, conversation_id)


async def test_a_step_is_a_post_with_the_excerpt_and_nothing_else(matter: Matter) -> None:
    await matter.asks("A pane for order 4711")
    post = matter.workspace.posts[matter.posted_at]
    assert post["channel"] == WAREHOUSE
    assert "The greenhouse lacks one pane." in post["text"]
    assert "Ann" not in str(post)
    assert set(matter.workspace.buttons(matter.posted_at)) == {"I take it", "Done", "Need more information"}
    listed = await matter.anna.ask("steps.fetch", conversation_id=matter.conversation_id)
    assert [step["step_id"] for step in listed["steps"]] == [matter.step["step_id"]]
    assert listed["departments"] == [{"key": "warehouse", "label": "Warehouse", "due_s": 3600}]


async def test_the_same_step_asked_twice_is_one(matter: Matter) -> None:
    asked = {
        "conversation_id": matter.conversation_id,
        "client_id": "twice",
        "department": "warehouse",
        "subject": "Only once",
        "excerpt": "please",
    }
    await matter.anna.ask("step.open", **asked)
    await matter.anna.ask("step.open", **asked)
    listed = await matter.anna.ask("steps.fetch", conversation_id=matter.conversation_id)
    assert len(listed["steps"]) == 1
    assert len(await matter.notes()) == 1


async def test_the_thread_is_notes_and_the_agents_replies_are_in_the_thread(matter: Matter) -> None:
    await matter.asks("Which pane fits?")
    body = slack.reply(WAREHOUSE, matter.posted_at, "U1", "The one of 40 by 60", next(EVENTS))
    assert await matter.slack_says(body) == 200
    assert await matter.slack_says(body) == 200
    heard = "Wanda of the warehouse (Warehouse): The one of 40 by 60"
    await eventually(lambda: heard in str(matter.anna.state["assignments"]))
    await matter.anna.ask("step.reply", step_id=matter.step["step_id"], client_id="r1", text="Two of <them> please")
    thread = matter.workspace.threads
    await eventually(
        lambda: (
            thread.get(matter.posted_at, []) == ["Anna Room" + str(matter.room.number) + ": Two of &lt;them&gt; please"]
        )
    )
    assert [heard in note for note in await matter.notes()].count(True) == 1


async def test_buttons_change_the_step_and_what_the_post_says(matter: Matter) -> None:
    await matter.asks("Please send it")
    take = matter.workspace.buttons(matter.posted_at)["I take it"]
    await matter.slack_says(slack.press(WAREHOUSE, matter.posted_at, "U1", take, next(EVENTS)))
    assert (await matter.becomes("taken"))["owner_name"] == "U1"
    await eventually(lambda: "Taken by" in matter.workspace.posts[matter.posted_at]["text"])
    done = matter.workspace.buttons(matter.posted_at)["Done"]
    await matter.slack_says(slack.press(WAREHOUSE, matter.posted_at, "U1", done, next(EVENTS)))
    await matter.becomes("done")
    await eventually(lambda: matter.workspace.buttons(matter.posted_at) == {})


async def test_a_press_cut_short_is_told_of_when_it_is_tried_again_and_changes_nothing_anew(matter: Matter) -> None:
    await matter.asks("Half done")
    number, step_id = next(EVENTS), matter.step["step_id"]
    database, warehouse = matter.room.centre.database, Department(key="warehouse", label="", account="slack", place="")
    pressed = departments.post_of(warehouse, step_id, f"info_needed:1750000200.{number:06}/b0", "update", "")
    await steps.change(database, step_id, "info_needed", owner_name=None, now=1, post=pressed)
    await steps.change(database, step_id, "taken", owner_name="Bob", now=2)
    await matter.slack_says(slack.press(WAREHOUSE, matter.posted_at, "U1", f"info:{step_id}", number))
    await eventually(lambda: "needs more information: Half done" in str(matter.anna.state["assignments"]))
    listed = await matter.anna.ask("steps.fetch", conversation_id=matter.conversation_id)
    assert [(step["state"], step["owner_name"]) for step in listed["steps"]] == [("taken", "Bob")]


async def test_a_forged_an_old_and_a_foreign_press_change_nothing(matter: Matter) -> None:
    await matter.asks("Do not touch")
    body = slack.press(WAREHOUSE, matter.posted_at, "U1", f"done:{matter.step['step_id']}", next(EVENTS))
    assert await matter.slack_says(body, secret="another") == 403
    assert await matter.slack_says(body, at=1_600_000_000) == 403
    elsewhere = slack.press("C0ELSEWHERE", matter.posted_at, "U1", f"done:{matter.step['step_id']}", next(EVENTS))
    assert await matter.slack_says(elsewhere) == 200
    await matter.anna.ask("step.close", step_id=matter.step["step_id"], done=False)
    await matter.becomes("cancelled")


async def test_a_step_nobody_answers_is_reminded_of_then_overdue_and_told_to_supervisors(matter: Matter) -> None:
    await matter.asks("Forgotten", due_s=60)
    await matter.room.centre.database.execute("UPDATE steps SET next_at = 0 WHERE id = $1", matter.step["step_id"])
    thread = matter.workspace.threads
    await eventually(lambda: any("due at" in text for text in thread.get(matter.posted_at, [])))
    await matter.room.centre.database.execute(
        "UPDATE steps SET next_at = 0, due_at = 1 WHERE id = $1", matter.step["step_id"]
    )
    await eventually(lambda: any("overdue" in text for text in thread[matter.posted_at]))

    def told() -> bool:
        posts = matter.workspace.posts.values()
        return any(post["channel"] == SUPERVISORS and "Forgotten" in post["text"] for post in posts)

    await eventually(told)
    await eventually(lambda: "has not answered in time: Forgotten" in str(matter.anna.state["assignments"]))


async def test_slack_slows_us_down_and_gets_each_post_once_or_the_agent_is_told(matter: Matter) -> None:
    matter.workspace.stand_in.faults.append(
        Said(status=429, document={"ok": False, "error": "ratelimited"}, headers={"retry-after": "1"})
    )
    await matter.asks("After a while")
    assert sum("After a while" in post["text"] for post in matter.workspace.posts.values()) == 1
    matter.workspace.refuse = "channel_is_archived"
    try:
        await matter.anna.ask("step.reply", step_id=matter.step["step_id"], client_id="r9", text="Hello?")
        await comes_to_be(lambda: _any_note(matter, "Warehouse was not reached: Slack says channel_is_archived"), True)
    finally:
        matter.workspace.refuse = ""


async def test_a_silent_directory_of_people_does_not_hold_up_what_they_wrote(matter: Matter) -> None:
    await matter.asks("Who are they")
    matter.workspace.stand_in.faults.extend(["hang", "hang", "hang"])
    try:
        for number in range(3):
            body = slack.reply(WAREHOUSE, matter.posted_at, f"UNEW{number}", f"Answer {number}", next(EVENTS))
            assert await matter.slack_says(body) == 200
        await comes_to_be(lambda: _any_note(matter, "UNEW2 (Warehouse): Answer 2"), True)
    finally:
        matter.workspace.stand_in.faults.clear()


async def test_steps_of_departments_that_are_gone_keep_no_others_from_being_reminded_of(matter: Matter) -> None:
    await matter.room.centre.database.execute(
        """
        INSERT INTO steps (id, conversation_id, department, subject, excerpt, opened_by, state, opened_at, due_at,
            changed_at, next_at)
        SELECT 'step_gone_' || n, $1, 'gone', 'x', 'x', 'x', 'open', 0, 0, 0, 0 FROM generate_series(1, 150) n
        """,
        matter.conversation_id,
    )
    await matter.asks("Not forgotten", due_s=60)
    await matter.room.centre.database.execute("UPDATE steps SET next_at = 1 WHERE id = $1", matter.step["step_id"])

    async def reminded() -> int:
        return int(
            await matter.room.centre.database.fetch_value(
                "SELECT reminders FROM steps WHERE id = $1", matter.step["step_id"]
            )
        )

    await comes_to_be(reminded, 1)


async def _any_note(matter: Matter, text: str) -> bool:
    return text in await matter.notes()


async def test_supervisors_are_told_once_of_a_line_that_waits_too_long(room: Room, workspace: slack.Slack) -> None:
    await room.start(await room.customer())
    await room.centre.database.execute("SELECT 1")
    label = room.queue.title()

    def alerts() -> list[str]:
        return [
            post["text"]
            for post in workspace.posts.values()
            if post["channel"] == SUPERVISORS and post["text"].startswith(f"{label}:")
        ]

    await eventually(lambda: bool(alerts()))
    assert len(alerts()) == 1


async def test_others_may_not_speak_in_it(matter: Matter) -> None:
    await matter.asks("Private")
    ben = await matter.room.tab(matter.room.ben)
    refused = {"step_id": matter.step["step_id"], "client_id": "x", "text": "hi"}
    assert await ben.refused("step.reply", **refused) == "not_yours"
    assert await ben.refused("steps.fetch", conversation_id=matter.conversation_id) == "not_yours"
    assert await matter.anna.refused("step.reply", **refused | {"step_id": "step_x"}) == "unknown_step"
    nobody = {"conversation_id": matter.conversation_id, "client_id": "n", "subject": "a", "excerpt": "b"}
    assert await matter.anna.refused("step.open", **nobody, department="moon") == "unknown_department"


async def test_supervisors_hear_of_an_answer_that_failed_when_nobody_looks_any_more(
    room: Room, workspace: slack.Slack
) -> None:
    anna, customer = await room.tab(room.anna), await room.customer()
    conversation_id, item = await room.talking(anna, customer)
    await anna.ask("message.send", conversation_id=conversation_id, client_id="a", text="Goodbye.")
    await anna.ask("item.complete", work_item_id=item, disposition="resolved")
    await room.centre.database.execute(
        "INSERT INTO outbox (conversation_id, n, account, recipient, content, next_at, created_at)"
        " SELECT $1, max(n), 'gone', 'somebody', '{}', 0, 0 FROM messages"
        " WHERE conversation_id = $1 AND text = 'Goodbye.'",
        conversation_id,
    )
    await eventually(
        lambda: [conversation_id in post["text"] for post in workspace.posts.values()].count(True) == 1,
    )


async def test_a_case_has_steps_of_its_own_in_its_feed(room: Room, workspace: slack.Slack) -> None:
    anna, ben = await room.tab(room.anna), await room.tab(room.ben)
    asked = {"client_id": "roof", "subject": "Roof", "customer": {"name": "Ann"}, "queue": "room-105"}
    case = (await anna.ask("case.create", **asked))["case"]
    step = {"conversation_id": case["conversation_id"], "client_id": "s", "department": "warehouse", "subject": "Roof"}
    assert await ben.refused("step.open", **step, excerpt="Who?") == "not_yours"
    await anna.ask("step.open", **step, excerpt="A roof for case 1001, please")
    listed = await anna.ask("steps.fetch", conversation_id=case["conversation_id"])
    feed = (await anna.ask("case.feed", case_id=case["case_id"]))["entries"]
    assert [entry["step"]["step_id"] for entry in feed if entry["kind"] == "step"] == [listed["steps"][0]["step_id"]]

    async def posted() -> bool:
        return any("A roof for case 1001" in post["text"] for post in workspace.posts.values())

    await comes_to_be(posted, True)
