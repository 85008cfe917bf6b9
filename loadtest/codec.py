"""Bytes of frames, made and read by other libraries than the server's, so that both are checked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgpack

from router.protocol.frames import Subprotocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """pack and unpack one frame; text: it travels in text frames."""

    subprotocol: Subprotocol
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes], Any]
    text: bool


def _json_bytes(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


MSGPACK = Codec(subprotocol="usher.v1.msgpack", pack=msgpack.packb, unpack=msgpack.unpackb, text=False)
JSON = Codec(subprotocol="usher.v1.json", pack=_json_bytes, unpack=json.loads, text=True)
