"""Customers who are one person: a merge puts one below another, an un-merge lifts it out again.

Nothing else moves. Conversations, identities and cases stay with the customer they came to, and are read through the
*head* of the tree: so an un-merge leaves each with exactly what it had, and with what came to it since.
"""

from __future__ import annotations

from collections.abc import Mapping

from router.core.words import CustomerId

Into = Mapping[CustomerId, CustomerId]
"""Customer → the one it was merged into. Who is missing is a head."""


def head(into: Into, customer: CustomerId) -> CustomerId:
    """The one that stands for all of its tree."""
    while customer in into:
        customer = into[customer]
    return customer


def merged(into: Into, kept: CustomerId, other: CustomerId) -> Into:
    """The head of other's tree is put below the head of kept's. The same when they are one already."""
    above, below = head(into, kept), head(into, other)
    return into if above == below else {**into, below: above}


def parted(into: Into, customer: CustomerId) -> Into:
    """It is a head again, with all that is below it. The same when it was one."""
    return {below: above for below, above in into.items() if below != customer}
