"""The supervisor's board in real Chromium, and what holds for every page: keys, languages, access, speed."""

from __future__ import annotations

import math

import pytest
from msgspec.structs import replace
from playwright.async_api import expect

from router.protocol import staff
from router.protocol.records import BoardAgent, BoardQueue, BoardWork
from tests.browser.agent_page import LOOKS, PHONE, at_work
from tests.browser.desk_scene import QUEUES, Scene, assignment, item, me, message, now_ms, offer

pytestmark = pytest.mark.browser


def agent(n: int, *, status: str = "available", team: str = "Garden") -> BoardAgent:
    held = BoardWork(
        work_item_id=f"w{n}", channel="webchat", queue="orders", state="assigned", since=now_ms() - 9_000, weight=25
    )
    return BoardAgent(
        agent_id=f"a{n}",
        name=f"Agent {n:03}",
        team=team,
        status=status,
        status_since=now_ms() - 60_000,
        reachability="connected",
        units_held=25,
        units_limit=100,
        skills={"pl": 9, "refunds": 4} if n % 2 else {"de": 8},
        channels=["webchat"],
        work=[held],
    )


def queue(name: str, label: str, *, waiting: int = 0, free: int = 2) -> BoardQueue:
    return BoardQueue(
        name=name,
        label=label,
        waiting=waiting,
        offered=0,
        in_progress=3,
        paused=0,
        alerts=0,
        longest_enqueued_at=now_ms() - 200_000 if waiting else None,
        waiting_by_age=[0, 0, 0, waiting, 0],
        expected_wait_ms=30_000,
        service_level=0.9,
        service_level_ms=20_000,
        service_level_variant="abandoned_after_t",
        told_waits=None,
        answered=10,
        abandoned=1,
        agents_eligible=4,
        agents_free=free,
    )


def centre(agents: int = 6, queues: int = 3) -> Scene:
    scene = Scene(me("supervisor"))
    scene.agents = [agent(n, team=("Garden", "Home")[n % 2]) for n in range(agents)]
    scene.queues = [queue(f"q{n}", f"{QUEUES[n % 6].label} {n}") for n in range(queues)]
    return scene


async def test_trouble_floats_up_and_says_what_it_is() -> None:
    scene = centre()
    scene.queues[2] = replace(
        scene.queues[2], waiting=4, waiting_by_age=[0, 0, 0, 4, 0], longest_enqueued_at=now_ms() - 200_000
    )
    async with at_work(scene) as at:
        await at.go("board")
        first = at.page.get_by_role("table").get_by_role("row").nth(1)
        await expect(first).to_contain_text(scene.queues[2].label)
        await expect(first).to_contain_text("Waiting far too long")
        await expect(first.get_by_role("img", name="2–5 min: 4")).to_be_visible()


async def test_numbers_change_in_place_and_nothing_jumps() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        rows = at.page.get_by_role("table").get_by_role("row")
        await expect(rows.nth(3)).to_be_visible()
        names = await rows.get_by_role("rowheader").all_text_contents()
        last = at.desk.scene.queues[2]
        await at.desk.push(
            staff.BoardChanged(
                agents=[], agents_removed=["a0"], queues=[replace(last, waiting=7, waiting_by_age=[7, 0, 0, 0, 0])]
            )
        )
        await expect(rows.nth(3)).to_contain_text("7")
        assert await rows.get_by_role("rowheader").all_text_contents() == names
        await expect(at.page.get_by_role("button", name="Agent 000")).to_have_count(0)


async def test_agents_are_found_by_skill_and_by_status() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        tiles = at.page.locator(".tile")
        await expect(tiles).to_have_count(6)
        await at.page.get_by_role("searchbox").fill("polish")
        await expect(tiles).to_have_count(3)
        await at.page.get_by_role("button", name="Busy 0").click()
        await expect(at.page.get_by_text("No agent fits what you look for.")).to_be_visible()


async def test_a_supervisor_changes_a_status_and_sees_it_live() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        await at.page.get_by_role("button", name="Agent 003").click()
        dialog = at.page.get_by_role("dialog", name="Agent 003")
        await dialog.get_by_label("Change status to").select_option("break")
        await dialog.get_by_role("button", name="Change").click()
        [changed] = await at.desk.heard(staff.SetAgentStatus)
        assert (changed.agent_id, changed.status) == ("a3", "break")
        await expect(dialog.locator(".status-name")).to_have_text("Tea break")
        await at.page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(at.page.get_by_role("button", name="Agent 003")).to_be_focused()


