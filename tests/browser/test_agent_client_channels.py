"""An agent answers people who write over a provider's channel: what they sent, how far an answer is, what is possible.

The channel is on paper (tests/channels), the centre and the page are real.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import FilePayload, Locator, Page, expect

from adapters import registry
from router.core.outbound import Refused
from router.embedded import Urls
from tests.browser.axe import violations
from tests.browser.pictures import picture
from tests.browser.staff_pages import StaffPages, staff_pages
from tests.channels import paper
from tests.channels.conftest import CHANNEL, PUBLIC_URL, Writer, accounts, policy_with_letters
from tests.gateway.centre import ROOMS, Room, TestCentre, two_nodes
from tests.patience import eventually

pytestmark = pytest.mark.browser

HOUR_MS = 3_600_000


@dataclass(kw_only=True)
class Desk:
    """Anna of a room at her page."""

    writer: Writer
    pages: StaffPages
    page: Page

    @property
    def office(self) -> paper.Office:
        return self.writer.office

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer textarea")

    async def accepts(self, *, text: str = "Where is my parcel?", hours_ago: int = 0, **facts: Any) -> None:
        """The writer's first letter is offered, and accepted by key. hours_ago: when it came."""
        room = self.writer.room
        answer = await self.writer.post(self.writer.letter(text, **facts))
        assert answer.status_code == 200, answer.text
        await expect(self.page.get_by_role("article", name="Ann is calling")).to_be_visible()
        await room.centre.database.execute(
            "UPDATE messages SET at = at - $1"
            " WHERE conversation_id IN (SELECT id FROM conversations WHERE account = $2)",
            hours_ago * HOUR_MS,
            f"letters-{room.number}",
        )
        await self.page.keyboard.press("Alt+a")
        await expect(self.composer).to_be_focused()

    async def violations(self) -> list[str]:
        return await violations(self.page)


@pytest.fixture(scope="module")
def _paper_is_a_carrier() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    paper.OFFICES.clear()
    patch.setattr(registry, "FOLDERS", {CHANNEL: {"telegram": "tests.channels.paper"}})
    yield
    patch.undo()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def house(embedded_urls: Urls, migrated_template: str, _paper_is_a_carrier: None) -> AsyncIterator[TestCentre]:
    policy = policy_with_letters()
    async with two_nodes(
        embedded_urls, migrated_template, policy=policy, channels=accounts(), public_url=PUBLIC_URL
    ) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@pytest_asyncio.fixture(loop_scope="session")
async def desk(house: TestCentre, numbers: Iterator[int]) -> AsyncIterator[Desk]:
    room = Room(centre=house, number=next(numbers))
    async with staff_pages(house) as pages:
        yield Desk(writer=Writer(room), pages=pages, page=await pages.open(room.anna))


async def test_a_picture_comes_in_and_a_file_goes_out_though_it_was_refused_at_first(desk: Desk) -> None:
    desk.office.files["cat.png"] = picture()
    await desk.accepts(text="Is this yours?", files=["cat.png"])
    await expect(desk.log).to_contain_text("Is this yours?")
    await expect(desk.page.locator(".conversation-head")).to_contain_text(f"Telegram {desk.writer.name}")
    thumbnail = desk.log.get_by_role("button", name="Open the picture cat.png")
    await expect(thumbnail.locator("img")).to_have_js_property("naturalWidth", 40)
    await thumbnail.press("Enter")
    dialog = desk.page.get_by_role("dialog", name="cat.png")
    await expect(dialog.get_by_role("img", name="cat.png")).to_be_visible()
    await expect(dialog.get_by_role("link", name="cat.png")).to_have_attribute("download", "cat.png")
    await desk.page.keyboard.press("Escape")
    await expect(thumbnail).to_be_focused()

    desk.office.troubles = [Refused("blocked", "The customer has blocked this account.")]
    async with desk.page.expect_file_chooser() as chooser:
        await desk.page.keyboard.press("Alt+f")
    bill = FilePayload(name="bill.pdf", mimeType="application/pdf", buffer=b"%PDF-1.4 bill")
    await (await chooser.value).set_files(bill)
    waiting = desk.page.get_by_role("list", name="Files to be sent")
    await expect(waiting).to_contain_text("bill.pdf")
    await expect(desk.page.get_by_role("button", name="Remove bill.pdf")).to_be_visible()
    assert await desk.violations() == []
    await desk.composer.fill("It is. Here is the bill.")
    await expect(desk.page.get_by_role("button", name="Send", exact=True)).to_be_enabled()
    await desk.composer.press("Enter")
    await expect(waiting).to_be_hidden()
    stuck = desk.log.locator("[data-delivery=parked]")
    await expect(stuck).to_contain_text("Not sent: The customer has blocked this account.")
    assert await desk.violations() == []
    await desk.page.set_viewport_size({"width": 360, "height": 740})
    assert await desk.violations() == []
    assert await desk.page.evaluate("document.documentElement.scrollWidth") == 360
    await desk.page.set_viewport_size({"width": 1440, "height": 900})

    await desk.page.keyboard.press("Alt+g")
    await expect(desk.log.locator("[data-delivery=sent]")).to_have_text("Sent")
    (sent,) = desk.office.sent
    assert (sent.text, [file.content for file in sent.files]) == ("It is. Here is the bill.", [b"%PDF-1.4 bill"])
    await expect(desk.log.get_by_role("link", name="bill.pdf")).to_be_visible()
    await desk.writer.post({"receipt": f"posted-{sent.id}", "state": "read"})
    await expect(desk.log.locator("[data-delivery=read]")).to_have_text("Read")


