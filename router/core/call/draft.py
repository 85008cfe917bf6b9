"""A call being changed by one fact: its new state, and what is to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import msgspec

from router.core.call import actions
from router.core.call.line import Line
from router.core.call.state import CUSTOMER, Call, Leg, State, Timer
from router.core.words import Ms

A = TypeVar("A", bound=actions.Action)
Shut = Literal["", "announce", "voicemail", "callback"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where routing puts a call now. shut: what is done instead of waiting; text: what is said then."""

    queue: str
    shut: Shut = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """place: of a call that asks for a queue ("": whichever rules say)."""

    now: Ms
    line: Line
    place: Callable[[Call], Place]


class Draft:
    """Every change of a call goes through here, so that stages, keys and timers cannot be forgotten."""

    __slots__ = ("actions", "call", "context")

    def __init__(self, call: Call, context: Context) -> None:
        self.call, self.context = call, context
        self.actions: list[actions.AnyAction] = []

    @property
    def now(self) -> Ms:
        return self.context.now

    @property
    def line(self) -> Line:
        return self.context.line

    # ------------------------------------------------------------ the call

    def set(self, **changes: Any) -> None:
        self.call = msgspec.structs.replace(self.call, **changes)

    def become(self, state: State, **changes: Any) -> None:
        """Another state, while the customer's leg goes on with what it does."""
        if state != self.call.state:
            changes["since"] = self.now
        self.set(state=state, **changes)

    def turn(self, state: State, **changes: Any) -> None:
        """Another state, in which the customer's leg has something else to do: it is sent to ask."""
        self.become(state, stage=self.call.stage + 1, **changes)
        customer = self.call.leg(CUSTOMER)
        if customer is not None and customer.live and customer.sid:
            self.change(CUSTOMER, state="waiting", held=False, heard=0)
            self.do(actions.Redirect, key=f"redirect:{self.call.stage}", stage=self.call.stage)

    def due(self, timer: Timer, after_ms: Ms | None) -> None:
        """Set a timer; None: take it away."""
        timers = {name: at for name, at in self.call.due.items() if name != timer}
        self.set(due=timers if after_ms is None else timers | {timer: self.now + after_ms})

    def name(self, what: str) -> str:
        """A name not used before in this call."""
        self.set(made=self.call.made + 1)
        return f"{what}.{self.call.made}"

    # ------------------------------------------------------------ its legs

    def add(self, leg: Leg) -> None:
        self.set(legs=(*self.call.legs, leg))

    def change(self, label: str, **changes: Any) -> None:
        """Change a leg that is there; since follows its state."""

        def changed(leg: Leg) -> Leg:
            if changes.get("state", leg.state) != leg.state:
                changes["since"] = self.now
            return msgspec.structs.replace(leg, **changes)

        self.set(legs=tuple(changed(leg) if leg.label == label else leg for leg in self.call.legs))

    # ------------------------------------------------------------ what is to be done

    def do(self, kind: type[A], *, key: str = "", **facts: Any) -> None:
        """key: empty: a new one."""
        action: Any = kind(key=key or self.name(str(kind.__struct_config__.tag)), **facts)
        self.actions.append(action)

    def agree(self, label: str) -> None:
        """See that the provider mutes and holds a leg as it is wanted now."""
        leg = self.call.leg(label)
        if leg is not None and leg.live and leg.state == "joined":
            self.do(actions.SetLeg, label=label, room=self.call.room_name)

    def dial(self, leg: Leg, ring_ms: Ms, *, coach: str = "") -> None:
        """Add a leg and call it into the conference."""
        self.add(leg)
        self.do(
            actions.DialLeg,
            key=f"dial:{leg.label}",
            label=leg.label,
            room=self.call.room_name,
            to=leg.address,
            ring_ms=ring_ms,
            muted=leg.muted or leg.mode == "listen",
            coach=coach,
        )

    def end(self, leg: Leg) -> None:
        """Let a leg go; when it is gone for sure, a fact will say so."""
        if leg.live:
            self.change(leg.label, leaves=True)
            self.do(actions.EndLeg, label=leg.label, room=self.call.room_name, sid=leg.sid)

    def end_stray(self, label: str, sid: str) -> None:
        """End what is up at the provider though it should not be; once."""
        self.do(actions.EndLeg, key=f"{actions.STRAY}{sid}", label=label, room=self.call.room_name, sid=sid)

    def end_staff(self, *, but: str = "") -> None:
        """Let everybody go but the customer (and one more)."""
        for leg in self.call.legs:
            if leg.label not in (CUSTOMER, but):
                self.end(leg)

    def record(self, to: Literal["on", "paused", "off"]) -> None:
        if self.call.recording != to:
            self.set(recording=to)
            self.do(actions.Record, to=to)
