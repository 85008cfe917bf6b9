"""A bot's turn on the telephone: in time, the same when done again, and a person whatever goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from router.core.bot import spoken
from router.core.bot.talk import Talk
from router.core.call import facts
from router.core.call.state import BotTalk, Call
from router.core.data_source import Answer
from router.core.words import ConversationId, Ms, WorkItemId
from router.engine.bot import calling
from router.engine.bot.bots import Bots
from router.engine.centre import Centre
from tests.core.bot.talking import Chat, fern

Ask = Callable[..., Awaitable[Answer]]
LATE: Ms = 1_795_217_400_000
"""2026-11-20 23:30 UTC: the day after in Warsaw."""


def centre(ask: Ask) -> Centre:
    """As much of one as a turn within a task looks at."""
    return cast(
        Centre,
        SimpleNamespace(
            bots=Bots(by_name={"fern": fern()}),
            data_sources=SimpleNamespace(ask=ask),
            database=None,
            signing_key=b"",
            now=lambda: LATE,
            policy=SimpleNamespace(cases=SimpleNamespace(zone="Europe/Warsaw")),
        ),
    )


def call(talk: Talk, language: str = "en") -> Call:
    return Call(
        id="call_1",
        account="line",
        direction="in",
        number="+48601000111",
        language=language,
        state="bot",
        since=0,
        started_at=0,
        item_id=WorkItemId("call_1.1"),
        conversation_id=ConversationId("con_1"),
        bot=BotTalk(talk=talk, listens=spoken.listening(talk, fern())),
    )


def confirming() -> Talk:
    """A talk in which a return waits for a yes."""
    found = {"number": "LS-10007", "status": "delivered", "items": "A lantern", "due_on": "2026-11-14"}
    chat = Chat(answers={"order": ("found", (found,))}, world={"voice": True})
    for text in ("I want to return my order LS-10007, jan@larkspur.example", "1"):
        chat.say(text)
    assert chat.talk.waiting == "confirm"
    return chat.talk


def yes() -> facts.Heard:
    return facts.Heard(stage=1, digits="1")


async def test_a_turn_that_is_done_again_changes_the_same_thing() -> None:
    named: list[str] = []

    async def ask(source: str, values: Mapping[str, str], *, once: str) -> Answer:
        named.append(once)
        return Answer(source=source, state="found", rows=({"id": "R-1", "send_by": "2026-12-01"},))

    made = [await calling.turn(centre(ask), call(confirming()), yes(), None) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0] is not None
    assert (made[0].then, "R-1" in made[0].say) == ("caller", True)
    assert named[0].startswith("call_1:")
    assert len(set(named)) == 1


@pytest.mark.parametrize("trouble", ["slow", "broken"])
async def test_whatever_goes_wrong_the_caller_gets_a_person_in_time(
    trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(*_: Any, **__: Any) -> Answer:
        if trouble == "broken":
            raise ZeroDivisionError
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(calling, "TURN_S", 0.05)
    made = await calling.turn(centre(ask), call(confirming()), yes(), None)
    assert made is not None
    assert made.then == "person"
    assert "cannot look that up" in made.say
    assert "Order: LS-10007" in made.bot.note
    assert made.bot.listens is None


async def test_a_language_no_bot_speaks_is_a_persons() -> None:
    async def ask(*_: Any, **__: Any) -> Answer:
        raise AssertionError

    assert await calling.turn(centre(ask), call(confirming(), "fi"), yes(), None) is None


async def test_a_talk_of_a_bot_that_is_no_more_is_begun_anew() -> None:
    async def ask(*_: Any, **__: Any) -> Answer:
        raise AssertionError

    gone = replace(confirming(), bot="ivy")
    made = await calling.turn(centre(ask), call(gone), facts.Heard(stage=1, speech=""), None)
    assert made is not None
    assert made.bot.talk.bot == "fern"


async def test_tomorrow_is_the_day_after_today_where_the_centre_is() -> None:
    asked: list[Mapping[str, str]] = []

    async def ask(source: str, values: Mapping[str, str], **_: Any) -> Answer:
        asked.append(values)
        return Answer(source=source, state="found", rows=({"day": values["day"], "hour": "09:00"},))

    booking = Chat(world={"voice": True})
    booking.say("book an appointment")
    tomorrow = facts.Heard(stage=1, speech="tomorrow please")
    assert await calling.turn(centre(ask), call(booking.talk), tomorrow, None) is not None
    assert [values["day"] for values in asked] == ["2026-11-22"]
