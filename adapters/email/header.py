"""Header fields (RFC 5322 §2.2): reading them, decoding their text (RFC 2047) and their parameters (RFC 2231).

Values stay bytes until somebody knows what they are: an address is taken apart before its name is decoded.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from adapters.email.charset import codec_of, decode, guessed
from adapters.email.likely import WESTERN, likely
from adapters.email.options import Limits

FIELD = re.compile(rb"[>|]?([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
FOLD = re.compile(rb"\r?\n[ \t]*")
ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,100})\?([bBqQ])\?((?:(?!\?=|=\?[^=]).)*)\?=", re.DOTALL)
"""The text may hold a question mark, which RFC 2047 §4.2 forbids."""
QUOTED_BYTE = re.compile(rb"=([0-9A-Fa-f]{2})")
PARAMETER = re.compile(rb"""([\w!#$%&'^`{|}~+.-]{1,60}(?:\*\d{1,3})?\*?)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"?|[^;\r\n]*)""")
BLANK_LINE = re.compile(rb"\n\r?\n")
LONGEST_TEXT_BYTES = 64 * 1024
LONGEST_PARAMETERS_BYTES = 16 * 1024
FEW_BYTES = 3
UNTELLING = frozenset({"", "ascii", "utf-8", "cp1252"})
"""Charsets a program declares whatever else it writes into its header."""
WINDOWS_PATH = re.compile(rb'"[A-Za-z]:\\[^\\]')
CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Field:
    """name: in lower case. value: unfolded, without the white space around it."""

    name: str
    value: bytes


Fields = tuple[Field, ...]


def read_fields(
    raw: bytes, start: int, end: int, *, limits: Limits, ends_at: Callable[[bytes], bool] = lambda line: False
) -> tuple[Fields, int, bool]:
    """The fields from `start`, where the body begins, and whether some were left out.

    A line that is no field ends the header, unless a field follows it: then it is skipped. ends_at: lines that end the
    header without being part of it (a boundary).
    """
    lines: list[tuple[bytes, list[bytes]]] = []
    at, cut, stop = start, False, min(end, start + limits.header_bytes)
    while at < end:
        if at >= stop or len(lines) > limits.header_fields:
            cut = True
            rest = BLANK_LINE.search(raw, at - 1, end)
            at = rest.end() if rest else end
            break
        line_end = raw.find(b"\n", at, end) + 1 or end
        line = raw[at : min(line_end, stop)]
        bare = line.rstrip(b"\r\n")
        if not bare:
            at = line_end
            break
        if ends_at(bare):
            break
        if bare[0] in b" \t" and lines:
            lines[-1][1].append(line)
        elif field := FIELD.fullmatch(line):
            lines.append((field[1], [field[2]]))
        elif not (_is_envelope(bare, at == start) or _field_follows(raw, line_end, end)):
            break
        at = line_end
    return tuple(Field(name.decode("ascii").lower(), _unfolded(values)) for name, values in lines), at, cut


def _is_envelope(line: bytes, first: bool) -> bool:
    return first and line.startswith((b"From ", b">From "))


def _field_follows(raw: bytes, at: int, end: int) -> bool:
    line = raw[at : min(at + 200, end)].partition(b"\n")[0]
    name = FIELD.match(line)
    return name is not None and (b"-" in name[1] or name[1].lower() in _COMMON)


_COMMON = {b"from", b"to", b"cc", b"bcc", b"subject", b"date", b"received", b"sender", b"references"}


def _unfolded(values: list[bytes]) -> bytes:
    return FOLD.sub(b" ", b"".join(values).strip())


def first(fields: Fields, name: str) -> bytes:
    """The value of the first field of that name (lower case); b"" when there is none."""
    return next((field.value for field in fields if field.name == name), b"")


def every(fields: Fields, name: str) -> list[bytes]:
    return [field.value for field in fields if field.name == name]


def text_of(value: bytes, *, charset: str = "") -> str:
    """A value for people: encoded words decoded, raw bytes read, control characters gone.

    charset: what the mail's body declares, for raw 8-bit values.
    """
    value = value[:LONGEST_TEXT_BYTES]
    pieces: list[str] = []
    run: list[bytes] = []
    run_charset, at = "", 0
    for word in ENCODED_WORD.finditer(value):
        between = value[at : word.start()]
        label = word[1].decode("latin-1").partition("*")[0].lower()
        if between.strip() or not at or label != run_charset:
            pieces.append(decode(b"".join(run), run_charset) if run else "")
            run = []
            pieces.append(_raw_text(between, charset) if between.strip() or not at else "")
        run.append(_encoded_word(word[2], word[3]))
        run_charset, at = label, word.end()
    pieces.append(decode(b"".join(run), run_charset) if run else "")
    pieces.append(_raw_text(value[at:], charset))
    return CONTROLS.sub(" ", "".join(pieces)).strip()


def _encoded_word(encoding: bytes, payload: bytes) -> bytes:
    """The bytes of one encoded word; mailers split multibyte characters over several, though RFC 2047 §5 forbids it."""
    if encoding in b"bB":
        payload = re.sub(rb"[^A-Za-z0-9+/]", b"", payload)
        payload = payload[:-1] if len(payload) % 4 == 1 else payload
        return base64.b64decode(payload + b"=" * (-len(payload) % 4))
    return QUOTED_BYTE.sub(lambda byte: binascii.unhexlify(byte[1]), payload.replace(b"_", b" "))


def _raw_text(value: bytes, charset: str) -> str:
    """UTF-8 (RFC 6532), else unknown: a stray byte becomes U+FFFD, but text that is mostly unknown bytes, and text in a
    language of another alphabet or of Central Europe, is read by the body's charset or by what it looks like."""
    try:
        return decode(value) if b"\x1b" in value else value.decode()
    except UnicodeDecodeError:
        text = value.decode("utf-8", "replace")
    codec = codec_of(charset) if charset else ""
    decoded = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    is_western = bool(decoded) or likely(value) in {"", WESTERN}
    known = max(sum(map(str.isalpha, filter(str.isascii, text))), decoded)
    if is_western and text.count("\ufffd") <= max(known, FEW_BYTES):
        return text
    return decode(value, guessed(value) if codec in UNTELLING else codec)


def parameters(value: bytes) -> dict[str, bytes]:
    """The parameters after a value: names in lower case, values decoded as RFC 2231 and, as mailers do, RFC 2047 say.

    Continuations (name*0, name*1) are joined; a missing semicolon is forgiven. Values are UTF-8 where a charset was
    given, raw else.
    """
    whole: dict[str, bytes] = {}
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    for match in PARAMETER.finditer(value[:LONGEST_PARAMETERS_BYTES]):
        name, content = match[1].decode("latin-1").lower(), match[2]
        if WINDOWS_PATH.match(content):
            content = content.strip(b'"')
        elif content.startswith(b'"'):
            content = re.sub(rb"\\(.)", rb"\1", content[1:].removesuffix(b'"'))
        base, star, number = name.rstrip("*").partition("*")
        if star or name.endswith("*"):
            pieces.setdefault(base, []).append((int(number) if number.isdigit() else 0, name.endswith("*"), content))
        else:
            whole.setdefault(name, content.strip())
    for base, parts in pieces.items():
        whole[base] = _joined(sorted(parts, key=lambda part: part[0]))
    return whole


def _joined(parts: list[tuple[int, bool, bytes]]) -> bytes:
    charset, content = "", b""
    for order, (_, extended, piece) in enumerate(parts):
        label, _, rest = (
            piece.split(b"'", 2) if extended and not order and piece.count(b"'") >= 2 else (b"", b"", piece)
        )
        charset = charset or label.decode("latin-1")
        content += unquote_to_bytes(rest) if extended else rest
    return decode(content, charset).encode() if charset else content


def media_type(value: bytes) -> str:
    """ "text/plain" of a Content-Type value, in lower case; "" when it is none."""
    match = re.match(rb"\s*([\w!#$&^.+-]+)\s*/\s*([\w!#$&^.+-]+)", value)
    return f"{match[1].decode()}/{match[2].decode()}".lower() if match else ""
