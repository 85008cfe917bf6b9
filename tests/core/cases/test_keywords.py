"""Keywords: whole words, beginnings of words, phrases, languages; and a cost that follows the text alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import lists, sampled_from

from router.core.cases.keywords import Keywords, phrase_words, words

RULES = Keywords(
    [
        {"en": ["refund*", "money back"]},
        {"pl": ["zwrot*"], "": ["return"]},
        {"el": ["δικηγόρος"], "de": ["anwält*"]},
        {"": ["where is my order"]},
    ]
)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("I want my REFUND!", "en", [0]),
        ("three refunds", "en", [0]),
        ("prerefunded", "en", []),
        ("give me my money, back home", "en", [0]),
        ("my money is back", "en", []),
        ("returns", "pl", []),
        ("return it, proszę o zwrotu", "pl", [1]),
        ("refund", "pl", []),
        ("ο ΔΙΚΗΓΟΡΟΣ μου", "el", [2]),
        ("Meine Anwaeltin, die Anwälte", "de", [2]),
        ("Where is\nmy   order", "en", [3]),
        ("where is my garden order", "en", []),
        ("", "en", []),
    ],
)
def test_what_is_found_in_a_text(text: str, language: str, found: list[int]) -> None:
    assert RULES.found(text, language) == found


@pytest.mark.parametrize("phrase", ["", "*", "ab*", "a b c d e f g", "re*fund", "!?"])
def test_what_is_no_phrase_is_refused(phrase: str) -> None:
    with pytest.raises(ValueError, match=r"word|phrase|short"):
        phrase_words(phrase)


alphabet = ["a", "aa", "ab", "b", "aab"]


@given(lists(sampled_from(alphabet), max_size=12), lists(sampled_from([*alphabet, "aab*"]), min_size=1, max_size=3))
def test_a_phrase_is_found_just_where_its_words_stand_in_a_row(said: list[str], phrase: list[str]) -> None:
    def fits(word: str, wanted: str) -> bool:
        return word.startswith(wanted[:-1]) if wanted.endswith("*") else word == wanted

    slow = any(
        all(fits(word, wanted) for word, wanted in zip(said[place:], phrase, strict=False))
        for place in range(len(said) - len(phrase) + 1)
    )
    assert bool(Keywords([{"": [" ".join(phrase)]}]).found(" ".join(said), "en")) is slow


def test_a_text_of_any_length_costs_as_much_as_its_beginning() -> None:
    many = Keywords([{"": ["aaa* aaa* aaa* aaa* aaa* zzz"]}, {"": ["refund*"]}])
    assert many.found("aaa1 " * 1_000_000 + "refund", "en") == []
    assert many.found("refund " + "aaa1 " * 1_000_000, "en") == [1]


def test_words_are_compared_without_case_and_accents() -> None:
    assert words("Škoda Größe ΔΙΚΗΓΌΡΟΣ ёлка") == ["skoda", "grosse", "δικηγοροσ", "елка"]


def test_of_300_types_each_is_known_by_its_word_in_a_long_text() -> None:
    many = Keywords([{"en": [f"part{number} broken*"], "": [f"ref{number}"]} for number in range(300)])
    long = "hello there " * 1_500
    for number in (0, 7, 150, 299):
        assert many.found(f"{long} my PART{number} brokenness", "en") == [number]
        assert many.found(f"ref{number}, {long}", "pl") == [number]
    assert many.found(" ".join(f"ref{number}" for number in range(300)), "de") == list(range(300))
