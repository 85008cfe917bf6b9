"""`usher replay-chats`: conversations said again through a real server by simulated people, and every word counted.

People speak at a scaled pace; arrivals come faster than they can be served for a while, offers are declined and missed,
conversations are handed back, connections are lost. Nothing of that may lose, double or reorder a message.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from loadtest import centre as made
from loadtest.address import Address
from loadtest.agent import Agent
from loadtest.client import Stopped
from loadtest.customer import Customer
from loadtest.dialogue import BadDialogues, Dialogue, read, staged
from loadtest.http import CallFailed, caller, demo_logins, sign_in
from loadtest.ledger import Ledger
from loadtest.measures import quantile, service_level
from loadtest.server import own_server
from loadtest.socket import Refused
from loadtest.stage import Stage, own_chance
from loadtest.tempo import Tempo
from loadtest.witness import Findings

TEMPO = Tempo(
    think_s=(0.02, 0.08), decline=0.04, ignore=0.01, transfer=0.002, cut=0.003, typing=0.3, reads=0.3, rates=0.3
)
SETTLE_S = 60.0
SIGN_INS_AT_ONCE = 4
MOST_DETAILS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOptions:
    """rate: arrivals a second. url: of a running server with demo logins; empty: an own one."""

    file: Path
    conversations: int = 500
    agents: int = 60
    rate: float = 40.0
    seed: int = 1
    url: str = ""
    tempo: Tempo = TEMPO
    still_s: float = 60.0
    """Give up when no message has arrived anywhere for this long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The server to play in. names: of subjects as it knows them; none: customers choose no department."""

    address: Address
    account: str
    names: Mapping[str, str]
    logins: tuple[tuple[str, str], ...]
    cooldown_ms: int
    service_level_s: float


async def replay_chats(options: ReplayOptions) -> dict[str, Any]:
    """Play the conversations and report. Raises BadDialogues, ServerFailed, CallFailed, OSError."""
    if min(options.conversations, options.agents) < 1 or options.rate <= 0:
        raise BadDialogues("conversations, agents and rate must be above 0")
    chosen = own_chance(options.seed, "dialogues")
    dialogues = staged(read(options.file), options.conversations, secrets.token_hex(3), chosen)
    async with _house(options, dialogues) as house:
        stage = Stage(
            address=house.address,
            account=house.account,
            origin=house.address.origin,
            dialogues={dialogue.key: _in(house, dialogue) for dialogue in dialogues},
            ledger=Ledger(),
            findings=Findings(clock=time.monotonic, cooldown_ms=house.cooldown_ms),
            tempo=options.tempo,
        )
        began = time.monotonic()
        failed = await _play(stage, house, options)
        stage.findings.check_holders()
        return _report(stage, house, options, failed, time.monotonic() - began)


@asynccontextmanager
async def _house(options: ReplayOptions, dialogues: tuple[Dialogue, ...]) -> AsyncIterator[House]:
    if options.url:
        address = Address.of(options.url)
        logins = [login for login in await demo_logins(address) if login["role"] == "agent"]
        yield House(
            address=address,
            account=made.ACCOUNT,
            names={},
            logins=tuple((login["email"], login["password"]) for login in logins[: options.agents]),
            cooldown_ms=0,
            service_level_s=20.0,
        )
        return
    centre = made.plan(dialogues, options.agents, options.seed)
    with tempfile.TemporaryDirectory(prefix="usher-replay-") as temporary:
        folder = Path(temporary)
        made.write(centre, folder / "centre")
        async with own_server(folder, policy=folder / "centre") as server:
            yield House(
                address=server.address,
                account=made.ACCOUNT,
                names=centre.names,
                logins=tuple((person.email, made.PASSWORD) for person in centre.staff),
                cooldown_ms=int(made.COOLDOWN_S * 1_000),
                service_level_s=made.SERVICE_LEVEL_S,
            )


def _in(house: House, dialogue: Dialogue) -> Dialogue:
    """The dialogue with its subjects called as the house calls them."""
    return replace(dialogue, subjects=tuple(house.names.get(subject, subject) for subject in dialogue.subjects))


async def _play(stage: Stage, house: House, options: ReplayOptions) -> list[str]:
    """Everybody's doings until all conversations are over or nothing moves; what went wrong, by customer."""
    failed: list[str] = []
    cookies = await _sign_in(house)
    async with asyncio.TaskGroup() as tasks:
        agents = [
            Agent(stage, email.partition("@")[0], cookie, own_chance(options.seed, email), tasks)
            for email, cookie in cookies
        ]
        for agent in agents:
            await agent.sign_in()
        customers = tasks.create_task(_arrivals(stage, house, options, failed), name="customers")
        await _until_still(stage, customers, options.still_s)
        settled = time.monotonic() + min(SETTLE_S, options.still_s)
        while _unsettled(stage, agents) and time.monotonic() < settled:  # noqa: ASYNC110 - of many, and for once
            await asyncio.sleep(0.05)
        for agent in agents:
            await agent.sign_out()
    return failed


