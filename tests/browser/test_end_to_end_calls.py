"""The softphone over a working centre and the provider's simulator: only the provider's library is a stub."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from router.embedded import Urls
from tests.browser.chromium import chromium, profile
from tests.browser.handset import Handset, handset
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.leg import Leg
from tests.voice.centre import Room, VoiceCentre, voice_centre

pytestmark = pytest.mark.browser

ROOMS = 3


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def voice(embedded_urls: Urls, migrated_template: str) -> AsyncIterator[VoiceCentre]:
    async with voice_centre(embedded_urls, migrated_template, rooms=ROOMS) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> itertools.count[int]:
    return itertools.count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def room(voice: VoiceCentre, numbers: itertools.count[int]) -> AsyncIterator[Room]:
    yield Room(centre=voice, number=next(numbers))
    await voice.close_tabs()


@dataclass(kw_only=True)
class Seat:
    """Somebody of staff at their page, which is their telephone."""

    page: Page
    phone: Handset

    @property
    def bar(self) -> Locator:
        """The call they are in."""
        return self.page.get_by_role("region", name="My calls").get_by_role("article")

    async def press(self, name: str) -> None:
        await self.bar.get_by_role("button", name=name, exact=True).click()


@contextlib.asynccontextmanager
async def seated(room: Room, name: str, place: str = "") -> AsyncIterator[Seat]:
    async with chromium() as browser:
        context = await profile(browser)
        token = await room.centre.sign_in(room.who(name))
        await context.add_cookies([{"name": "usher_session", "value": token, "url": room.centre.url}])
        page = await context.new_page()
        async with handset(context, page, room.centre.exchange) as phone:
            await page.goto(f"{room.centre.url}/agent/{place}")
            await expect(page.get_by_role("button", name="Your phone is ready.")).to_be_visible()
            yield Seat(page=page, phone=phone)
        await context.close()


async def answered(room: Room, anna: Seat) -> Leg:
    """A caller who talks to the agent at the page."""
    customer = room.calls()
    await room.in_line(customer)
    await anna.page.get_by_role("button", name="Accept").click()
    await expect(anna.bar).to_contain_text("talking")
    await room.hears(customer, Sound.PEOPLE, anna.phone.rang[-1].sid)
    return customer


async def test_a_call_is_answered_steered_and_wrapped_up_from_the_page(room: Room) -> None:
    expert = "+48225550100"
    room.answers(expert)
    async with seated(room, "anna") as anna:
        assert anna.phone.admitted is not None
        assert (anna.phone.admitted.identity, anna.phone.admitted.incoming) == (room.who("anna"), True)
        customer = await answered(room, anna)
        await anna.press("Mute")
        await room.hears(customer, Sound.MUTED)
        assert await anna.phone.muted()
        await anna.press("Unmute")
        await room.hears(customer, Sound.PEOPLE)
        await anna.page.keyboard.press("Alt+h")
        await expect(anna.bar).to_contain_text("on hold")
        await room.hears(customer, Sound.MUSIC)
        await anna.press("Back to the customer")
        await room.hears(customer, Sound.PEOPLE)
        await anna.page.keyboard.press("Alt+k")
        await anna.page.get_by_role("group", name="Keypad").get_by_role("button", name="5").click()
        await room.centre.until(lambda: any("5" in str(each.of) for each in customer.ear.heard), "no tone came")
        await anna.page.keyboard.press("Escape")
        await _consult(anna, expert)
        await room.hears(customer, Sound.MUSIC)
        await anna.press("All together")
        await room.hears(customer, Sound.PEOPLE, room.leg_of(expert).sid, anna.phone.rang[-1].sid)
        await anna.press("End")
        await room.over(room.leg_of(expert))
        await anna.page.keyboard.press("Alt+e")
        await room.over(customer)
        wrap_up = anna.page.get_by_role("form", name="How did it end?")
        await expect(wrap_up).to_be_focused()
        await anna.page.keyboard.press("1")
        await anna.page.keyboard.press("Enter")
        await expect(wrap_up).to_be_hidden()
        assert room.problems(customer) == []


async def test_a_call_is_handed_to_a_colleague_from_the_page(room: Room) -> None:
    ben = await room.agent("ben")
    await ben.ask("status.set", status="busy")
    async with seated(room, "anna") as anna:
        customer = await answered(room, anna)
        await anna.page.keyboard.press("Alt+t")
        dialog = anna.page.get_by_role("dialog")
        await dialog.get_by_text(f"Ben Room{room.number}").click()
        await dialog.get_by_role("button", name="Ask first").click()
        await expect(anna.bar).to_contain_text("Ben")
        await anna.press("Hand over")
        await room.over(anna.phone.rang[-1])
        await room.hears_agent(customer, "ben")
        await expect(anna.bar).to_have_count(0)
        assert room.problems(customer) == []


async def _consult(anna: Seat, number: str) -> None:
    await anna.page.keyboard.press("Alt+t")
    dialog = anna.page.get_by_role("dialog")
    await dialog.get_by_label("Or an outside number").fill(number)
    await dialog.get_by_role("button", name="Ask first").click()


async def test_a_supervisor_listens_whispers_and_joins_in_from_the_board(room: Room) -> None:
    anna = await room.agent()
    call = await room.talking(anna)
    agent = room.at("anna")
    async with seated(room, "sue", "board") as sue:
        await sue.page.get_by_role("button", name=f"Anna Room{room.number}").click()
        await sue.page.get_by_role("button", name="Listen").click()
        await room.centre.until(lambda: room.heard_by("sue") == Sound.PEOPLE, "she hears nobody")
        mine = sue.phone.rang[-1].sid
        assert mine not in agent.ear.of
        await sue.page.keyboard.press("Escape")
        await sue.press("Whisper")
        await room.centre.until(lambda: mine in agent.ear.of, "the agent does not hear her")
        assert mine not in call.leg.ear.of
        await sue.press("Join in")
        await room.hears(call.leg, Sound.PEOPLE, mine)
        await sue.press("Leave")
        await room.over(sue.phone.rang[-1])
        await expect(sue.bar).to_have_count(0)
        assert room.problems(call.leg) == []
