"""What somebody signed, without its signature: S/MIME that wraps a mail whole (CMS, RFC 5652 §5) and PGP's clear text
(RFC 9580 §7). Signatures are not verified: who wrote is not believed by them. Never fails."""

from __future__ import annotations

import re

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
DATA = bytes.fromhex("2a864886f70d010701")
OBJECT_ID, OCTETS, OCTETS_IN_PARTS = 0x06, 0x04, 0x24
DEEPEST = 8
CLEAR = re.compile(r"^-----BEGIN PGP SIGNED MESSAGE-----\n(?:[\w-]{1,40}: .*\n)*\n", re.MULTILINE)
SIGNATURE, END = "\n-----BEGIN PGP SIGNATURE-----\n", "\n-----END PGP SIGNATURE-----"
SECRET = re.compile(r"\s*-----BEGIN PGP MESSAGE-----\n")


def signed_content(raw: bytes) -> bytes:
    """What a SignedData holds; b"" when it is none, or holds nothing."""
    try:
        at = _inside(raw, 0)
        if _object_id(raw, at) != SIGNED_DATA:
            return b""
        at = _inside(raw, _inside(raw, _after(raw, at, 0)))  # [0], then SEQUENCE
        for _ in range(2):  # version, algorithms
            at = _after(raw, at, 0)
        at = _inside(raw, at)
        if _object_id(raw, at) != DATA:
            return b""
        return _octets(raw, _inside(raw, _after(raw, at, 0)), 0)
    except (IndexError, ValueError):
        return b""


def clear_text(text: str) -> str:
    """The text without PGP's lines around it and its signature."""
    kept: list[str] = []
    at = 0
    while begin := CLEAR.search(text, at):
        stop = text.find(SIGNATURE, begin.end() - 1)
        end = text.find(END, stop) if stop >= 0 else -1
        if end < 0:
            break
        kept += text[at : begin.start()], re.sub(r"^- ", "", text[begin.end() : stop], flags=re.MULTILINE)
        at = end + len(END)
    return "".join((*kept, text[at:]))


def is_secret(text: str) -> bool:
    """Whether a text is nothing but what only its recipient can read."""
    return SECRET.match(text) is not None


def _head(raw: bytes, at: int) -> tuple[int, int, int | None]:
    """Tag, where the content begins, and its length; None: it ends with two zeros (X.690 §8.1.3.6)."""
    tag, first, begin = raw[at], raw[at + 1], at + 2
    if tag & 0x1F == 0x1F:
        raise ValueError("a tag of several bytes")
    if first == 0x80:
        return tag, begin, None
    if first < 0x80:
        return tag, begin, first
    size = first & 0x7F
    if begin + size > len(raw):
        raise ValueError("cut off")
    return tag, begin + size, int.from_bytes(raw[begin : begin + size])


def _inside(raw: bytes, at: int) -> int:
    return _head(raw, at)[1]


def _after(raw: bytes, at: int, depth: int) -> int:
    _, begin, length = _head(raw, at)
    if length is not None:
        return begin + length
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    while raw[begin : begin + 2] != b"\0\0":
        begin = _after(raw, begin, depth + 1)
    return begin + 2


def _object_id(raw: bytes, at: int) -> bytes:
    tag, begin, length = _head(raw, at)
    return raw[begin : begin + (length or 0)] if tag == OBJECT_ID else b""


def _octets(raw: bytes, at: int, depth: int) -> bytes:
    """The bytes of a string, which may be in parts."""
    tag, begin, length = _head(raw, at)
    if tag == OCTETS and length is not None:
        return raw[begin : begin + length]
    if tag != OCTETS_IN_PARTS or depth > DEEPEST:
        raise ValueError("no string")
    end = len(raw) if length is None else begin + length
    parts: list[bytes] = []
    while begin < end and raw[begin : begin + 2] != b"\0\0":
        parts.append(_octets(raw, begin, depth + 1))
        begin = _after(raw, begin, depth)
    return b"".join(parts)
