"""Data sets of many shapes, as rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from router.understanding.corpus import BadCorpus, Row, without_scope
from router.understanding.corpus_file import read_corpus

WANTED = [("where is my order", ("order",)), ("send it back", ("return",)), ("track my order", ("order",))]

ROWS = [{"text": text, "intent": labels[0]} for text, labels in WANTED]

SHAPES = {
    "comma": "text,intent\nwhere is my order,order\nsend it back,return\ntrack my order,order\n",
    "byte order mark": "\ufefftext,intent\nwhere is my order,order\nsend it back,return\ntrack my order,order\n",
    "semicolon and quotes": 'sentence;label\n"where is my order";order\n"send it back";return\ntrack my order;order\n',
    "tab": "label\tutterance\norder\twhere is my order\nreturn\tsend it back\norder\ttrack my order\n",
    "empty lines": "text,category\n\nwhere is my order,order\n,order\nsend it back,return\n\ntrack my order,order\n\n",
    "names nobody knows": "zeta,eta\nwhere is my order,order\nsend it back,return\ntrack my order,order\n",
    "no names": "where is my order,order\nsend it back,return\ntrack my order,order\n",
    "more columns": "id,utterance,intent,tags\n1,where is my order,order,A\n"
    "2,send it back,return,B\n3,track my order,order,C\n",
    "carriage returns": "text,intent\r\nwhere is my order,order\r\nsend it back,return\r\ntrack my order,order\r\n",
    "rows": json.dumps(ROWS),
    "rows under a key": json.dumps({"rasa_nlu_data": {"common_examples": ROWS}}),
    "rows by number": json.dumps({str(number): row for number, row in enumerate(ROWS)}),
    "pairs": json.dumps([[text, labels[0]] for text, labels in WANTED]),
    "pairs with the label first": json.dumps([[labels[0], text] for text, labels in WANTED]),
    "columns": json.dumps({"text": [text for text, _ in WANTED], "label": [labels[0] for _, labels in WANTED]}),
    "columns by other names": json.dumps(
        {"train": {"sentences": [text for text, _ in WANTED], "intents": [labels[0] for _, labels in WANTED]}}
    ),
    "columns by number": json.dumps(
        {name: {str(number): row[name] for number, row in enumerate(ROWS)} for name in ("intent", "text")}
    ),
    "lines": "\n".join(json.dumps(row) for row in ROWS),
    "Markdown of Rasa": "## intent:order\n- where is my [order](thing)\n- track my order\n\n## lookup:x\n- y\n"
    "## intent:return <!-- much asked -->\n- send it back\n### other things\n- z\n",
    "YAML of Rasa": 'version: "3.1"\nnlu:\n- intent: order\n  examples: |\n    - where is my [order]{"entity": "x"}\n'
    "    - track my order\n- intent: return\n  examples: |\n    - send it back\n",
    "by label": json.dumps({"order": ["where is my order", "track my order"], "return": ["send it back"]}),
    "by label, one without texts": json.dumps(
        {"order": ["where is my order", "track my order"], "return": ["send it back"], "greet": []}
    ),
    "by label, with answers": json.dumps(
        {
            "intents": {
                "order": {"responses": ["soon"], "examples": ["where is my order", "track my order"]},
                "return": {"responses": ["sure"], "examples": ["send it back"]},
            }
        }
    ),
    "answers before patterns": json.dumps(
        [
            {"responses": ["soon"], "tag": "order", "patterns": ["where is my order", "track my order"]},
            {"responses": ["sure"], "tag": "return", "patterns": ["send it back"]},
        ]
    ),
    "patterns": json.dumps(
        {
            "intents": [
                {"tag": "order", "patterns": ["where is my order", "track my order"], "responses": ["soon"]},
                {"tag": "return", "patterns": ["send it back"], "responses": ["sure"]},
            ]
        }
    ),
}


def written(folder: Path, content: str) -> Path:
    path = folder / "data"
    path.write_bytes(content.encode())
    return path


@pytest.mark.parametrize("shape", SHAPES)
def test_texts_and_labels_are_found_in(shape: str, tmp_path: Path) -> None:
    rows = read_corpus(written(tmp_path, SHAPES[shape]), "train")
    assert sorted((row.text, row.labels) for row in rows) == sorted(WANTED)


def test_labels_may_be_numbers(tmp_path: Path) -> None:
    rows = read_corpus(written(tmp_path, "text,label\nwhere is it,11\nsend it back,3\n"), "test")
    assert [row.labels for row in rows] == [("11",), ("3",)]


def test_a_text_may_have_several_labels_or_none(tmp_path: Path) -> None:
    given = [
        {"text": "cancel my card", "intents": ["cancel", "card"]},
        {"text": "well"},
        {"text": "yes", "intents": []},
    ]
    rows = read_corpus(written(tmp_path, json.dumps(given)), "train")
    assert [row.labels for row in rows] == [("cancel", "card"), (), ()]
    [row] = read_corpus(written(tmp_path, "text,intents\ncancel my card,\"['cancel', 'card']\"\n"), "train")
    assert row.labels == ("cancel", "card")


def test_splits_of_a_file_are_told_by_their_names(tmp_path: Path) -> None:
    splits = {
        "train": [["a b", "x"]],
        "oos_train": [["c d", "oos"]],
        "val": [["e f", "x"]],
        "oos_test": [["g h", "oos"]],
    }
    path = written(tmp_path, json.dumps(splits))
    assert [row.text for row in read_corpus(path, "train")] == ["a b", "c d"]
    assert [row.text for row in read_corpus(path, "valid")] == ["e f"]
    assert without_scope(read_corpus(path, "test")) == [Row("g h", (), "test")]


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "text,intent,note\nlong words of nobody,x,where is it\n")
    [row] = read_corpus(path, "train", text_column="note", label_column="text")
    assert (row.text, row.labels) == ("where is it", ("long words of nobody",))
    with pytest.raises(BadCorpus, match="no column 'label'; there are: text, intent, note"):
        read_corpus(path, "train", label_column="label")


@pytest.mark.parametrize("label", ["oos", "NO_NODES_DETECTED", "Out_of_Scope"])
def test_labels_in_common_use_mean_out_of_scope(label: str) -> None:
    assert without_scope([Row("a", (label,))]) == [Row("a", ())]


def test_only_the_label_that_is_named_means_out_of_scope() -> None:
    assert without_scope([Row("a", ("Other",)), Row("b", ("oos",))], "other") == [Row("a", ()), Row("b", ("oos",))]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\n\n",
        "only one column\nof text\n",
        "{",
        "[1, 2, 3]",
        "{}",
        '{"a": {"b": {}}}',
        "[" * 100_000,
        "\x00\x01,\x02",
    ],
)
def test_what_is_no_data_set_is_refused_with_its_name(content: str, tmp_path: Path) -> None:
    path = written(tmp_path, content)
    with pytest.raises(BadCorpus, match="data"):
        read_corpus(path, "train")
