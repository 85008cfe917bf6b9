"""Programs elsewhere that are told what becomes of cases: signed webhooks, as Standard Webhooks has them.

https://www.standardwebhooks.com: the id, the time and the body are signed together; a receiver that has seen an id does
nothing at its repeat.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

ENCODED = "whsec_"
"""Begins a secret that is written in base64."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """internal: it may be at an address of our own network."""

    key: str
    url: str
    secret: str = field(repr=False)
    internal: bool = False
    within_s: float = 10.0


def headers(receiver: Receiver, notice_id: str, body: bytes, *, at_s: int) -> Mapping[str, str]:
    """What goes with a body; at_s: seconds since 1970."""
    signed = hmac.digest(key_of(receiver.secret), f"{notice_id}.{at_s}.".encode() + body, "sha256")
    return {
        "content-type": "application/json",
        "webhook-id": notice_id,
        "webhook-timestamp": str(at_s),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }


def key_of(secret: str) -> bytes:
    """The secret's bytes."""
    if secret.startswith(ENCODED):
        try:
            return base64.b64decode(secret.removeprefix(ENCODED), validate=True)
        except binascii.Error:
            pass
    return secret.encode()
