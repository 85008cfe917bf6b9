"""What a server and its worker of understanding say to each other: four bytes of length, then MessagePack."""

from __future__ import annotations

from msgspec import Struct, msgpack

from router.core.understood import Understood

MOST_BYTES = 1 << 24
LENGTH_BYTES = 4


class Asked(Struct, frozen=True, kw_only=True, tag_field="ask", array_like=True):
    """number: the answer has the same."""

    number: int


class AskMeaning(Asked, frozen=True, kw_only=True, tag="understand", array_like=True):
    text: str
    language: str | None


class AskVectors(Asked, frozen=True, kw_only=True, tag="vectors", array_like=True):
    texts: tuple[str, ...]


class Load(Asked, frozen=True, kw_only=True, tag="load", array_like=True):
    """Read the model's file anew. One that cannot be used leaves the model there is."""


class Teach(Asked, frozen=True, kw_only=True, tag="teach", array_like=True):
    """Learn these pairs of intent and text, and put the model into the file. Takes seconds."""

    taught: tuple[tuple[str, str], ...]


class Try(Asked, frozen=True, kw_only=True, tag="try", array_like=True):
    """What the texts mean now, and would if these pairs of intent and text were taught. Takes a second; not kept.

    The pairs are what is taught now and some more: how sure is sure stays as it is.
    """

    taught: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]


class Answered(Struct, frozen=True, kw_only=True, array_like=True):
    """vectors: of float32, one after the other; empty without a semantic engine. model: version in use or just taught,
    "" for none. before, after: of what was tried, text by text.
    """

    number: int
    understood: Understood | None = None
    vectors: bytes = b""
    model: str = ""
    error: str = ""
    before: tuple[Understood, ...] = ()
    after: tuple[Understood, ...] = ()


Lesson = Teach | Try
AnyAsked = AskMeaning | AskVectors | Load | Lesson

_asked: msgpack.Decoder[AnyAsked] = msgpack.Decoder(AnyAsked)
_answered = msgpack.Decoder(Answered)


def frame(message: Struct) -> bytes:
    body = msgpack.encode(message)
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def asked(body: bytes) -> AnyAsked:
    return _asked.decode(body)


def answered(body: bytes) -> Answered:
    return _answered.decode(body)


def taken(buffer: bytearray) -> list[bytes]:
    """The whole frames at the beginning of the buffer, taken out of it."""
    bodies, start = [], 0
    while len(buffer) - start >= LENGTH_BYTES:
        end = start + LENGTH_BYTES + int.from_bytes(buffer[start : start + LENGTH_BYTES], "big")
        if len(buffer) < end:
            break
        bodies.append(bytes(buffer[start + LENGTH_BYTES : end]))
        start = end
    del buffer[:start]
    return bodies
