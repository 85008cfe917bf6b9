"""Merges and un-merges of customers, as the tree they make."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from router.core.merging import Into, head, merged, parted
from router.core.words import CustomerId

PEOPLE = [CustomerId(f"cus_{n}") for n in range(6)]
pairs = st.lists(st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)), max_size=10)


def grown(pairs: list[tuple[CustomerId, CustomerId]]) -> Into:
    """Some merges, some taken back."""
    into: Into = {}
    for kept, other in pairs:
        into = merged(into, kept, other) if head(into, kept) != head(into, other) else parted(into, other)
    return into


@given(pairs=pairs)
def test_everybody_has_one_head_and_a_head_stands_for_itself(pairs: list[tuple[CustomerId, CustomerId]]) -> None:
    into = grown(pairs)
    assert all(head(into, head(into, person)) == head(into, person) for person in PEOPLE)


@given(pairs=pairs, kept=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE))
def test_taking_a_merge_back_leaves_all_as_it_was(
    pairs: list[tuple[CustomerId, CustomerId]], kept: CustomerId, other: CustomerId
) -> None:
    into = grown(pairs)
    below = head(into, other)
    after = merged(into, kept, other)
    assert head(after, kept) == head(after, other)
    assert into == (parted(after, below) if after != into else after)
