"""`usher run --demo-traffic`: a few customers a minute and some agents at work: a new user sees a living centre.

Slow like people: they read, think and type. It knows the server as everybody does, by its protocol, and plays the demo
centre's own dialogues. The people in `LEFT_FREE` are never signed in: they are for whoever tries the agent client, as
are customers who play none of the dialogues: simulated agents decline them at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import structlog
from websockets.exceptions import InvalidHandshake

import config.dialogues
import config.policy
import config.staff
from loadtest.address import Address
from loadtest.agent import Agent
from loadtest.client import CommandRefused, Stopped
from loadtest.customer import Customer
from loadtest.dialogue import Dialogue, Turn, sayable
from loadtest.http import CallFailed, demo_logins, sign_in
from loadtest.ledger import Ledger
from loadtest.socket import Refused
from loadtest.stage import Stage, own_chance
from loadtest.tempo import Tempo
from loadtest.witness import Findings

ACCOUNT = "demo"
LEFT_FREE = frozenset({"anna@larkspur.example"})
FLUENT = 5
"""The level of a language at which the demo centre's rules give people its customers."""
MOST_AGENTS = 8
MOST_CUSTOMERS = 12
"""Talking or waiting at once; further arrivals stay away."""
VISITS_A_SHIFT = 400
ARRIVALS_S = (8.0, 25.0)
LONGEST_CHAT_S = 600.0
AGAIN_S = 15.0
TEMPO = Tempo(
    think_s=(2.0, 7.0),
    a_letter_s=0.06,
    longest_s=18.0,
    decline=0.03,
    ignore=0.03,
    transfer=0.01,
    typing=0.95,
    reads=0.9,
    rates=0.6,
)

log = structlog.get_logger()
Unreachable = (OSError, TimeoutError, Refused, Stopped, InvalidHandshake, CallFailed, CommandRefused)


async def demo_traffic(
    url: str, *, seed: int = 1, tempo: Tempo = TEMPO, arrivals_s: tuple[float, float] = ARRIVALS_S
) -> None:
    """Runs until cancelled; whatever goes wrong ends a simulated person's part, never the server's.

    arrivals_s: bounds of the time between two customers.
    """
    address = Address.of(url)
    chance = own_chance(seed, "demo")
    scenes = tuple(scene_of(written) for written in config.dialogues.dialogues())
    while True:
        try:
            logins = await demo_logins(address)
            staff = staff_for(logins, [scene for scene in scenes if not scene.with_bot])
            await _shift(_stage(address, tempo), staff, scenes, chance, arrivals_s)
        except* Unreachable as failures:
            log.info("demo traffic pauses", reason=repr(failures.exceptions[0]))
        await asyncio.sleep(AGAIN_S)


def _stage(address: Address, tempo: Tempo) -> Stage:
    return Stage(
        address=address,
        account=ACCOUNT,
        origin=address.origin,
        dialogues={},
        ledger=Ledger(),
        findings=Findings(clock=time.monotonic, cooldown_ms=0),
        tempo=tempo,
        for_own_only=True,
    )


def scene_of(written: config.dialogues.Dialogue) -> Dialogue:
    turns = tuple(Turn(turn.speaker, turn.text) for turn in written.turns)
    return Dialogue(
        key=written.id,
        subjects=(written.department,),
        turns=sayable(turns),
        customer_name=written.customer,
        with_bot=all(turn.speaker == "customer" for turn in written.turns),
        language=written.language,
    )


def staff_for(logins: Sequence[dict[str, str]], scenes: Sequence[Dialogue]) -> list[dict[str, str]]:
    """Agents for the traffic: one after the other who can play the most scenes that nobody chosen before can."""
    policy = config.policy.load(config.policy.DEMO)
    people = {person.email: person for person in config.staff.load_staff(config.staff.DEMO, policy)}
    free = [login for login in logins if login["role"] == "agent" and login["email"] not in LEFT_FREE]
    chosen: list[dict[str, str]] = []
    unplayed = set(scenes)
    while free and len(chosen) < MOST_AGENTS:
        best = max(free, key=lambda login: sum(plays(people.get(login["email"]), scene) for scene in unplayed))
        free.remove(best)
        chosen.append(best)
        unplayed = {scene for scene in unplayed if not plays(people.get(best["email"]), scene)} or set(scenes)
    return chosen


def plays(person: config.staff.DemoStaff | None, scene: Dialogue) -> bool:
    """Whether the scene's queue and language are this person's; those the demo does not know play nothing."""
    return person is not None and scene.subjects[0] in person.queues and person.skills.get(scene.language, 0) >= FLUENT


async def _shift(
    stage: Stage,
    logins: Sequence[dict[str, str]],
    scenes: Sequence[Dialogue],
    chance: Random,
    arrivals_s: tuple[float, float],
) -> None:
    async with asyncio.TaskGroup() as tasks:
        agents: list[Agent] = []
        try:
            for login in logins:
                cookie = await sign_in(stage.address, login["email"], login["password"])
                own = own_chance(chance.getrandbits(32), login["email"])
                agents.append(Agent(stage, login["email"].partition("@")[0], cookie, own, tasks))
                await agents[-1].sign_in()
            await _visits(stage, scenes, chance, arrivals_s)
        finally:
            await asyncio.gather(*(agent.sign_out() for agent in agents), return_exceptions=True)


async def _visits(stage: Stage, scenes: Sequence[Dialogue], chance: Random, arrivals_s: tuple[float, float]) -> None:
    """A shift's customers, one by one; the books kept of them end with the shift, so that they stay small."""
    async with asyncio.TaskGroup() as customers:
        for number in range(VISITS_A_SHIFT):
            if len(stage.dialogues) < MOST_CUSTOMERS:
                scene = chance.choice(scenes)
                key = f"demo-{chance.getrandbits(40):x}"
                dialogue = replace(scene, key=key)
                stage.dialogues[key] = dialogue
                customers.create_task(_visit(stage, dialogue, chance), name=f"demo customer {number}")
            await asyncio.sleep(chance.uniform(*arrivals_s))


async def _visit(stage: Stage, dialogue: Dialogue, chance: Random) -> None:
    customer = Customer(stage, dialogue, dialogue.subjects[0], own_chance(chance.getrandbits(32), dialogue.key))
    try:
        async with asyncio.timeout(LONGEST_CHAT_S):
            await customer.live()
    except Unreachable as failure:
        log.info("demo customer left", reason=repr(failure))
    finally:
        del stage.dialogues[dialogue.key]
