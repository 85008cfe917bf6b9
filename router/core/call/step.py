"""One step of a call: what a fact makes of it. Pure; the same facts in any order and number end alike."""

from __future__ import annotations

from typing import Literal

from router.core.call import actions, commands, intro, item, keypad, room
from router.core.call.draft import Context, Draft
from router.core.call.ending import sweep
from router.core.call.facts import (
    Absent,
    CalledBack,
    Command,
    Differs,
    Done,
    Fact,
    Failed,
    Fetched,
    Heard,
    ItemIs,
    Joined,
    Left,
    LegIs,
    RecordingIs,
    TimePassed,
)
from router.core.call.state import CUSTOMER, IN_ROOM, Call, Leg, trimmed
from router.core.words import AgentId, ConversationId, CustomerId, Ms, WorkItemId

Step = tuple[Call, list[actions.AnyAction]]


def arrive(*, call_id: str, sid: str, number: str, context: Context) -> Step:
    """A call comes in: the menu, or, without one, the line at once."""
    line = context.line
    call = _new(call_id, "in", number, line.account, line.languages[0], context.now)
    leg = Leg(label=CUSTOMER, role="customer", state="waiting", since=context.now, sid=sid, address=number)
    draft = Draft(call, context)
    draft.add(leg)
    if line.menu or line.bot:
        draft.become("menu", stage=1)
    else:
        intro.line_up(draft, said=line.text("greeting", call.language))
    return draft.call, draft.actions


def dial(
    *,
    call_id: str,
    number: str,
    agent: AgentId,
    address: str,
    taken: int,
    item_id: WorkItemId,
    conversation_id: ConversationId,
    customer_id: CustomerId,
    customer_name: str,
    queue: str,
    context: Context,
) -> Step:
    """An agent who has the item calls its customer: first the agent's phone rings, then the customer's."""
    line = context.line
    new = _new(call_id, "out", number, line.account, line.languages[0], context.now)
    draft = Draft(new, context)
    draft.set(
        state="dialing",
        item_id=item_id,
        conversation_id=conversation_id,
        customer_id=customer_id,
        customer_name=customer_name,
        lined_up=True,
        queue=queue,
        owner=agent,
        taken=taken,
        room=1,
        stage=1,
    )
    room.dial_agent(draft, agent, address)
    return draft.call, draft.actions


def _new(call_id: str, direction: Literal["in", "out"], number: str, account: str, language: str, now: Ms) -> Call:
    return Call(
        id=call_id,
        account=account,
        direction=direction,
        number=number,
        language=language,
        state="menu",
        since=now,
        started_at=now,
        item_id=WorkItemId(f"{call_id}.1"),
        conversation_id=ConversationId(f"con_{call_id.removeprefix('call_')}"),
    )


def step(call: Call, fact: Fact, context: Context) -> Step:
    """Raises Refusal for a command that cannot be carried out now; for nothing else."""
    draft = Draft(call, context)
    match fact:
        case Heard():
            intro.heard(draft, fact)
        case Fetched():
            _fetched(draft)
        case LegIs():
            room.leg_is(draft, fact)
        case Joined():
            room.joined(draft, fact)
        case Left():
            room.left(draft, fact)
        case Differs():
            draft.agree(fact.label)
        case Absent():
            _absent(draft)
        case RecordingIs():
            intro.recording_is(draft, fact)
        case Done():
            room.done(draft, fact)
        case Failed():
            room.failed(draft, fact)
        case ItemIs():
            item.item_is(draft, fact)
        case Command():
            commands.carry_out(draft, fact)
        case TimePassed():
            _time_passed(draft)
        case CalledBack():
            intro.called_back(draft)
    if draft.call == call:
        return call, draft.actions
    return trimmed(draft.call), draft.actions


def _fetched(draft: Draft) -> None:
    """What was to be said before the music is said once."""
    call = draft.call
    if call.served != call.stage:
        draft.set(served=call.stage)
    elif call.state == "queued" and call.said:
        draft.set(said="")


def _absent(draft: Draft) -> None:
    customer = draft.call.leg(CUSTOMER)
    if customer is not None and customer.live and draft.call.state in (*IN_ROOM, "connecting"):
        draft.turn(draft.call.state)
        draft.change(CUSTOMER, held=customer.held)


def _time_passed(draft: Draft) -> None:
    """Whatever is due, each once: the timer is taken away before it acts."""
    for timer in [name for name, at in draft.call.due.items() if at <= draft.now]:
        draft.due(timer, None)
        match timer:
            case "answer":
                room.not_answered(draft)
            case "ring":
                room.rang_out(draft)
            case "grace":
                item.give_back(draft, missed=False)
            case "again":
                if draft.call.over:
                    sweep(draft)
                elif draft.call.state == "reconnecting":
                    room.reconnect(draft)
            case "handing":
                draft.set(handing_to=None)
            case "tones":
                keypad.sound(draft)
            case "thanked":
                intro.called_back(draft)
            case "voicemail":
                intro.no_message_came(draft)
