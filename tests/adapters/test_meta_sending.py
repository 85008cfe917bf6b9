"""Messenger, Instagram and WhatsApp: what goes out, over HTTP to a Meta that checks it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from router.core.inbound import Attachment
from router.core.outbound import Refused, Template, TryAgain
from tests.adapters.sending import CONTRACT, PICTURE, Account, message, sender
from tests.simulators.meta import APP_SECRET, PHONE_NUMBER_ID, TOKEN, Meta, error
from tests.simulators.stand_in import Said, running

PERSON = "48601234567"


@pytest.fixture
async def meta() -> AsyncIterator[Meta]:
    played = Meta()
    async with running(played.stand_in):
        yield played


def account(meta: Meta, channel: str) -> Account:
    secrets = {"access_token": TOKEN, "app_secret": APP_SECRET}
    return Account(channel=channel, address=PHONE_NUMBER_ID, base_url=meta.stand_in.url, secrets=secrets)


async def send(meta: Meta, channel: str, text: str = "", **more: object) -> tuple[str, ...]:
    async with sender(account(meta, channel), "meta") as out:
        return await out.send(message(PERSON, text, **more))


async def test_a_text_goes_out_and_its_id_comes_back(meta: Meta) -> None:
    assert await send(meta, "messenger", "Hello") == ("m_1",)
    assert await send(meta, "instagram", "Hello") == ("m_2",)
    assert await send(meta, "whatsapp", "Hello") == ("wamid.3",)
    assert meta.messages[0]["message"] == {"text": "Hello"}
    assert meta.messages[2]["text"]["body"] == "Hello"
    assert meta.messages[2]["biz_opaque_callback_data"] == "msg-1"


async def test_a_long_text_goes_out_in_parts(meta: Meta) -> None:
    text = " ".join(["word"] * 1_200)
    for channel, parts in (("messenger", 3), ("instagram", 6), ("whatsapp", 2)):
        assert len(await send(meta, channel, text)) == parts
    assert "biz_opaque_callback_data" not in meta.messages[-1], "a part must not pass for the whole"


async def test_instagram_counts_bytes(meta: Meta) -> None:
    await send(meta, "instagram", "ж" * 600)
    assert [len(one["message"]["text"].encode()) for one in meta.messages] == [1_000, 200]


async def test_files_go_by_address_as_what_they_are(meta: Meta) -> None:
    await send(meta, "messenger", "Here", files=(PICTURE, CONTRACT))
    assert [one["message"].get("attachment", {}).get("type", "text") for one in meta.messages] == [
        "text",
        "image",
        "file",
    ]
    meta.messages.clear()
    await send(meta, "whatsapp", files=(PICTURE, CONTRACT))
    assert [one["type"] for one in meta.messages] == ["image", "document"]
    assert meta.messages[1]["document"] == {"link": CONTRACT.url, "filename": "a b.pdf"}


async def test_a_short_text_stands_below_a_single_file_on_whatsapp(meta: Meta) -> None:
    await send(meta, "whatsapp", "Your cat", files=(PICTURE,))
    assert [one["image"]["caption"] for one in meta.messages] == ["Your cat"]


async def test_choices_are_buttons_where_they_fit_and_a_list_where_not(meta: Meta) -> None:
    await send(meta, "messenger", "Which?", quick_replies=("Red", "Blue"))
    assert [one["title"] for one in meta.messages[0]["message"]["quick_replies"]] == ["Red", "Blue"]
    await send(meta, "whatsapp", "Which?", quick_replies=("Red", "Blue"))
    buttons = meta.messages[1]["interactive"]["action"]["buttons"]
    assert [one["reply"]["title"] for one in buttons] == ["Red", "Blue"]
    await send(meta, "whatsapp", "Which?", quick_replies=("A", "B", "C", "D"))
    opened = meta.messages[2]["interactive"]
    assert (opened["type"], opened["body"]) == ("list", {"text": "Which?"})
    assert opened["action"]["sections"] == [{"rows": [{"id": one, "title": one} for one in "ABCD"]}]
    assert 0 < len(opened["action"]["button"]) <= 20
    await send(meta, "whatsapp", "Which?", quick_replies=tuple("ABCDEFGHIJK"))
    assert meta.messages[3]["text"]["body"].endswith("10. J\n11. K")
    await send(meta, "messenger", "Which?", quick_replies=("a label of more than twenty characters",))
    assert "1. a label" in meta.messages[4]["message"]["text"]


async def test_what_staff_write_late_is_marked_as_theirs(meta: Meta) -> None:
    await send(meta, "messenger", "Hello")
    await send(meta, "instagram", "Sorry for the wait", late=True)
    assert [(one["messaging_type"], one.get("tag")) for one in meta.messages] == [
        ("RESPONSE", None),
        ("MESSAGE_TAG", "HUMAN_AGENT"),
    ]


async def test_an_answer_names_what_it_answers(meta: Meta) -> None:
    await send(meta, "messenger", "Yes", reply_to="m_9")
    await send(meta, "whatsapp", "Yes", reply_to="wamid.9")
    assert meta.messages[0]["reply_to"] == {"mid": "m_9"}
    assert meta.messages[1]["context"] == {"message_id": "wamid.9"}


async def test_a_template_goes_out_with_its_variables_where_there_are_any(meta: Meta) -> None:
    template = Template(name="parcel", language="pl", variables=("Ada", "17:00"))
    await send(meta, "whatsapp", template=template)
    sent = meta.messages[0]["template"]
    assert (sent["name"], sent["language"]["code"]) == ("parcel", "pl")
    assert [one["text"] for one in sent["components"][0]["parameters"]] == ["Ada", "17:00"]
    with pytest.raises(Refused, match="no_templates"):
        await send(meta, "messenger", template=template)


async def test_typing_and_read_marks(meta: Meta) -> None:
    async with sender(account(meta, "messenger"), "meta") as out:
        await out.typing(PERSON)
        await out.mark_read(PERSON, "m_1")
    assert [one["sender_action"] for one in meta.actions] == ["typing_on", "mark_seen"]
    meta.actions.clear()
    async with sender(account(meta, "whatsapp"), "meta") as out:
        await out.typing(PERSON)
        await out.typing(PERSON, in_reply_to="wamid.7")
        await out.mark_read(PERSON, "wamid.8")
    assert [one["message_id"] for one in meta.actions] == ["wamid.7", "wamid.8"]
    assert meta.actions[0]["typing_indicator"] == {"type": "text"}


async def test_an_attempt_that_broke_off_goes_on_where_it_was(meta: Meta) -> None:
    meta.stand_in.faults.extend((None, error(130429, "Rate limit hit", status=400)))
    long = " ".join(["word"] * 1_200)
    with pytest.raises(TryAgain) as broken:
        await send(meta, "messenger", long)
    assert broken.value.sent == ("m_1",)
    async with sender(account(meta, "messenger"), "meta") as out:
        assert await out.send(message(PERSON, long), sent=broken.value.sent) == ("m_1", "m_2", "m_3")
    assert " ".join(one["message"]["text"] for one in meta.messages) == long


@pytest.mark.parametrize("code", [4, 80007, 130429, 131048, 131056, 2, 131016])
async def test_limits_and_trouble_are_tried_again(meta: Meta, code: int) -> None:
    meta.stand_in.faults.append(error(code, "Application request limit reached"))
    with pytest.raises(TryAgain, match=str(code)):
        await send(meta, "whatsapp", "Hello")


async def test_the_wait_meta_names_is_kept(meta: Meta) -> None:
    usage = '{"1": [{"type": "whatsapp", "call_count": 100, "estimated_time_to_regain_access": 2}]}'
    meta.stand_in.faults.append(error(80007, "limit", headers={"X-Business-Use-Case-Usage": usage}))
    meta.stand_in.faults.append(Said(status=429, headers={"Retry-After": "9"}))
    for expected in (120, 9):
        with pytest.raises(TryAgain) as refused:
            await send(meta, "whatsapp", "Hello")
        assert refused.value.after_s == expected


async def test_a_closed_window_a_blocked_person_and_a_wrong_token_need_a_person(meta: Meta) -> None:
    meta.blocked.add(PERSON)
    with pytest.raises(Refused, match="131047: More than 24 hours"):
        await send(meta, "whatsapp", "Hello")
    with pytest.raises(Refused, match="551"):
        await send(meta, "messenger", "Hello")
    wrong = Account(channel="messenger", base_url=meta.stand_in.url, secrets={"access_token": "EAA-wrong"})
    async with sender(wrong, "meta") as out:
        with pytest.raises(Refused) as refused:
            await out.send(message(PERSON, "Hello"))
    assert refused.value.code == "credentials"
    assert "EAA" not in str(refused.value)


async def test_a_lost_answer_is_tried_again(meta: Meta) -> None:
    meta.stand_in.faults.append("lost")
    with pytest.raises(TryAgain, match="504"):
        await send(meta, "whatsapp", "Hello")


async def test_an_account_without_token_or_a_message_without_anything_is_refused(meta: Meta) -> None:
    with pytest.raises(Refused, match="not_configured"):
        async with sender(Account(channel="messenger"), "meta"):
            pass
    with pytest.raises(Refused, match="empty"):
        await send(meta, "messenger", "  ")


async def test_media_of_whatsapp_is_asked_for_by_id(meta: Meta) -> None:
    meta.media["777"] = b"voice"
    async with sender(account(meta, "whatsapp"), "meta") as out:
        assert await out.fetch(Attachment(provider_id="777"), most_bytes=100) == b"voice"
    assert [one.path for one in meta.stand_in.seen] == ["/v23.0/777", "/files/777"]


async def test_media_of_messenger_is_fetched_without_credentials_from_meta_only(meta: Meta) -> None:
    async with sender(account(meta, "messenger"), "meta") as out:
        with pytest.raises(Refused, match="foreign_host"):
            await out.fetch(Attachment(url="https://internal.example/x"), most_bytes=100)
        with pytest.raises(Refused, match="http_401"):
            await out.fetch(Attachment(url=f"{meta.stand_in.url}/files/1"), most_bytes=10)
    assert "authorization" not in meta.stand_in.seen[-1].headers