def _unsettled(stage: Stage, agents: list[Agent]) -> bool:
    """Whether something is still on its way, or in somebody's hands."""
    return stage.ledger.lost > 0 or any(agent.busy for agent in agents)


async def _sign_in(house: House) -> list[tuple[str, str]]:
    """E-mail and session cookie of each agent."""
    turnstile = asyncio.Semaphore(SIGN_INS_AT_ONCE)

    async def enter(number: int, email: str, password: str) -> tuple[str, str]:
        async with turnstile:
            return email, await sign_in(house.address, email, password, caller=caller(number))

    return list(await asyncio.gather(*(enter(number, *login) for number, login in enumerate(house.logins))))


async def _arrivals(stage: Stage, house: House, options: ReplayOptions, failed: list[str]) -> None:
    """Poisson arrivals; each customer then lives by itself."""
    chance = own_chance(options.seed, "arrivals")
    async with asyncio.TaskGroup() as customers:
        for number, dialogue in enumerate(stage.dialogues.values()):
            department = dialogue.subjects[0] if house.names else ""
            own = own_chance(options.seed, f"customer {number}")
            customer = Customer(stage, dialogue, department, own, caller=caller(number))
            customers.create_task(_live(customer, dialogue, failed), name=f"customer {number}")
            await asyncio.sleep(chance.expovariate(options.rate))


async def _live(customer: Customer, dialogue: Dialogue, failed: list[str]) -> None:
    try:
        await customer.live()
    except (OSError, TimeoutError, Refused, Stopped, CallFailed) as failure:
        failed.append(f"{dialogue.key}: {type(failure).__name__} {failure}")


async def _until_still(stage: Stage, customers: asyncio.Task[None], still_s: float) -> None:
    """Wait for the customers; give up when no message has arrived anywhere for long."""
    heard, since = -1, time.monotonic()
    while not customers.done():
        await asyncio.wait([customers], timeout=min(1.0, still_s))
        if len(stage.ledger.received) != heard:
            heard, since = len(stage.ledger.received), time.monotonic()
        elif time.monotonic() - since > still_s:
            customers.cancel()
            await asyncio.wait([customers])


def _report(stage: Stage, house: House, options: ReplayOptions, failed: list[str], took_s: float) -> dict[str, Any]:
    waits = [waited_s for _, waited_s in stage.waits_s.values()]
    ledger, findings = stage.ledger, stage.findings
    level = service_level(waits, [], house.service_level_s)
    return {
        "conversations": options.conversations,
        "messages_sent": len(ledger.acknowledged),
        "messages_received": len(ledger.received),
        "lost": ledger.lost,
        "duplicated": ledger.duplicated,
        "out_of_order": ledger.out_of_order,
        "garbled": ledger.garbled,
        "overlaps": ledger.overlaps,
        "unrouted": options.conversations - len(stage.assigned),
        "unfinished": options.conversations - len(stage.finished),
        "invariant_violations": findings.total(),
        "violations": dict(sorted(findings.counts.items())),
        "wait_s": {"p50": _rounded(quantile(waits, 0.5)), "p90": _rounded(quantile(waits, 0.9))},
        "service_level": _rounded(level),
        "service_level_s": house.service_level_s,
        "offers": {word: stage.outcomes.get(word, 0) for word in ("accepted", "declined", "expired", "rescinded")},
        "agents": len(house.logins),
        "rate": options.rate,
        "seed": options.seed,
        "transferred": stage.transferred,
        "connections_lost": stage.cuts,
        "sessions_resumed": stage.resumes,
        "commands_tried_again": stage.tries_again,
        "refusals": dict(sorted(stage.refusals.items())),
        "took_s": _rounded(took_s),
        "messages_per_s": _rounded(len(ledger.received) / took_s if took_s else None),
        "details": [*findings.details, *ledger.details, *_missing(stage), *failed][:MOST_DETAILS],
    }


def _missing(stage: Stage) -> list[str]:
    """Turns that were acknowledged and not shown, and conversations that were not played to their end."""
    lost = sorted(stage.ledger.acknowledged - stage.ledger.received)
    turns = [f"{key}.{index} of the {stage.dialogues[key].turns[index].who} was not shown" for key, index in lost]
    said = dict(sorted(stage.ledger.acknowledged))
    unfinished = sorted(stage.dialogues.keys() - stage.finished)
    return turns + [
        f"{key} stopped at turn {said.get(key, -1) + 1} of {len(stage.dialogues[key].turns)}" for key in unfinished
    ]


def holds(report: Mapping[str, Any]) -> bool:
    """Whether a replay shows what it should: nothing lost, doubled, out of order, unrouted, unfinished or violated."""
    wrongs = ("lost", "duplicated", "out_of_order", "garbled", "unrouted", "unfinished", "invariant_violations")
    return not any(report[wrong] for wrong in wrongs)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
