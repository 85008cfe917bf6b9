"""What happens in a call, feature by feature: who the caller is, what the agent does once they talk, how it may end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from router.protocol import call as calling
from tests.hotline.centre import QUEUES
from tests.hotline.desk import Desk
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.leg import Leg

TALK_S = 0.4
"""Of the wall's, between two things an agent does."""
OUTSIDE = "+48227000001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """expert: one nobody else asks now. free: gives them back."""

    exchange: Exchange
    chief: Desk
    experts: asyncio.Queue[Desk]
    customer: Leg | None


Play = Callable[[Desk, calling.Call, Cast], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """person: fields of the simulator's Person. play: once agent and customer talk for the first time.

    ends: the outcomes a call may have. after: what an agent does with the item of a call that is over.
    chief: one at a time. out: an agent calls, nobody calls in.
    """

    name: str
    play: Play
    ends: frozenset[str] = frozenset({"answered"})
    person: Mapping[str, Any] = field(default_factory=dict)
    after: str = ""
    chief: bool = False
    out: bool = False


async def hang_up(desk: Desk, call: calling.Call, cast: Cast) -> None:
    await asyncio.sleep(TALK_S)
    await desk.does(call.call_id, "hang_up", calling.HangUp, call_id=call.call_id)


async def listen(desk: Desk, call: calling.Call, cast: Cast) -> None:
    """The customer hangs up; when nobody tells of it, it is found out by looking."""
    await desk.until(lambda: desk.state(call.call_id) in ("ended", "gone"))


async def hold(desk: Desk, call: calling.Call, cast: Cast) -> None:
    await desk.does(call.call_id, "hold", calling.Hold, call_id=call.call_id)
    await asyncio.sleep(TALK_S)
    await desk.does(call.call_id, "unhold", calling.Unhold, call_id=call.call_id)
    await hang_up(desk, call, cast)


async def mute(desk: Desk, call: calling.Call, cast: Cast) -> None:
    await desk.does(call.call_id, "mute", calling.Mute, call_id=call.call_id, muted=True)
    await asyncio.sleep(TALK_S)
    await desk.does(call.call_id, "unmute", calling.Mute, call_id=call.call_id, muted=False)
    await hang_up(desk, call, cast)


async def keypad(desk: Desk, call: calling.Call, cast: Cast) -> None:
    await desk.does(call.call_id, "keypad", calling.Keypad, call_id=call.call_id, digits="12w3#")
    await hang_up(desk, call, cast)


async def record(desk: Desk, call: calling.Call, cast: Cast) -> None:
    recording = {"call_id": call.call_id}
    await desk.does(call.call_id, "record", calling.RecordCall, **recording, recording="on")
    await asyncio.sleep(TALK_S)
    await desk.does(call.call_id, "pause_recording", calling.RecordCall, **recording, recording="paused")
    await asyncio.sleep(TALK_S)
    await desk.does(call.call_id, "record", calling.RecordCall, **recording, recording="on")
    await hang_up(desk, call, cast)


async def transfer_to_queue(desk: Desk, call: calling.Call, cast: Cast) -> None:
    other = next(name for name in QUEUES if name != call.queue)
    await desk.does(call.call_id, "transfer", calling.TransferCall, call_id=call.call_id, queue=other, note="please")


async def transfer_outside(desk: Desk, call: calling.Call, cast: Cast) -> None:
    """Who is left with the customer, as nobody could be reached, ends the call."""
    await desk.does(call.call_id, "transfer", calling.TransferCall, call_id=call.call_id, number=OUTSIDE)
    await desk.until(lambda: desk.state(call.call_id) in ("gone", "ended") or desk.notice(call.call_id))
    if desk.state(call.call_id) == "talking":
        await hang_up(desk, call, cast)
        return
    await asyncio.sleep(TALK_S)
    if cast.customer is not None:
        cast.customer.hang_up()


async def _consulted(desk: Desk, call: calling.Call, expert: Desk) -> None:
    await desk.does(call.call_id, "consult", calling.Consult, call_id=call.call_id, agent_id=expert.staff_id)
    await desk.until(lambda: "hand_over" in desk.rights(call.call_id))
    await asyncio.sleep(TALK_S)


async def warm_transfer(desk: Desk, call: calling.Call, cast: Cast) -> None:
    expert = await cast.experts.get()
    try:
        await _consulted(desk, call, expert)
        await desk.does(call.call_id, "hand_over", calling.HandOver, call_id=call.call_id)
        await hang_up(expert, call, cast)
        await expert.until(lambda: not expert.items)
    finally:
        cast.experts.put_nowait(expert)


async def three_way(desk: Desk, call: calling.Call, cast: Cast) -> None:
    expert = await cast.experts.get()
    try:
        await _consulted(desk, call, expert)
        await desk.does(call.call_id, "merge", calling.Merge, call_id=call.call_id)
        await asyncio.sleep(TALK_S)
        await hang_up(desk, call, cast)
    finally:
        cast.experts.put_nowait(expert)


async def consult_and_drop(desk: Desk, call: calling.Call, cast: Cast) -> None:
    await desk.does(call.call_id, "consult", calling.Consult, call_id=call.call_id, number=OUTSIDE)
    await desk.until(lambda: "merge" in desk.rights(call.call_id))
    third = next(leg.label for leg in desk.calls[call.call_id].legs if leg.role == "third")
    await desk.does(call.call_id, "drop", calling.Drop, call_id=call.call_id, label=third)
    await desk.does(call.call_id, "unhold", calling.Unhold, call_id=call.call_id)
    await hang_up(desk, call, cast)


async def supervised(desk: Desk, call: calling.Call, cast: Cast) -> None:
    """Heard, whispered to, joined, left alone again."""
    chief, item = cast.chief, call.work_item_id
    await chief.client.ask(calling.Monitor, work_item_id=item)
    for right, command in (("whisper", calling.Whisper), ("barge", calling.Barge)):
        await chief.until(lambda right=right: right in chief.rights(call.call_id))  # type: ignore[misc]
        await asyncio.sleep(TALK_S)
        await chief.client.ask(command, work_item_id=item)
    await chief.does(call.call_id, "leave", calling.LeaveCall, call_id=call.call_id)
    await hang_up(desk, call, cast)


async def taken_over(desk: Desk, call: calling.Call, cast: Cast) -> None:
    chief, item = cast.chief, call.work_item_id
    await chief.client.ask(calling.Monitor, work_item_id=item)
    await chief.does(call.call_id, "take_over", calling.TakeOver, work_item_id=item)
    await chief.until(lambda: item in chief.items)
    await hang_up(chief, call, cast)
    await chief.until(lambda: item not in chief.items)


async def lose_the_line(desk: Desk, call: calling.Call, cast: Cast) -> None:
    """The agent's browser dies; the call comes back to it."""
    for leg in cast.exchange.legs.values():
        if leg.to == f"client:{desk.staff_id}" and not leg.over:
            leg.hang_up()
    await desk.until(lambda: desk.state(call.call_id) != "talking")
    await desk.until(lambda: desk.state(call.call_id) in ("talking", "gone", "ended"))
    if desk.state(call.call_id) == "talking":
        await hang_up(desk, call, cast)


