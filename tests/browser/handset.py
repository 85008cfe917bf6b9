"""A browser that is a telephone: the provider's library replaced at its boundary by a stub, wired to the simulator.

The page asks the real server for its token, which the simulator checks; who is rung there rings in the page, and what
the page answers is what the simulator hears.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, Page, Route

from tests.simulators.twilio.browser import Browser, admitted
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.person import Person

LOOKED_EVERY_S = 0.02
STUB = """
export async function openTelephone(token, listener) {
  await window.register(token);
  window.handset = {
    muted: false,
    ring: async () => {
      const answers = await listener.onRing();
      if (answers) listener.onLine(true);
      return answers;
    },
    over: () => listener.onLine(false),
  };
  listener.onState("ready");
  return {
    microphones: () => [],
    speakers: () => [],
    use: () => Promise.resolve(true),
    mute: (muted) => { window.handset.muted = muted; },
    stop: () => undefined,
  };
}
"""


@dataclass(kw_only=True)
class Handset:
    """The telephone in a page. admitted: as whom the provider let it in. rang: every call to it, in order."""

    exchange: Exchange
    page: Page
    admitted: Browser | None = None
    rang: list[Leg] = field(default_factory=list)

    @property
    def address(self) -> str:
        assert self.admitted is not None
        return f"client:{self.admitted.identity}"

    async def register(self, token: str) -> None:
        self.admitted = admitted(self.exchange.account, token)
        self.exchange.people[self.address] = Person(picks_up_s=None)

    async def muted(self) -> bool:
        return bool(await self.page.evaluate("window.handset.muted"))

    async def follow(self) -> None:
        """For ever: let the page hear of every call to it, and the provider of every answer."""
        async with asyncio.TaskGroup() as ringing:
            while True:
                await asyncio.sleep(LOOKED_EVERY_S)
                if self.admitted is None:
                    continue
                known = {leg.sid for leg in self.rang}
                for leg in list(self.exchange.legs.values()):
                    if leg.to == self.address and leg.sid not in known:
                        self.rang.append(leg)
                        ringing.create_task(self._ring(leg))

    async def _ring(self, leg: Leg) -> None:
        while not leg.rings and not leg.over:
            await asyncio.sleep(LOOKED_EVERY_S)
        answers = await self.page.evaluate("window.handset.ring()")
        if leg.decide("answer" if answers else "busy") and answers:
            await leg.ended.wait()
            await self.page.evaluate("window.handset.over()")


@contextlib.asynccontextmanager
async def handset(context: BrowserContext, page: Page, exchange: Exchange) -> AsyncIterator[Handset]:
    """Before the page is opened."""

    async def stub(route: Route) -> None:
        await route.fulfill(body=STUB, content_type="text/javascript")

    made = Handset(exchange=exchange, page=page)
    await context.route("**/assets/device-*.js", stub)
    await page.expose_function("register", made.register)
    following = asyncio.create_task(made.follow(), name="handset")
    try:
        yield made
    finally:
        following.cancel()
        await asyncio.wait({following})
