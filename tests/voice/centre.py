"""A centre that answers the telephone, and Twilio as the simulator plays it; people on both sides.

Each test has a room of its own: a number, a queue behind it, two agents and a supervisor. Phones run SPEED times as
fast as the clock on the wall.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncpg
import msgspec

from config.accounts import Account
from config.channel_accounts import ChannelAccount
from config.secret import Secret
from config.settings import Settings
from config.voice_line import AnswerShape, ChoiceShape, VoiceShape
from router.app import node
from router.core.policy import ChannelRule, Disposition, Offers, Policy, Presence, Queue, Status
from router.core.words import AgentId
from router.embedded import Urls
from router.plan import Plan
from router.store.connection import Connection
from router.store.postgres import sessions
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer
from router.store.routing import RoutingStore
from tests.gateway.centre import GRACE_MS, answering, shop_account
from tests.gateway.wire import Seat, Tab
from tests.patience import PATIENCE_S
from tests.servers import database, flush
from tests.simulators.twilio.account import Number
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.person import Person, Reply
from tests.simulators.twilio.server import SID, TOKEN, Running, running
from tests.simulators.twilio.server import Settings as TwilioSettings

ROOMS = 40
LONGEST_QUIET_S = 5.0
"""What a caller may hear nothing for: machines that test stall for seconds."""
SPEED = 40.0
MOST_DIALED = 20
DATA = Path(os.environ.get("USHER_DATA", "../shared/data"))
API_KEY, API_SECRET = "SK" + "7" * 32, "a secret of thirty-two characters"
NAMES = ("anna", "ben", "sue", "tom")
PHONED = "tom"
"""Answers by telephone; the others in the browser."""
OUTSIDE = "+48111222333"


def number_of(room: int) -> str:
    return f"+48222000{room:03}"


def phone_of(room: int) -> str:
    return f"+48221110{room:03}"


def policy(rooms: int = ROOMS) -> Policy:
    """Voice takes the whole of an agent, chat a quarter."""
    statuses = ("available", True), ("busy", False), ("away", False), ("offline", False)
    names = [f"room-{number}" for number in range(1, rooms + 1)]
    return Policy(
        priority_credit_ms=60_000,
        agent_limit=100,
        channels={
            "voice": ChannelRule(name="voice", weight=100, ring_ms=60_000, at_most=1),
            "webchat": ChannelRule(name="webchat", weight=25, ring_ms=60_000, at_most=4),
        },
        statuses={
            name: Status(
                name=name,
                label=name.title(),
                channels=frozenset(["voice", "webchat"] if works else []),
                productive=works,
                icon=name,
            )
            for name, works in statuses
        },
        skills=frozenset({"en"}),
        queues={name: Queue(name=name, label=name.title(), wrap_up_ms=60_000) for name in names},
        rules=(),
        dispositions=(Disposition(name="resolved", label="Resolved"),),
        presence=Presence(lease_ms=300_000, grace_ms=GRACE_MS, gone_boost_ms=0),
        offers=Offers(decline_cooldown_ms=500),
        default_queue=names[0],
    )


def account(room: int, twilio_url: str, **voice: Any) -> ChannelAccount:
    """The number of a room. voice: of its line."""
    given: dict[str, Any] = {
        "country": "PL",
        "languages": ("en", "pl"),
        "menu": (
            ChoiceShape(digit="1", queue=f"room-{room}", labels={"en": "orders", "pl": "zamówienia"}),
            ChoiceShape(digit="9", language="pl", again=True, labels={"en": "Polish", "pl": "polski"}),
        ),
        "answers": (AnswerShape(words={"en": ("opening", "hours")}, text={"en": "We are open from nine to five."}),),
        "most_dialed": MOST_DIALED,
        "answer_s": 60.0,
        "ring_s": 60.0,
        "grace_s": 8.0,
    }
    return ChannelAccount(
        key=f"line-{room}",
        channel="voice",
        provider="twilio",
        language="en",
        rate_per_s=20.0,
        templates=(),
        address=number_of(room),
        options={"account_sid": SID, "api_key_sid": API_KEY},
        department=f"room-{room}",
        base_url=twilio_url,
        voice=VoiceShape(**given | voice),
        secrets={"auth_token": Secret(TOKEN), "api_key_secret": Secret(API_SECRET)},
    )


@dataclass(slots=True, kw_only=True)
class VoiceCentre:
    url: str
    twilio: Running
    settings: Settings
    policy: Policy
    database: Database
    store: RoutingStore
    _tabs: list[Tab] = field(default_factory=list)
    _devices: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def exchange(self) -> Exchange:
        return self.twilio.exchange

    async def sign_in(self, agent_id: str) -> str:
        """A login's token, as the cookie has it."""
        token, now = secrets.token_urlsafe(32), (await self.store.snapshot(limit=1)).at
        session = sessions.LoginSession(
            staff_id=AgentId(agent_id), created_at=now, expires_at=now + 3_600_000, last_seen_at=now, user_agent=""
        )
        await sessions.create(self.database, token, session)
        return token

    async def tab(self, agent_id: str) -> Tab:
        token = await self.sign_in(agent_id)
        seat = Seat(
            url=self.url,
            path="/ws/agent",
            hello={"device_id": f"tab-{next(self._devices)}"},
            headers={"cookie": f"usher_session={token}"},
            origin=self.url,
            subprotocol="usher.v1.msgpack",
        )
        tab = await Tab.open(seat)
        self._tabs.append(tab)
        await tab.event("snapshot")
        return tab

    async def close_tabs(self) -> None:
        await asyncio.gather(*(tab.close() for tab in self._tabs))
        self._tabs.clear()

    async def until(self, done: Callable[[], Any], what: str = "", patience_s: float = PATIENCE_S) -> None:
        deadline = asyncio.get_running_loop().time() + patience_s
        while not done():
            assert asyncio.get_running_loop().time() < deadline, what or "it never came to hold"
            await asyncio.sleep(0.005)


