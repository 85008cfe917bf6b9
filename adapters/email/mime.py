"""A raw mail to a tree of parts (RFC 2046), in one pass over its boundary lines.

The standard library's parser nests a generator for every level and rebuilds attached mails; here depth and number of
parts are bounded, time is linear in the size, and every part is a slice of the bytes as they came.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from adapters.email.header import Fields, every, first, media_type, parameters, read_fields, text_of
from adapters.email.options import Limits
from adapters.email.signed import signed_content
from adapters.email.transfer import decoded

DASHES = re.compile(rb"\n--([^\r\n]{1,300})(?=\r?\n)")
WRAPPED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
"""Signed as a whole, or encrypted (RFC 8551 §3.5.2)."""
BOUNDARY_BYTES = 300
MOST_CLOSED = 20
LOOKED_AT_BYTES = 4096
CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(slots=True, kw_only=True)
class Part:
    """One entity. body: its bytes, still encoded; b"" for a multipart whose children stand for it.

    name: what its file is called, decoded; "" when it is not said.
    """

    fields: Fields
    media_type: str
    parameters: dict[str, bytes]
    disposition: str
    name: str
    body: bytes = field(default=b"", repr=False)
    children: list[Part] = field(default_factory=list)

    @property
    def encoding(self) -> str:
        value = first(self.fields, "content-transfer-encoding")
        return value.decode("latin-1").partition(";")[0].strip(" \"'").lower()

    @property
    def charset(self) -> str:
        return self.parameters.get("charset", b"").decode("latin-1").strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """root: the whole mail. notes: what was left out, in the words of InboundMessage.notes."""

    root: Part
    notes: tuple[str, ...]


def read_mail(raw: bytes, *, limits: Limits) -> Mail:
    """Take a mail apart. Never fails: what is no MIME is a text."""
    notes: dict[str, None] = {}
    if len(raw) > limits.mail_bytes:
        notes["mail_cut"] = None
        raw = raw[: limits.mail_bytes]
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    raw = raw.removeprefix(codecs.BOM_UTF8)
    start = len(raw) - len(raw.lstrip(b"\r\n"))
    root, body_start = _split(raw, start, limits, notes, exact=True)
    if root.media_type.startswith("multipart/") and not root.children:
        root, body_start = _split(raw, start, limits, notes, exact=False)
        if not any(part.children or part.body.strip() for part in root.children):
            root.children.clear()
    if root.media_type in WRAPPED and (inner := signed_content(decoded(root.body, root.encoding))):
        root.children = [_split(inner, 0, limits, notes, exact=True)[0]]
        root.media_type, root.body = "multipart/mixed", b""
    if not root.children and (root.media_type.startswith("multipart/") or not root.fields):
        root.body = raw[body_start:]
        root.media_type = "application/octet-stream" if is_binary(root.body) else "text/plain"
    return Mail(root=root, notes=tuple(notes))


def is_binary(body: bytes) -> bool:
    """Whether bytes nobody says anything about are no text: a file somebody took for a mail."""
    head = body[:LOOKED_AT_BYTES]
    return len(CONTROLS.findall(head)) > len(head) // 50


class _Open:
    """The multiparts that are open at a place of the mail, outermost first, and the boundaries of those that were.

    Where mailers nest wrongly, a boundary of a closed one still parts what is before from what is after.
    """

    def __init__(self, *, exact: bool) -> None:
        self.exact = exact
        self.parts: list[Part] = []
        self._boundaries: list[bytes] = []
        self._closed: list[bytes] = []
        self._delimiter: re.Pattern[bytes] | None = None

    def push(self, part: Part, boundary: bytes) -> None:
        self.parts.append(part)
        self._boundaries.append(boundary)
        self._delimiter = None

    def pop_to(self, depth: int) -> None:
        if depth < len(self.parts):
            self._closed += self._boundaries[depth:]
            del self.parts[depth:], self._boundaries[depth:]
            self._delimiter = None

    @property
    def delimiter(self) -> re.Pattern[bytes]:
        """A line that delimits one of them: its boundary, innermost first, and the dashes that close it."""
        if self._delimiter is None:
            either = b"|".join(map(re.escape, (*reversed(self._boundaries), *self._closed[-MOST_CLOSED:])))
            # RFC 2046 §5.1.1: that the boundary begins the line suffices; but mailers begin one with another
            end = rb"(--)?[ \t]*\r?(?=\n|\Z)" if self.exact else rb"()[^\n]*"
            self._delimiter = re.compile(rb"\n--(" + either + rb")" + end)
        return self._delimiter

    def depth_of(self, boundary: bytes) -> int:
        """How deep the innermost one with this boundary is; one that was closed counts as the innermost open."""
        depths = [depth for depth, known in enumerate(self._boundaries) if known == boundary]
        return depths[-1] if depths else len(self._boundaries) - 1

    def is_open(self, boundary: bytes) -> bool:
        return boundary in self._boundaries

    def delimits(self, line: bytes) -> bool:
        return bool(self.parts) and line.startswith(b"--") and self.delimiter.match(b"\n" + line) is not None


def _split(raw: bytes, start: int, limits: Limits, notes: dict[str, None], *, exact: bool) -> tuple[Part, int]:
    opened = _Open(exact=exact)
    root, body_start = _entity(raw, start, limits, notes, opened, b"text/plain")
    at = body_start
    leaf = None if _opens(raw, root, at, limits, notes, opened) else root
    count = 1
    while opened.parts and (line := opened.delimiter.search(raw, max(at - 1, 0))):
        if leaf is not None:
            leaf.body = raw[at : _before_line(raw, at, line.start() + 1)]
            leaf = None
        at = min(line.end() + 1, len(raw))
        depth = opened.depth_of(line[1])
        if line[2]:
            opened.pop_to(depth if opened.is_open(line[1]) else depth + 1)
            continue
        opened.pop_to(depth + 1)
        if count >= limits.parts:
            notes["parts_cut"] = None
            break
        parent = opened.parts[-1]
        default = b"message/rfc822" if parent.media_type == "multipart/digest" else b"text/plain"
        leaf, at = _entity(raw, at, limits, notes, opened, default)
        parent.children.append(leaf)
        count += 1
        if _opens(raw, leaf, at, limits, notes, opened):
            leaf = None
    if leaf is not None:
        leaf.body = raw[at:]
    return root, body_start


def _before_line(raw: bytes, start: int, at: int) -> int:
    """The end of a body before the line at `at`: the line break there belongs to the boundary (RFC 2046 §5.1.1)."""
    if at > start and raw[at - 1] == 0x0A:
        at -= 1
        if at > start and raw[at - 1] == 0x0D:
            at -= 1
    return max(at, start)


def _opens(raw: bytes, part: Part, body_start: int, limits: Limits, notes: dict[str, None], opened: _Open) -> bool:
    """Open a multipart, so that its boundary counts from here on; deeper ones than allowed stay closed."""
    if not part.media_type.startswith("multipart/"):
        return False
    boundary = part.parameters.get("boundary", b"").rstrip()
    if not boundary:
        line = DASHES.search(raw, max(body_start - 1, 0))
        boundary = line[1].rstrip() if line else b""
    if not boundary or len(boundary) > BOUNDARY_BYTES:
        return False
    if len(opened.parts) >= limits.depth:
        notes["depth_cut"] = None
        return False
    opened.push(part, boundary)
    return True


def _entity(
    raw: bytes, start: int, limits: Limits, notes: dict[str, None], opened: _Open, default: bytes
) -> tuple[Part, int]:
    """The header of the entity at `start`, and where its body begins."""
    fields, body_start, cut = read_fields(raw, start, len(raw), limits=limits, ends_at=opened.delimits)
    if cut:
        notes["headers_cut"] = None
    content_type = _content_type(fields) or default
    disposition = first(fields, "content-disposition")
    given = parameters(content_type.partition(b"/" if media_type(content_type) else b";")[2])
    name = parameters(disposition).get("filename") or given.get("name") or b""
    part = Part(
        fields=fields,
        media_type=media_type(content_type) or ("text/plain" if default == b"text/plain" else default.decode()),
        parameters=given,
        disposition=disposition.decode("latin-1").partition(";")[0].strip().lower(),
        name=text_of(name),
    )
    return part, body_start


def _content_type(fields: Fields) -> bytes:
    """Of several, the one that says how to split."""
    values = every(fields, "content-type")
    return next((value for value in values if b"boundary" in value.lower()), values[0] if values else b"")
