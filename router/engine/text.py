"""What people may write: anything that can be kept and shown, within a length."""

from __future__ import annotations

from router.protocol.errors import BadRequest

NAME_CHARS = 100
EMAIL_CHARS = 254
URL_CHARS = 2_000
LINE_BREAKS = "\u2028\u2029"


def message_text(text: str, most: int) -> str:
    """The text unchanged. Raises BadRequest when it is empty, too long or cannot be kept."""
    if not text.strip():
        raise BadRequest("text_empty")
    return kept(text, most)


def kept(text: str, most: int) -> str:
    """The text unchanged. Raises BadRequest when PostgreSQL could not keep it or it is too long."""
    if len(text) > most:
        raise BadRequest("text_too_long", most=most)
    if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise BadRequest("bad_text")
    return text


def one_line(text: str, most: int, *, field: str) -> str:
    """A name or an address, unchanged but for spaces around it. Raises BadRequest for line breaks and controls."""
    if any(c in LINE_BREAKS or c < " " or "\x7f" <= c <= "\x9f" for c in kept(text.strip(), most)):
        raise BadRequest("bad_value", "Line breaks and control characters do not belong here.", field=field)
    return text.strip()


def shortened(text: str, most: int) -> str:
    """What a page says of itself, never refused for its length: only its beginning is kept."""
    return kept(text[:most], most)


def email(text: str, *, field: str = "email") -> str:
    """Empty, or something an e-mail could be sent to; we cannot know more without sending one."""
    address = one_line(text, EMAIL_CHARS, field=field)
    if address and not (0 < address.find("@") < len(address) - 1 and " " not in address):
        raise BadRequest("bad_value", "That is not an e-mail address.", field=field)
    return address


def preview(text: str, most: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