@dataclass(slots=True, kw_only=True)
class Room:
    """A number, its queue, and the people behind it. anna, ben: agents; sue: a supervisor. boss has no queue."""

    centre: VoiceCentre
    number: int
    callers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def queue(self) -> str:
        return f"room-{self.number}"

    def who(self, name: str) -> str:
        return f"{name}-{self.number}"

    async def agent(self, name: str = "anna", **person: Any) -> Tab:
        """An agent at their desk, whose browser answers by itself unless told otherwise."""
        self.answers(f"client:{self.who(name)}", **person)
        return await self.centre.tab(self.who(name))

    def answers(self, address: str, **person: Any) -> None:
        self.centre.exchange.people[address] = Person.of({"picks_up_s": 0.5, **person})

    def calls(self, *, from_: str = "", **person: Any) -> Leg:
        """Somebody calls the room's number, and stays silent unless told otherwise."""
        caller = from_ or f"+4860{self.number:03}{next(self.callers):04}"
        return self.centre.exchange.call_in(from_=caller, to=number_of(self.number), person=Person.of(person))

    async def hears(self, leg: Leg, sound: Sound, *of: str, patience_s: float = PATIENCE_S) -> None:
        try:
            await self.centre.until(
                lambda: leg.ear.sound == sound and (not of or set(of) <= set(leg.ear.of)), patience_s=patience_s
            )
        except AssertionError:
            heard = f"{leg.ear.sound} {leg.ear.of}"
            raise AssertionError(f"{leg.to} ({leg.status}) hears {heard}, not {sound} {of}") from None

    async def hears_agent(self, leg: Leg, name: str, patience_s: float = PATIENCE_S) -> None:
        """Until the caller hears this member of staff."""

        def look() -> bool:
            return any(each.sid in leg.ear.of for each in self.legs_to(f"client:{self.who(name)}"))

        await self.centre.until(lambda: leg.ear.sound == Sound.PEOPLE and look(), f"{name} is not heard", patience_s)

    def legs_to(self, address: str) -> list[Leg]:
        return [leg for leg in self.centre.exchange.legs.values() if leg.to == address]

    async def in_line(self, leg: Leg) -> None:
        """The caller presses 1 when the menu is said, at nothing else, and hears where they stand."""
        leg.person = replace(leg.person, replies=(*leg.person.replies, Reply(hears="orders", digits="1", after_s=0.1)))
        await self.centre.until(lambda: any("in line" in text for text in self.said(leg)), "nobody told the position")

    def said(self, leg: Leg) -> list[str]:
        """What was spoken to it, in order."""
        return [each.of[0] for each in leg.ear.heard if each.sound is Sound.SPEECH]

    async def accepts(self, tab: Tab, patience_s: float = PATIENCE_S) -> str:
        """The agent takes the next offer; the work item's id."""
        await self.centre.until(lambda: tab.state["offers"], "nothing rings", patience_s)
        offer = tab.state["offers"][0]
        await tab.ask("offer.accept", offer_id=offer["offer_id"])
        item: str = offer["work_item"]["work_item_id"]
        return item

    async def talking(self, tab: Tab, **person: Any) -> Call:
        """A caller and the agent of the tab, who hear one another."""
        leg = self.calls(**person)
        await self.in_line(leg)
        item = await self.accepts(tab)
        call = await self.call_is(tab, "talking")
        await self.hears(leg, Sound.PEOPLE)
        return Call(room=self, leg=leg, item=item, id=call["call_id"])

    async def call_is(self, tab: Tab, state: str, patience_s: float = PATIENCE_S, **facts: Any) -> Any:
        """The tab's call, once it is in this state."""

        def look() -> Any:
            for call in tab.state["calls"]:
                if call["state"] == state and all(call[name] == fact for name, fact in facts.items()):
                    return call
            return None

        try:
            await self.centre.until(look, patience_s=patience_s)
        except AssertionError:
            seen = [(call["state"], call["notice"], call["legs"]) for call in tab.state["calls"]]
            raise AssertionError(f"no call is {state} {facts}; there are {seen}") from None
        return look()

    def leg_of(self, address: str) -> Leg:
        """The newest call to an address."""
        return self.legs_to(address)[-1]

    def heard_by(self, name: str) -> Sound:
        """What somebody of the staff hears on the telephone now."""
        legs = self.legs_to(f"client:{self.who(name)}")
        return legs[-1].ear.sound if legs else Sound.NOTHING

    def at(self, name: str) -> Leg:
        return self.leg_of(f"client:{self.who(name)}")

    async def over(self, leg: Leg, patience_s: float = PATIENCE_S) -> None:
        await self.centre.until(lambda: leg.over, f"{leg.to} is still {leg.status}", patience_s)

    def problems(self, *legs: Leg) -> list[str]:
        """What the simulator holds against us, about these legs and in general."""
        mine = {leg.sid for leg in legs}
        found = [f"{each.code} {each.text}" for each in self.centre.exchange.alerts.violations]
        for leg in legs:
            found += [
                f"{leg.to} heard nothing for {quiet.wall_s:.2f} s: {quiet.causes}"
                for quiet in leg.ear.quiets()
                if quiet.wall_s > LONGEST_QUIET_S
            ]
        return found + [sid for sid in mine if sid not in self.centre.exchange.legs]


