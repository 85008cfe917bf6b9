"""Two nodes of a small centre on real Valkey and PostgreSQL, and the people who meet there.

Each test has a room of its own: a queue, two agents and a supervisor nobody else uses. Rooms above QUICK ring for a
moment only, those above BRIEF wrap up within one instead, for tests of deadlines. Whoever is connected stays so without
a beat: tabs here say nothing by themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from types import MappingProxyType
from typing import Any

import asyncpg
import msgspec
import uvicorn
from starlette.applications import Starlette

from config.accounts import Account, PreChat, WidgetTexts
from config.channel_accounts import ChannelAccount
from config.departments import Departments
from config.forms import Forms
from config.secret import Secret
from config.settings import Settings
from router.api.staff import DemoLogin
from router.app import node
from router.core.bot.definition import Bot
from router.core.data_source import DataSource
from router.core.policy import ChannelRule, Disposition, Offers, Policy, Presence, Queue, Requirement, Rule, Status
from router.core.receiver import Receiver
from router.core.words import AgentId, Ms
from router.embedded import Urls
from router.engine.reload import Source
from router.engine.sign_in import hash_password
from router.gateway.wire import Wire
from router.plan import Plan
from router.store.connection import Connection
from router.store.postgres import sessions, staff
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer
from router.store.routing import RoutingStore
from tests.gateway.wire import Seat, Tab
from tests.servers import database, flush

NO_DEPARTMENTS, NO_FORMS = Departments(), Forms()
ROOMS, QUICK, BRIEF = 105, 90, 98
GRACE_MS: Ms = 6_000
"""Longer than a busy machine stalls: who comes back at once comes back in time."""
FLUENT = Requirement(skill="en", level=10)
"""Nobody's English is as good."""
SHOP = "http://shop.example"
IDENTITY_SECRET = "what only the shop's own server and this one know"
PASSWORD = "correct horse battery staple"
password_hash = cache(partial(hash_password, PASSWORD))


def room_policy() -> Policy:
    """A queue a room, which customers choose as their department."""
    names = [f"room-{number}" for number in range(1, ROOMS + 1)]
    statuses = ("available", True), ("busy", False), ("away", False), ("offline", False)
    return Policy(
        priority_credit_ms=60_000,
        agent_limit=100,
        channels={"webchat": ChannelRule(name="webchat", weight=25, ring_ms=20_000, at_most=4)},
        statuses={
            name: Status(
                name=name,
                label=name.title(),
                channels=frozenset(["webchat"] if works else []),
                productive=works,
                icon=name,
            )
            for name, works in statuses
        },
        skills=frozenset({"en"}),
        queues={name: _queue(name, number) for number, name in enumerate(names, 1)},
        rules=(
            Rule(
                name="rare", when="text.contains('[rare]')", requirements=frozenset({Requirement(skill="en", level=10)})
            ),
            Rule(name="circle", when="customer.circle == true", priority=7),
            *(Rule(name=name, when=f"department == '{name}'", queue=name) for name in names),
        ),
        dispositions=(Disposition(name="resolved", label="Resolved"),),
        presence=Presence(lease_ms=300_000, grace_ms=GRACE_MS, gone_boost_ms=0),
        offers=Offers(decline_cooldown_ms=60_000),
        default_queue=names[0],
    )


def _queue(name: str, number: int) -> Queue:
    ring_ms: Ms = 400 if QUICK < number <= BRIEF else 20_000
    wrap_up_ms: Ms = 500 if number > BRIEF else 60_000
    return Queue(name=name, label=name.title(), ring_ms={"webchat": ring_ms}, wrap_up_ms=wrap_up_ms)


def shop_account(policy: Policy, key: str = "shop", pre_chat: PreChat | None = None) -> Account:
    departments = {name: queue.label for name, queue in policy.queues.items()}
    return Account(
        key=key,
        allowed_origins=(SHOP, "https://*.shop.example"),
        languages=("en", "pl"),
        departments=tuple(departments),
        pre_chat=pre_chat or PreChat(),
        identity_secret=IDENTITY_SECRET,
        texts={
            language: WidgetTexts(title="Shop", welcome="Hello", departments=departments) for language in ("en", "pl")
        },
    )


@dataclass(slots=True, kw_only=True)
class Node:
    url: str


