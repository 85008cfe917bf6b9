"""`usher eval bot` and `usher bot train` from outside."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from router.understanding.model_file import load
from tests.cli.usher import usher

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[3] / "shared" / "data") / "intents"

KEYS = {
    "engine", "accuracy", "in_scope_accuracy", "out_of_scope_recall", "answered_precision", "handover_rate",
    "auroc", "calibration_error", "p50_ms", "p95_ms",
}  # fmt: skip

TRAIN = (
    "text,intent\nwhere is my order,order\ntrack my parcel,order\norder status,order\nI want a refund,return\n"
    "send it back,return\nreturn the lamp,return\n"
)


def measured(capfd: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    ended = usher(capfd, "eval", "bot", "--json", *words)
    assert ended.status == 0, ended.err
    return ended.document


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def test_it_measures_what_was_not_taught(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    train = written(tmp_path, "train.csv", TRAIN)
    test = written(
        tmp_path,
        "test.csv",
        "text,intent\nwhere is my parcel,order\ncan I return the lamp,return\n"
        "bake a cake,oos\nsing me a song,singing\n",
    )
    told = measured(capfd, "--train", train, "--test", test)
    assert told.keys() >= KEYS
    assert told["in_scope_accuracy"] == 1
    assert told["auroc"] == 1
    assert told["rows"]["test_out_of_scope"] == 1
    assert told["rows"]["test_label_never_taught"] == 1
    assert told["rows"]["test_text_also_taught"] == 0


def test_without_anything_out_of_scope_there_are_no_figures_of_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    train = written(tmp_path, "train.csv", TRAIN)
    told = measured(capfd, "--train", train, "--test", train, "--engine", "wording", "--per-intent", 2, "--seed", 3)
    assert (told["out_of_scope_recall"], told["auroc"]) == (None, None)
    assert told["rows"]["taught"] == 4
    assert told["rows"]["test_text_also_taught"] == 4


@pytest.mark.parametrize(
    ("train", "said"),
    [
        ("", "empty"),
        ("no table here\n", "one column"),
        ("text,intent\n,\n", "which columns"),
        ("text,intent\nhello there,oos\n", "no example"),
    ],
)
def test_bad_data_ends_with_2_and_says_why(
    train: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    ended = usher(
        capfd,
        *("eval", "bot", "--train", written(tmp_path, "bad.csv", train)),
        *("--test", written(tmp_path, "test.csv", TRAIN), "--json"),
    )
    assert ended.status == 2
    assert ended.out == ""
    assert said in ended.err


def test_a_column_that_is_not_there_ends_with_2(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    train = written(tmp_path, "train.csv", TRAIN)
    ended = usher(capfd, "eval", "bot", "--train", train, "--test", train, "--text-column", "words")
    assert ended.status == 2
    assert "no column 'words'" in ended.err


def test_training_writes_a_model_that_can_be_read(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "models" / "shop.npz"
    ended = usher(capfd, "bot", "train", written(tmp_path, "train.csv", TRAIN), "--out", out, "--json")
    assert ended.status == 0
    assert ended.document["model"] == load(out).version
    assert (ended.document["examples"], ended.document["intents"]) == (6, 2)


def needed(*names: str) -> list[Path]:
    paths = [DATA / name for name in names]
    if not all(path.is_file() for path in paths):
        pytest.skip(f"needs {', '.join(names)} of the shared data (USHER_DATA)")
    return paths


def test_of_real_traffic_most_that_is_answered_is_answered_rightly(capfd: pytest.CaptureFixture[str]) -> None:
    train, test = needed("hint3/curekart_train.csv", "hint3/curekart_test.csv")
    told = measured(capfd, "--train", train, "--test", test)
    assert told["rows"]["test_out_of_scope"] > 400
    assert told["in_scope_accuracy"] > 0.8
    assert told["auroc"] > 0.8


def test_what_is_taught_in_english_is_understood_in_german(capfd: pytest.CaptureFixture[str]) -> None:
    train, test = needed("xsid/en_valid.csv", "xsid/de_test.csv")
    assert measured(capfd, "--train", train, "--test", test)["accuracy"] > 0.75


def test_several_intents_a_message_are_told_apart(capfd: pytest.CaptureFixture[str]) -> None:
    train = [word for file in needed(*(f"nlupp_banking/fold{n}.json" for n in range(2))) for word in ("--train", file)]
    [test] = needed("nlupp_banking/fold9.json")
    assert measured(capfd, *train, "--test", test)["micro_f1"] > 0.6


def test_ten_examples_an_intent_are_enough_to_tell_four_of_five(capfd: pytest.CaptureFixture[str]) -> None:
    train, test = needed("banking77/train.csv", "banking77/test.csv")
    assert measured(capfd, "--train", train, "--test", test, "--per-intent", 10, "--seed", 1)["accuracy"] > 0.81