@dataclass(slots=True, kw_only=True)
class Call:
    """A talk. leg: the customer's, as the provider has it."""

    room: Room
    leg: Leg
    item: str
    id: str

    @property
    def it(self) -> dict[str, str]:
        return {"call_id": self.id}


@contextlib.asynccontextmanager
async def voice_centre(
    urls: Urls,
    template: str,
    *,
    rooms: int = ROOMS,
    twilio: dict[str, Any] | None = None,
    voice: dict[str, Any] | None = None,
    plan: dict[str, Any] | None = None,
) -> AsyncIterator[VoiceCentre]:
    """One node and the simulator. twilio: of the simulator's settings; voice: of every line; plan: more of the node."""
    flush(urls.redis)
    name = f"voice_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(urls.postgres)
    try:
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    listening.listen()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(
        redis_url=Secret(urls.redis),
        postgres_url=Secret(database(urls.postgres, name)),
        public_url=url,
        frames_per_s=10_000,
        frame_burst=10_000,
        postgres_pool=12,
        postgres_writers=2,
        heartbeat_s=60,
    )
    given: dict[str, Any] = {"speed": SPEED, "data": DATA, "api_keys": {API_KEY: API_SECRET}} | (twilio or {})
    async with contextlib.AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(running(TwilioSettings(**given)))
        _connect(simulator.exchange, url, rooms)
        made = plan_of(settings, url, simulator.url, rooms, voice or {}, plan or {})
        await stack.enter_async_context(serving(made, listening))
        opened = await stack.enter_async_context(await Database.open(settings.postgres_url.reveal(), connections=2))
        calls = await stack.enter_async_context(await Connection.open(urls.redis))
        try:
            yield VoiceCentre(
                url=url,
                twilio=simulator,
                settings=settings,
                policy=policy(rooms),
                database=opened,
                store=await RoutingStore.open(calls),
            )
        finally:
            await everybody_hangs_up(simulator.exchange)


