"""winmail.dat: what Outlook puts its attachments into (Transport Neutral Encapsulation Format, MS-OXTNEF)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from adapters.email.charset import decode

SIGNATURE = 0x223E9F78
DATA, LONG_NAME, MEDIA_TYPE, PLAIN_BODY, HTML_BODY = 0x3701, 0x3707, 0x370E, 0x1000, 0x1013
FIXED_BYTES = {0x02: 2, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 2, 0x14: 8, 0x40: 8, 0x48: 16}
SIZED = frozenset({0x0D, 0x1E, 0x1F, 0x102})
UNICODE = 0x1F
MOST_FILES, MOST_PROPERTIES, MOST_VALUES = 200, 2_000, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TnefFile:
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Tnef:
    """text: the plain body, "" when there is none. html likewise."""

    files: tuple[TnefFile, ...] = ()
    text: str = ""
    html: str = ""


def read_tnef(raw: bytes) -> Tnef | None:
    """What is inside; None when it is no TNEF. A broken one gives what could be read."""
    if len(raw) < 6 or struct.unpack_from("<I", raw)[0] != SIGNATURE:
        return None
    files: list[dict[int, bytes | str]] = []
    message: dict[int, bytes | str] = {}
    at = 6
    while at + 9 <= len(raw) and len(files) <= MOST_FILES:
        _, attribute, size = struct.unpack_from("<BII", raw, at)
        data = raw[at + 9 : at + 9 + size]
        at += 9 + size + 2
        match attribute & 0xFFFF:
            case 0x9002:  # attAttachRenddata: a new file begins
                files.append({})
            case 0x8010 if files:  # attAttachTitle
                files[-1].setdefault(LONG_NAME, decode(data.split(b"\0")[0], "cp1252"))
            case 0x800F if files:  # attAttachData
                files[-1].setdefault(DATA, data)
            case 0x9005 if files:  # attAttachment
                files[-1] |= _properties(data)
            case 0x800C:  # attBody
                message[PLAIN_BODY] = decode(data.rstrip(b"\0"), "cp1252")
            case 0x9003:  # attMsgProps
                message |= _properties(data)
    return Tnef(
        files=tuple(map(_file, files[:MOST_FILES])), text=_text(message, PLAIN_BODY), html=_text(message, HTML_BODY)
    )


def _file(values: dict[int, bytes | str]) -> TnefFile:
    content = values.get(DATA, b"")
    return TnefFile(
        name=_text(values, LONG_NAME),
        media_type=_text(values, MEDIA_TYPE).lower(),
        content=content if isinstance(content, bytes) else content.encode(),
    )


def _text(values: dict[int, bytes | str], key: int) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else decode(value.rstrip(b"\0"))


def _properties(data: bytes) -> dict[int, bytes | str]:
    """The MAPI properties of a stream that have a size (strings, bytes); the others are walked over."""
    found: dict[int, bytes | str] = {}
    try:
        (count,), at = struct.unpack_from("<I", data), 4
        for _ in range(min(count, MOST_PROPERTIES)):
            kind, key = struct.unpack_from("<HH", data, at)
            at += 4
            if key >= 0x8000:
                at = _after_name(data, at)
            values, at = _values(data, at, kind)
            if values:
                found[key] = values[0]
    except (struct.error, KeyError):
        pass
    return found


def _after_name(data: bytes, at: int) -> int:
    """A named property carries a GUID and a number or a name."""
    (by_name,) = struct.unpack_from("<I", data, at + 16)
    if not by_name:
        return at + 24
    (size,) = struct.unpack_from("<I", data, at + 20)
    return int(at + 24 + size + -size % 4)


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes | str], int]:
    many, kind = bool(kind & 0x1000), kind & 0xFFF
    count = 1
    if many or kind in SIZED:
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
    if kind not in SIZED:
        size = FIXED_BYTES[kind]
        return [], at + count * (size + -size % 4)
    values: list[bytes | str] = []
    for _ in range(min(count, MOST_VALUES)):
        (size,) = struct.unpack_from("<I", data, at)
        value = data[at + 4 : at + 4 + size]
        values.append(decode(value, "utf-16-le").rstrip("\0") if kind == UNICODE else _plain(value, kind))
        at += 4 + size + -size % 4
    return values, at


def _plain(value: bytes, kind: int) -> bytes | str:
    if kind == 0x1E:
        return decode(value.rstrip(b"\0"), "cp1252")
    return value[16:] if kind == 0x0D else value  # an object begins with the GUID of its interface
