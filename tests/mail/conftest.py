"""A centre with mailboxes: each room has an address of its own; the world's mail is a server of the tests."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import pytest_asyncio

from config.channel_accounts import ChannelAccount
from config.departments import Department, Departments
from config.forms import Forms
from config.secret import Secret
from router.core.bot.definition import Bot
from router.core.data_source import DataSource
from router.core.form import Field, Form, FormTexts
from router.core.policy import ChannelRule, Policy
from router.embedded import Urls
from tests.adapters.email import dovecot
from tests.adapters.email.mails import raw
from tests.gateway.centre import ROOMS, Room, TestCentre, room_policy, two_nodes
from tests.gateway.wire import Tab
from tests.mail.post_office import Letter, PostOffice, hand_in, post_office
from tests.patience import eventually
from tests.servers import free_port

WORKS = frozenset({"webchat", "email", "webform"})
SITE = "https://site.example"
PUBLIC_URL = "https://centre.example"
SHARED = 80
"""The room whose mailbox is fetched by IMAP."""
ACKNOWLEDGED = 79
"""The room that tells senders that their mail is here."""
ASSISTED = 78
"""The room whose mails a bot reads first, in modules that have one."""


def policy_with_mail() -> Policy:
    policy = room_policy()
    mail = ChannelRule(name="email", weight=10, ring_ms=20_000, at_most=10)
    letters = replace(mail, name="webform")
    statuses = {
        name: replace(
            status, channels=frozenset({"webchat", "email", "webform"}) if status.channels else status.channels
        )
        for name, status in policy.statuses.items()
    }
    cases = replace(policy.cases, address={"en": "Case {number} is here: {link}"})
    channels = {**policy.channels, "email": mail, "webform": letters, "case": replace(mail, name="case")}
    return replace(policy, channels=channels, statuses=statuses, cases=cases)


def account(number: int, office: int, *, bot: str = "", **options: str) -> ChannelAccount:
    """A room's mailbox, which answers by the office's port."""
    return ChannelAccount(
        key=f"mail-{number}",
        channel="email",
        provider="email",
        address=address(number),
        options={
            "name": "The Centre",
            "signature": "{agent}, at your service",
            "smtp_host": "127.0.0.1",
            "smtp_port": str(office),
            "smtp_tls": "none",
            "smtp_user": "-",
            "forwarders": "@friends.example",
            **options,
        },
        secrets={"imap_password": Secret(dovecot.PASSWORD)},
        language="en",
        department=f"room-{number}",
        base_url="",
        rate_per_s=500.0,
        templates=(),
        bot=bot,
    )


def form(number: int) -> Form:
    """A room's web form, answered by its mailbox."""
    return Form(
        key=f"form-{number}",
        fields=(
            Field(name="about", kind="choice", labels={"en": "About", "pl": "O czym"}, required=True,
                  choices={"lamp": {"en": "A lamp", "pl": "Lampa"}, "rare": {"en": "Rare", "pl": "Rzadkie"}}),
            Field(name="name", kind="name", labels={"en": "Name", "pl": "Imię"}),
            Field(name="email", kind="email", labels={"en": "E-mail", "pl": "E-mail"}, required=True),
            Field(name="order", kind="order", labels={"en": "Order", "pl": "Zamówienie"}),
            Field(name="message", kind="text", labels={"en": "Message", "pl": "Wiadomość"}, required=True),
        ),
        texts={"en": FormTexts(title="Write to us", thanks="Thanks!"), "pl": FormTexts(title="Napisz do nas")},
        default_language="en",
        department=f"room-{number}",
        answers_by=f"mail-{number}",
        most_files=2,
    )  # fmt: skip


def department(number: int) -> Department:
    """A room's warehouse, which is reached by mail."""
    place = f"store-{number}@warehouse.example"
    return Department(key=f"store-{number}", label="Warehouse", account=f"mail-{number}", place=place, due_s=3_600)


