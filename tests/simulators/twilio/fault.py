"""Mishaps of the network and of Twilio itself, played by seeded dice."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """Each is the probability that it strikes one request; `_s` fields are wall seconds.

    webhook_delayed, webhook_delay_s    a request for TwiML or a callback comes late, by up to that much
    webhook_duplicated                  it comes twice at once, with the same idempotency token
    answer_lost                         the product answers, Twilio never hears it and asks again
    fallback_used                       the first URL is never reached: the fallback URL is asked with ErrorCode 11200
    callback_lost                       a status callback never comes
    callback_reordered                  a status callback is overtaken by later ones, by up to `webhook_delay_s`
    rest_429, retry_after_s             too many requests, with Retry-After
    rest_500                            the REST API fails, nothing was done
    rest_answer_lost                    what was asked is done, but the answer is a 504
    rest_delayed, rest_delay_s          the answer comes late
    """

    webhook_delayed: float = 0.0
    webhook_delay_s: float = 0.2
    webhook_duplicated: float = 0.0
    answer_lost: float = 0.0
    fallback_used: float = 0.0
    callback_lost: float = 0.0
    callback_reordered: float = 0.0
    rest_429: float = 0.0
    retry_after_s: int = 1
    rest_500: float = 0.0
    rest_answer_lost: float = 0.0
    rest_delayed: float = 0.0
    rest_delay_s: float = 0.2

    @classmethod
    def of(cls, given: dict[str, float]) -> Self:
        """Raises ValueError for a fault there is none of."""
        unknown = given.keys() - {each.name for each in fields(cls)}
        if unknown:
            raise ValueError(f"no such fault: {', '.join(sorted(unknown))}")
        return cls(**given)  # type: ignore[arg-type]  # retry_after_s is whole in JSON too


@dataclass(slots=True, kw_only=True)
class Dice:
    """One stream of chance for each kind of fault, so that adding a fault does not move the others."""

    seed: int
    faults: Faults = field(default_factory=Faults)
    struck: Counter[str] = field(default_factory=Counter)
    _streams: dict[str, random.Random] = field(default_factory=dict)

    def stream(self, kind: str) -> random.Random:
        if kind not in self._streams:
            self._streams[kind] = random.Random(f"{self.seed}/{kind}")
        return self._streams[kind]

    def strikes(self, kind: str) -> bool:
        chance: float = getattr(self.faults, kind)
        if not chance or self.stream(kind).random() >= chance:
            return False
        self.struck[kind] += 1
        return True

    def up_to_s(self, kind: str, most_s: float) -> float:
        return self.stream(f"{kind}/length").uniform(0.0, most_s)
