"""New ids: sortable by time, unguessable enough not to collide, safe as key parts and in URLs."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, so that ids read aloud do not confuse."""


def new_id(kind: str) -> str:
    """`kind_` + 9 characters of time in ms + 10 random ones (50 bits)."""
    return f"{kind}_{_base32(time.time_ns() // 1_000_000, 9)}{_base32(secrets.randbits(50), 10)}"


def _base32(number: int, length: int) -> str:
    characters = []
    for _ in range(length):
        characters.append(_ALPHABET[number & 31])
        number >>= 5
    return "".join(reversed(characters))
