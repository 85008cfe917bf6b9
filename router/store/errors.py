"""What can go wrong between a node and its stores, told to clients as `unavailable`.

Unavailable (router.protocol.errors, 503)
└── StoreUnavailable      the store did not do it, or nobody knows
    ├── ConnectionLost    sent, never answered: it may have happened
    ├── NotSent           it did not happen
    └── Overloaded        refused at once: a bounded queue is full; it did not happen
"""

from __future__ import annotations

from router.protocol.errors import Unavailable


class StoreUnavailable(Unavailable):
    """reason: for logs; clients only see the public text of the code."""

    def __init__(self, reason: str) -> None:
        super().__init__("unavailable")
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.code}: {self.reason}"


class ConnectionLost(StoreUnavailable):
    """Nothing is known: the store may have carried the call out. Repeat only what is idempotent."""


class NotSent(StoreUnavailable):
    """The call never left this node."""


class Overloaded(StoreUnavailable):
    """Too many calls wait already; the caller should slow down."""
