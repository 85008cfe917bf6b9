"""The simulator and a product of a few documents, together: calls are placed, people act, what came of it is read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.patience import PATIENCE_S
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.conference import Room
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.person import Person
from tests.simulators.twilio.server import SID, TOKEN, Settings, running
from tests.simulators.twiml_server import TwimlServer, twiml_server

NUMBER, CALLER = "+48221234567", "+48601234567"
SPEED = 100.0
DATA = Path(os.environ.get("USHER_DATA", "../shared/data"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    exchange: Exchange
    product: TwimlServer
    api: httpx.AsyncClient
    url: str

    def call(self, **person: Any) -> Leg:
        """Somebody calls the number; person: fields of Person."""
        return self.exchange.call_in(from_=CALLER, to=NUMBER, person=Person.of(person))

    def answers(self, address: str, **person: Any) -> None:
        """Who is at an address; person: fields of Person."""
        self.exchange.people[address] = Person.of(person)

    async def until(self, done: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not done():
                await asyncio.sleep(0.002)

    async def hears(self, leg: Leg, sound: Sound, *of: str) -> None:
        """Until it does."""
        try:
            await self.until(lambda: leg.ear.sound == sound and (not of or set(leg.ear.of) == set(of)))
        except TimeoutError:
            raise AssertionError(
                f"{leg.sid} ({leg.status}) hears {leg.ear.sound} {leg.ear.of}, not {sound} {of}"
            ) from None

    async def over(self, leg: Leg) -> Leg:
        async with asyncio.timeout(PATIENCE_S):
            await leg.ended.wait()
        await self.exchange.webhooks.settle()
        return leg

    async def post(self, *path: str, **form: Any) -> httpx.Response:
        return await self.api.post(self.exchange.account.path(*path), data=form)

    async def get(self, *path: str, **query: Any) -> httpx.Response:
        return await self.api.get(self.exchange.account.path(*path), params=query)

    def said(self, leg: Leg) -> list[str]:
        """What was spoken to it, in order."""
        return [each.of[0] for each in leg.ear.heard if each.sound is Sound.SPEECH]

    def room(self, name: str = "room") -> Room:
        return self.exchange.rooms_by_name[name]

    @property
    def violations(self) -> list[str]:
        return [each.text for each in self.exchange.alerts.violations]


@asynccontextmanager
async def staged(**settings: Any) -> AsyncIterator[Stage]:
    given = {"speed": SPEED, "data": DATA, **settings}
    async with AsyncExitStack() as stack:
        product = await stack.enter_async_context(twiml_server())
        simulator = await stack.enter_async_context(running(Settings(**given)))
        client = httpx.AsyncClient(base_url=simulator.url, auth=(SID, TOKEN), trust_env=False, verify=False)
        api = await stack.enter_async_context(client)
        stage = Stage(exchange=simulator.exchange, product=product, api=api, url=simulator.url)
        await api.put(
            "/_sim/numbers",
            json={
                "address": NUMBER,
                "voice_url": f"{product.url}/voice",
                "voice_fallback_url": f"{product.url}/fallback",
                "status_callback": f"{product.url}/status",
                "sms_url": f"{product.url}/sms",
            },
        )
        yield stage
