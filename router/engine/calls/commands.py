"""What agents and supervisors do with calls. Handing over is routing's: the item moves, the call follows."""

from __future__ import annotations

from collections.abc import Awaitable

from router.core.call import facts
from router.core.call.commands import Refusal
from router.core.call.rights import Right, rights
from router.core.call.state import Call
from router.core.words import AgentId, WorkItemId
from router.engine import by_hand, offers
from router.engine.calls import dialed, dialing, log, numbers, phones, shown
from router.engine.calls.handing import accept_for
from router.engine.calls.hearing import address_of, hear, look
from router.engine.centre import Centre
from router.protocol import call as asked
from router.protocol.base import Command
from router.protocol.errors import BadRequest, Conflict, Forbidden, NotFound
from router.store.postgres import audit as audits
from router.store.postgres import calls

KEYS = frozenset("0123456789*#w")
MOST_DIGITS = 32
_WORDS: dict[type[Command], facts.CommandWord] = {
    asked.Hold: "hold",
    asked.Unhold: "unhold",
    asked.Merge: "merge",
    asked.HangUp: "hang_up",
    asked.LeaveCall: "leave",
    asked.Monitor: "listen",
    asked.Whisper: "whisper",
    asked.Barge: "barge",
}


async def carry_out(
    centre: Centre, me: AgentId, command: asked.CallCommand
) -> asked.Dialed | asked.CallLog | asked.Phone | None:
    """Raises UsherError with a public code."""
    if centre.calls is None:
        raise Conflict("voice_off")
    match command:
        case asked.Dial():
            return await dialing.make(centre, me, command)
        case asked.FetchCallLog():
            return await log.page(centre, me, command)
        case asked.FetchPhone():
            return phones.fetch(centre, me, command.agent_id)
        case asked.SetPhone():
            return await phones.change(centre, me, command)
        case asked.TransferCall():
            await _transfer(centre, me, command)
        case asked.HandOver():
            await _hand_over(centre, me, command)
        case asked.TakeOver():
            await _take_over(centre, me, WorkItemId(command.work_item_id))
        case asked.Monitor() | asked.Whisper() | asked.Barge():
            call = await _of_item(centre, me, WorkItemId(command.work_item_id))
            await _say(centre, me, call.id, _WORDS[type(command)])
            await _audit(centre, me, f"call.{_WORDS[type(command)]}", call)
        case asked.Consult():
            once = command.client_id
            agent, address = await _whom(centre, me, command.call_id, command.agent_id, command.number, once)
            await _say(centre, me, command.call_id, "consult", agent=agent, address=address, once=once)
        case asked.Keypad():
            if not 1 <= len(command.digits) <= MOST_DIGITS or not KEYS.issuperset(command.digits):
                raise BadRequest("bad_value", "Digits are 1 to 32 of 0-9 * # w.", field="digits")
            await _say(centre, me, command.call_id, "keypad", digits=command.digits, once=command.client_id)
        case asked.Mute():
            await _say(centre, me, command.call_id, "mute" if command.muted else "unmute")
        case asked.RecordCall():
            await _say(centre, me, command.call_id, "record" if command.recording == "on" else "pause_recording")
        case asked.Drop():
            await _say(centre, me, command.call_id, "drop", label=command.label)
        case _:
            await _say(centre, me, command.call_id, _WORDS[type(command)])
    return None


async def _say(
    centre: Centre,
    me: AgentId,
    call_id: str,
    word: facts.CommandWord,
    *,
    agent: AgentId | None = None,
    address: str = "",
    label: str = "",
    digits: str = "",
    once: str = "",
) -> Call:
    command = facts.Command(
        word=word,
        by=me,
        supervising=shown.supervises(centre, me),
        own_address=address_of(centre, me),
        address=address,
        agent=agent,
        label=label,
        digits=digits,
        once=once,
    )
    try:
        call = await hear(centre, call_id, command)
    except Refusal as refusal:
        raise _error(refusal.code) from None
    if call is None:
        raise NotFound("unknown_call")
    return call


def _error(code: str) -> Conflict | Forbidden | NotFound:
    match code:
        case "not_yours":
            return Forbidden(code)
        case "unknown_call":
            return NotFound(code)
        case _:
            return Conflict(code)


