"""How long what is kept of customers stays, by kind; what is older is forgotten: its words go, its figures stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from router.core.words import Ms

Kind = Literal["conversations", "cases", "calls", "mails", "bot", "customers", "audit", "requests"]
"""conversations: those of no case, since they were closed. cases: with their conversations, since they were closed.
calls: with their recordings. mails: as they came. bot: what it noted while it talked. customers: without any contact.
audit: who saw and changed what. requests: what providers sent, as it came."""

KINDS: tuple[Kind, ...] = ("conversations", "cases", "calls", "mails", "bot", "customers", "audit", "requests")
DAY_MS: Ms = 86_400_000
REQUESTS_DAYS = 14
"""Providers repeat for up to seven days; what repeats is told by what was kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """days: by kind; 0, or a kind that is missing: for ever."""

    days: Mapping[Kind, int] = field(default_factory=lambda: {"requests": REQUESTS_DAYS})

    def before(self, kind: Kind, now: Ms) -> Ms | None:
        """What is older than this is to be forgotten; None: nothing is."""
        days = self.days.get(kind, 0)
        return now - days * DAY_MS if days else None
