"""The server under test: one node, or two behind one public address, of which one after the other is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest.address import Address
from tests.faults.server import ONCE, Server
from tests.hotline import centre
from tests.hotline.balancer import Balancer, balancer
from tests.servers import free_port
from tests.simulators.twilio.account import Hook, Number
from tests.simulators.twilio.server import SID, TOKEN, Running

PUBLIC = "http://hotline.example"
"""Where Twilio finds us; what stands in front sends it on to a node that lives."""
API_KEY, API_SECRET = "SK" + "1" * 32, "only-for-simulated-browsers-of-agents"
AGENTS, EXPERTS = 6, 3
ENVIRONMENT = {
    "USHER_DEMO": "true",
    "USHER_HEARTBEAT_S": "2",
    "USHER_LOG_LEVEL": "info",
    "USHER_LOGIN_TRIES": "1000",
    centre.TOKEN_IN: TOKEN,
    centre.SECRET_IN: API_SECRET,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    redis: str
    postgres: str


@dataclass(slots=True, kw_only=True)
class Product:
    """front: where Twilio and the browsers of staff connect to."""

    nodes: list[Server]
    front: Balancer
    killed: int = 0

    @property
    def address(self) -> Address:
        return self.front.address

    async def start(self, node: Server, *, ends_at: str = "") -> None:
        await node.start(ends_at=ends_at)
        self.front.up.append(node.port)

    async def lose_one(self) -> None:
        """The one that is up for longest is killed in the middle of whatever it does, and comes back later."""
        lost = next(node for node in self.nodes if node.port == self.front.up[0])
        self.front.up.remove(lost.port)
        killed = asyncio.ensure_future(lost.kill())
        await asyncio.sleep(0)
        await self._comes_back(lost, killed)

    async def outlive_one(self) -> None:
        """The first node that ends by itself comes back."""
        ends = {asyncio.ensure_future(node.ends()): node for node in self.nodes}
        try:
            (first, *_), _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            self.front.up.remove(ends[first].port)
            await self._comes_back(ends[first], first)
        finally:
            for waiting in ends:
                waiting.cancel()

    async def _comes_back(self, lost: Server, ended: asyncio.Future[Any]) -> None:
        self.front.lose(lost.port)
        await ended
        self.killed += 1
        await self.start(lost)


@asynccontextmanager
async def product(
    stores: Stores, folder: Path, twilio: Running, *, nodes: int, ends_at: str = ""
) -> AsyncIterator[Product]:
    """ends_at: the place of `crashing.CALLS` where the first node to come there ends."""
    policy = folder / "centre"
    centre.write(policy, agent_count=AGENTS, expert_count=EXPERTS, api=twilio.url, account_sid=SID, api_key=API_KEY)
    hooks = f"{PUBLIC}/hooks/twilio/voice/{centre.ACCOUNT}"
    voice, status = Hook(url=f"{hooks}/incoming"), Hook(url=f"{hooks}/status")
    number = Number(address=centre.NUMBER, voice=voice, voice_fallback=voice, status=status)
    twilio.exchange.account.numbers[centre.NUMBER] = number
    async with balancer() as front:
        reached_at = f"http://127.0.0.1:{front.port}"
        twilio.exchange.webhooks.origins[PUBLIC] = reached_at
        environment = {
            **ENVIRONMENT,
            "USHER_REDIS_URL": stores.redis,
            "USHER_POSTGRES_URL": stores.postgres,
            "USHER_PUBLIC_URL": PUBLIC,
            "USHER_ALLOWED_ORIGINS": reached_at,
            ONCE: str(folder / "crashed"),
        }
        command = ("serve", "--policy", str(policy))
        made = [
            Server(command=command, port=free_port(), log=folder / f"node-{index}.log", environment=environment)
            for index in range(nodes)
        ]
        running = Product(nodes=made, front=front)
        try:
            for node in made:
                await running.start(node, ends_at=ends_at)
            yield running
        finally:
            for node in made:
                await node.end()