async def test_the_board_is_asked_for_again_by_a_new_session_and_left_alone_elsewhere() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        await at.desk.heard(staff.SubscribeBoard)
        await at.desk.cut(forget=True)
        at.desk.restore()
        await at.desk.heard(staff.SubscribeBoard, 2)
        await at.page.keyboard.press("Alt+w")
        await at.desk.heard(staff.UnsubscribeBoard)
        at.complaints[:] = [one for one in at.complaints if "WebSocket" not in one]


async def test_agents_see_no_board() -> None:
    scene = Scene(me("agent"))
    async with at_work(scene) as at:
        await at.go("board")
        await expect(at.page.get_by_role("link", name="Board")).to_have_count(0)
        await expect(at.page.get_by_text("All quiet")).to_be_visible()


async def test_a_wallboard_is_large_and_escape_leaves_it() -> None:
    async with at_work(centre()) as at:
        await at.go("board")
        await at.page.get_by_role("button", name="Wallboard").click()
        await expect(at.page.get_by_role("navigation")).to_be_hidden()
        await at.page.keyboard.press("Escape")
        await expect(at.page.get_by_role("navigation")).to_be_visible()


async def test_five_hundred_agents_and_sixty_queues_stay_quick() -> None:
    async with at_work(centre(agents=500, queues=60)) as at:
        await at.go("board")
        await expect(at.page.locator(".tile")).to_have_count(500)
        script = """async () => {
            const long = [];
            new PerformanceObserver(list => list.getEntries().forEach(e => long.push(e.duration)))
                .observe({ type: "longtask" });
            await new Promise(done => setTimeout(done, 3000));
            return long.sort((one, other) => other - one)[4] ?? 0;
        }"""
        watching = at.page.evaluate(script)
        busy = [replace(agent(n, status="busy"), team=("Garden", "Home")[n % 2]) for n in range(0, 100)]
        for start in range(0, 100, 10):
            await at.desk.push(staff.BoardChanged(agents=busy[start : start + 10], agents_removed=[], queues=[]))
            await at.page.wait_for_timeout(200)
        # The fifth of ten changes, as a busy machine is slow at some; drawing everything anew takes far longer.
        assert await watching < 1_000, "ms"
        await expect(at.page.get_by_role("button", name="Busy 100")).to_be_visible()


KEYSTROKES = """async () => {
    const area = document.querySelector(".composer textarea");
    const took = [];
    for (let n = 0; n < 21; n++) {
        const start = performance.now();
        area.value += "x";
        area.dispatchEvent(new InputEvent("input", { bubbles: true }));
        await new Promise(requestAnimationFrame);
        took.push(performance.now() - start);
    }
    return took.sort((one, other) => one - other)[10];
}"""
"""How long one takes to be on the screen, in ms, at the median."""
FRAME_MS = 17


