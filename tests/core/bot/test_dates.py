"""A day with the name of its month is read in every language, in words and in digits."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.bot import slots
from router.core.bot.dates import dated
from router.core.bot.definition import SpokenWords
from tests.core.bot.talking import fern

TODAY = date(2026, 11, 22)
SPOKEN = fern().spoken
LANGUAGES = tuple(SPOKEN)


def read(said: str, language: str) -> str | None:
    return slots.read("date", dated(said, SPOKEN[language]), TODAY)


@pytest.mark.parametrize(
    ("language", "said", "day"),
    [
        ("en", "the third of May", "2027-05-03"),
        ("en", "May the third, please", "2027-05-03"),
        ("en", "on December 24th", "2026-12-24"),
        ("en", "the twenty-first of december", "2026-12-21"),
        ("en", "Thursday the thirty first of December 2026", "2026-12-31"),
        ("en", "I may come on Friday", "2026-11-27"),
        ("en", "march on", None),
        ("pl", "trzeciego maja", "2027-05-03"),
        ("pl", "dwudziestego pierwszego grudnia", "2026-12-21"),
        ("pl", "3 maja 2027", "2027-05-03"),
        ("pl", "piątego stycznia", "2027-01-05"),
        ("pl", "w piątek", "2026-11-27"),
        ("ru", "третьего мая", "2027-05-03"),
        ("ru", "тридцать первое декабря", "2026-12-31"),
        ("ru", "3-го мая", "2027-05-03"),
        ("el", "τρεις Μαΐου", "2027-05-03"),
        ("el", "στις είκοσι μία του Δεκέμβρη", "2026-12-21"),
        ("el", "πρώτη Ιανουαρίου", "2027-01-01"),
        ("el", "τρίτη 5 Μαΐου", "2027-05-05"),
        ("el", "την Τρίτη", "2026-11-24"),
        ("de", "am dritten Mai", "2027-05-03"),
        ("de", "den einunddreißigsten Dezember", "2026-12-31"),
        ("de", "3. Mai 2027", "2027-05-03"),
        ("de", "der erste märz", "2027-03-01"),
    ],
)
def test_a_day_is_read_as_it_was_meant(language: str, said: str, day: str | None) -> None:
    assert read(said, language) == day


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_day_of_a_year_is_read_in_every_form(language: str) -> None:
    words = SPOKEN[language]
    for offset in range(365):
        day = TODAY + timedelta(days=offset)
        for month in words.months[day.month - 1]:
            for said in (*words.days[day.day - 1], str(day.day)):
                assert read(f"{said} {month.upper()}", language) == day.isoformat(), f"{said} {month}"


def test_a_day_there_is_none_of_is_none_and_one_that_is_over_is_asked_for_again() -> None:
    assert read("the thirty first of June", "en") is None
    assert read("the third of May 2024", "en") is None


def test_without_words_a_text_stays_as_it_is() -> None:
    assert dated("the third of May", SpokenWords()) == "the third of May"


@given(said=st.text(max_size=80), language=st.sampled_from(LANGUAGES))
def test_whatever_is_said_can_be_read(said: str, language: str) -> None:
    read(said, language)