def _may_steer(call: Call, me: AgentId, right: Right) -> None:
    """Of whose item it is."""
    if call.owner != me:
        raise Forbidden("not_yours")
    if right not in rights(call, me, supervising=False, may_record=False):
        raise Conflict("wrong_call_state")


async def _whom(
    centre: Centre, me: AgentId, call_id: str, agent_id: str, number: str, once: str
) -> tuple[AgentId | None, str]:
    """Whom to call: a colleague who is here, or an outside number. once: names the command; a repeat is not counted."""
    if agent_id:
        agent = AgentId(agent_id)
        if centre.staff.get(agent) is None:
            raise NotFound("unknown_agent")
        card = centre.board.agent_card(agent)
        if card is None or card.reachability != "connected":
            raise Conflict("agent_unavailable")
        return agent, address_of(centre, agent)
    call = await calls.by_id(centre.database, call_id)
    line = centre.switchboard.lines.get(call.account) if call is not None else None
    if call is None or line is None:
        raise NotFound("unknown_call")
    address = numbers.to_call(number, line.country, only=line.calls_to)
    if call.asked_before(me, once) is not None:
        return None, address
    if call.over:
        raise NotFound("unknown_call")
    third = call.live("third")
    if call.owner != me or third is None or third.address != address:  # else it is called already: a repeat
        _may_steer(call, me, "consult")
        await dialed.count(centre, me, line)
    return None, address


async def _of_item(centre: Centre, me: AgentId, item: WorkItemId) -> Call:
    """The call of a work item, for supervisors."""
    if not shown.supervises(centre, me):
        raise Forbidden("wrong_role")
    call = await calls.of_item(centre.database, item)
    if call is None or call.over:
        raise NotFound("unknown_call")
    return call


# ---------------------------------------------------------------- handing over


async def _transfer(centre: Centre, me: AgentId, command: asked.TransferCall) -> None:
    """Blind. The item goes first: refused, nothing has happened to the caller.

    That it is asked for is kept before, with the assignment it is to end: a repeat of it ends no other one.
    """
    if bool(command.queue) + bool(command.agent_id) + bool(command.number) != 1:
        raise BadRequest("bad_value", "Say one of queue, agent_id and number.")
    if command.number:
        _, address = await _whom(centre, me, command.call_id, "", command.number, command.client_id)
        await _say(centre, me, command.call_id, "give", address=address, once=command.client_id)
        return
    call = await _say(centre, me, command.call_id, "transfer", once=command.client_id)
    before = call.asked_before(me, command.client_id)
    if call.owner != me or (before is not None and before.taken != call.taken):
        return  # it went already
    if command.queue:
        moving = offers.transfer_to_queue(centre, me, call.item_id, command.queue, command.note)
    else:
        moving = offers.transfer_to_agent(centre, me, call.item_id, AgentId(command.agent_id), command.note)
    await _move(centre, me, call, moving)
    await look(centre, call.id)


async def _move(centre: Centre, me: AgentId, call: Call, moving: Awaitable[None]) -> None:
    """Have routing move the item. Refused as it went a moment ago, by the same command on another node: so be it."""
    try:
        await moving
    except (Conflict, Forbidden):
        item = await centre.store.item(call.item_id)
        if item is not None and item.agent == me and item.taken == call.taken:
            raise


async def _hand_over(centre: Centre, me: AgentId, command: asked.HandOver) -> None:
    """Warm: the one consulted has the item, and their leg stays."""
    call = await _say(centre, me, command.call_id, "hand_over")
    if call.handing_to is not None and call.owner == me:
        await _move(centre, me, call, offers.transfer_to_agent(centre, me, call.item_id, call.handing_to, command.note))
        await accept_for(centre, call.item_id, call.handing_to)
        await look(centre, call.id)


async def _take_over(centre: Centre, me: AgentId, item: WorkItemId) -> None:
    call = await _of_item(centre, me, item)
    if (await _say(centre, me, call.id, "take_over")).owner == me:
        return
    await by_hand.assign(centre, me, item, me)
    await accept_for(centre, item, me)
    await _audit(centre, me, "call.take_over", call)
    await look(centre, call.id)


async def _audit(centre: Centre, me: AgentId, action: str, call: Call) -> None:
    detail = {"work_item_id": call.item_id, "agent_id": call.owner or ""}
    await audits.note(
        centre.database, audits.Entry(at=centre.now(), actor_id=me, action=action, subject=call.id, detail=detail)
    )
