"""The routing half of what is to be done about calls. Each may be repeated."""

from __future__ import annotations

import contextlib

import structlog

from router.core.call import actions
from router.core.call.state import Call
from router.core.words import ConversationId
from router.engine import arrivals, callbacks, conversations, in_line, lanes, media, notes, presence
from router.engine.calls.lining_up import line_up
from router.engine.centre import Centre
from router.protocol.errors import Conflict, NotFound, UsherError
from router.store.postgres import conversations as stored
from router.store.postgres import messages, recordings

log = structlog.get_logger()

RoutingAction = (
    actions.LineUp
    | actions.EndItem
    | actions.GiveBack
    | actions.KeepCallback
    | actions.KeepVoicemail
    | actions.KeepRecording
    | actions.Log
)
TOLD_OF_MS = 60_000
"""After so long a recording is looked for, should nobody tell that it is complete."""
_WORDS = {
    "answered": "call.answered",
    "abandoned": "call.abandoned",
    "voicemail": "call.voicemail",
    "callback": "call.callback",
    "busy": "call.busy",
    "no_answer": "call.no_answer",
    "failed": "call.failed",
}
"""What a conversation says of a call's end, by its outcome: one of SYSTEM_WORDS."""


async def carry_out(centre: Centre, call: Call, action: RoutingAction) -> None:
    """Raises StoreUnavailable: try again."""
    match action:
        case actions.LineUp():
            await line_up(centre, call)
        case actions.EndItem():
            await _end_item(centre, call)
        case actions.GiveBack():
            await _give_back(centre, call, action)
        case actions.KeepCallback():
            await _keep_callback(centre, call)
        case actions.KeepVoicemail():
            await _keep_voicemail(centre, call, action)
        case actions.KeepRecording():
            now = centre.now()
            not_before = now if action.ready else now + TOLD_OF_MS
            await recordings.expect(
                centre.database, action.sid, call_id=call.id, account=call.account, now=now, not_before=not_before
            )
        case actions.Log():
            await _log(centre, call)


async def _keep_callback(centre: Centre, call: Call) -> None:
    """The item waits on as a callback; one that is an agent's by now, or is held, has the number beside it."""
    try:
        await callbacks.ask(centre, call.item_id, call.number)
    except (Conflict, NotFound):
        await notes.leave_phone(centre, ConversationId(call.conversation_id), call.number)


async def _end_item(centre: Centre, call: Call) -> None:
    """The conversation closes, the item is cancelled or wrapped up.

    A callback that reached nobody stays its agent's, who says whether it is tried again.
    """
    conversation_id = ConversationId(call.conversation_id)
    if call.direction == "out" and call.connected_at is None:
        row = await stored.by_id(centre.database, conversation_id)
        if row is not None and "callback" in row.attributes:
            return
    with contextlib.suppress(NotFound):  # who left at once said nothing
        customer = call.customer_id or ""
        await conversations.close(
            centre, conversation_id, by="customer", author="customer", author_id=customer, name=call.customer_name
        )
    await in_line.end(centre, call.item_id)


async def _give_back(centre: Centre, call: Call, action: actions.GiveBack) -> None:
    """Only this assignment: if the item is somebody else's by now, it stays theirs."""
    now = await centre.store.item(call.item_id)
    if now is None or now.state != "assigned" or (now.agent, now.taken) != (action.agent, action.taken):
        return
    arrival = await arrivals.by_id(centre, call.item_id)
    if arrival is None:
        return
    await lanes.remember(centre, arrival.demand)
    if action.missed:  # first, or the item would come straight back where nobody answers
        try:
            await presence.set_status(centre, action.agent, centre.policy.presence.missed_status)
        except UsherError as error:
            log.info("status stays after a missed call", agent_id=action.agent, code=error.code)
    step = await centre.store.transfer_to_queue(call.item_id, action.agent, arrival.demand)
    await centre.journal(step.events)
    log.info("call given back", call_id=call.id, agent_id=action.agent, missed=action.missed)


async def _keep_voicemail(centre: Centre, call: Call, action: actions.KeepVoicemail) -> None:
    conversation_id = ConversationId(call.conversation_id)
    content, media_type = await centre.switchboard.telephone.recording(call.account, action.sid)
    suffix = media_type.rpartition("/")[2].replace("mpeg", "mp3").replace("x-wav", "wav")
    owner = call.customer_id or ""
    file = await media.upload(centre, conversation_id, owner, call.account, f"voicemail.{suffix}", content)
    minutes, seconds = divmod(action.duration_s, 60)
    await conversations.append(
        centre,
        messages.Draft(
            conversation_id=conversation_id,
            kind="text",
            author="customer",
            author_id=owner,
            author_name=call.customer_name,
            text=f"[voicemail {minutes}:{seconds:02}]",
            client_id=f"voicemail:{action.sid}",
            at=centre.now(),
            even_closed=True,
            extra={"files": [file.id], "placeholder": "voicemail"},
        ),
    )
    await recordings.delete(centre.database, action.sid, call_id=call.id, account=call.account, now=centre.now())


async def _log(centre: Centre, call: Call) -> None:
    """A line for staff and customer; details are in the call log."""
    word = _WORDS.get(call.outcome)
    if word is None:
        return
    line = messages.Draft(
        conversation_id=ConversationId(call.conversation_id),
        kind="system",
        author="system",
        author_id=call.spoke[-1] if call.spoke else "",
        author_name=", ".join(centre.staff.face_of(agent) for agent in call.spoke),
        text=word,
        client_id=f"ended:{call.id}",
        at=centre.now(),
        even_closed=True,
    )
    with contextlib.suppress(NotFound):  # nobody was asked for
        await conversations.append(centre, line)
