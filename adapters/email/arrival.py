"""What came, whole, and who promises to keep it: between fetching or taking mails and working them off."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256

from adapters.email.header import first, read_fields
from adapters.email.options import LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """mailbox: which of ours it came to. sender, recipients: of the envelope; empty when it was fetched.

    dedupe_id: the same however often and by whatever way the same mail comes.
    """

    mailbox: str
    raw: bytes
    dedupe_id: str
    sender: str = ""
    recipients: tuple[str, ...] = ()


class CannotKeep(Exception):
    """This very mail cannot be kept: another try will hardly end otherwise."""


Deliver = Callable[[Arrival], Awaitable[None]]
"""Keep a mail. Returns when it is durable; raises when it is not: then the mail stays where it was and comes again.
CannotKeep, if that is because of the mail itself.

The inbox (`engine.inbox.receive`) keeps `raw` as the body of an entry and one entry of each `dedupe_id`.
"""


def dedupe_id(raw: bytes) -> str:
    """By what the sender made: Message-ID, date, sender and body; the traces of its way (Received …) do not count.

    The Message-ID alone would let a second mail that wrongly bears the same vanish.
    """
    fields, body, _ = read_fields(raw, 0, len(raw), limits=LIMITS)
    made = sha256()
    for name in ("message-id", "date", "from", "subject"):
        made.update(first(fields, name) + b"\n")
    made.update(raw[body:].strip().replace(b"\r\n", b"\n"))
    return f"mail:{made.hexdigest()}"
