"""Text PostgreSQL can keep: all of Unicode but NUL, and no lone surrogates."""

from __future__ import annotations

from router.protocol.errors import BadRequest


def kept(*texts: str) -> None:
    """Raise BadRequest (bad_text) when one of the texts cannot be kept."""
    for text in texts:
        if "\0" in text or not _encodable(text):
            raise BadRequest("bad_text")


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
