"""Content transfer encodings (RFC 2045 §6) and uuencode, read as leniently as mail readers do. Never fails."""

from __future__ import annotations

import binascii
import quopri
import re
from dataclasses import dataclass

NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
UU_BEGIN = re.compile(rb"^begin(-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
UU_END = {
    b"": re.compile(rb"^end[ \t]*\r?(?:\n|\Z)", re.MULTILINE),
    b"-base64": re.compile(rb"^====[ \t]*\r?(?:\n|\Z)", re.MULTILINE),
}


def decoded(body: bytes, encoding: str, *, is_text: bool = False) -> bytes:
    """The bytes that were sent. encoding: as the header says, in lower case.

    is_text: text that claims to be base64 and is not is taken as it is.
    """
    match encoding:
        case "base64":
            return body if is_text and _is_no_base64(body) else _base64(body)
        case "quoted-printable":
            return quopri.decodestring(body)
        case "x-uuencode" | "uuencode" | "x-uue" | "x-uu":
            _, files = without_uuencode(body)
            return files[0].content if files else body
        case _:
            return body


def _is_no_base64(body: bytes) -> bool:
    head = body[:4096]
    lines = head.strip().split(b"\n")
    return bool(NOT_BASE64.search(lines[0])) or (
        len(lines) == 1 and len(body) < 4096 and len(lines[0].strip()) % 4 != 0
    )


def _base64(body: bytes) -> bytes:
    """All the bytes there are, whatever is between them, until the padding."""
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        pass
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", body)
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class UuFile:
    """A file that stood uuencoded in a text."""

    name: bytes
    content: bytes


def without_uuencode(text: bytes) -> tuple[bytes, tuple[UuFile, ...]]:
    """The text without the files that stand uuencoded in it, and the files."""
    files: list[UuFile] = []
    kept: list[bytes] = []
    at = 0
    while begin := UU_BEGIN.search(text, at):
        end = UU_END[begin[1] or b""].search(text, begin.end())
        if end is None:
            break
        lines = text[begin.end() : end.start()]
        files.append(UuFile(name=begin[2].strip(), content=_base64(lines) if begin[1] else _uudecoded(lines)))
        kept.append(text[at : begin.start()])
        at = end.end()
    return (b"".join((*kept, text[at:])), tuple(files)) if files else (text, ())


def _uudecoded(lines: bytes) -> bytes:
    content = bytearray()
    for line in lines.splitlines():
        if not line or line in {b"`", b" "}:
            continue
        try:
            content += binascii.a2b_uu(line)
        except binascii.Error:
            length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders count wrongly or add a checksum character
            try:
                content += binascii.a2b_uu(line[:length])
            except binascii.Error:
                continue
    return bytes(content)
