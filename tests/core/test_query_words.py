"""What is typed and what is kept are folded to the same words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.query_words import (
    SNIPPET_CHARS,
    WORDS,
    folded,
    snippet,
    tsquery,
    wanted,
    words,
    words_of_identity,
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Zażółć gęślą JAŹŃ", "zazolc gesla jazn"),
        ("Straße", "strasse"),
        ("Παραγγελία ΟΔΟΣ", "παραγγελια οδοσ"),
        ("Ёлка мой", "елка мой"),
        ("Łódź", "lodz"),
        ("𝗔𝗽𝗽𝗹𝗲 ﬁne", "apple fine"),
    ],
)
def test_case_and_accents_do_not_matter_but_a_short_i_is_a_letter(written: str, kept: str) -> None:
    assert folded(written) == kept


@given(text=st.text(max_size=200))
def test_words_are_the_same_folded_again_and_hold_nothing_but_letters_and_digits(text: str) -> None:
    found = words(text)
    assert words(" ".join(found)) == found
    assert all(word.isalnum() or not word.isascii() for word in found)


@given(text=st.text(max_size=300))
def test_no_query_can_be_more_than_words_to_postgresql(text: str) -> None:
    asked = wanted(text)
    assert len(asked.words) <= WORDS
    query = tsquery(asked, {})
    inner = query.replace("(", "").replace(")", "").replace(" & ", " ").replace(":*", "")
    assert all(part[0] == part[-1] == "'" and "'" not in part[1:-1] for part in inner.split())


@pytest.mark.parametrize("typed", ["+48 601 234 567", "(+48) 601-234-567", "48601234567"])
def test_a_number_is_one_word_however_it_is_grouped(typed: str) -> None:
    assert wanted(typed).words == ("48601234567",)


def test_an_identity_is_found_by_its_parts_and_the_end_of_its_number() -> None:
    found = words_of_identity("+48601234567")
    assert {"48601234567", "601234567", "234567"} <= set(found)
    assert "34567" not in found
    assert words_of_identity("ada.lovelace@example.org") == ["ada", "lovelace", "example", "org"]


def test_only_the_last_word_may_be_a_beginning_and_only_while_it_is_written() -> None:
    assert tsquery(wanted("broken par"), {}) == "('broken') & ('par':*)"
    assert tsquery(wanted("broken par "), {}) == "('broken') & ('par')"
    assert tsquery(wanted("br pa"), {}) == "('br') & ('pa')"
    assert tsquery(wanted("broken par"), {}, every_open=True) == "('broken':*) & ('par':*)"


def test_words_that_say_nothing_in_a_language_are_left_out_unless_there_are_no_others() -> None:
    stems = {"the": None, "orders": ["order"]}
    assert tsquery(wanted("the orders "), stems) == "('orders' | 'order')"
    assert tsquery(wanted("the "), stems) == "('the')"


def test_a_snippet_is_short_and_shows_what_was_found() -> None:
    text = "x " * 400 + "the parcel is broken " + "y " * 400
    line = snippet(text, ["broken"])
    assert "broken" in line
    assert len(line) <= SNIPPET_CHARS + 2
    assert snippet("short", ["zzz"]) == "short"
