"""Splitting what we say: nothing lost, nothing too long, nothing torn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.wording import as_buttons, numbered, split, utf8_bytes, utf16_units

SIZES = st.sampled_from([len, utf16_units, utf8_bytes])
TEXTS = st.text(st.sampled_from("ab é\n👍🏽👩‍💻ß") | st.characters(exclude_categories=["Cs"]), max_size=120)


@given(text=TEXTS, most=st.integers(8, 40), size=SIZES)
def test_parts_fit_and_nothing_but_white_space_is_lost(text: str, most: int, size: object) -> None:
    assert callable(size)
    parts = split(text, most, size)
    assert all(part.strip() and size(part) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("", 5, ()),
        ("  \n ", 5, ()),
        ("short", 5, ("short",)),
        ("one two three", 8, ("one two", "three")),
        ("line one is\nline two and more", 20, ("line one is", "line two and more")),
        ("abcdefghij", 4, ("abcd", "efgh", "ij")),
    ],
)
def test_texts_are_cut_at_lines_then_words_then_anywhere(text: str, most: int, parts: tuple[str, ...]) -> None:
    assert split(text, most) == parts


def test_people_of_several_characters_are_not_torn() -> None:
    technologist = "👩🏽‍💻"
    assert split(technologist * 4, 9) == (technologist * 2, technologist * 2)
    assert split("e\u0301" * 4, 3) == ("e\u0301",) * 4


def test_choices_become_a_list_where_they_cannot_be_buttons() -> None:
    assert numbered("Which?", ("Red", "Blue")) == "Which?\n1. Red\n2. Blue"
    assert numbered("", ("Red",)) == "1. Red"
    assert as_buttons(("Red", "Blue"), most=2, chars=4)
    assert not as_buttons((), most=2, chars=4)
    assert not as_buttons(("Red", "Red"), most=2, chars=4)
    assert not as_buttons(("Green",), most=2, chars=4)
    assert not as_buttons(("a", "b", "c"), most=2, chars=4)
