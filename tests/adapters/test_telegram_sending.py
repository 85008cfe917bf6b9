"""Telegram: what goes out, over HTTP to a Bot API that checks it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from router.core.inbound import Attachment
from router.core.outbound import OutboundFile, Refused, Template, TryAgain
from tests.adapters.sending import CONTRACT, PICTURE, Account, message, sender
from tests.simulators.stand_in import running
from tests.simulators.telegram import BOT_TOKEN, Telegram, error

PERSON = "3527065"


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    played = Telegram()
    async with running(played.stand_in):
        yield played


def account(telegram: Telegram, token: str = BOT_TOKEN) -> Account:
    return Account(channel="telegram", base_url=telegram.stand_in.url, secrets={"bot_token": token})


async def send(telegram: Telegram, text: str = "", recipient: str = PERSON, **more: object) -> tuple[str, ...]:
    async with sender(account(telegram)) as out:
        return await out.send(message(recipient, text, **more))


async def test_a_text_goes_out_and_its_id_comes_back(telegram: Telegram) -> None:
    assert await send(telegram, "Hello") == ("1",)
    assert telegram.messages[0]["text"] == "Hello"


async def test_the_id_in_a_group_has_the_group_before_it(telegram: Telegram) -> None:
    telegram.groups.add("-1001")
    assert await send(telegram, "Hello", "-1001") == ("-1001:1",)


async def test_a_long_text_is_counted_as_telegram_counts(telegram: Telegram) -> None:
    assert len(await send(telegram, "🎉" * 2_049)) == 2


async def test_files_are_uploaded_as_what_they_are(telegram: Telegram) -> None:
    voice = OutboundFile(name="v.ogg", media_type="audio/ogg", url="", content=b"OggS")
    await send(telegram, "Here", files=(PICTURE, CONTRACT, voice))
    assert [one["method"] for one in telegram.messages] == ["sendMessage", "sendPhoto", "sendDocument", "sendVoice"]
    assert telegram.messages[2]["document"] == ("a b.pdf", "application/pdf", b"%PDF")


async def test_a_short_text_stands_below_a_single_file(telegram: Telegram) -> None:
    await send(telegram, "Your cat", files=(PICTURE,), reply_to="17")
    (sent,) = telegram.messages
    assert (sent["caption"], sent["photo"][2]) == ("Your cat", PICTURE.content)
    assert json.loads(sent["reply_parameters"])["message_id"] == 17


async def test_choices_are_a_keyboard_below_the_last_text(telegram: Telegram) -> None:
    await send(telegram, "Which?", quick_replies=("Red", "Blue"))
    assert telegram.messages[0]["reply_markup"]["keyboard"] == [[{"text": "Red"}], [{"text": "Blue"}]]
    await send(telegram, "", quick_replies=("Red", "Blue"))
    assert telegram.messages[1]["text"] == "1. Red\n2. Blue"


async def test_an_answer_names_what_it_answers_also_in_a_group(telegram: Telegram) -> None:
    await send(telegram, "Yes", reply_to="-1001:44")
    await send(telegram, "Yes", reply_to="callback/1")
    assert telegram.messages[0]["reply_parameters"]["message_id"] == 44
    assert "reply_parameters" not in telegram.messages[1]


async def test_typing_is_shown_and_templates_are_refused(telegram: Telegram) -> None:
    async with sender(account(telegram)) as out:
        await out.typing(PERSON)
        await out.mark_read(PERSON, "1")
    assert telegram.actions == [{"chat_id": PERSON, "action": "typing"}]
    with pytest.raises(Refused, match="no_templates"):
        await send(telegram, template=Template(name="x", language="en"))


async def test_the_wait_telegram_names_is_kept(telegram: Telegram) -> None:
    telegram.stand_in.faults.append(error(429, "Too Many Requests: retry after 14", retry_after=14))
    with pytest.raises(TryAgain) as refused:
        await send(telegram, "Hello")
    assert refused.value.after_s == 14


async def test_trouble_is_tried_again_and_what_got_through_is_not_repeated(telegram: Telegram) -> None:
    telegram.stand_in.faults.extend((None, error(502, "Bad Gateway")))
    with pytest.raises(TryAgain) as broken:
        await send(telegram, "Hi", files=(PICTURE, CONTRACT))
    assert broken.value.sent == ("1",)
    async with sender(account(telegram)) as out:
        again = await out.send(message(PERSON, "Hi", files=(PICTURE, CONTRACT)), sent=broken.value.sent)
    assert again == ("1", "2", "3")
    assert [one["method"] for one in telegram.messages] == ["sendMessage", "sendPhoto", "sendDocument"]


async def test_who_blocked_the_bot_a_bad_request_and_a_wrong_token_need_a_person(telegram: Telegram) -> None:
    telegram.blocked.add(PERSON)
    with pytest.raises(Refused, match="blocked: Forbidden"):
        await send(telegram, "Hello")
    telegram.stand_in.faults.append(error(400, "Bad Request: chat not found"))
    with pytest.raises(Refused, match="telegram_400: Bad Request: chat not found"):
        await send(telegram, "Hello")
    async with sender(account(telegram, "123:wrong")) as out:
        with pytest.raises(Refused) as refused:
            await out.send(message(PERSON, "Hello"))
    assert refused.value.code == "credentials"
    assert "wrong" not in str(refused.value)


async def test_a_file_is_asked_for_by_id_and_the_token_stays_secret(telegram: Telegram) -> None:
    telegram.files["BQAD"] = b"sticker"
    async with sender(account(telegram)) as out:
        assert await out.fetch(Attachment(provider_id="BQAD"), most_bytes=100) == b"sticker"
        with pytest.raises(Refused) as refused:
            await out.fetch(Attachment(provider_id="BQAD"), most_bytes=3)
        assert refused.value.code == "too_large"
        with pytest.raises(Refused) as gone:
            await out.fetch(Attachment(provider_id="other"), most_bytes=100)
    for error_ in (refused, gone):
        assert BOT_TOKEN not in str(error_.value)
