"""Twenty customers and eight agents who play dialogues to their end, whatever happens to the servers meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from loadtest.address import Address
from loadtest.agent import Agent
from loadtest.centre import ACCOUNT, PASSWORD
from loadtest.customer import Customer
from loadtest.http import caller, sign_in
from loadtest.ledger import Ledger
from loadtest.stage import Stage, own_chance
from loadtest.tempo import Tempo
from loadtest.witness import Findings
from tests.faults.conftest import dialogue

CUSTOMERS, AGENTS, TURNS = 20, 8, 14
ARRIVE_WITHIN_S = 2.0
OVER_S = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    stage: Stage
    customers: asyncio.Task[None]

    async def has_said(self, messages: int) -> None:
        """Wait until so many were acknowledged since the beginning."""
        async with asyncio.timeout(OVER_S):
            while len(self.stage.ledger.acknowledged) < messages:
                await asyncio.sleep(0.02)

    async def has_finished(self) -> None:
        """Wait until everybody has said everything."""
        async with asyncio.timeout(OVER_S):
            await self.customers

    def wrongs(self) -> dict[str, object]:
        """What went wrong by the books of both sides; empty: nothing."""
        ledger, findings = self.stage.ledger, self.stage.findings
        findings.check_holders()
        said = {
            "lost": ledger.lost,
            "duplicated": ledger.duplicated,
            "out of order": ledger.out_of_order,
            "garbled": ledger.garbled,
            "unfinished": CUSTOMERS - len(self.stage.finished),
            "violations": findings.total(),
        }
        wrong: dict[str, object] = {name: count for name, count in said.items() if count}
        return wrong | {"details": ledger.details + findings.details} if wrong else {}


@asynccontextmanager
async def crowd(address: Address) -> AsyncIterator[Crowd]:
    """Everybody is at it; they are gone when the block ends."""
    dialogues = [dialogue(f"talk-{number}", TURNS) for number in range(CUSTOMERS)]
    stage = Stage(
        address=address,
        account=ACCOUNT,
        origin=address.origin,
        dialogues={each.key: each for each in dialogues},
        ledger=Ledger(),
        findings=Findings(clock=time.monotonic, cooldown_ms=0),
        tempo=Tempo(think_s=(0.05, 0.3)),
    )
    async with asyncio.TaskGroup() as tasks:
        agents = []
        for number in range(AGENTS):
            cookie = await sign_in(address, f"agent-{number}@replay.example", PASSWORD, caller=caller(number))
            agents.append(Agent(stage, f"agent-{number}", cookie, own_chance(1, f"agent {number}"), tasks))
            await agents[-1].sign_in()
        customers = tasks.create_task(_arrive(stage), name="customers")
        try:
            yield Crowd(stage=stage, customers=customers)
        finally:
            customers.cancel()
            for agent in agents:
                await agent.sign_out()


async def _arrive(stage: Stage) -> None:
    async with asyncio.TaskGroup() as customers:
        for number, each in enumerate(stage.dialogues.values()):
            person = Customer(stage, each, "", own_chance(1, f"customer {number}"), caller=caller(100 + number))
            customers.create_task(person.live(), name=f"customer {number}")
            await asyncio.sleep(ARRIVE_WITHIN_S / CUSTOMERS)
