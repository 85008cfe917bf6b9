"""What names of intents add to examples, and when they add nothing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from router.understanding.examples import Example
from router.understanding.model import Model
from router.understanding.names import words
from router.understanding.reading import read
from router.understanding.training import ENOUGH, train
from tests.understanding.shop import EXAMPLES

MEANT = {
    "card_stolen": ("Somebody took it from my bag", "My wallet is gone", "It was robbed on the train"),
    "exchange_rate": ("How many dollars for a euro?", "What do I get for 100 pounds?", "Is the złoty strong today?"),
    "opening_hours": ("Are you there on Sunday?", "When can I come by?", "Until what time is somebody there?"),
    "verify_identity": ("Why do you want my passport?", "Who checks that it is me?", "Do I have to show a document?"),
}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("card_not_working", "card not working"),
        ("CardNotWorking", "card not working"),
        ("CARD-NOT WORKING?", "card not working"),
        ("reminder/show_reminders", "reminder show reminders"),
        ("zwrot_zamówienia", "zwrot zamówienia"),
        ("intent_17", ""),
        ("article:9f3c", ""),
        ("__", ""),
    ],
)
def test_what_a_name_says(name: str, said: str) -> None:
    assert words(name) == said


def test_a_name_is_an_example() -> None:
    model = train([Example(text, (intent,)) for intent, texts in MEANT.items() for text in texts], engine="meaning")
    answers = read(model, [words(intent) for intent in MEANT], ["en"] * len(MEANT))
    assert [answer.candidates[0].intent for answer in answers] == list(MEANT)
    assert all(answer.accepted and answer.candidates[0].confidence > 0.8 for answer in answers)


def test_names_that_say_nothing_change_nothing() -> None:
    numbers = renamed(EXAMPLES, ["intent_1", "intent_2", "intent_3", "intent_4"])
    for_programs = train(numbers, engine="meaning")
    assert alike(train(renamed(EXAMPLES, ["bk", "dvw", "fxq", "gzt"]), engine="meaning"), for_programs)
    assert not alike(train(EXAMPLES, engine="meaning"), for_programs)


def test_names_in_a_language_that_is_not_read_beside_it_change_nothing() -> None:
    greek = [example for example in EXAMPLES if max(example.text) > "Ͱ" and "α" in example.text]
    assert alike(train(greek), train(renamed(greek, [f"intent_{n}" for n in range(len(intents_of(greek)))])))


def test_with_many_examples_names_are_not_taught() -> None:
    many = [
        Example(f"{text} {number}", (intent,))
        for intent, texts in MEANT.items()
        for text in texts
        for number in range(ENOUGH // len(texts))
    ]
    assert alike(train(many), train(renamed(many, ["intent_1", "intent_2", "intent_3", "intent_4"])))
    assert not alike(train(many[1:]), train(renamed(many[1:], ["intent_1", "intent_2", "intent_3", "intent_4"])))


def renamed(examples: Iterable[Example], names: list[str]) -> list[Example]:
    """names: in the order of those they replace, so that nothing else of a model changes."""
    examples = list(examples)
    instead = dict(zip(intents_of(examples), names, strict=True))
    return [Example(example.text, tuple(instead[intent] for intent in example.intents)) for example in examples]


def intents_of(examples: Iterable[Example]) -> list[str]:
    return sorted({intent for example in examples for intent in example.intents})


def alike(one: Model, other: Model) -> bool:
    return np.array_equal(one.weights, other.weights) and np.array_equal(one.neighbours.rows, other.neighbours.rows)
