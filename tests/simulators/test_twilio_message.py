"""SMS, MMS and WhatsApp, both ways."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest

from tests.simulators.stage import CALLER, NUMBER, Stage
from tests.simulators.twilio.message import Message, Recipient

SERVICE, WHATSAPP = "MG" + "7" * 32, f"whatsapp:{NUMBER}"
CUSTOMER = f"whatsapp:{CALLER}"
PICTURE = b"\x89PNG not really"


async def written(stage: Stage, **given: Any) -> str:
    """Somebody writes to a number; the message's SID, once the product has been told."""
    answer = await stage.api.post("/_sim/messages", json={"from": CALLER, "to": NUMBER, "body": "Hello", **given})
    assert answer.status_code == 201, answer.text
    before = len(stage.product.of("/sms"))
    await stage.until(lambda: len(stage.product.of("/sms")) > before or stage.product.of("/sms"))
    return str(answer.json()["message_sid"])


async def sent(stage: Stage, **form: Any) -> Message:
    """What the product sends, once its last step is told."""
    answer = await stage.post(
        "Messages", **{"From": NUMBER, "To": CALLER, "StatusCallback": f"{stage.product.url}/steps", **form}
    )
    assert answer.status_code == 201, answer.text
    message = stage.exchange.messages[answer.json()["sid"]]
    await stage.until(lambda: message.status in ("delivered", "undelivered", "failed", "read"))
    await stage.exchange.webhooks.settle()
    return message


async def whatsapp_number(stage: Stage) -> None:
    given = {"address": WHATSAPP, "sms_url": f"{stage.product.url}/sms", "messaging_service_sid": SERVICE}
    assert (await stage.api.put("/_sim/numbers", json=given)).status_code == 200


async def test_a_message_is_sent_and_delivered(stage: Stage) -> None:
    message = await sent(stage, Body="Hi")
    assert message.status == "delivered"
    assert stage.product.events("/steps", "MessageStatus") == ["sent", "delivered"]
    assert stage.violations == []


async def test_an_undelivered_message_carries_its_error(stage: Stage) -> None:
    stage.exchange.recipients[CALLER] = Recipient(outcome="undelivered", error_code=30005)
    await sent(stage, Body="Hi")
    last = stage.product.of("/steps")[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30005")


async def test_who_said_stop_gets_nothing(stage: Stage) -> None:
    stage.exchange.recipients[CALLER] = Recipient(stopped=True)
    answer = await stage.post("Messages", From=NUMBER, To=CALLER, Body="Hi")
    assert (answer.status_code, answer.json()["code"]) == (400, 21610)


@pytest.mark.parametrize(
    ("form", "code"),
    [({"Body": ""}, 21602), ({"Body": "x" * 1601}, 21617), ({"From": "+100"}, 21606), ({"To": "me"}, 21211)],
)
async def test_what_cannot_be_sent_says_why(stage: Stage, form: dict[str, str], code: int) -> None:
    answer = await stage.post("Messages", **{"From": NUMBER, "To": CALLER, "Body": "Hi", **form})
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_whatsapp_beyond_the_window_fails_unless_it_is_a_template(stage: Stage) -> None:
    await whatsapp_number(stage)
    free = await sent(stage, From=WHATSAPP, To=CUSTOMER, Body="Hi")
    assert (free.status, free.error_code) == ("failed", 63016)
    template = await sent(stage, From=WHATSAPP, To=CUSTOMER, ContentSid="HX" + "0" * 32)
    assert template.status == "delivered"
    await written(stage, **{"from": CUSTOMER, "to": WHATSAPP})
    answer = await sent(stage, From=WHATSAPP, To=CUSTOMER, Body="Hi")
    assert answer.status == "delivered"


async def test_a_messaging_service_picks_its_own_number_and_tells_when_it_is_read(stage: Stage) -> None:
    await whatsapp_number(stage)
    await written(stage, **{"from": CUSTOMER, "to": WHATSAPP})
    stage.exchange.recipients[CUSTOMER] = Recipient(outcome="read")
    message = await sent(stage, From="", MessagingServiceSid=SERVICE, To=CUSTOMER, Body="Hi")
    assert message.from_ == WHATSAPP
    told = stage.product.of("/steps")
    assert [each["MessageStatus"] for each in told] == ["sent", "delivered", "read"]
    assert (told[-1]["EventType"], told[-1]["MessagingServiceSid"]) == ("READ", SERVICE)


async def test_a_picture_comes_as_a_url_that_asks_for_credentials(stage: Stage) -> None:
    media = [{"media_type": "image/png", "content": base64.b64encode(PICTURE).decode()}]
    await written(stage, media=media, body="")
    told = stage.product.of("/sms")[0]
    assert (told["NumMedia"], told["MediaContentType0"]) == ("1", "image/png")
    async with httpx.AsyncClient(trust_env=False, verify=False) as stranger:
        assert (await stranger.get(told["MediaUrl0"])).status_code == 401
    fetched = await stage.api.get(told["MediaUrl0"], follow_redirects=True)
    assert (fetched.content, fetched.headers["content-type"]) == (PICTURE, "image/png")


async def test_a_picture_is_fetched_from_the_product(stage: Stage) -> None:
    stage.product.files["/picture"] = ("image/png", PICTURE)
    message = await sent(stage, Body="", MediaUrl=f"{stage.product.url}/picture")
    assert [(each.media_type, each.content) for each in message.attachments] == [("image/png", PICTURE)]
    assert message.sid.startswith("MM")


async def test_an_answer_in_twiml_is_sent(stage: Stage) -> None:
    stage.product.documents["/sms"] = "<Message><Body>We are here</Body></Message>"
    await written(stage)
    await stage.until(lambda: any(each.direction == "outbound-reply" for each in stage.exchange.messages.values()))
    reply = next(each for each in stage.exchange.messages.values() if each.direction == "outbound-reply")
    assert (reply.to, reply.body) == (CALLER, "We are here")


async def test_fields_of_the_provider_pass_as_they_are(stage: Stage) -> None:
    await written(stage, params={"ProfileName": "Zażółć", "ButtonPayload": "yes"})
    told = stage.product.of("/sms")[0]
    assert (told["ProfileName"], told["ButtonPayload"], told["Body"]) == ("Zażółć", "yes", "Hello")