async def test_two_thousand_messages_stay_as_quick_as_two() -> None:
    scene = Scene()
    authors = ("customer", "agent")
    said = [message("c-ann", n, f"line {n}", author=authors[n // 3 % 2], name="Ann Lee") for n in range(1, 2_001)]  # type: ignore[arg-type]
    few = [message("c-bob", n, f"word {n}", name="Bob Ray") for n in (1, 2)]
    scene.assignments = [
        assignment(item("ann", "Ann Lee", "Hello"), said),
        assignment(item("bob", "Bob Ray", "Hello"), few),
    ]
    async with at_work(scene) as at:
        quickest: dict[str, float] = {}
        for _ in range(6):  # by turns, and the quickest of each counts: others only slow them down
            for path, last in (("c-bob", "word 2"), ("c-ann", "line 2000")):
                await at.go(f"conversation/{path}")
                await expect(at.log.get_by_text(last, exact=True)).to_be_in_viewport()
                quickest[path] = min(await at.page.evaluate(KEYSTROKES), quickest.get(path, math.inf))
            if quickest["c-ann"] < 3 * quickest["c-bob"] + FRAME_MS:
                break
        assert quickest["c-ann"] < 3 * quickest["c-bob"] + FRAME_MS, "ms, beside a short conversation's"
        await at.desk.push(staff.MessageCreated(message=message("c-ann", 2_001, "the newest", name="Ann Lee")))
        await expect(at.log.get_by_text("the newest")).to_be_in_viewport()


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
async def test_axe_finds_nothing_on_any_page(scheme: str, viewport: dict[str, int]) -> None:
    scene = centre()
    said = [message("c-ann", 1, "Hello", name="Ann Lee"), message("c-ann", 2, "Yes?", author="agent", kind="note")]
    scene.assignments = [assignment(item("ann", "Ann Lee", "Hello"), said, read_n=0)]
    scene.offers = [offer(item("eva", "Eva Roth", "Guten Tag", language="de"), ring_ms=90_000)]
    scene.queues[0] = queue("q0", "Orders", waiting=3, free=0)
    async with at_work(scene, viewport=viewport, color_scheme=scheme, reduced_motion="reduce") as at:
        found = {}
        for path in ("", "conversation/c-ann", "board", "settings"):
            await at.go(path)
            await at.offer("Eva Roth").wait_for()
            found[path] = await at.violations()
        for key in ("Control+k", "?", "Alt+t", "Alt+s"):
            await at.go("conversation/c-ann")
            await at.page.locator(".top-bar").click(position={"x": 2, "y": 2})
            await at.page.keyboard.press(key)
            await at.page.locator("dialog, [role=menu]").wait_for()
            found[key] = await at.violations()
        assert {place: broken for place, broken in found.items() if broken} == {}


async def test_everything_fits_a_narrow_screen() -> None:
    scene = centre()
    scene.assignments = [
        assignment(item("ann", "Ann Lee", "Hello"), [message("c-ann", 1, "Hello " * 40, name="Ann Lee")])
    ]
    async with at_work(scene, viewport=PHONE) as at:
        for path in ("", "conversation/c-ann", "board", "settings"):
            await at.go(path)
            wide = await at.page.evaluate("document.scrollingElement.scrollWidth")
            assert wide <= PHONE["width"], path
            inside = await at.page.evaluate(
                "[...document.querySelectorAll('main')].map(e => e.scrollWidth - e.clientWidth)"
            )
            assert max(inside) <= 0, path


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Alles ruhig"), ("pl", "Cisza"), ("ru", "Всё спокойно"), ("el", "Όλα ήσυχα")]
)
async def test_the_page_speaks_the_language_of_the_account(language: str, words: str) -> None:
    async with at_work(Scene(replace(me(), language=language))) as at:
        await at.page.goto(f"{at.desk.url}/agent/")
        await expect(at.page.get_by_text(words)).to_be_visible()
        await expect(at.page.locator("html")).to_have_attribute("lang", language)
        await at.desk.push(staff.OfferCreated(offer=offer(item("eva", "Eva Roth", "Guten Tag"))))
        await at.page.locator(".offer").wait_for()
        spill = "[...document.querySelectorAll('.work-list, .rail-item')].map(e => e.scrollWidth - e.clientWidth)"
        assert max(await at.page.evaluate(spill)) <= 0, "long words stay inside"


async def test_a_person_who_wants_no_shortcuts_has_none() -> None:
    async with at_work(centre()) as at:
        await at.go("settings")
        await at.page.get_by_role("switch", name="Keyboard shortcuts").uncheck()
        await at.page.keyboard.press("Alt+b")
        await at.page.keyboard.press("?")
        await expect(at.page.get_by_role("heading", name="Settings", level=1)).to_be_visible()
        await expect(at.page.get_by_role("dialog")).to_have_count(0)
        await at.page.keyboard.press("Control+k")
        await at.page.get_by_role("combobox", name="Search or do…").fill("board")
        await at.page.keyboard.press("Enter")
        await expect(at.page.get_by_role("table")).to_be_visible()


async def test_the_theme_follows_the_system_until_the_person_chooses() -> None:
    async with at_work(Scene(), color_scheme="dark") as at:
        await at.go("settings")
        ground = "getComputedStyle(document.body).backgroundColor"
        dark = await at.page.evaluate(ground)
        await at.page.get_by_text("Light", exact=True).click()
        light = await at.page.evaluate(ground)
        assert dark == "rgb(16, 18, 22)"
        assert light == "rgb(245, 246, 248)"