@dataclass(slots=True, kw_only=True)
class TestCentre:
    """first, second: two nodes on the same stores. database, store: the tests' own view of those."""

    __test__ = False
    first: Node
    second: Node
    settings: Settings
    policy: Policy
    database: Database
    store: RoutingStore
    _tabs: list[Tab] = field(default_factory=list)
    _devices: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @contextlib.asynccontextmanager
    async def another(self, **changes: Any) -> AsyncIterator[Node]:
        """One more node, with other settings."""
        async with serving(msgspec.structs.replace(self.settings, **changes), self.policy) as node:
            yield node

    async def cookie(self, agent_id: str, *, lasts_ms: Ms = 3_600_000) -> str:
        """The session cookie of somebody who signed in, without the cost of a password."""
        token, now = secrets.token_urlsafe(32), (await self.store.snapshot(limit=1)).at
        await sessions.create(
            self.database,
            token,
            sessions.LoginSession(
                staff_id=AgentId(agent_id), created_at=now, expires_at=now + lasts_ms, last_seen_at=now, user_agent=""
            ),
        )
        return token

    async def staff_seat(
        self, agent_id: str, *, node: Node | None = None, device: str = "", subprotocol: str = "usher.v1.msgpack"
    ) -> Seat:
        url = (node or self.first).url
        return Seat(
            url=url,
            path="/ws/agent",
            hello={"device_id": device or f"tab-{next(self._devices)}"},
            headers={"cookie": f"usher_session={await self.cookie(agent_id)}"},
            origin=url,
            subprotocol=subprotocol,
        )

    def customer_seat(
        self, token: str, *, node: Node | None = None, account: str = "shop", subprotocol: str = "usher.v1.json"
    ) -> Seat:
        return Seat(
            url=(node or self.first).url,
            path="/ws/customer",
            hello={"device_id": f"tab-{next(self._devices)}", "token": token, "account": account},
            headers={},
            origin=SHOP,
            subprotocol=subprotocol,
        )

    async def open(self, seat: Seat, *, after: Tab | None = None, acks: bool = True) -> Tab:
        """A tab with its snapshot (unless refused); closed when the test is over."""
        tab = await Tab.open(seat, after=after, acks=acks)
        self._tabs.append(tab)
        if not tab.resumed and tab.close_code is None:
            await tab.event("snapshot" if seat.path == "/ws/agent" else "customer.snapshot")
        return tab

    async def close_tabs(self) -> None:
        await asyncio.gather(*(tab.close() for tab in self._tabs))
        self._tabs.clear()


@dataclass(slots=True, kw_only=True)
class Visitor:
    """Somebody with a browser on the shop's page."""

    centre: TestCentre
    visitor_id: str
    token: str

    async def tab(self, node: Node | None = None, **options: Any) -> Tab:
        return await self.centre.open(self.centre.customer_seat(self.token, node=node, **options))


@dataclass(slots=True, kw_only=True)
class Room:
    """A queue and the people who serve it. anna, ben: agents; sue: a supervisor without a queue."""

    centre: TestCentre
    number: int

    @property
    def queue(self) -> str:
        return f"room-{self.number}"

    @property
    def anna(self) -> str:
        return f"anna-{self.number}"

    @property
    def ben(self) -> str:
        return f"ben-{self.number}"

    @property
    def sue(self) -> str:
        return f"sue-{self.number}"

    async def tab(self, agent_id: str, *, acks: bool = True, **options: Any) -> Tab:
        """A tab of a member of staff."""
        return await self.centre.open(await self.centre.staff_seat(agent_id, **options), acks=acks)

    async def visitor(self, node: Node | None = None, *, account: str = "shop") -> Visitor:
        from tests.gateway.http import post

        made = await post(
            (node or self.centre.first).url, "/api/widget/session", {"account": account}, headers={"origin": SHOP}
        )
        return Visitor(centre=self.centre, visitor_id=made["visitor_id"], token=made["token"])

    async def customer(self, node: Node | None = None, *, account: str = "shop") -> Tab:
        """A tab of a new customer."""
        return await (await self.visitor(node, account=account)).tab(node, account=account)

    async def start(self, customer: Tab, text: str = "Where is my parcel?", **facts: object) -> str:
        """Begin a conversation in this room; its id."""
        asked = {"client_id": f"c{secrets.token_hex(6)}", "text": text, "department": self.queue} | facts
        result = await customer.ask("conversation.start", **asked)
        conversation_id: str = result["conversation_id"]
        return conversation_id

    async def talking(self, agent: Tab, customer: Tab, text: str = "Where is my parcel?") -> tuple[str, str]:
        """A conversation begun, offered to the agent and accepted: its id and the work item's."""
        conversation_id = await self.start(customer, text)
        offer = (await agent.event("offer.created"))["offer"]
        await agent.ask("offer.accept", offer_id=offer["offer_id"])
        await agent.event("item.assigned")
        await customer.event("agent.changed")
        return conversation_id, offer["work_item"]["work_item_id"]


