"""Receivers of the centre: programs elsewhere that are told of deadlines, and who carries the words to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from router.core.outbound import Refused
from router.core.receiver import Receiver
from router.core.words import Ms


class Teller(Protocol):
    """Carries a notice to its receiver. Raises TryAgain, Refused."""

    async def tell(self, receiver: Receiver, notice_id: str, body: bytes, *, at: Ms) -> None: ...


class NobodyTells:
    """Where no receiver is set up."""

    async def tell(self, receiver: Receiver, notice_id: str, body: bytes, *, at: Ms) -> None:
        raise Refused("unknown_receiver", "there are no receivers here")


@dataclass(slots=True, kw_only=True)
class Receivers:
    """by_key: who may be told."""

    by_key: Mapping[str, Receiver] = field(default_factory=dict)
    teller: Teller = field(default_factory=NobodyTells)
