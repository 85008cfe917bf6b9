"""The frames of a session.

Client → server: one map a frame. A *command* has an `id` and gets exactly one reply; a *signal* has none and gets none.
Server → client: `welcome`, `ok`, `error` and `pong` are maps; every other thing that happens is a *sequenced event*,
the pair `[seq, event]`. `seq` starts at 1 in a session, without gaps; the client acknowledges it and resumes after it.

The body of an event is encoded once for all its receivers; only the `[seq,` before it differs.
Subprotocols: `usher.v1.msgpack` (binary frames) and `usher.v1.json` (text frames); same names, same shapes.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from router.core.words import Ms

Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_.:-]{1,64}$(?!\n)")]
"""Names a thing: made by the server, or for its own things by a client. (Python's `$` would let a newline follow.)"""
Number = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
"""A whole number every language can hold exactly."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A shape used inside messages."""


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something a client asks. id: chosen by the client, unique among its unanswered commands."""

    id: Number


class Signal(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something a client says without wanting an answer."""


class ServerEvent(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Something that happened; sent as `[seq, event]`."""


class Result(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What a command returned beside success."""


class Control(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """Session frames outside the numbered stream."""


class Hello(Signal, tag="hello", frozen=True, kw_only=True):
    """First frame of every connection.

    token: a customer's visitor token; staff are known by their cookie and leave it empty.
    account: the channel account a customer writes to.
    device_id: one per tab, kept over reconnects. session_id, last_seq: to resume; empty and 0 for a new session.
    """

    device_id: Id
    token: str = ""
    account: str = ""
    session_id: str = ""
    last_seq: Number = 0


class Ack(Signal, tag="ack", frozen=True, kw_only=True):
    """All events up to and including `seq` are handled and need not be kept for this client."""

    seq: Number


class Ping(Signal, tag="ping", frozen=True, kw_only=True):
    """Sent every `heartbeat_ms`; renews an agent's device lease. Answered by `pong`."""


class Welcome(Control, tag="welcome", frozen=True, kw_only=True):
    """resumed: the events after `last_seq` follow. Otherwise the next event is a snapshot."""

    session_id: str
    resumed: bool
    server_time: Ms
    heartbeat_ms: Ms


class Pong(Control, tag="pong", frozen=True, kw_only=True):
    server_time: Ms


class Error(Control, tag="error", frozen=True, kw_only=True):
    """A command was refused, or (id null) a frame could not be read.

    code: one of router.protocol.errors.CODES. detail: facts a client may show, e.g. `late_ms`.
    """

    id: int | None
    code: str
    message: str
    detail: dict[str, str | int | bool] = {}
