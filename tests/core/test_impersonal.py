"""Words of a conversation without the people in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.impersonal import LEFT_OUT, impersonal


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("Hello Maya, your refund is on its way.", "Your refund is on its way."),
        ("Dear Maya Lind,\n\nPut it back into its box.\n\nKind regards, Anna", "Put it back into its box."),
        ("Ask at the desk; Maya knows the way there.", "Ask at the desk; … knows the way there."),
        ("Write to maya@post.example or call +48 601 234 567.", "Write to … or call …."),
        ("Order LS-20417 was sent.", "Order … was sent."),
        ("On Tuesday Maya wrote:\n> Where is it?\n\nIt is at the depot.", "It is at the depot."),
        ("We will mend it in 14 days.", "We will mend it in 14 days."),
        ("Guten Tag Maya!", ""),
        ("Maya", ""),
    ],
)
def test_what_names_somebody_goes_and_the_answer_stays(said: str, kept: str) -> None:
    assert impersonal(said, {"Maya Lind", "Anna"}) == kept


def test_a_name_that_is_a_word_takes_no_words_from_the_text() -> None:
    assert impersonal("You may keep it, and we will pay.", {"may will"}) == "You may keep it, and we will pay."
    assert impersonal("Please tell this to May at the desk.", {"may"}) == f"Please tell this to {LEFT_OUT} at the desk."


def test_names_of_every_alphabet_are_names() -> None:
    assert impersonal("Здравствуйте, Ольга! Посылка уже в пути.", {"Ольга Петрова"}) == "Посылка уже в пути."
    assert impersonal("Η Ελένη θα λάβει το δέμα αύριο το πρωί.", {"Ελένη"}) == "Η … θα λάβει το δέμα αύριο το πρωί."


@given(text=st.text(alphabet="Maya Lind>\n:,.…9@-x", max_size=120))
def test_no_name_is_left_whatever_stands_around_it(text: str) -> None:
    words = impersonal(text, {"Maya Lind"}).replace(",", " ").replace(".", " ").replace(":", " ").split()
    assert "Maya" not in words
