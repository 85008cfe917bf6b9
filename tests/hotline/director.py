"""Callers arrive one after the other, each with a scenario of their own; whoever talks to them plays a part in it."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from loadtest.client import CommandRefused, Stopped
from router.protocol import call as calling
from router.protocol import staff
from router.protocol.records import Assignment
from tests.hotline.centre import NUMBER
from tests.hotline.desk import Desk
from tests.hotline.scenario import MENU, SCENARIOS, Cast, Scenario, hang_up
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.person import Person

OVER_S = 120.0
"""How long one call may take, of the wall's."""
CALLBACK_S = 0.5
BETWEEN_S = 0.05


def number_of(index: int) -> str:
    return f"+48600{index:06}"


@dataclass(slots=True, kw_only=True)
class Director:
    """plays: what happens in the calls, in turn.

    failures: what a part could not be played to its end for; interrupted: because the call was over before.
    """

    exchange: Exchange
    plays: Sequence[Scenario] = SCENARIOS
    everybody: list[Desk] = field(default_factory=list)
    agents: list[Desk] = field(default_factory=list)
    experts: asyncio.Queue[Desk] = field(default_factory=asyncio.Queue)
    chief: Desk | None = None
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    customers: dict[str, Leg] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    interrupted: Counter[str] = field(default_factory=Counter)
    played: Counter[str] = field(default_factory=Counter)
    _began: set[str] = field(default_factory=set)
    _playing: set[tuple[str, str]] = field(default_factory=set)
    _with_chief: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def direct(self, calls: int, *, at_once: int) -> None:
        """All of them, so many at the same time."""
        room = asyncio.Semaphore(at_once)
        async with asyncio.TaskGroup() as tasks:
            for index in range(calls):
                await room.acquire()
                task = tasks.create_task(self._one(index), name=f"call {index}")
                task.add_done_callback(lambda _: room.release())
                await asyncio.sleep(BETWEEN_S)

    async def _one(self, index: int) -> None:
        number, scenario = number_of(index), self.plays[index % len(self.plays)]
        self.scenarios[number] = scenario
        if scenario.out:
            await self._call_out(number)
            return
        person = Person.of({"replies": [MENU], **scenario.person})
        leg = self.exchange.call_in(from_=number, to=NUMBER, person=person)
        self.customers[number] = leg
        try:
            async with asyncio.timeout(OVER_S):
                await leg.ended.wait()
        except TimeoutError:
            self.failures.append(f"{scenario.name}: {number} is still {leg.status} after {OVER_S} s")
            leg.hang_up()

    async def _call_out(self, number: str) -> None:
        """By one who takes nothing from the line."""
        desk = await self.experts.get()
        try:
            await desk.client.ask(calling.Dial, number=number, client_id=secrets.token_hex(8))
            await desk.until(lambda: desk.items)
            await desk.until(lambda: not desk.items, OVER_S)
        except (TimeoutError, CommandRefused) as error:
            self.failures.append(f"called by click: {error!r}")
        finally:
            self.experts.put_nowait(desk)

    # Parts

    def took(self, desk: Desk, assignment: Assignment) -> None:
        scenario = self.scenarios.get(assignment.work_item.preview.removeprefix("☎ "))
        if scenario is not None and scenario.after:
            self.exchange.spawn(self._after(desk, assignment, scenario), f"after {scenario.name}")

    async def _after(self, desk: Desk, assignment: Assignment, scenario: Scenario) -> None:
        """The caller is gone: is called back, or was listened to. A refusal is none once the call goes on."""
        item = assignment.work_item.work_item_id
        await asyncio.sleep(CALLBACK_S)
        try:
            if scenario.after == "dial":
                await desk.until(lambda: all(desk.state(each) == "callback" for each in self._about(desk, item)))
            else:
                await desk.until(lambda: not self._about(desk, item))
            if not desk.is_at(item):
                return
            if scenario.after == "dial":
                await desk.client.ask(calling.Dial, work_item_id=item, client_id=secrets.token_hex(8))
            else:
                await desk.client.ask(staff.WrapUp, work_item_id=item)
        except (TimeoutError, CommandRefused, Stopped) as error:
            with suppress(TimeoutError):
                await desk.until(lambda: not desk.is_at(item) or self._about(desk, item))
                self.interrupted[scenario.name] += 1
                return
            self.failures.append(f"after {scenario.name}: {desk.staff_id} has {desk.told(item)}: {error!r}")

    @staticmethod
    def _about(desk: Desk, item: str) -> list[str]:
        return [call.call_id for call in desk.calls.values() if call.work_item_id == item]

    def talks(self, desk: Desk, call: calling.Call) -> None:
        scenario = self.scenarios.get(call.number)
        if scenario is None:
            self.failures.append(f"{desk.staff_id} talks to {call.number or 'nobody'}, who never called")
        elif (desk.staff_id, call.call_id) not in self._playing:
            first = call.call_id not in self._began
            self._began.add(call.call_id)
            self.exchange.spawn(self._play(desk, call, scenario, first=first), scenario.name)

    async def _play(self, desk: Desk, call: calling.Call, scenario: Scenario, *, first: bool) -> None:
        assert self.chief is not None
        customer = self.customers.get(call.number)
        cast = Cast(exchange=self.exchange, chief=self.chief, experts=self.experts, customer=customer)
        part = (desk.staff_id, call.call_id)
        self._playing.add(part)
        with self._told(desk, call.call_id, scenario):
            if not first:
                await hang_up(desk, call, cast)
            elif scenario.chief:
                async with self._with_chief:
                    await scenario.play(desk, call, cast)
            else:
                await scenario.play(desk, call, cast)
            self.played[scenario.name] += 1
        self._playing.discard(part)

    @contextmanager
    def _told(self, desk: Desk, call_id: str, scenario: Scenario) -> Iterator[None]:
        """What stops a part is a failure unless the call was over: then there was nothing left to play."""
        try:
            yield
        except (TimeoutError, CommandRefused, Stopped, StopIteration) as error:
            over = isinstance(error, CommandRefused) and error.code == "unknown_call"  # they hear of it in a moment
            if over or desk.state(call_id) in ("gone", "ended"):
                self.interrupted[scenario.name] += 1
                return
            self.failures.append(f"{scenario.name}: {desk.staff_id} in {desk.state(call_id)}: {error!r}")
            customer = self.customers.get(desk.calls[call_id].number) if call_id in desk.calls else None
            if customer is not None:
                customer.hang_up()
