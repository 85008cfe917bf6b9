"""What a small, trained engine makes of what customers write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.understood import Understood
from router.understanding.language import language_of
from router.understanding.model import Model
from router.understanding.reading import read


def understand(model: Model, text: str, language: str | None = None) -> Understood:
    [answer] = read(model, [text], [language])
    return answer


def intent(answer: Understood) -> str | None:
    return answer.best.intent if answer.best and answer.accepted else None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("where is my parcel", "order_status"),
        ("i'd like to send the lamp back", "return"),
        ("Wo ist meine Bestellung?", "order_status"),
        ("Où est mon colis ?", "order_status"),
        ("gdzie jest moja paczka", "order_status"),
        ("не могу войти, забыл пароль", "password"),
        ("passwort vergessen", "password"),
    ],
)
def test_other_words_and_other_languages_mean_the_same(shop: Model, text: str, meant: str) -> None:
    assert intent(understand(shop, text)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("Πότε θα έρθει η παραγγελία μου;", "order_status"), ("ξέχασα τον κωδικό μου", "password")],
)
def test_greek_is_understood_though_the_semantic_engine_cannot_read_it(shop: Model, text: str, meant: str) -> None:
    assert intent(understand(shop, text)) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [("where is my ordr", "order_status"), ("pasword reset", "password"), ("gdzie zamowienie", "order_status")],
)
def test_slips_of_the_keyboard_are_forgiven_by_wording_alone(plain_shop: Model, text: str, meant: str) -> None:
    answer = understand(plain_shop, text)
    assert answer.best is not None
    assert answer.best.intent == meant


def test_a_message_that_says_two_things_has_both_intents(shop: Model) -> None:
    answer = understand(shop, "Where is my order? And I forgot my password.")
    assert {answer.candidates[0].intent, *(one.intent for one in answer.also)} == {"order_status", "password"}


def test_words_that_join_are_those_of_the_language(shop: Model) -> None:
    """The Polish "i" is no English "I"."""
    answer = understand(shop, "How can I reset my password, I forgot it", "en")
    assert intent(answer) == "password"
    assert answer.also == ()


@pytest.mark.parametrize(
    "text",
    [
        "what is the tallest building in Paris",
        "jaki jest najwyższy budynek w Paryżu",
        "кто написал эту книгу",
        "ποιος έγραψε αυτό το βιβλίο",
        "wer hat dieses Buch geschrieben",
    ],
)
def test_what_no_service_is_about_is_not_accepted(shop: Model, text: str) -> None:
    assert not understand(shop, text).accepted


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "😀😀", "?!", "\u200b", "\x00"])
def test_a_text_without_words_has_no_candidates(shop: Model, text: str) -> None:
    answer = understand(shop, text)
    assert answer.candidates == ()
    assert not answer.accepted


def test_without_a_model_only_the_language_is_told() -> None:
    [answer] = read(None, ["Gdzie jest moje zamówienie?"], [None])
    assert answer == Understood(language="pl")


@settings(max_examples=60)
@given(text=st.text(alphabet=st.characters(), max_size=300))
def test_any_text_has_a_sound_answer(shop: Model, text: str) -> None:
    answer = understand(shop, text)
    confidences = [one.confidence for one in answer.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert all(0 <= one <= 1 for one in confidences)
    assert answer.accepted <= bool(answer.candidates)
    assert len({answer.candidates[0].intent, *(one.intent for one in answer.also)} if answer.candidates else ()) == (
        len(answer.also) + bool(answer.candidates)
    )


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "where is my order " * 6_000, "и " * 50_000, "ﷺ" * 30_000, "\ud800" * 9]
)
def test_of_a_long_text_the_beginning_is_read(shop: Model, text: str) -> None:
    started = time.process_time()
    understand(shop, text)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order", "en"),
        ("gdzie moja paczka", "pl"),
        ("где мой заказ", "ru"),
        ("Πού είναι η παραγγελία μου;", "el"),
        ("wo ist mein Paket", "de"),
        ("où est ma commande", "fr"),
        ("ok", ""),
        ("12345", ""),
        ("", ""),
    ],
)
def test_the_language_is_told_or_left_open(text: str, language: str) -> None:
    assert language_of(text) == language
