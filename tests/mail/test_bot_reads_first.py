"""Mails that a bot reads first: what it is sure of it answers in the thread, the rest is a person's."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from config.bot import DEMO, load_bot
from config.data_sources import DEMO as SOURCES
from config.data_sources import load_data_sources
from router.core.bot.definition import Bot
from router.core.data_source import DataSource
from router.demo_shop import ShopService, shop_service
from tests.gateway.centre import Room
from tests.mail.conftest import ACKNOWLEDGED, ASSISTED, House, Writer
from tests.mail.post_office import PostOffice
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")
JAN = "jan@larkspur.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ShopService]:
    async with shop_service(tmp_path_factory.mktemp("shop")) as running:
        yield running


@pytest.fixture(scope="module")
def sources(shop: ShopService) -> Mapping[str, DataSource]:
    return load_data_sources(SOURCES, shop.environ)


@pytest.fixture(scope="module")
def bots(sources: Mapping[str, DataSource]) -> Mapping[str, Bot]:
    fern = load_bot(DEMO, sources)
    return {fern.name: fern}


@pytest.fixture(scope="module")
def mailbox_options() -> Mapping[int, Mapping[str, str]]:
    return {number: {"acknowledgement": "It is here."} for number in (ACKNOWLEDGED, ASSISTED)}


def assisted(house: House, office: PostOffice, address: str = "") -> Writer:
    writer = Writer(house=house, office=office, room=Room(centre=house.centre, number=ASSISTED))
    writer.address = address or writer.address
    return writer


async def test_a_question_is_answered_in_its_thread_and_whoever_writes_back_gets_a_person(
    house: House, office: PostOffice
) -> None:
    writer = assisted(house, office)
    anna = await writer.room.tab(writer.room.anna)
    await writer.writes("How much is delivery?\n", Subject="How much is delivery?")
    (letter,) = await writer.gets()
    assert "not a person" in letter.read.text
    assert "€5.90" in letter.read.text
    assert "a person reads what you write" in letter.read.text
    assert letter.read.in_reply_to == letter.facts.references[-1]
    assert b"Auto-Submitted: auto-replied" in letter.raw
    assert anna.state["offers"] == []
    again = {"References": f"<{letter.message_id}>", "Subject": f"Re: {letter.read.subject}"}
    await writer.writes("I am away.", **again, **{"Auto-Submitted": "auto-replied"})
    await writer.writes("And to Crete?", **again)
    offer = (await anna.event("offer.created"))["offer"]
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    work = (await anna.event("item.assigned"))["assignment"]
    said = [(each["author"], each["kind"]) for each in work["conversation"]["messages"]]
    assert said[:2] == [("customer", "text"), ("bot", "text")]
    assert ("bot", "note") in said
    assert len(office.to(writer.address)) == 1
    await house.centre.close_tabs()


async def test_what_the_bot_leaves_to_a_person_is_acknowledged_and_offered(house: House, office: PostOffice) -> None:
    writer = assisted(house, office)
    anna = await writer.room.tab(writer.room.anna)
    await writer.writes("My gnome fell off the balcony.")
    await anna.event("offer.created")
    (letter,) = await writer.gets()
    assert letter.read.text.startswith("It is here.")
    await house.centre.close_tabs()


async def test_a_change_is_made_by_mail_once_the_sender_has_answered_one_of_ours(
    house: House, office: PostOffice
) -> None:
    writer = assisted(house, office, JAN)
    await writer.writes("I want to return my order LS-10007", Subject="return my order")
    (asked,) = await writer.gets()
    assert "1. It is broken" in asked.read.text
    await writer.writes("1\n\nNora", References=f"<{asked.message_id}>", Subject=f"Re: {asked.read.subject}")
    _, confirm = await writer.gets(2)
    await writer.writes("Yes\n\nNora", References=f"<{confirm.message_id}>", Subject=f"Re: {confirm.read.subject}")
    *_, done = await writer.gets(3)
    assert "R-3000" in done.read.text


@pytest.mark.parametrize(
    "fields", [{"References": "<x@y.example>"}, {"Reply-To": "eve@example.org"}, {"List-Id": "<a.example>"}]
)
async def test_mails_that_go_on_go_elsewhere_or_come_from_a_list_are_not_the_bots(
    house: House, office: PostOffice, fields: dict[str, str]
) -> None:
    writer = assisted(house, office)
    await writer.writes("How much is delivery?\n", **fields)

    async def begun() -> bool:
        rows = await house.centre.database.fetch(
            "SELECT attributes ? 'bot' AS bots FROM conversations WHERE address = $1", writer.address
        )
        return [row["bots"] for row in rows] == [False]

    await eventually(begun)
