"""Parts of something that is played: one range of bytes, as players ask for it (RFC 9110 §14)."""

from __future__ import annotations

from dataclasses import dataclass

UNIT = "bytes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Bytes first … last, both included, from 0. whole: nothing less was asked for."""

    first: int
    last: int
    whole: bool = False

    @property
    def count(self) -> int:
        return self.last - self.first + 1


def asked(header: str, size: int, *, most: int) -> Span | None:
    """What a Range header asks of `size` bytes, `most` of them at once; None: none of them.

    No header, several ranges or what cannot be read ask for the whole.
    """
    whole = Span(first=0, last=size - 1, whole=True)
    unit, _, ranges = header.partition("=")
    first_text, dash, last_text = (part.strip() for part in ranges.partition("-"))
    if unit.strip() != UNIT or not dash or not all(_whole(text) for text in (first_text, last_text)):
        return whole
    if not first_text and not last_text:
        return whole
    if not first_text:
        first, last = max(0, size - int(last_text)), size - 1
        return Span(first=first, last=min(last, first + most - 1)) if int(last_text) else None
    first = int(first_text)
    last = min(int(last_text) if last_text else size - 1, size - 1, first + most - 1)
    if last_text and int(last_text) < first:
        return whole
    return Span(first=first, last=last) if first < size else None


def _whole(text: str) -> bool:
    return not text or (text.isascii() and text.isdecimal() and len(text) < 19)
