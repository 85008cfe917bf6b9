"""Which bytes a Range header asks for."""

from __future__ import annotations

import pytest

from router.api.ranged import Span, asked

WHOLE = Span(first=0, last=99, whole=True)


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("", WHOLE),
        ("bytes=0-", Span(first=0, last=39)),
        ("bytes=10-19", Span(first=10, last=19)),
        ("bytes = 10 - 19", Span(first=10, last=19)),
        ("bytes=90-500", Span(first=90, last=99)),
        ("bytes=-5", Span(first=95, last=99)),
        ("bytes=-500", Span(first=0, last=39)),
        ("bytes=99-", Span(first=99, last=99)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=20-10", WHOLE),
        ("bytes=0-1,5-6", WHOLE),
        ("bytes=-", WHOLE),
        ("bytes=a-b", WHOLE),
        ("bytes=٣-٤", WHOLE),
        ("lines=0-1", WHOLE),
        (f"bytes={'9' * 40}-", WHOLE),
    ],
)
def test_a_range_is_read_as_players_mean_it(header: str, span: Span | None) -> None:
    assert asked(header, 100, most=40) == span
