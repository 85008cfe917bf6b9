"""SMS and WhatsApp by Twilio: what goes out, over HTTP to a Twilio that checks it against the published contract."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from adapters.form import Request
from adapters.registry import adapter
from router.core.inbound import Attachment
from router.core.outbound import Refused, Template, TryAgain
from tests.adapters.sending import CONTRACT, PICTURE, Account, message, sender
from tests.simulators.stage import CALLER, DATA, NUMBER, Stage, staged
from tests.simulators.twilio.fault import Faults
from tests.simulators.twilio.message import Recipient
from tests.simulators.twilio.server import SID, TOKEN

SERVICE = "MG" + "7" * 32
LOSES_THE_FIRST = 36
"""A seed by which a chance of one half strikes once, and not again for five throws."""
PERSON = CALLER.removeprefix("+")


@pytest.fixture
async def twilio() -> AsyncIterator[Stage]:
    if not Path(DATA).exists():
        pytest.skip("needs Twilio's OpenAPI documents of the shared data (USHER_DATA)")
    async with staged() as stage:
        for address in (NUMBER, f"whatsapp:{NUMBER}"):
            given = {"address": address, "sms_url": f"{stage.product.url}/sms", "messaging_service_sid": SERVICE}
            await stage.api.put("/_sim/numbers", json=given)
        yield stage


def account(twilio: Stage, channel: str = "sms", **more: str) -> Account:
    options = {"account_sid": SID, "status_callback": f"{twilio.product.url}/steps", **more}
    return Account(channel=channel, address=NUMBER, base_url=twilio.url, options=options, secrets={"auth_token": TOKEN})


async def send(twilio: Stage, text: str = "", channel: str = "sms", **more: object) -> tuple[str, ...]:
    recipient = PERSON if channel == "whatsapp" else CALLER
    async with sender(account(twilio, channel)) as out:
        ids = await out.send(message(recipient, text, **more))
    await twilio.exchange.webhooks.settle()
    return ids


async def test_a_text_goes_out_and_every_step_is_told(twilio: Stage) -> None:
    (sid,) = await send(twilio, "Hello")
    sent = twilio.exchange.messages[sid]
    await twilio.until(lambda: sent.status == "delivered")
    await twilio.exchange.webhooks.settle()
    assert (sent.body, sent.to, sent.from_) == ("Hello", CALLER, NUMBER)
    assert twilio.product.events("/steps", "MessageStatus") == ["sent", "delivered"]
    assert twilio.violations == []


async def test_a_messaging_service_sends_in_the_numbers_place(twilio: Stage) -> None:
    async with sender(account(twilio, messaging_service_sid=SERVICE)) as out:
        (sid,) = await out.send(message(CALLER, "Hello"))
    assert twilio.exchange.messages[sid].service_sid == SERVICE
    assert twilio.violations == []


async def test_an_api_key_signs_in_the_tokens_place(twilio: Stage) -> None:
    key, secret = "SK" + "1" * 32, "key secret"
    twilio.exchange.account.api_keys[key] = secret
    keyed = Account(
        channel="sms",
        address=NUMBER,
        base_url=twilio.url,
        options={"account_sid": SID, "api_key_sid": key},
        secrets={"auth_token": "not this one", "api_key_secret": secret},
    )
    async with sender(keyed) as out:
        assert len(await out.send(message(CALLER, "Hello"))) == 1


async def test_pictures_go_with_the_text(twilio: Stage) -> None:
    (sid,) = await send(twilio, "Your cat", files=(PICTURE, CONTRACT))
    sent = twilio.exchange.messages[sid]
    assert (sent.body, sent.media_urls) == ("Your cat", (PICTURE.url, CONTRACT.url))
    first, second = await send(twilio, "Your cat", channel="whatsapp", files=(PICTURE, CONTRACT))
    assert twilio.exchange.messages[first].body == "Your cat"
    assert twilio.exchange.messages[second].media_urls == (CONTRACT.url,)


async def test_a_long_text_goes_out_in_parts_and_choices_as_a_list(twilio: Stage) -> None:
    assert len(await send(twilio, "word " * 400)) == 2
    (sid,) = await send(twilio, "Which?", quick_replies=("Red", "Blue"))
    assert twilio.exchange.messages[sid].body == "Which?\n1. Red\n2. Blue"


async def test_whatsapp_is_answered_and_a_template_opens_it(twilio: Stage) -> None:
    template = Template(name="HX" + "1" * 32, language="pl", variables=("Ada", "17:00"))
    (sid,) = await send(twilio, channel="whatsapp", template=template)
    sent = twilio.exchange.messages[sid]
    assert (sent.to, sent.from_, sent.content_sid) == (f"whatsapp:{CALLER}", f"whatsapp:{NUMBER}", template.name)
    assert twilio.violations == []
    with pytest.raises(Refused, match="no_templates"):
        await send(twilio, template=template)


async def test_who_said_stop_and_a_wrong_token_need_a_person(twilio: Stage) -> None:
    twilio.exchange.recipients[CALLER] = Recipient(stopped=True)
    with pytest.raises(Refused, match="21610"):
        await send(twilio, "Hello")
    wrong = Account(
        channel="sms",
        address=NUMBER,
        base_url=twilio.url,
        options={"account_sid": SID},
        secrets={"auth_token": "guess"},
    )
    async with sender(wrong) as out:
        with pytest.raises(Refused) as refused:
            await out.send(message(CALLER, "Hello"))
    assert "guess" not in str(refused.value)


async def test_limits_are_tried_again_after_the_wait_twilio_names(twilio: Stage) -> None:
    twilio.exchange.dice.faults = Faults(rest_429=1.0, retry_after_s=4)
    with pytest.raises(TryAgain) as refused:
        await send(twilio, "Hello")
    assert refused.value.after_s == 4


async def test_a_message_whose_answer_was_lost_does_not_go_out_twice(twilio: Stage) -> None:
    async with sender(account(twilio)) as out:
        before = await out.send(message(CALLER, "Yes"))
        twilio.exchange.dice.faults = Faults(rest_answer_lost=0.5)
        twilio.exchange.dice.stream("rest_answer_lost").seed(LOSES_THE_FIRST)
        after = await out.send(message(CALLER, "Yes"))
    assert twilio.exchange.dice.struck["rest_answer_lost"] == 1
    assert before != after
    sent = [one.sid for one in twilio.exchange.messages.values() if one.body == "Yes"]
    assert sorted(sent) == sorted((*before, *after))


async def test_the_same_words_said_before_do_not_pass_for_those_that_got_lost(twilio: Stage) -> None:
    async with sender(account(twilio)) as out:
        await out.send(message(CALLER, "Yes"))
        twilio.exchange.dice.faults = Faults(rest_500=0.5)
        twilio.exchange.dice.stream("rest_500").seed(LOSES_THE_FIRST)
        with pytest.raises(TryAgain):
            await out.send(message(CALLER, "Yes"))
    assert twilio.exchange.dice.struck["rest_500"] == 1


async def test_nor_do_the_same_words_said_by_another_node_half_a_minute_ago(twilio: Stage) -> None:
    (before,) = await send(twilio, "Yes")
    twilio.exchange.messages[before].created -= timedelta(seconds=30)
    twilio.exchange.dice.faults = Faults(rest_500=0.5)
    twilio.exchange.dice.stream("rest_500").seed(LOSES_THE_FIRST)
    with pytest.raises(TryAgain):
        await send(twilio, "Yes")


async def test_a_message_that_did_not_arrive_is_tried_again(twilio: Stage) -> None:
    twilio.exchange.dice.faults = Faults(rest_500=1.0)
    with pytest.raises(TryAgain):
        await send(twilio, "Hello")
    assert not twilio.exchange.messages


async def test_a_picture_somebody_sent_is_parsed_verified_and_fetched(twilio: Stage) -> None:
    content = "iVBORw0KGgo="
    given = {"from": CALLER, "to": NUMBER, "body": "", "media": [{"media_type": "image/png", "content": content}]}
    await twilio.api.post("/_sim/messages", json=given)
    await twilio.until(lambda: twilio.product.of("/sms"))
    asked = next(one for one in twilio.product.asked if one.path == "/sms")
    body = str(httpx.QueryParams(dict(asked.params))).encode()
    webhook = adapter("sms").webhook
    request = Request(method="POST", url=asked.url, headers=asked.headers, body=body)
    assert webhook.verify(request, secrets=(TOKEN,), now_ms=0).valid
    assert parse_qs(body.decode())["MessageSid"]
    (said,) = webhook.parse(body, headers={}, channel="sms").messages
    assert (said.sender, said.account, said.text) == (CALLER, NUMBER, "")
    async with sender(account(twilio)) as out:
        assert await out.fetch(said.attachments[0], most_bytes=100) == b"\x89PNG\r\n\x1a\n"
        with pytest.raises(Refused, match="foreign_host"):
            await out.fetch(Attachment(url="https://evil.example/x"), most_bytes=100)


async def test_typing_is_shown_on_whatsapp() -> None:
    asked: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(b'{"success": true}'))

    connect = adapter("whatsapp", "twilio").connect
    assert connect is not None
    ours = Account(channel="whatsapp", address=NUMBER, options={"account_sid": SID}, secrets={"auth_token": TOKEN})
    async with httpx.AsyncClient(transport=httpx.MockTransport(answers)) as http:
        out = connect(ours, http)
        await out.typing(PERSON)
        await out.typing(PERSON, in_reply_to="SM1")
        await out.mark_read(PERSON, "SM1")
    assert [str(one.url) for one in asked] == ["https://messaging.twilio.com/v2/Indicators/Typing.json"]
    assert parse_qs(asked[0].content.decode()) == {"messageId": ["SM1"], "channel": ["whatsapp"]}
