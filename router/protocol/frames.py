"""All frames of both endpoints, and their bytes."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args

import msgspec

from router.protocol import (
    base,
    call,
    cases,
    customer,
    customers,
    explain,
    home,
    knowledge,
    macros,
    staff,
    steps,
    supervision,
)

AnyResult = (
    staff.Sent
    | staff.Messages
    | staff.Past
    | staff.Fetched
    | staff.Colleagues
    | explain.ItemExplained
    | explain.AgentExplained
    | explain.Waiting
    | call.Dialed
    | call.CallLog
    | call.Phone
    | supervision.Reached
    | steps.Steps
    | cases.CaseResult
    | home.Home
    | knowledge.KnowledgeResult
    | macros.MacroResult
    | customers.CustomerResult
    | customer.Started
    | customer.Listed
)


class Ok(base.Control, tag="ok", frozen=True, kw_only=True):
    """A command was carried out and is durable. result: what it returned, if anything."""

    id: int
    result: AnyResult | None = None


ServerControl = base.Welcome | Ok | base.Error | base.Pong

Subprotocol = Literal["usher.v1.msgpack", "usher.v1.json"]
SUBPROTOCOLS: tuple[Subprotocol, ...] = ("usher.v1.msgpack", "usher.v1.json")

_msgpack = msgspec.msgpack.Encoder()
_json = msgspec.json.Encoder()


class Encoded:
    """A server event with its bytes, made at most once for each subprotocol however many sessions get it."""

    __slots__ = ("_json", "_msgpack", "event")

    def __init__(self, event: base.ServerEvent) -> None:
        self.event = event
        self._msgpack: bytes | None = None
        self._json: bytes | None = None

    def msgpack(self, seq: int) -> bytes:
        """The frame `[seq, event]`: 0x92 is an array of two."""
        if self._msgpack is None:
            self._msgpack = _msgpack.encode(self.event)
        return b"\x92" + _msgpack.encode(seq) + self._msgpack

    def json(self, seq: int) -> bytes:
        if self._json is None:
            self._json = _json.encode(self.event)
        return b"[%d,%b]" % (seq, self._json)


def control(frame: ServerControl, subprotocol: Subprotocol) -> bytes:
    encoder: msgspec.msgpack.Encoder | msgspec.json.Encoder = _json if subprotocol == "usher.v1.json" else _msgpack
    return encoder.encode(frame)


def tags(union: Any) -> frozenset[str]:
    """The `type` of every message in a union."""
    return frozenset(str(struct.__struct_config__.tag) for struct in get_args(union))


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """As much of a frame that cannot be read as is needed to answer it."""

    type: str
    id: base.Number | None = None


def envelope(frame: bytes | str) -> Envelope:
    """Read a frame no decoder takes, for its type and id. Lone surrogates, which only Python's reader lets pass, are
    what browsers send when somebody cuts an emoji in two.

    Raises MsgspecError, ValueError, RecursionError.
    """
    return msgspec.convert(json.loads(frame) if isinstance(frame, str) else msgspec.msgpack.decode(frame), Envelope)


staff_msgpack = msgspec.msgpack.Decoder(staff.StaffIn)
staff_json = msgspec.json.Decoder(staff.StaffIn)
customer_msgpack = msgspec.msgpack.Decoder(customer.CustomerIn)
customer_json = msgspec.json.Decoder(customer.CustomerIn)