async def everybody_hangs_up(exchange: Exchange) -> None:
    """Before the node goes, so that nobody is left asking it."""
    for leg in list(exchange.legs.values()):
        leg.hang_up()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S):
            while not all(leg.over for leg in exchange.legs.values()):
                await asyncio.sleep(0.02)
            await exchange.webhooks.settle()


def _connect(exchange: Exchange, url: str, rooms: int) -> None:
    """Tell Twilio where our numbers lead."""
    for room in range(1, rooms + 1):
        hooks = f"{url}/hooks/twilio/voice/line-{room}"
        number = {
            "address": number_of(room),
            "voice_url": f"{hooks}/incoming",
            "voice_fallback_url": f"{hooks}/incoming",
            "status_callback": f"{hooks}/status",
        }
        exchange.account.numbers[number["address"]] = Number.of(number)


def plan_of(
    settings: Settings, url: str, twilio_url: str, rooms: int, voice: dict[str, Any], more: dict[str, Any]
) -> Plan:
    made = policy(rooms)
    accounts: dict[str, Account] = {"shop": shop_account(made)}
    channels = {each.key: each for each in (account(room, twilio_url, **voice) for room in range(1, rooms + 1))}
    return Plan(
        settings=settings,
        policy=made,
        accounts=accounts,
        channels=channels,
        origins=frozenset({url}),
        seed=_seeding(rooms),
        **more,
    )


@contextlib.asynccontextmanager
async def serving(plan: Plan, listening: socket.socket) -> AsyncIterator[None]:
    async with node(plan) as application, answering(application, plan.settings, listening):
        yield


def _seeding(rooms: int) -> Callable[[Database, Writer], Any]:
    async def seed(stored: Database, _: Writer) -> int:
        people = [(f"{name}-{room}", name, room) for room in range(1, rooms + 1) for name in NAMES]
        at_most = {"voice": 1, "webchat": 4}
        async with stored.transaction() as connection:
            await connection.executemany(
                "INSERT INTO staff (id, email, name, role, team, password_hash, status, units_limit, at_most, language,"
                " active, created_at) VALUES ($1, $2, $3, $4, 'rooms', $5, 'available', 100, $6, 'en', true, 0)"
                " ON CONFLICT DO NOTHING",
                [
                    (
                        person,
                        f"{person}@centre.example",
                        f"{name.title()} Room{room}",
                        "supervisor" if name == "sue" else "agent",
                        "unused",
                        at_most,
                    )
                    for person, name, room in people
                ],
            )
            await connection.executemany(
                "UPDATE staff SET phone = $2 WHERE id = $1",
                [(person, phone_of(room)) for person, name, room in people if name == PHONED],
            )
            await connection.executemany(
                "INSERT INTO staff_queues VALUES ($1, $2) ON CONFLICT DO NOTHING",
                [(person, f"room-{room}") for person, name, room in people if name != "sue"],
            )
        return len(people)

    return seed


def changed(settings: Settings, **changes: Any) -> Settings:
    return msgspec.structs.replace(settings, **changes)