MENU = {"hears": "Support", "digits": "1"}
SHORT = frozenset({"answered", "abandoned"})
"""Of a talk that may be over before a lost word of its beginning is made up for."""
IN_LINE = "called back without losing"
SCENARIOS = (
    Scenario(name="agent hangs up", play=hang_up),
    Scenario(name="customer hangs up", play=listen, person={"talk_s": 10.0}, ends=SHORT),
    Scenario(name="said instead of pressed", play=hang_up, person={"replies": [{"hears": "Sales", "speech": "sales"}]}),
    Scenario(name="nothing said", play=hang_up, person={"replies": []}),
    Scenario(name="hold", play=hold),
    Scenario(name="mute", play=mute),
    Scenario(name="keypad", play=keypad),
    Scenario(name="recording with a pause", play=record),
    Scenario(name="blind transfer to a queue", play=transfer_to_queue),
    Scenario(name="blind transfer to a number", play=transfer_outside),
    Scenario(name="warm transfer", play=warm_transfer),
    Scenario(name="three-way", play=three_way),
    Scenario(name="consult and drop", play=consult_and_drop),
    Scenario(name="monitor, whisper, barge", play=supervised, chief=True),
    Scenario(name="taken over", play=taken_over, chief=True),
    Scenario(name="agent's line lost", play=lose_the_line),
    Scenario(
        name="impatient",
        play=hang_up,
        person={"patience_s": 25.0, "talk_s": 10.0},
        ends=SHORT,
    ),
    Scenario(
        name="callback",
        play=hang_up,
        person={"replies": [MENU, {"hears": IN_LINE, "digits": "1"}]},
        ends=frozenset({"callback", "answered"}),
        after="dial",
    ),
    Scenario(
        name="voicemail",
        play=hang_up,
        person={"replies": [MENU, {"hears": "leave a message", "digits": "2"}], "speaks_s": 6.0},
        ends=frozenset({"voicemail", "answered"}),
        after="complete",
    ),
    Scenario(name="called by click", play=hang_up, out=True, ends=frozenset({"answered", "no_answer", "failed"})),
)
