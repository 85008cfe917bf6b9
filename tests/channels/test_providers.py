"""The adapters of real providers in a running centre: a signed webhook in, an answer out to a provider that checks it,
a receipt back."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import pytest
import pytest_asyncio
from twilio.request_validator import RequestValidator

from config.channel_accounts import ChannelAccount
from config.secret import Secret
from router.core.policy import ChannelRule, Policy
from router.embedded import Urls
from router.engine import sending
from tests.channels.conftest import PUBLIC_URL
from tests.gateway.centre import Room, TestCentre, room_policy, two_nodes
from tests.gateway.http import request
from tests.gateway.wire import Tab
from tests.patience import comes_to_be, eventually
from tests.simulators import meta, telegram, viber
from tests.simulators.stand_in import Said, Seen, StandIn, running

pytestmark = pytest.mark.asyncio(loop_scope="module")

Webhook = tuple[bytes, dict[str, str]]
AFTER_2_S = {"Retry-After": "2"}
TWILIO_TOKEN, ACCOUNT_SID, NUMBER, CALLER = "12345", "AC" + "1" * 32, "+48221234567", "+48601234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One account in a room of its own. arrived: texts the provider was given; receipt: of the n-th of them.

    too_fast: how it says that it wants to be left alone for two seconds.
    """

    room: int
    channel: str
    carrier: str
    address: str
    options: Mapping[str, str]
    secrets: Mapping[str, str]
    stand_in: StandIn
    says: Callable[[str, str], Webhook]
    receipt: Callable[[int], Webhook] | None
    arrived: Callable[[], Sequence[str]]
    too_fast: Said

    @property
    def key(self) -> str:
        return f"{self.carrier}-{self.channel}"

    def account(self) -> ChannelAccount:
        return ChannelAccount(
            key=self.key,
            channel=self.channel,
            provider=self.carrier,  # type: ignore[arg-type]
            address=self.address,
            options=self.options,
            secrets={name: Secret(text) for name, text in self.secrets.items()},
            language="en",
            department=f"room-{self.room}",
            base_url=self.stand_in.url,
            rate_per_s=500.0,
            templates=(),
        )


def messenger() -> Provider:
    played = meta.Meta()

    def receipt(n: int) -> Webhook:
        item = {"sender": {"id": "5678"}, "recipient": {"id": "1234"}, "timestamp": 1_700_000_000_000}
        read = {**item, "delivery": {"mids": [f"m_{n}"]}}
        return meta.webhook({"object": "page", "entry": [{"id": "1234", "messaging": [read]}]})

    return Provider(
        room=1,
        channel="messenger",
        carrier="meta",
        address="1234",
        options={},
        secrets={"app_secret": meta.APP_SECRET, "access_token": meta.TOKEN, "verify_token": "our word"},
        stand_in=played.stand_in,
        says=lambda text, one: meta.webhook(meta.messenger_text(text, mid=one)),
        receipt=receipt,
        arrived=lambda: [one["message"]["text"] for one in played.messages],
        too_fast=Said(
            status=400, document={"error": {"code": 613, "message": "Calls exceeded the rate limit"}}, headers=AFTER_2_S
        ),
    )


def whatsapp() -> Provider:
    played = meta.Meta()

    def receipt(n: int) -> Webhook:
        status = {"id": f"wamid.{n}", "status": "delivered", "timestamp": "1700000000", "recipient_id": "48601234567"}
        return meta.webhook(meta.whatsapp_value(statuses=[status]))

    return Provider(
        room=2,
        channel="whatsapp",
        carrier="meta",
        address=meta.PHONE_NUMBER_ID,
        options={},
        secrets={"app_secret": meta.APP_SECRET, "access_token": meta.TOKEN, "verify_token": "our word"},
        stand_in=played.stand_in,
        says=lambda text, one: meta.webhook(meta.whatsapp_text(text, wamid=one)),
        receipt=receipt,
        arrived=lambda: [one["text"]["body"] for one in played.messages],
        too_fast=Said(status=400, document={"error": {"code": 130429, "message": "Rate limit hit"}}, headers=AFTER_2_S),
    )


def telegram_bot() -> Provider:
    played = telegram.Telegram()
    return Provider(
        room=3,
        channel="telegram",
        carrier="telegram",
        address="shop_bot",
        options={},
        secrets={"bot_token": telegram.BOT_TOKEN, "secret_token": telegram.SECRET_TOKEN},
        stand_in=played.stand_in,
        too_fast=Said(status=429, document={"ok": False, "error_code": 429, "parameters": {"retry_after": 2}}),
        says=lambda text, one: telegram.webhook(telegram.update(text, n=int(one, 16) % 10**9)),
        receipt=None,
        arrived=lambda: [one["text"] for one in played.messages],
    )