async def test_what_the_channel_does_not_carry_is_refused_in_words_and_not_sent(desk: Desk) -> None:
    await desk.accepts()
    chooser = desk.page.locator(".composer input[type=file]")
    await chooser.set_input_files(
        [
            FilePayload(name="film.mp4", mimeType="video/mp4", buffer=b"film"),
            FilePayload(name="big.png", mimeType="image/png", buffer=b"x" * 1_000_001),
            FilePayload(name="virus.pdf", mimeType="application/pdf", buffer=b"MZ" + b"\0" * 64),
        ]
    )
    waiting = desk.page.get_by_role("list", name="Files to be sent").get_by_role("listitem")
    await expect(waiting.nth(0)).to_contain_text("This channel does not carry such files.")
    await expect(waiting.nth(1)).to_contain_text("Larger than 1 MB.")
    await expect(waiting.nth(2)).to_contain_text("This kind or size of file cannot be sent here.")
    await expect(desk.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    for name in ("film.mp4", "big.png", "virus.pdf"):
        await desk.page.get_by_role("button", name=f"Remove {name}").click()
    await expect(waiting).to_have_count(0)
    desk.pages.complaints = [one for one in desk.pages.complaints if "400" not in one]


DROP = """([name, kind]) => {
  const data = new DataTransfer();
  data.items.add(new File(["bytes"], name, { type: "application/pdf" }));
  const where = document.querySelector(kind === "paste" ? ".composer textarea" : ".log");
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
  return !where.dispatchEvent(event);
}"""


async def test_files_are_attached_by_pasting_and_by_dropping_but_not_to_a_note(desk: Desk) -> None:
    await desk.accepts()
    waiting = desk.page.get_by_role("list", name="Files to be sent").get_by_role("listitem")
    assert await desk.page.evaluate(DROP, ["pasted.pdf", "paste"])
    await expect(waiting).to_have_count(1)
    assert await desk.page.evaluate(DROP, ["dropped.pdf", "drop"])
    await expect(waiting).to_have_count(2)
    await desk.page.keyboard.press("Alt+n")
    await expect(waiting).to_have_count(0)
    assert not await desk.page.evaluate(DROP, ["noted.pdf", "drop"])
    await desk.page.keyboard.press("Alt+n")
    await expect(waiting).to_have_count(2)


async def test_quick_replies_go_beside_the_text_and_at_most_as_many_as_the_channel_carries(desk: Desk) -> None:
    await desk.accepts()
    await desk.page.keyboard.type("Which colour?")
    await desk.page.keyboard.press("Alt+q")
    choices = desk.page.get_by_role("group", name="Quick replies").get_by_role("textbox")
    await expect(choices.first).to_be_focused()
    for colour in ("Red", "Green", "Blue"):
        await desk.page.keyboard.type(colour)
        await desk.page.keyboard.press("Enter")
    await expect(choices).to_have_count(3)
    await desk.page.get_by_role("button", name="Remove quick reply 2").click()
    assert await desk.violations() == []
    await desk.composer.press("Enter")
    await eventually(lambda: [message.quick_replies for message in desk.office.sent] == [("Red", "Blue")])
    await expect(choices).to_have_count(0)


async def test_outside_the_reply_window_only_a_template_is_sent(desk: Desk) -> None:
    await desk.accepts(hours_ago=7 * 24 + 1)
    notice = desk.page.get_by_text("The reply window is closed")
    await expect(notice).to_be_visible()
    await desk.composer.fill("Are you still there?")
    await expect(desk.page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    await desk.page.keyboard.press("Alt+u")
    dialog = desk.page.get_by_role("dialog", name="Send Ann a template")
    await expect(dialog.get_by_role("radio", name="Hello again")).to_be_checked()
    send = dialog.get_by_role("button", name="Send")
    await expect(send).to_be_disabled()
    await dialog.get_by_label("Place 1").fill("Ann")
    await dialog.get_by_label("Place 2").fill("your parcel")
    await expect(dialog).to_contain_text("Hello Ann, news on your parcel.")
    assert await desk.violations() == []
    await dialog.get_by_label("Place 2").press("Enter")
    await expect(desk.log).to_contain_text("Hello Ann, news on your parcel.")
    await eventually(lambda: [message.text for message in desk.office.sent] == ["Hello Ann, news on your parcel."])
    await desk.writer.post(desk.writer.letter("I am."))
    await expect(notice).to_be_hidden()
    await desk.composer.press("Enter")
    await eventually(lambda: desk.office.sent[-1].text == "Are you still there?")


async def test_the_end_of_the_reply_window_is_counted_down(desk: Desk) -> None:
    await desk.accepts(hours_ago=7 * 24 - 4)
    await expect(desk.page.get_by_text(re.compile(r"The customer can be answered freely for 3h 5\dm"))).to_be_visible()


async def test_what_became_of_a_message_is_marked(desk: Desk) -> None:
    now = (await desk.writer.room.centre.store.snapshot(limit=1)).at
    await desk.accepts(text="First words", id="first")
    await desk.writer.post(
        desk.writer.letter("Waving", id="wave", placeholder="sticker", sent_at=now - 2 * HOUR_MS),
        desk.writer.letter("My secret", id="secret"),
    )
    await expect(desk.log).to_contain_text("My secret")
    await expect(desk.log.locator(".kind")).to_have_text("Sticker")
    await expect(desk.log.get_by_text("written ")).to_be_visible()
    await desk.writer.post(
        desk.writer.letter("Better words", edits="first"), desk.writer.letter("", deletes="secret", opens=False)
    )
    await expect(desk.log).to_contain_text("Better words")
    await expect(desk.log.get_by_text("changed ")).to_be_visible()
    await expect(desk.log.get_by_text("Taken back", exact=True)).to_be_visible()
    await expect(desk.log).not_to_contain_text("My secret")
    assert await desk.violations() == []
