"""Viber: what goes out, over HTTP to a Viber that checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from router.core.inbound import Attachment
from router.core.outbound import Refused, Template, TryAgain
from tests.adapters.sending import CONTRACT, PICTURE, Account, message, sender
from tests.simulators.stand_in import Said, running
from tests.simulators.viber import TOKEN, Viber, said

PERSON = "01234567890A="


@pytest.fixture
async def viber() -> AsyncIterator[Viber]:
    played = Viber()
    async with running(played.stand_in):
        yield played


def account(viber: Viber, token: str = TOKEN) -> Account:
    return Account(channel="viber", address="Our shop", base_url=viber.stand_in.url, secrets={"auth_token": token})


async def send(viber: Viber, text: str = "", **more: object) -> tuple[str, ...]:
    async with sender(account(viber)) as out:
        return await out.send(message(PERSON, text, **more))


async def test_a_text_goes_out_under_the_authors_name_and_its_token_comes_back(viber: Viber) -> None:
    assert await send(viber, "Hello", author_name="Maria") == ("5741311803571721088",)
    await send(viber, "Hello")
    assert [one["sender"]["name"] for one in viber.messages] == ["Maria", "Our shop"]
    assert viber.messages[0]["tracking_data"] == "msg-1"


async def test_files_and_buttons(viber: Viber) -> None:
    await send(viber, "Which?", files=(PICTURE, CONTRACT), quick_replies=("Red", "Blue"))
    assert [one["type"] for one in viber.messages] == ["text", "picture", "file"]
    assert [one["Text"] for one in viber.messages[0]["keyboard"]["Buttons"]] == ["Red", "Blue"]
    assert (viber.messages[2]["file_name"], viber.messages[2]["size"]) == ("a b.pdf", 4)


async def test_a_long_text_goes_out_in_parts(viber: Viber) -> None:
    assert len(await send(viber, "word " * 1_500)) == 2


async def test_limits_and_trouble_are_tried_again(viber: Viber) -> None:
    for fault in (said(12, "tooManyRequests"), Said(status=500), Said(status=429, headers={"Retry-After": "3"})):
        viber.stand_in.faults.append(fault)
        with pytest.raises(TryAgain):
            await send(viber, "Hello")


async def test_who_left_a_wrong_token_and_bad_data_need_a_person(viber: Viber) -> None:
    viber.unsubscribed.add(PERSON)
    with pytest.raises(Refused, match="blocked: the customer has unsubscribed"):
        await send(viber, "Hello")
    viber.stand_in.faults.append(said(3, "badData"))
    with pytest.raises(Refused, match="viber_3: badData"):
        await send(viber, "Hello")
    async with sender(account(viber, "wrong-token")) as out:
        with pytest.raises(Refused) as refused:
            await out.send(message(PERSON, "Hello"))
    assert refused.value.code == "credentials"
    assert "wrong-token" not in str(refused.value)


async def test_there_are_no_templates_no_typing_and_no_read_marks(viber: Viber) -> None:
    with pytest.raises(Refused, match="no_templates"):
        await send(viber, template=Template(name="x", language="en"))
    async with sender(account(viber)) as out:
        await out.typing(PERSON)
        await out.mark_read(PERSON, "1")
    assert viber.stand_in.seen == []


async def test_a_file_is_fetched_from_viber_only(viber: Viber) -> None:
    viber.files["/media/1"] = b"picture"
    async with sender(account(viber)) as out:
        assert await out.fetch(Attachment(url=f"{viber.stand_in.url}/media/1"), most_bytes=100) == b"picture"
        with pytest.raises(Refused, match="foreign_host"):
            await out.fetch(Attachment(url="http://foo.example/"), most_bytes=100)
