"""A bot on the telephone: tasks by speech and keys, a person with everything it learnt whenever it gets nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from config.bot import DEMO, load_bot
from config.data_sources import DEMO as SOURCES
from config.data_sources import load_data_sources
from router.demo_shop import shop_service
from router.embedded import Urls
from router.store.postgres import bot_report, calls, traces
from tests.gateway.wire import Tab
from tests.simulators.twilio.leg import Leg
from tests.voice.centre import Room, VoiceCentre, voice_centre
from tests.voice.test_calls_in import call_of, outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")
ROOMS = 4
ASKED = {"hears": "in a few words", "speech": "I want to return my order"}
NUMBER = {"hears": "order number", "digits": "10007#"}
ADDRESS = {"hears": "e-mail address", "speech": "it is jan at larkspur dot example"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def voice(
    embedded_urls: Urls, migrated_template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[VoiceCentre]:
    async with shop_service(tmp_path_factory.mktemp("shop")) as shop:
        sources = load_data_sources(SOURCES, shop.environ)
        fern = load_bot(DEMO, sources)
        plan = {"bots": {fern.name: fern}, "data_sources": sources, "teaches": False}
        async with voice_centre(
            embedded_urls, migrated_template, rooms=ROOMS, voice={"bot": True}, plan=plan
        ) as running:
            yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


async def said(room: Room, leg: Leg, words: str) -> None:
    try:
        await room.centre.until(lambda: any(words in text for text in room.said(leg)))
    except AssertionError:
        raise AssertionError(f"nobody said {words!r}, but {room.said(leg)}") from None


async def achieved(room: Room, leg: Leg) -> bot_report.Counts:
    """In this call."""
    call = await calls.of_sid(room.centre.database, leg.sid)
    assert call is not None
    since = call.started_at
    return await bot_report.counts(room.centre.database, since=since, until=since + 1, window_ms=0)


async def note_of(room: Room, anna: Tab) -> str:
    """What she reads before she speaks."""
    await room.centre.until(lambda: anna.state["assignments"])
    texts: list[str] = [
        message["text"]
        for message in anna.state["assignments"][0]["conversation"]["messages"]
        if message["kind"] == "note"
    ]
    return "\n".join(texts)


async def test_a_task_is_done_by_voice_and_keys_without_anybody(room: Room) -> None:
    leg = room.calls(
        replies=[ASKED, NUMBER, ADDRESS, {"hears": "Why do you send", "digits": "1", "after_s": 12.0},
                 {"hears": "Shall I register", "digits": "1"}, {"hears": "R-300", "speech": "no that is all"}]
    )  # fmt: skip
    await said(room, leg, "not a person")
    await said(room, leg, "For It is broken, press 1.")
    await said(room, leg, "R-3000")
    await said(room, leg, "goodbye")
    await room.over(leg)
    call = await calls.of_sid(room.centre.database, leg.sid)
    assert call is not None
    assert (call.outcome, call.lined_up) == ("bot", False)
    assert room.problems(leg) == []
    counts = await achieved(room, leg)
    assert (counts.talks, counts.deflected, counts.handed_over, counts.open) == (1, 1, 0, 0)
    assert sum(counts.decisions.values()) == 6
    assert counts.intents == {"return": 1}


async def test_who_is_not_understood_again_and_again_gets_a_person_who_knows_it_all(room: Room) -> None:
    anna = await room.agent()
    leg = room.calls(replies=[ASKED, NUMBER, {"hears": "e-mail address", "speech": "I would rather not say"}])
    await room.accepts(anna)
    await room.call_is(anna, "talking")
    note = await note_of(room, anna)
    assert "Send something back" in note
    assert "Order: 10007" in note
    assert "I would rather not say" in note
    assert room.problems(leg) == []
    leg.hang_up()
    await outcome(room, leg, "answered")
    counts = await achieved(room, leg)
    assert (counts.talks, counts.deflected, counts.handed_over) == (1, 0, 1)
    assert sum(counts.reasons.values()) == 1
    await traces.take_out_of_calls(room.centre.database, [await call_of(room, leg)], at=1)
    assert await achieved(room, leg) == counts, "who called is forgotten, what came of it is not"


async def test_zero_is_a_person_in_the_middle_of_a_task_and_silence_leads_to_one(room: Room) -> None:
    anna = await room.agent()
    leg = room.calls(replies=[ASKED, {"hears": "order number", "digits": "0#"}])
    await room.accepts(anna)
    assert "Send something back" in await note_of(room, anna)
    leg.hang_up()
    quiet = room.calls(replies=[ASKED])
    await said(room, quiet, "passing you on")
    quiet.hang_up()
    assert room.problems(leg, quiet) == []
