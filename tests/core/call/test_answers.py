"""The line's own answers."""

from __future__ import annotations

from router.core.call.answers import Known, answer

KNOWN = (
    Known(words={"en": ("hours",)}, text={"en": "Nine to five."}),
    Known(words={"en": ("hours", "sunday")}, text={"en": "Closed on Sundays."}),
)


def test_a_question_is_known_by_all_its_words_the_most_of_them_first() -> None:
    assert answer(KNOWN, "What are your HOURS?", "en") == "Nine to five."
    assert answer(KNOWN, "hours on Sunday", "en") == "Closed on Sundays."
    assert answer(KNOWN, "Where is my parcel", "en") is None
    assert answer(KNOWN, "hours", "pl") is None