def viber_bot() -> Provider:
    played = viber.Viber()
    sent = 5_741_311_803_571_721_087

    def receipt(n: int) -> Webhook:
        return viber.webhook(
            {"event": "delivered", "timestamp": 1, "message_token": sent + n, "user_id": "01234567890A="}
        )

    return Provider(
        room=4,
        channel="viber",
        carrier="viber",
        address="Our shop",
        options={},
        secrets={"auth_token": viber.TOKEN},
        stand_in=played.stand_in,
        too_fast=Said(document={"status": 12, "status_message": "tooManyRequests"}, headers=AFTER_2_S),
        says=lambda text, one: viber.webhook(viber.message(text, token=int(one, 16) % 10**18)),
        receipt=receipt,
        arrived=lambda: [one["text"] for one in played.messages],
    )


def sms() -> Provider:
    arrived: list[str] = []

    def answer(seen: Seen) -> Said:
        arrived.append(seen.asked["Body"])
        return Said(status=201, document={"sid": f"SM{len(arrived)}"})

    def signed(form: Mapping[str, str]) -> Webhook:
        signature = RequestValidator(TWILIO_TOKEN).compute_signature(f"{PUBLIC_URL}/hooks/twilio-sms", form)
        kind = "application/x-www-form-urlencoded"
        return urlencode(form).encode(), {"content-type": kind, "x-twilio-signature": signature}

    return Provider(
        room=5,
        channel="sms",
        carrier="twilio",
        address=NUMBER,
        options={"account_sid": ACCOUNT_SID},
        secrets={"auth_token": TWILIO_TOKEN},
        stand_in=StandIn(answer=answer),
        says=lambda text, one: signed({"MessageSid": one, "From": CALLER, "To": NUMBER, "Body": text, "NumMedia": "0"}),
        receipt=lambda n: signed({"MessageSid": f"SM{n}", "MessageStatus": "delivered", "To": CALLER}),
        arrived=lambda: arrived,
        too_fast=Said(status=429, document={"code": 20429, "message": "Too Many Requests"}, headers=AFTER_2_S),
    )


def policy() -> Policy:
    plain = room_policy()
    channels = ("messenger", "whatsapp", "telegram", "viber", "sms")
    rules = {name: ChannelRule(name=name, weight=25, ring_ms=20_000, at_most=4) for name in channels}
    statuses = {
        name: replace(status, channels=status.channels | set(channels) if status.channels else status.channels)
        for name, status in plain.statuses.items()
    }
    return replace(plain, channels={**plain.channels, **rules}, statuses=statuses)


PROVIDERS = {"messenger": messenger, "whatsapp": whatsapp, "telegram": telegram_bot, "viber": viber_bot, "sms": sms}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def providers() -> AsyncIterator[Mapping[str, Provider]]:
    made = {name: make() for name, make in PROVIDERS.items()}
    async with AsyncExitStack() as stack:
        for one in made.values():
            await stack.enter_async_context(running(one.stand_in))
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(
    embedded_urls: Urls, migrated_template: str, providers: Mapping[str, Provider]
) -> AsyncIterator[TestCentre]:
    accounts = {one.key: one.account() for one in providers.values()}
    async with two_nodes(
        embedded_urls, migrated_template, policy=policy(), channels=accounts, public_url=PUBLIC_URL
    ) as each:
        yield each


