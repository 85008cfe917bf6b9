"""The softphone in real Chromium. The provider's library is one chunk; a stub of the same form stands in for it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.async_api import Route, expect

from router.protocol import call, staff
from router.protocol.records import BoardWork
from tests.browser.agent_page import LOOKS, AgentPage, at_work
from tests.browser.desk_scene import ME, Scene, assignment, item, now_ms
from tests.browser.test_agent_client_board import centre

pytestmark = pytest.mark.browser

STUB = """
window.phoneStub = { muted: [], used: [], answered: null, stopped: false };
export async function openTelephone(token, listener) {
  window.phoneStub.listener = listener;
  window.phoneStub.ring = async () => {
    const answer = await listener.onRing();
    window.phoneStub.answered = answer;
    if (answer) listener.onLine(true);
  };
  listener.onState("ready");
  return {
    microphones: () => [{ id: "default", label: "Default" }, { id: "usb", label: "USB headset" }],
    speakers: () => [{ id: "loud", label: "Loudspeaker" }],
    use: (microphone, speaker) => { window.phoneStub.used.push([microphone, speaker]); return Promise.resolve(true); },
    mute: (muted) => window.phoneStub.muted.push(muted),
    stop: () => { window.phoneStub.stopped = true; },
  };
}
"""


def leg(label: str, role: str, name: str, **facts: Any) -> call.CallLeg:
    known: dict[str, Any] = {
        "agent_id": ME if role == "agent" else None,
        "number": "",
        "state": "joined",
        "since": now_ms(),
        "muted": False,
        "held": False,
        "mode": "talk",
    }
    return call.CallLeg(label=label, role=role, name=name, **known | facts)  # type: ignore[arg-type]


TALKING: list[Any] = ["mute", "hold", "keypad", "transfer", "consult", "pause_recording", "hang_up"]


def talking(**facts: Any) -> call.Call:
    known: dict[str, Any] = {
        "call_id": "call-1",
        "version": 2,
        "work_item_id": "w-ann",
        "conversation_id": "c-ann",
        "account": "main",
        "direction": "in",
        "state": "talking",
        "outcome": "",
        "number": "+48221234567",
        "queue": "orders",
        "started_at": now_ms() - 40_000,
        "connected_at": now_ms() - 10_000,
        "ended_at": None,
        "legs": [leg("customer", "customer", "Ann Lee"), leg("agent", "agent", "Anna Kowalska")],
        "recording": "on",
        "actions": TALKING,
    }
    return call.Call(**known | facts)


def on_the_phone(*, role: Any = "agent") -> Scene:
    from tests.browser.desk_scene import me

    scene = Scene(me(role))
    scene.voice = True
    ann = replace(item("ann", "Ann Lee", ""), channel="voice")
    scene.assignments = [assignment(ann, [])]
    scene.calls = [talking()]
    return scene


@contextlib.asynccontextmanager
async def phoning(scene: Scene, **context: Any) -> AsyncIterator[AgentPage]:
    async def stub(route: Route) -> None:
        await route.fulfill(body=STUB, content_type="text/javascript")

    async with at_work(scene, **context) as at:
        await at.context.route("**/assets/device-*.js", stub)
        yield at


async def test_nobody_loads_the_telephone_where_no_calls_are_made() -> None:
    async with phoning(Scene()) as at:
        await at.go()
        await expect(at.page.get_by_role("button", name="Call a number")).to_have_count(0)
        assert await at.page.evaluate("typeof window.phoneStub") == "undefined"


async def test_an_accepted_call_is_answered_by_itself_and_nothing_else_is() -> None:
    scene = on_the_phone()
    scene.calls = []
    async with phoning(scene) as at:
        await at.go()
        await expect(at.page.get_by_role("button", name="Your phone is ready.")).to_be_visible()
        rings = at.page.evaluate("window.phoneStub.ring()")
        dialing = [leg("customer", "customer", "Ann Lee"), leg("agent", "agent", "Anna", state="ringing")]
        await at.desk.push(call.CallChanged(call=talking(state="connecting", legs=dialing, actions=["hang_up"])))
        await rings
        assert await at.page.evaluate("window.phoneStub.answered") is True
        await expect(at.page.get_by_role("region", name="My calls")).to_be_visible()
        await at.desk.push(call.CallClosed(call_id="call-1", version=9, outcome="answered"))
        await expect(at.page.get_by_role("region", name="My calls")).to_have_count(0)
        await at.page.evaluate("window.phoneStub.ring()")
        assert await at.page.evaluate("window.phoneStub.answered") is False


async def test_a_call_is_muted_held_recorded_and_ended_by_press_and_by_key() -> None:
    async with phoning(on_the_phone()) as at:
        await at.go("conversation/c-ann")
        await expect(at.page.get_by_role("button", name="Your phone is ready.")).to_be_visible()
        bar = at.page.get_by_role("article", name="Call with Ann Lee")
        await expect(bar).to_contain_text("talking")
        await expect(at.page.get_by_role("main")).not_to_contain_text("on the page")
        await expect(bar).to_contain_text("Recording")
        await bar.get_by_role("button", name="Mute").click()
        await expect(bar.get_by_role("button", name="Mute")).to_be_focused()
        assert (await at.desk.heard(call.Mute))[0].muted is True
        assert await at.page.evaluate("window.phoneStub.muted") == [True]
        await at.page.keyboard.press("Alt+h")
        await at.desk.heard(call.Hold)
        held = talking(version=3, state="held", actions=["unmute", "unhold", "record", "hang_up"], recording="paused")
        await at.desk.push(call.CallChanged(call=held))
        await expect(bar).to_contain_text("on hold")
        await expect(at.page.get_by_role("alert")).to_have_text("Call with Ann Lee: on hold")
        await bar.get_by_role("button", name="Back to the customer").click()
        await at.desk.heard(call.Unhold)
        await bar.get_by_role("button", name="Record").click()
        assert (await at.desk.heard(call.RecordCall))[0].recording == "on"
        await at.page.keyboard.press("Alt+e")
        await at.desk.heard(call.HangUp)
        await expect(at.page.get_by_role("form", name="How did it end?")).to_be_focused()


async def test_tones_are_sent_from_the_keypad_by_press_and_by_key() -> None:
    async with phoning(on_the_phone()) as at:
        await at.go("conversation/c-ann")
        await at.page.keyboard.press("Alt+k")
        pad = at.page.get_by_role("group", name="Keypad")
        await pad.get_by_role("button", name="5").click()
        await at.page.keyboard.press("#")
        assert [one.digits for one in await at.desk.heard(call.Keypad, 2)] == ["5", "#"]
        await expect(pad.locator("output")).to_have_text("5#")
        await at.page.keyboard.press("Escape")
        await expect(pad).to_have_count(0)


async def test_a_call_is_handed_over_or_somebody_is_asked_first() -> None:
    async with phoning(on_the_phone()) as at:
        await at.go("conversation/c-ann")
        await at.page.keyboard.press("Alt+t")
        dialog = at.page.get_by_role("dialog", name="Transfer Ann Lee")
        await dialog.get_by_text("Invoices and payment").click()
        await expect(dialog.get_by_role("button", name="Ask first")).to_be_disabled()
        await dialog.get_by_label("Or an outside number").fill("+48 22 555 01 00")
        await dialog.get_by_role("button", name="Ask first").click()
        [asked] = await at.desk.heard(call.Consult)
        assert (asked.number, asked.agent_id) == ("+48 22 555 01 00", "")
        third = leg("third", "third", "Jonas Weber")
        consulting = talking(version=3, state="consulting", actions=["merge", "hand_over", "drop"])
        await at.desk.push(call.CallChanged(call=replace(consulting, legs=[*consulting.legs, third])))
        bar = at.page.get_by_role("article", name="Call with Ann Lee")
        await expect(bar).to_contain_text("Jonas Weber")
        await bar.get_by_role("button", name="All together").click()
        await at.desk.heard(call.Merge)
        await bar.get_by_role("button", name="End", exact=True).click()
        assert (await at.desk.heard(call.Drop))[0].label == "third"
        await bar.get_by_role("button", name="Hand over").click()
        await at.desk.heard(call.HandOver)


async def test_a_number_is_called_and_a_missed_one_called_back_from_the_log() -> None:
    scene = on_the_phone()
    scene.calls = []
    missed = call.LoggedCall(
        call_id="old", conversation_id="c-old", customer_id="u-old", customer_name="Bo Li", direction="in",
        outcome="abandoned", number="+48500600700", queue="orders", agents=[], started_at=now_ms() - 3_600_000,
        ended_at=now_ms() - 3_500_000, waited_ms=90_000, talked_ms=None, recordings=[],
    )  # fmt: skip
    scene.log = [missed]
    async with phoning(scene) as at:
        await at.go("conversation/c-ann")
        await at.page.get_by_role("button", name="Call this customer").click()
        assert (await at.desk.heard(call.Dial))[0].work_item_id == "w-ann"
        scene.log = [replace(missed, call_id="new", outcome="", ended_at=None), missed]
        log = at.page.get_by_label("Details").get_by_role("listitem")
        await at.desk.push(call.CallChanged(call=talking(call_id="new")))
        await expect(log.first).to_contain_text("going on")
        scene.log[0] = replace(missed, call_id="new", outcome="answered")
        await at.desk.push(call.CallClosed(call_id="new", version=9, outcome="answered"))
        await expect(log.first).to_contain_text("answered")
        await expect(log).to_have_count(2)
        await at.page.keyboard.press("Alt+d")
        dialog = at.page.get_by_role("dialog", name="Call a number")
        await expect(dialog).to_contain_text("left before an answer")
        await dialog.get_by_role("listitem").last.get_by_role("button", name="Call").click()
        assert (await at.desk.heard(call.Dial, 2))[1].number == "+48500600700"


async def test_a_supervisor_listens_whispers_joins_and_takes_over() -> None:
    scene = centre()
    scene.voice = True
    held = BoardWork(
        work_item_id="w-ann", channel="voice", queue="orders", state="assigned", since=now_ms(), weight=100
    )
    scene.agents[1] = replace(scene.agents[1], work=[held])
    async with phoning(scene) as at:
        await at.go("board")
        await at.page.get_by_role("button", name="Agent 001").click()
        await at.page.get_by_role("button", name="Listen").click()
        assert (await at.desk.heard(call.Monitor))[0].work_item_id == "w-ann"
        await at.page.keyboard.press("Escape")
        mine = leg("sup", "supervisor", "Anna Kowalska", agent_id=ME, mode="listen")
        legs = [leg("customer", "customer", "Ann Lee"), leg("agent", "agent", "Agent 001", agent_id="a1"), mine]
        actions: list[Any] = ["whisper", "barge", "take_over", "leave"]
        await at.desk.push(call.CallChanged(call=talking(legs=legs, actions=actions)))
        bar = at.page.get_by_role("article", name="Call with Ann Lee")
        for name, kind in (("Whisper", call.Whisper), ("Join in", call.Barge), ("Take over", call.TakeOver)):
            await bar.get_by_role("button", name=name).click()
            assert (await at.desk.heard(kind))[0].work_item_id == "w-ann"
        await bar.get_by_role("button", name="Leave").click()
        await at.desk.heard(call.LeaveCall)


async def test_a_microphone_is_chosen_and_only_one_tab_is_the_phone() -> None:
    async with phoning(on_the_phone()) as at:
        await at.go("settings")
        await at.page.get_by_label("Microphone").select_option("usb")
        assert (await at.page.evaluate("window.phoneStub.used"))[-1] == ["usb", ""]
        await at.page.get_by_label("Own telephone number").fill("+48221234567")
        await at.page.get_by_role("button", name="Change").click()
        assert (await at.desk.heard(call.SetPhone))[0].phone == "+48221234567"
        other = await at.context.new_page()
        await other.goto(f"{at.desk.url}/agent/settings")
        await expect(other.get_by_text("Another tab is your phone.")).to_be_visible()
        await at.page.close()
        await expect(other.get_by_text("Your phone is ready.")).to_be_visible()


async def test_a_forbidden_microphone_is_said_in_words() -> None:
    async with phoning(on_the_phone()) as at:
        await at.go()
        await expect(at.page.get_by_role("button", name="Your phone is ready.")).to_be_visible()
        await at.page.evaluate("window.phoneStub.listener.onTrouble('microphone')")
        await expect(at.page.get_by_text("The microphone cannot be used.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "viewport"), LOOKS)
async def test_axe_finds_nothing_while_one_calls(scheme: str, viewport: dict[str, int]) -> None:
    scene = on_the_phone()
    third = leg("third", "third", "Jonas Weber")
    many = talking(actions=[*TALKING, "merge", "hand_over", "drop"], notice="busy")
    scene.calls = [replace(many, legs=[*many.legs, third])]
    found = {}
    async with phoning(scene, viewport=viewport, color_scheme=scheme, reduced_motion="reduce") as at:
        await at.go("conversation/c-ann")
        await at.page.get_by_role("button", name="Keypad").click()
        found["call"] = await at.violations()
        wide = await at.page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= viewport["width"]
        await at.page.keyboard.press("Escape")
        await at.page.keyboard.press("Alt+t")
        await at.page.get_by_role("dialog").wait_for()
        found["transfer"] = await at.violations()
        await at.page.keyboard.press("Escape")
        await at.page.keyboard.press("Alt+d")
        await at.page.get_by_role("dialog").get_by_text("No calls yet.").wait_for()
        found["dial"] = await at.violations()
        await at.go("settings")
        await at.page.get_by_label("Microphone").wait_for()
        found["settings"] = await at.violations()
    assert {place: broken for place, broken in found.items() if broken} == {}


async def test_an_offer_of_a_call_opens_its_customer_as_it_is_accepted() -> None:
    from tests.browser.desk_scene import offer

    scene = on_the_phone()
    scene.assignments, scene.calls = [], []
    scene.offers = [offer(replace(item("eva", "Eva Roth", "", language="de"), channel="voice"))]
    async with phoning(scene) as at:
        await at.go()
        await expect(at.offer("Eva Roth")).to_contain_text("Phone")
        await at.page.keyboard.press("Alt+a")
        await at.desk.heard(staff.AcceptOffer)
        await expect(at.page).to_have_url(f"{at.desk.url}/agent/conversation/c-eva")
        await expect(at.page.get_by_role("complementary", name="Details")).to_contain_text("eva@post.example")