@contextlib.asynccontextmanager
async def two_nodes(
    urls: Urls,
    template: str,
    *,
    policy: Policy | None = None,
    source: Source | None = None,
    channels: Mapping[str, ChannelAccount] = MappingProxyType({}),
    departments: Departments = NO_DEPARTMENTS,
    forms: Forms = NO_FORMS,
    bots: Mapping[str, Bot] = MappingProxyType({}),
    data_sources: Mapping[str, DataSource] = MappingProxyType({}),
    receivers: Mapping[str, Receiver] = MappingProxyType({}),
    **changes: Any,
) -> AsyncIterator[TestCentre]:
    """changes: of the settings."""
    flush(urls.redis)
    name = f"centre_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(urls.postgres)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    postgres_url = database(urls.postgres, name)
    settings = Settings(
        redis_url=Secret(urls.redis),
        postgres_url=Secret(postgres_url),
        frames_per_s=10_000,
        frame_burst=10_000,
        postgres_pool=4,
        postgres_writers=2,
        customers_for_agents="served",
        heartbeat_s=60,
    )
    settings = msgspec.structs.replace(settings, **changes)
    policy = policy or room_policy()
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(
            serving(
                settings, policy, _seeding(policy), source, channels, departments, forms, bots, data_sources, receivers
            )
        )
        second = await stack.enter_async_context(
            serving(settings, policy, None, source, channels, departments, forms, bots, data_sources, receivers)
        )
        opened = await stack.enter_async_context(await Database.open(postgres_url, connections=2))
        calls = await stack.enter_async_context(await Connection.open(urls.redis))
        yield TestCentre(
            first=first,
            second=second,
            settings=settings,
            policy=policy,
            database=opened,
            store=await RoutingStore.open(calls),
        )


@contextlib.asynccontextmanager
async def serving(
    settings: Settings,
    policy: Policy,
    seed: Any = None,
    source: Source | None = None,
    channels: Mapping[str, ChannelAccount] = MappingProxyType({}),
    departments: Departments = NO_DEPARTMENTS,
    forms: Forms = NO_FORMS,
    bots: Mapping[str, Bot] = MappingProxyType({}),
    data_sources: Mapping[str, DataSource] = MappingProxyType({}),
    receivers: Mapping[str, Receiver] = MappingProxyType({}),
) -> AsyncIterator[Node]:
    """One node on a free port."""
    listening = socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP
    )  # named, or asyncio leaves Nagle on
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    accounts = {
        "shop": shop_account(policy),
        "strict": shop_account(policy, "strict", PreChat(name="required", email="required")),
        "assisted": msgspec.structs.replace(shop_account(policy, "assisted"), bot="fern"),
    }
    plan = Plan(
        settings=settings,
        policy=policy,
        accounts=accounts,
        channels=channels,
        departments=departments,
        forms=forms,
        bots=bots,
        teaches=False,
        data_sources=data_sources,
        receivers=receivers,
        origins=frozenset({url}),
        demo=[DemoLogin(role="agent", name="Anna", email="anna-1@centre.example", password=PASSWORD)],
        seed=seed,
        source=source,
    )
    async with node(plan) as application, answering(application, settings, listening):
        yield Node(url=url)


@contextlib.asynccontextmanager
async def answering(application: Starlette, settings: Settings, listening: socket.socket) -> AsyncIterator[None]:
    """Serve an application as the program does, for a block."""
    config = uvicorn.Config(
        application,
        ws=Wire,
        ws_max_size=settings.max_frame_bytes,
        ws_per_message_deflate=False,
        ws_ping_interval=None,
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    serve = asyncio.create_task(server.serve(sockets=[listening]), name="test server")
    try:
        while not server.started:
            await asyncio.sleep(0.005)
        yield
    finally:
        server.should_exit = True
        await serve


def _seeding(policy: Policy) -> Callable[[Database, Writer], Awaitable[int]]:
    return partial(_seed, at_most={name: channel.at_most for name, channel in policy.channels.items()})


async def _seed(stored: Database, _: Writer, at_most: Mapping[str, int]) -> int:
    people = [
        staff.Staff(
            id=AgentId(f"{name}-{number}"),
            email=f"{name}-{number}@centre.example",
            name=f"{name.title()} Room{number}",
            role="supervisor" if name == "sue" else "agent",
            team="rooms",
            password_hash=password_hash(),
            status="available",
            units_limit=100,
            at_most=at_most,
            language="en",
            skills={"en": 5},
            queues=frozenset() if name == "sue" else frozenset({f"room-{number}"}),
        )
        for number in range(1, ROOMS + 1)
        for name in ("anna", "ben", "sue")
    ]
    async with stored.transaction() as connection:
        await connection.executemany(
            "INSERT INTO staff (id, email, name, role, team, password_hash, status, units_limit, at_most, language,"
            " active, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, true, 0)",
            [
                (p.id, p.email, p.name, p.role, p.team, p.password_hash, p.status, p.units_limit, p.at_most, p.language)
                for p in people
            ],
        )
        await connection.executemany(
            "INSERT INTO staff_queues SELECT $1, unnest($2::text[])", [(p.id, list(p.queues)) for p in people]
        )
        await connection.executemany(
            "INSERT INTO staff_skills SELECT $1, key, value::int FROM jsonb_each_text($2)",
            [(p.id, p.skills) for p in people],
        )
    return len(people)
