"""How often people may name what a data source does not know, and have a thing done, whichever talk they do it in.

Who knows the number of an order and the address it was ordered with may see it; so neither may be tried out. A talk has
a bound of its own (`flow.MOST_MISSES`); this one holds for a customer, and for the network they write from, for the day
and the one before it. What sends something to others (a link for a new password) has a bound of its flow's, for a day.
"""

from __future__ import annotations

from collections.abc import Mapping

MOST_A_DAY: Mapping[str, int] = {"customer": 12, "network": 60}
"""By kind of who is meant; many share a network, so it has more."""


def kind_of(whose: str) -> str:
    """customer or network, of `customer:ID`, `network:MARK`."""
    return whose.partition(":")[0]


def may_go_on(misses: Mapping[str, int]) -> bool:
    """misses: by whom, as `customer:ID`."""
    return all(count < MOST_A_DAY[kind_of(whose)] for whose, count in misses.items())


TOO_OFTEN = "too_often"
"""The reason of an answer that no source gave: it was not asked."""
NETWORK_TIMES = 5


def may_do(counts: Mapping[str, int], most_a_day: int) -> bool:
    """counts: how often today, this time included, by `customer:…`, `network:…` and `values:…` (what it is done with:
    nobody's mailbox is filled by many customers)."""
    return all(
        count <= most_a_day * (NETWORK_TIMES if kind_of(whose) == "network" else 1) for whose, count in counts.items()
    )
