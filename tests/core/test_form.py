"""What a submission of a form says, and what is wrong with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.form import FIELD_KINDS, MOST_CHARS, Field, Filled, Form, FormTexts, fill


def asked(*fields: Field) -> Form:
    return Form(key="f", fields=fields, texts={"en": FormTexts(title="Write to us")}, default_language="en")


def one(kind: str, **facts: object) -> Field:
    return Field(name=kind, kind=kind, labels={"en": kind.title()}, **facts)  # type: ignore[arg-type]


EVERYTHING = asked(*(one(kind, choices={"a": {"en": "The first"}} if kind == "choice" else {}) for kind in FIELD_KINDS))


def test_answers_without_a_place_of_their_own_stand_below_the_text() -> None:
    said = {
        "name": " Ann  Lee ",
        "email": "ann@example.org",
        "phone": "+44 20 7946 0018",
        "order": "LK-1001",
        "subject": "My lamp",
        "text": "It is\r\nbroken.",
        "choice": "a",
        "check": "on",
        "other": "of no field",
    }
    filled = fill(EVERYTHING, said, "en")
    assert isinstance(filled, Filled)
    assert (filled.name, filled.subject, filled.order) == ("Ann Lee", "My lamp", "LK-1001")
    assert filled.text == "It is\nbroken.\n\nPhone: +44 20 7946 0018\nOrder: LK-1001\nChoice: The first\nCheck: ✓"
    assert filled.details == {"order": "LK-1001", "choice": "a", "check": "true"}


def test_a_label_that_asks_is_followed_by_one_mark_only() -> None:
    form = asked(Field(name="about", kind="line", labels={"en": "What is it about?"}))
    filled = fill(form, {"about": "A lamp"}, "en")
    assert isinstance(filled, Filled)
    assert filled.text == "What is it about: A lamp"


@pytest.mark.parametrize(
    ("kind", "value", "fault"),
    [
        ("email", "ann", "bad_email"),
        ("email", "ann@example", "bad_email"),
        ("email", "a\u0007@example.org", "bad_text"),
        ("phone", "call me", "bad_phone"),
        ("number", "1e5", "bad_number"),
        ("date", "2026-02-30", "bad_date"),
        ("date", "20260203", "bad_date"),
        ("choice", "b", "no_choice"),
        ("text", "a\x00b", "bad_text"),
        ("line", "\ud800", "bad_text"),
        *((kind, "1" * (most + 1), "too_long") for kind, most in MOST_CHARS.items() if kind != "check"),
    ],
)
def test_what_is_wrong_is_told_by_field(kind: str, value: str, fault: str) -> None:
    assert fill(EVERYTHING, {kind: value}, "en") == {kind: fault}


def test_what_is_needed_and_only_blank_is_missing() -> None:
    form = asked(one("text", required=True), one("check", required=True))
    assert fill(form, {"text": " \n ", "check": "no"}, "en") == {"text": "missing", "check": "missing"}


def test_a_form_that_asks_for_no_text_has_something_to_read() -> None:
    filled = fill(asked(one("email")), {"email": "ann@example.org"}, "en")
    assert isinstance(filled, Filled)
    assert filled.text == "Write to us"


@given(st.dictionaries(st.sampled_from(FIELD_KINDS), st.text()))
def test_any_values_are_filled_in_or_told(values: dict[str, str]) -> None:
    filled = fill(EVERYTHING, values, "en")
    if isinstance(filled, Filled):
        assert filled.text
        assert "\x00" not in filled.text
    else:
        assert filled.keys() <= values.keys()
