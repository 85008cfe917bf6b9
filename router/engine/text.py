"""What people may write: anything that can be kept and shown, within a length."""

from __future__ import annotations

from router.protocol.errors import BadRequest

NAME_CHARS = 100
EMAIL_CHARS = 254
URL_CHARS = 2_000


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


def one_line(text: str, most: int) -> str:
    """A name or an address: trimmed, without line breaks and other controls, cut to length."""
    kept(text, 10_000)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most]


def email(text: str) -> str:
    """Empty, or something an e-mail could be sent to; we cannot know more without sending one."""
    address = one_line(text, EMAIL_CHARS)
    if address and not (0 < address.find("@") < len(address) - 1 and " " not in address):
        raise BadRequest("bad_value", "That is not an e-mail address.", field="email")
    return address


def identifier(text: str) -> str:
    """An id made by a client: 1–64 characters of [A-Za-z0-9_.:-]."""
    if not 1 <= len(text) <= 64 or not text.isascii() or not all(c.isalnum() or c in "_.:-" for c in text):
        raise BadRequest("bad_value", "An id is 1-64 characters of A-Z a-z 0-9 _ . : -", field="client_id")
    return text


def preview(text: str, most: int = 200) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
