"""The conference: legs that are called, come, go and fail. Each room of a call is a conference of its own.

Who is left alone in a conference that has begun hears nothing. So nobody is: when the agent is lost, the customer is
sent to music at once, and the next conference is a new one, in which music plays until both are there.
"""

from __future__ import annotations

from router.core.call import actions, intro
from router.core.call.draft import Draft
from router.core.call.ending import finish
from router.core.call.facts import OVER, Done, Failed, Joined, Left, LegIs, LegStatus
from router.core.call.item import give_back
from router.core.call.state import CUSTOMER, IN_ROOM, Leg, Outcome
from router.core.words import AgentId, Ms

PATIENCE_MS: Ms = 10_000
"""How much later than the provider we give up on a phone that rings."""
RECONNECT_EVERY_MS: Ms = 4_000
_MOST_OVER = 4
_UNREACHED: dict[LegStatus, Outcome] = {"busy": "busy", "no-answer": "no_answer", "failed": "failed"}


# ---------------------------------------------------------------- calling


def connect(draft: Draft, agent: AgentId, address: str, taken: int) -> None:
    """Bring the customer and the agent who has the item together, in a new room."""
    draft.end_staff()
    draft.set(
        room=draft.call.room + 1,
        conference_sid="",
        conferences_over=(),
        owner=agent,
        taken=taken,
        handing_to=None,
        due={},
    )
    draft.turn("connecting", notice="")
    dial_agent(draft, agent, address)


def dial_agent(draft: Draft, agent: AgentId, address: str) -> None:
    leg = Leg(
        label=draft.name("agent"), role="agent", state="dialing", since=draft.now, agent_id=agent, address=address
    )
    draft.dial(leg, draft.line.answer_ms)
    draft.due("answer", draft.line.answer_ms + PATIENCE_MS)


def _dial_customer(draft: Draft) -> None:
    """Of a call out, once the agent is there."""
    leg = Leg(label=CUSTOMER, role="customer", state="dialing", since=draft.now, address=draft.call.number)
    draft.dial(leg, draft.line.ring_ms)
    draft.due("ring", draft.line.ring_ms + PATIENCE_MS)


def reconnect(draft: Draft) -> None:
    """Call the lost agent again; again until the grace is over."""
    call = draft.call
    draft.due("again", RECONNECT_EVERY_MS)
    if call.owner is None or call.of_agent(call.owner) is not None:
        return
    last = next((leg for leg in reversed(call.legs) if leg.agent_id == call.owner and leg.role == "agent"), None)
    if last is not None:
        draft.set(room=call.room + 1, conference_sid="", conferences_over=())
        leg = Leg(
            label=draft.name("agent"),
            role="agent",
            state="dialing",
            since=draft.now,
            agent_id=call.owner,
            address=last.address,
        )
        draft.dial(leg, draft.line.answer_ms)


# ---------------------------------------------------------------- facts about legs


def leg_is(draft: Draft, fact: LegIs) -> None:
    leg = _known(draft, fact.label, fact.sid, over=fact.status in OVER)
    if leg is None:
        return
    if fact.status in OVER:
        gone(draft, leg, fact.status)
    elif fact.status == "ringing" and leg.state == "dialing":
        draft.change(leg.label, state="ringing")
    elif fact.status == "in-progress" and leg.state in ("dialing", "ringing") and not leg.leaves:
        _is_in(draft, leg)  # who was called into the conference is in it once they answer


def joined(draft: Draft, fact: Joined) -> None:
    leg = _known(draft, fact.label, fact.sid, over=False)
    if leg is None or leg.leaves:
        return
    if _news(draft, leg, fact) and leg.state != "joined":
        _is_in(draft, leg)


def left(draft: Draft, fact: Left) -> None:
    """Whoever was called into the conference hung up; the customer may be on the way elsewhere."""
    leg = _known(draft, fact.label, fact.sid, over=True)
    if leg is None or not _news(draft, leg, fact) or leg.state != "joined":
        return
    if leg.label == CUSTOMER:
        draft.change(CUSTOMER, state="waiting")
    else:
        if not fact.n:  # it is up, but not here: whoever it is hears nobody
            draft.end_stray(leg.label, leg.sid)
        gone(draft, leg, "completed")


def _news(draft: Draft, leg: Leg, fact: Joined | Left) -> bool:
    """Whether it is of the room in use and newer than what was heard of the leg there. n 0: just looked at."""
    if fact.room != draft.call.room:
        return False
    if fact.conference_sid and fact.conference_sid != draft.call.conference_sid:
        if fact.n and fact.conference_sid in draft.call.conferences_over:
            return False
        _begun_anew(draft, fact.conference_sid)
    elif 0 < fact.n <= leg.heard:
        return False
    if fact.n:
        draft.change(leg.label, heard=fact.n)
    return True


