"""What is done to text before it is searched, and to questions nothing was found for."""

from __future__ import annotations

import pytest

from router.core.search_words import alike, nameless, searchable


def test_polish_loses_its_marks_and_other_languages_keep_theirs() -> None:
    assert searchable("pl", "Zażółć gęślą jaźń, Łódź") == "Zazolc gesla jazn, Lodz"
    assert searchable("de", "Größe") == "Größe"


@pytest.mark.parametrize("text", ["\0", "\ud800 x", "a\0b"])
def test_what_postgresql_cannot_keep_is_replaced(text: str) -> None:
    searchable("en", text).encode()
    assert "\0" not in searchable("en", text)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        ("Where is order 4711-0815?", "where is order …?"),
        ("call me: +48 22 123 45 67 please", "call me: … please"),
        ("Anna.Nowak@shop.example wants A1B2C3D4", "… wants …"),
        ("open on 24 Dec?", "open on 24 dec?"),
    ],
)
def test_a_question_that_is_kept_names_nobody(asked: str, kept: str) -> None:
    assert nameless(asked) == kept


def test_like_questions_come_together_in_order() -> None:
    assert alike(["return a sofa", "opening hours", "sofa return", "opening hours today", "gift card"]) == [
        ["return a sofa", "sofa return"],
        ["opening hours", "opening hours today"],
        ["gift card"],
    ]
