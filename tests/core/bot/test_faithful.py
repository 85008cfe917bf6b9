"""What an adviser may say in place of a text: nothing that came in, nothing that got lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.claim_words import claim_words
from router.core.bot.faithful import unfaithful

TEXT = "You can return goods within 30 days of delivery. Write to help@larkspur.example; the label costs €5.90."
WEEK = "We do not deliver on Sunday. Orders before noon leave the same day, orders after it on the next one."


def why(text: str, said: str, language: str = "en", said_in: str = "en") -> str:
    return unfaithful(text, said, language=language, said_in=said_in, words=claim_words())


@pytest.mark.parametrize(
    ("said", "said_in"),
    [
        (TEXT, "en"),
        ("Goods can go back within 30 days after delivery: write to help@larkspur.example. A label is €5.90.", "en"),
        ("Innerhalb von 30 Tagen nach der Lieferung können Sie Waren zurückgeben. Schreiben Sie an "
         "help@larkspur.example; das Etikett kostet 5,90 €.", "de"),
        ("Towar można zwrócić w ciągu 30 dni od dostawy. Proszę pisać na help@larkspur.example; etykieta kosztuje "
         "5,90 €.", "pl"),
        ("Вернуть товар можно в течение 30 дней после доставки. Пишите на help@larkspur.example; наклейка стоит "
         "5,90 €.", "ru"),
        ("Μπορείτε να επιστρέψετε τα προϊόντα μέσα σε 30 ημέρες από την παράδοση. Γράψτε στο help@larkspur.example· η "
         "ετικέτα κοστίζει 5,90 €.", "el"),
    ],
)  # fmt: skip
def test_the_same_in_other_words_may_be_told(said: str, said_in: str) -> None:
    assert why(TEXT, said, said_in=said_in) == ""


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", "length"),
        ("Yes.", "length"),
        (TEXT * 3, "length"),
        (f"{TEXT} More at https://evil.example/x", "links"),
        (f"{TEXT} More at evil.example", "links"),
        (f"{TEXT} Ask boss@larkspur.example", "links"),
        (f"{TEXT} <img src=x onerror=alert(1)>", "links"),
        (f"{TEXT} [here](evil)", "links"),
        (TEXT.replace("30", "60"), "numbers"),
        (TEXT.replace("30", "３１"), "numbers"),
        (TEXT.replace("30", "٣١"), "numbers"),
        (TEXT.replace("within 30 days of", "after"), "numbers"),
        (f"{TEXT} You get $ back.", "numbers"),
        (f"{TEXT} That is 30 more.", "numbers"),
        (f"{TEXT} It is free today.", "claims"),
        (f"{TEXT} At the latest on Friday.", "claims"),
        (f"{TEXT} You have twenty more.", "claims"),
        (f"{TEXT} We guarantee it.", "claims"),
        (TEXT.replace("can", "cannot"), "negation"),
        (TEXT.replace("You can", "You can never"), "negation"),
        (TEXT.replace("can", "c\u200ban\u200bnot"), "negation"),
    ],
)
def test_what_came_in_or_got_lost_is_found(said: str, found: str) -> None:
    assert why(TEXT, said) == found


def test_a_lost_not_is_found() -> None:
    assert why(WEEK, WEEK.replace("do not deliver", "deliver")) == "negation"
    assert why(WEEK, WEEK.replace("Sunday", "Saturday")) == "claims"


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Wir liefern sonntags nicht. Was vor Mittag bestellt wird, geht am selben Tag hinaus, sonst am nächsten.", ""),
        ("Wir liefern sonntags. Was vor Mittag bestellt wird, geht am selben Tag hinaus, sonst am nächsten.",
         "negation"),
        ("Wir liefern samstags nicht. Was vor Mittag bestellt wird, geht am selben Tag hinaus, sonst am nächsten.",
         "claims"),
        ("Wir liefern sonntags nicht, und morgen ist alles kostenlos: bestellen Sie also gleich, vor dem Mittag.",
         "claims"),
    ],
)  # fmt: skip
def test_claims_are_the_same_in_every_language(said: str, found: str) -> None:
    assert why(WEEK, said, said_in="de") == found


def test_in_a_language_whose_claims_are_not_known_nothing_is_told() -> None:
    assert why(TEXT, TEXT, said_in="fr") == "language"
    assert why(TEXT, TEXT, language="") == "language"


@pytest.mark.parametrize("written", ["1,000 pots", "1 000 pots", "1.000 pots", "1\u202f000 pots"])
def test_a_number_may_be_written_otherwise(written: str) -> None:
    text = "We have {} in the garden house behind the shop, and all of them are made of clay."
    assert why(text.format("1000 pots"), text.format(written)) == ""


def test_every_language_knows_the_same_claims() -> None:
    words = claim_words()
    assert set(words) == {"en", "pl", "ru", "el", "de"}
    assert all(set(claims) == set(words["en"]) for claims in words.values())


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_two_texts_are_told_apart_or_alike(text: str, said: str) -> None:
    assert why(text, said) in ("", "length", "links", "numbers", "claims", "negation")
    assert why(text, text) == ""