def _begun_anew(draft: Draft, conference_sid: str) -> None:
    """The room is another conference now, which counts its events from one again."""
    call = draft.call
    before = (*call.conferences_over, call.conference_sid) if call.conference_sid else call.conferences_over
    over = tuple(sid for sid in before if sid != conference_sid)
    draft.set(conference_sid=conference_sid, conferences_over=over[-_MOST_OVER:])
    for leg in call.legs:
        if leg.heard:
            draft.change(leg.label, heard=0)


def _known(draft: Draft, label: str, sid: str, *, over: bool) -> Leg | None:
    """The leg a fact is about, its sid learnt; None when the fact is late. One that lives on after its end is ended."""
    leg = draft.call.leg(label)
    if leg is None or leg.state == "gone" or (leg.sid and sid and leg.sid != sid):
        if not over and sid and label != CUSTOMER:
            draft.end_stray(label, sid)
        return None
    if sid and not leg.sid:
        draft.change(label, sid=sid)
        return draft.call.leg(label)
    return leg


def _is_in(draft: Draft, leg: Leg) -> None:
    draft.change(leg.label, state="joined")
    call = draft.call
    if call.over:
        return
    match leg.role:
        case "customer" | "agent":
            _meet(draft)
        case "third":
            draft.due("ring", None)
            if call.transferring == leg.label:
                hand_outside(draft)
        case "supervisor":
            pass
    if leg.muted or leg.held or leg.role == "supervisor":  # whatever was wanted while it rang
        draft.agree(leg.label)


def _meet(draft: Draft) -> None:
    """Customer and agent hear one another once both are in."""
    call = draft.call
    customer = call.leg(CUSTOMER)
    agent = call.of_agent(call.owner) if call.owner else None
    agent_in = agent is not None and agent.state == "joined"
    customer_in = customer is not None and customer.state == "joined"
    if call.state == "reconnecting" and agent_in:
        draft.due("grace", None)
        draft.due("again", None)
        draft.turn("connecting")
        draft.due("answer", draft.line.answer_ms + PATIENCE_MS)
    elif call.state == "dialing" and agent_in and customer is None:
        draft.due("answer", None)
        _dial_customer(draft)
    elif call.state in ("connecting", "dialing") and agent_in and customer_in:
        draft.become("talking", due={}, connected_at=call.connected_at or draft.now, notice="")
        spoke = (*call.spoke, call.owner) if call.owner and call.owner not in call.spoke else call.spoke
        draft.set(spoke=spoke)
        if draft.line.record == "always":
            draft.record("on")


def gone(draft: Draft, leg: Leg, status: LegStatus) -> None:
    """A leg is over, for good."""
    call, expected, was_in = draft.call, leg.leaves, leg.state == "joined"
    draft.change(leg.label, state="gone", leaves=False)
    if call.over or (expected and leg.role != "customer"):
        return
    match leg.role:
        case "customer":
            _customer_gone(draft, status)
        case "agent" if leg.agent_id == call.owner:
            _agent_gone(draft, leg, status)
        case "third":
            _third_gone(draft, leg, "" if was_in else status.replace("-", "_"))
        case _:
            pass


def _customer_gone(draft: Draft, status: LegStatus) -> None:
    call = draft.call
    if call.state == "dialing":
        outcome = _UNREACHED.get(status, "no_answer")
        draft.set(notice=outcome)
        finish(draft, outcome, end_item=True)
    elif call.state in (*IN_ROOM, "reconnecting"):
        finish(draft, "answered", end_item=call.owner is not None)
    elif call.state == "connecting":
        finish(draft, "abandoned", end_item=True)
    else:
        intro.customer_left(draft)


def _agent_gone(draft: Draft, leg: Leg, status: LegStatus) -> None:
    match draft.call.state:
        case "connecting":
            give_back(draft, missed=status in ("no-answer", "busy"))
        case "dialing":
            draft.set(notice="agent_" + status.replace("-", "_"))
            finish(draft, "failed", end_item=True)
        case "talking" | "held" | "consulting" if leg.in_browser:
            lose_agent(draft)
        case "talking" | "held" | "consulting":  # who answers by phone hangs up to end the call
            finish(draft, "answered", end_item=True)
        case _:
            return