def address(number: int) -> str:
    return f"room-{number}@centre.example"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office() -> AsyncIterator[PostOffice]:
    async with post_office() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def imap() -> AsyncIterator[dovecot.Dovecot]:
    async with dovecot.dovecot() as running:
        yield running


@pytest.fixture(scope="module")
def mailbox_options() -> Mapping[int, Mapping[str, str]]:
    """More than every mailbox is told, by room; modules say what they need."""
    return {ACKNOWLEDGED: {"acknowledgement": "It is here.", "acknowledgement_pl": "Już jest."}}


@pytest.fixture(scope="module")
def bots() -> Mapping[str, Bot]:
    """Who reads the mails of ASSISTED first; modules say whether anybody does."""
    return {}


@pytest.fixture(scope="module")
def sources() -> Mapping[str, DataSource]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    centre: TestCentre
    smtp_port: int


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    embedded_urls: Urls,
    migrated_template: str,
    office: PostOffice,
    mailbox_options: Mapping[int, Mapping[str, str]],
    bots: Mapping[str, Bot],
    sources: Mapping[str, DataSource],
) -> AsyncIterator[House]:
    numbers = range(1, ROOMS + 1)
    first = {ASSISTED: next(iter(bots), "")}
    accounts = [
        account(number, office.port, bot=first.get(number, ""), **mailbox_options.get(number, {})) for number in numbers
    ]
    port = free_port()
    async with two_nodes(
        embedded_urls,
        migrated_template,
        policy=policy_with_mail(),
        channels={each.key: each for each in accounts},
        forms=Forms(
            by_key={each.key: each for each in map(form, numbers)},
            origins={form(number).key: (SITE,) for number in numbers},
            portals={form(1).key: ("shop",), form(2).key: ("another",)},
        ),
        departments=Departments(
            by_key={f"store-{number}": department(number) for number in numbers},
        ),
        bots=bots,
        data_sources=sources,
        public_url=PUBLIC_URL,
        smtp_listen=f"127.0.0.1:{port}",
    ) as running:
        yield House(centre=running, smtp_port=port)


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@dataclass(slots=True, kw_only=True)
class Writer:
    """Somebody who writes mails to a room."""

    house: House
    office: PostOffice
    room: Room
    address: str = field(default_factory=lambda: f"ann.{secrets.token_hex(4)}@example.org")
    _ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def mail(self, body: str = "Where is my lamp?\n", **fields: str) -> bytes:
        given = {
            "From": f"Ann Lee <{self.address}>",
            "To": address(self.room.number),
            "Subject": "My lamp",
            "Message-ID": f"<{self.address.partition('@')[0]}.{next(self._ids)}@example.org>",
        }
        return raw(body, **(given | {name.replace("_", "-"): value for name, value in fields.items()}))

    async def writes(self, body: str = "Where is my lamp?\n", **fields: str) -> bytes:
        made = self.mail(body, **fields)
        await self.hands_in(made)
        return made

    async def hands_in(self, made: bytes, *, sender: str | None = None) -> None:
        envelope = self.address if sender is None else sender
        await hand_in(self.house.smtp_port, made, address(self.room.number), sender=envelope)

    async def talks_with(self, agent: Tab, body: str = "Where is my lamp?\n", **fields: str) -> dict[str, Any]:
        """The mail is offered to the agent, who accepts; the assignment."""
        await self.writes(body, **fields)
        offer = (await agent.event("offer.created"))["offer"]
        await agent.ask("offer.accept", offer_id=offer["offer_id"])
        assigned: dict[str, Any] = (await agent.event("item.assigned"))["assignment"]
        return assigned

    async def gets(self, count: int = 1) -> list[Letter]:
        """The letters the office has for them, once there are so many."""
        await eventually(lambda: len(self.office.to(self.address)) >= count)
        return self.office.to(self.address)


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: House, numbers: Iterator[int]) -> AsyncIterator[Room]:
    yield Room(centre=house.centre, number=next(numbers))
    await house.centre.close_tabs()


@pytest.fixture
def writer(house: House, office: PostOffice, room: Room) -> Writer:
    return Writer(house=house, office=office, room=room)
