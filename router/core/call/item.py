"""The call follows its work item: whoever routing gives the item to is whom the customer is put through to."""

from __future__ import annotations

from router.core.call import actions
from router.core.call.draft import Draft
from router.core.call.ending import finish
from router.core.call.facts import ItemIs
from router.core.call.state import CUSTOMER, WITH_CUSTOMER, Leg
from router.core.words import AgentId


def item_is(draft: Draft, fact: ItemIs) -> None:
    call = draft.call
    if call.over:
        return
    if fact.state == "assigned" and fact.agent is not None:
        if fact.taken > max(call.taken, call.released):
            _assigned(draft, fact.agent, fact)
    elif fact.state in ("waiting", "offered"):
        if call.owner is not None and (call.handing_to is None or call.handing_to not in fact.ringing):
            _taken_back(draft)
    elif fact.state in ("wrap_up", "closed"):
        if call.owner is not None and call.state in WITH_CUSTOMER:
            finish(draft, "answered" if call.connected_at else "abandoned", end_item=False)
        elif call.lined_up and call.state == "queued":
            finish(draft, "closed", end_item=False, say=draft.line.text("closed", call.language))


def _assigned(draft: Draft, agent: AgentId, fact: ItemIs) -> None:
    from router.core.call.room import connect  # the room gives items back, the item opens rooms

    call = draft.call
    here = call.of_agent(agent)
    if call.handing_to == agent:
        draft.set(handed_by=call.owner)
    if call.state not in ("queued", *WITH_CUSTOMER):
        draft.set(owner=agent, taken=fact.taken)
    elif here is not None and here.state == "joined" and call.state in WITH_CUSTOMER and call.state != "reconnecting":
        _promote(draft, here, agent, fact.taken)
    else:
        connect(draft, agent, fact.address, fact.taken)


def _promote(draft: Draft, leg: Leg, agent: AgentId, taken: int) -> None:
    """Somebody who is on the line already has the item now: colleague consulted, or supervisor taking over."""
    before = draft.call.of_agent(draft.call.owner) if draft.call.owner else None
    draft.change(leg.label, role="agent", mode="talk", muted=False)
    draft.change(CUSTOMER, held=False)
    spoke = draft.call.spoke
    draft.become(
        "talking",
        owner=agent,
        taken=taken,
        handing_to=None,
        due={},
        notice="",
        spoke=spoke if agent in spoke else (*spoke, agent),
    )
    if before is not None and before.label != leg.label:
        draft.end(before)
    draft.agree(leg.label)
    draft.agree(CUSTOMER)
    for other in draft.call.legs:
        if other.role == "supervisor" and other.mode == "whisper":
            draft.agree(other.label)


def _taken_back(draft: Draft) -> None:
    """Transferred, or its agent is gone: the customer waits again."""
    call = draft.call
    draft.record("off")
    draft.end_staff()
    released = max(call.released, call.taken)
    draft.set(owner=None, released=released, handing_to=None, transferring="", pressed=None, due={})
    if call.state in WITH_CUSTOMER:
        draft.turn("queued", said="")
    elif call.state == "dialing":
        finish(draft, "failed", end_item=False)


def give_back(draft: Draft, *, missed: bool) -> None:
    """The agent cannot be reached: the item waits again at its place, the customer hears music."""
    call = draft.call
    if call.owner is None:
        return
    draft.do(actions.GiveBack, key=f"give_back:{call.taken}", agent=call.owner, taken=call.taken, missed=missed)
    _taken_back(draft)