def lose_agent(draft: Draft) -> None:
    """The customer hears music while the agent is called again."""
    draft.record("off")
    draft.end_staff()
    draft.turn("reconnecting", transferring="", handing_to=None, pressed=None, due={})
    draft.due("grace", draft.line.grace_ms)
    draft.due("again", RECONNECT_EVERY_MS // 2)


def _third_gone(draft: Draft, leg: Leg, notice: str) -> None:
    call = draft.call
    draft.due("ring", None)
    if call.transferring == leg.label:
        draft.change(CUSTOMER, held=False)
        draft.become("talking", transferring="", notice=notice)
        draft.agree(CUSTOMER)
    elif call.state == "consulting":
        draft.become("held", notice=notice, handing_to=None)
    elif call.owner is None and call.state == "talking":
        finish(draft, "answered", end_item=False)


def hand_outside(draft: Draft) -> None:
    """The outside number has the call now; the agent leaves and wraps up."""
    call = draft.call
    agent = call.of_agent(call.owner) if call.owner else None
    draft.change(CUSTOMER, held=False)
    draft.become("talking", transferring="", owner=None, released=call.taken, due={})
    draft.agree(CUSTOMER)
    if agent is not None:
        draft.end(agent)
    for leg in call.legs:
        if leg.role == "supervisor":
            draft.end(leg)
    draft.do(actions.EndItem, key="end_item")


# ---------------------------------------------------------------- what became of actions


def done(draft: Draft, fact: Done) -> None:
    kind = fact.key.partition(":")[0].partition(".")[0]
    if kind == "line_up":
        draft.set(lined_up=True)
    elif kind == "record":
        draft.set(recording_sid=fact.sid)
        if fact.sid:
            draft.do(actions.KeepRecording, key=f"begun:{fact.sid}", sid=fact.sid)
    elif kind == "dial":
        _dialed(draft, fact)
    elif kind == "end" and (leg := draft.call.leg(fact.label)) is not None and leg.state != "gone":
        gone(draft, leg, "completed")


def _dialed(draft: Draft, fact: Done) -> None:
    call = draft.call
    if fact.room == call.room_name and fact.conference_sid and not call.conference_sid:
        draft.set(conference_sid=fact.conference_sid)
    leg = _known(draft, fact.label, fact.sid, over=False)
    if leg is not None and leg.leaves and fact.sid:
        draft.end_stray(leg.label, fact.sid)
    elif leg is not None and leg.state in ("dialing", "ringing"):
        _rings_now(draft, leg)


def _rings_now(draft: Draft, leg: Leg) -> None:
    """Patience begins when the phone does, however long nobody could be asked to call it."""
    ours = "answer" if leg.role == "agent" else "ring"
    if ours in draft.call.due:
        draft.due(ours, (draft.line.answer_ms if ours == "answer" else draft.line.ring_ms) + PATIENCE_MS)


def failed(draft: Draft, fact: Failed) -> None:
    """An action was given up: a leg that cannot be called, or a customer who cannot be sent on, is over."""
    kind = fact.key.partition(":")[0].partition(".")[0]
    leg = draft.call.leg(fact.label)
    if leg is not None and leg.state != "gone" and (kind == "dial" or fact.gone):
        gone(draft, leg, "failed" if kind == "dial" else "completed")
    elif kind == "record":
        draft.set(recording="off", recording_sid="", notice="recording_failed")


# ---------------------------------------------------------------- patience


def not_answered(draft: Draft) -> None:
    """Nobody said what became of a phone that rang for too long."""
    call = draft.call
    agent = call.of_agent(call.owner) if call.owner else None
    if call.state == "connecting" and agent is not None and agent.state == "joined":
        draft.turn("connecting")  # it is the customer who is not there
        draft.due("answer", draft.line.answer_ms + PATIENCE_MS)
    elif call.state == "connecting":  # a phone that was never called missed nothing
        give_back(draft, missed=agent is not None and bool(agent.sid))
    elif call.state == "dialing":
        draft.set(notice="agent_no_answer")
        finish(draft, "failed", end_item=True)


def rang_out(draft: Draft) -> None:
    call = draft.call
    third = call.live("third")
    if call.state == "dialing" and call.leg(CUSTOMER) is not None:
        draft.set(notice="no_answer")
        finish(draft, "no_answer", end_item=True)
    elif third is not None and not third.sid:  # not called yet: given up or called, we are told
        draft.due("ring", PATIENCE_MS)
    elif third is not None and third.state != "joined":
        draft.end(third)
        _third_gone(draft, third, "no_answer")
