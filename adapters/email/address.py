"""Mailboxes of address fields (RFC 5322 §3.4), as mailers write them rather than as they should."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.email.charset import decode
from adapters.email.header import text_of

TOKEN = re.compile(
    rb'(?P<quoted>"(?:[^"\\]|\\.)*"?)|(?P<angle><+[^<>]*>*)|(?P<end>[,;])|(?P<open>\()|(?P<group>:)'
    rb"|(?P<word>=\?[^?\s]{1,100}\?[bBqQ]\?[^?\s]*\?=)|(?P<text>(?:(?!=\?)[^\"<,;(:])+|=)",
    re.DOTALL,
)
# Begins only where a word does: tried inside of one, a long word without "@" takes time with its square.
SPEC = re.compile(r"(?<![^\s@<>(),;\"\[\]])[^\s@<>(),;\"\[\]]{1,256}@[^\s@<>(),;\"]{1,256}")
SCHEME = re.compile(r"^(?:mailto|smtp):", re.IGNORECASE)
FIELD_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """name: decoded, "" when there is none. address: as written, without blanks; "" when there is none."""

    name: str = ""
    address: str = ""


def mailboxes(value: bytes, *, limit: int, charset: str = "") -> tuple[Mailbox, ...]:
    """The mailboxes of one field in order, group names left out; at most `limit`."""
    found: list[Mailbox] = []
    value = value[:FIELD_BYTES]
    if b"\x1b" in value:  # ISO-2022-JP as it stands, whose letters look like brackets and commas
        value = decode(value).encode()
    name, comment, angle, at = b"", b"", None, 0
    while at < len(value) and len(found) < limit:
        token = TOKEN.match(value, at)
        if token is None:
            at += 1
            continue
        at = token.end()
        match token.lastgroup:
            case "quoted":
                name += re.sub(rb"\\(.)", rb"\1", token[0][1:].removesuffix(b'"')) if token[0] != b'"' else b""
            case "angle":
                angle = token[0].strip(b"<>")
            case "open":
                at, comment = _comment(value, at)
            case "group" if b"@" not in name and not name.lower().endswith(b"mailto"):
                name = b""
            case "end":
                found += _mailbox(name, comment, angle, charset)
                name, comment, angle = b"", b"", None
            case _:
                name += token[0]
    found += _mailbox(name, comment, angle, charset)
    return tuple(found[:limit])


def _comment(value: bytes, at: int) -> tuple[int, bytes]:
    """Where the comment opened before `at` ends, and what it says."""
    depth, start = 1, at
    while at < len(value) and depth:
        depth += (value[at] == 0x28) - (value[at] == 0x29)
        at += 1
    return at, value[start : at - (depth == 0)]


def _mailbox(name: bytes, comment: bytes, angle: bytes | None, charset: str) -> list[Mailbox]:
    shown = text_of(name, charset=charset)
    if angle is not None:
        address = text_of(angle, charset=charset)
        spec = SPEC.search(address.rpartition(":")[2] if address.startswith("@") else address)
        address = spec[0] if spec else "".join(address.split())
        return [Mailbox(name=_unquoted(shown) or text_of(comment, charset=charset), address=_without_scheme(address))]
    spec = SPEC.search(shown)
    if spec:
        rest = _unquoted((shown[: spec.start()] + " " + shown[spec.end() :]).strip(" []()<>"))
        rest = "" if rest.lower() == "mailto" else rest
        return [Mailbox(name=text_of(comment, charset=charset) or rest, address=_without_scheme(spec[0].rstrip(".]")))]
    shown = _unquoted(shown) or text_of(comment, charset=charset)
    return [Mailbox(name=shown)] if shown else []


def _without_scheme(address: str) -> str:
    return SCHEME.sub("", address)


def _unquoted(name: str) -> str:
    name = name.strip()
    while len(name) > 1 and name[0] == name[-1] and name[0] in "'\"":
        name = name[1:-1].strip()
    return name