async def called(centre: TestCentre, provider: Provider, webhook: Webhook, *, second: bool = False) -> int:
    """What the provider is answered."""
    body, headers = webhook
    url = (centre.second if second else centre.first).url
    return (await request(url, "POST", f"/hooks/{provider.key}", headers=headers, content=body)).status_code


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_customer_writes_is_answered_and_the_answer_arrives(
    centre: TestCentre, providers: Mapping[str, Provider], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = providers[name]
    room = Room(centre=centre, number=provider.room)
    anna = await room.tab(room.anna)
    hello, more = (secrets.token_hex(8) for _ in range(2))
    assert await called(centre, provider, provider.says("Where is my parcel?", hello)) == 200
    offer = (await anna.event("offer.created"))["offer"]
    for second in (False, True):
        assert await called(centre, provider, provider.says("Where is my parcel?", hello), second=second) == 200
    assert await called(centre, provider, provider.says("Hello?", more), second=True) == 200
    await anna.ask("offer.accept", offer_id=offer["offer_id"])
    await anna.event("item.assigned")

    def texts() -> list[str]:
        (assignment,) = anna.state["assignments"]
        return [one["text"] for one in assignment["conversation"]["messages"] if one["author"] == "customer"]

    await eventually(lambda: texts() == ["Where is my parcel?", "Hello?"])
    conversation_id = anna.state["assignments"][0]["conversation"]["conversation_id"]
    sent = await anna.ask("message.send", conversation_id=conversation_id, client_id="a1", text="On its way!")
    await eventually(lambda: list(provider.arrived()) == ["On its way!"])

    async def delivery() -> Any:
        rows = await centre.database.fetch(
            "SELECT state FROM outbox WHERE conversation_id = $1 AND n = $2", conversation_id, sent["n"]
        )
        return [row["state"] for row in rows]

    await comes_to_be(delivery, ["sent"])
    if provider.receipt is not None:
        assert await called(centre, provider, provider.receipt(1), second=True) == 200
        await comes_to_be(delivery, ["delivered"])
    rows = await centre.database.fetch("SELECT id FROM conversations WHERE account = $1", provider.key)
    assert [row["id"] for row in rows] == [conversation_id]
    await it_is_left_alone_for_as_long_as_it_asks(provider, anna, conversation_id)
    if name == "whatsapp":
        monkeypatch.setattr(sending, "FIRST_AGAIN_MS", 60_000)  # time enough for the receipt
        await a_lost_answer_is_settled_by_the_receipt(centre, provider, anna, conversation_id)
    await centre.close_tabs()


async def it_is_left_alone_for_as_long_as_it_asks(provider: Provider, agent: Tab, conversation_id: str) -> None:
    """Nothing is asked of the provider meanwhile, nothing is lost, and the order stays."""
    before, texts = len(provider.stand_in.seen), ["one", "two", "three"]
    provider.stand_in.faults.append(provider.too_fast)
    for text in texts:
        await agent.ask("message.send", conversation_id=conversation_id, client_id=f"fast-{text}", text=text)
    await eventually(lambda: list(provider.arrived())[1:] == texts)
    refused, after = provider.stand_in.seen[before : before + 2]
    assert after.at_s - refused.at_s >= 1.9  # without being asked to wait it is at most 1.5; the rest is for clocks


async def a_lost_answer_is_settled_by_the_receipt(
    centre: TestCentre, provider: Provider, agent: Tab, conversation_id: str
) -> None:
    """WhatsApp took the message, its answer was lost: its receipt names our id, and nothing is said twice: what comes
    behind it would else have to wait for it."""
    provider.stand_in.faults.append("lost")
    sent = await agent.ask("message.send", conversation_id=conversation_id, client_id="a2", text="Tomorrow!")
    await eventually(lambda: provider.arrived()[-1] == "Tomorrow!")

    async def delivery() -> Any:
        rows = await centre.database.fetch(
            "SELECT state, external_ids FROM outbox WHERE conversation_id = $1 AND n = $2", conversation_id, sent["n"]
        )
        return [(row["state"], list(row["external_ids"])) for row in rows]

    await comes_to_be(delivery, [("waiting", [])])
    reference = f"{conversation_id}.{sent['n']}"
    said = len(provider.arrived())
    status = {"id": f"wamid.{said}", "status": "delivered", "biz_opaque_callback_data": reference}
    assert await called(centre, provider, meta.webhook(meta.whatsapp_value(statuses=[status]))) == 200
    await comes_to_be(delivery, [("delivered", [f"wamid.{said}"])])
    await agent.ask("message.send", conversation_id=conversation_id, client_id="a3", text="Or the day after.")
    await eventually(lambda: len(provider.arrived()) > said)
    assert list(provider.arrived())[said - 1 :] == ["Tomorrow!", "Or the day after."]


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_request_with_a_changed_body_or_no_signature_changes_nothing(
    centre: TestCentre, providers: Mapping[str, Provider], name: str
) -> None:
    provider = providers[name]
    body, headers = provider.says("Let me in", secrets.token_hex(8))
    before = await centre.database.fetch("SELECT count(*) AS n FROM inbox WHERE account = $1", provider.key)
    assert await called(centre, provider, (body, {"content-type": headers["content-type"]})) == 403
    if name != "telegram":
        assert await called(centre, provider, (body.replace(b"Let", b"LET"), headers)) == 403
    after = await centre.database.fetch("SELECT count(*) AS n FROM inbox WHERE account = $1", provider.key)
    assert before == after


async def test_meta_finds_its_webhook(centre: TestCentre) -> None:
    path = "/hooks/meta-messenger?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=our+word"
    answer = await request(centre.first.url, "GET", path)
    assert (answer.status_code, answer.text) == (200, "1158201444")


async def test_twilio_is_answered_in_twiml(centre: TestCentre, providers: Mapping[str, Provider]) -> None:
    body, headers = providers["sms"].says("Hi", secrets.token_hex(8))
    answer = await request(centre.first.url, "POST", "/hooks/twilio-sms", headers=headers, content=body)
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == ("<Response/>", "text/xml")


async def test_an_unknown_kind_of_message_is_a_readable_line_and_its_payload_is_kept(
    centre: TestCentre, providers: Mapping[str, Provider]
) -> None:
    provider = providers["whatsapp"]
    odd = {"from": "48777777777", "id": "wamid.odd", "timestamp": "1700000000", "type": "hologram"}
    body, headers = meta.webhook(meta.whatsapp_value(messages=[odd]))
    assert await called(centre, provider, (body, headers)) == 200

    async def texts() -> list[str]:
        rows = await centre.database.fetch(
            "SELECT text FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.address = $1",
            odd["from"],
        )
        return [row["text"] for row in rows]

    await comes_to_be(texts, ["[hologram]"])
    kept = await centre.database.fetch("SELECT body FROM inbox WHERE account = $1", provider.key)
    assert body in [bytes(row["body"]) for row in kept]
