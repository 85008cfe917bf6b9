"""Texts with labels in JSON: found by their shape, wherever in the document they are.

[{"text": …, "intent": …}, …]              rows, also under any key
{"text": ["text", …], "intent": […]}       columns, also {"text": {"0": "text", …}, …}
[["text", "label"], …]                     pairs, also under the name of a split, also the label first
{"intent": ["text", …], …}                 texts by label
{"intent": {"examples": ["text", …]}, …}   the same with more about each label
[{"tag": "intent", "patterns": ["text"]}]  the same as rows
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from router.understanding.corpus import BadCorpus, Row, Split
from router.understanding.corpus_table import LABEL_NAMES, SPLITS, TEXT_NAMES, labels_of, rows_of_table

DEEPEST = 6
MOST_WORDS_OF_A_LABEL = 12
EXAMPLES_NAMES = (
    *("examples", "patterns", "utterances", "texts", "sentences", "phrases", "questions", "queries"),
    *("training_phrases", "samples"),
)
"""What the texts of a label are called beside other lists, such as answers."""


def rows_of_json(value: Any, path: Path, text_column: str, label_column: str) -> Iterator[Row]:
    """Every row found. Raises BadCorpus when there is none."""
    rows = list(_found(value, path, (text_column, label_column), None, 0))
    if not rows:
        raise BadCorpus(f"{path}: no texts with labels in it")
    return iter(rows)


def _found(value: Any, path: Path, named: tuple[str, str], split: Split | None, depth: int) -> Iterator[Row]:
    if depth > DEEPEST:
        return
    if isinstance(value, dict):
        yield from _in_mapping(value, path, named, split, depth)
    elif isinstance(value, list):
        yield from _in_list(value, path, named, split)


def _in_mapping(
    value: Mapping[str, Any], path: Path, named: tuple[str, str], split: Split | None, depth: int
) -> Iterator[Row]:
    if columns := _columns(value, named):
        table = [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)]
        yield from _in_table(table, path, named, split)
        return
    if _by_label(value):
        yield from (Row(text, (label,), split) for label, texts in value.items() for text in texts if text.strip())
        return
    divided = any(_split_of(name) for name in value)
    if value and not divided and all(isinstance(one, dict) and _examples(one) for one in value.values()):
        yield from (
            Row(text, (label,), split) for label, one in value.items() for text in _examples(one) if text.strip()
        )
        return
    if value and all(isinstance(one, dict) and _is_row(one, named) for one in value.values()):
        yield from _in_list(list(value.values()), path, named, split)
        return
    for name, part in value.items():
        yield from _found(part, path, named, _split_of(name) or split, depth + 1)


def _in_list(value: Sequence[Any], path: Path, named: tuple[str, str], split: Split | None) -> Iterator[Row]:
    pairs = [one for one in value if _is_pair(one)]
    if pairs and len(pairs) == len(value):
        ordered = [(text, label) for label, text in pairs] if _labels_first(pairs) else pairs
        yield from (Row(text.strip(), labels_of(label), split) for text, label in ordered if text.strip())
        return
    table = [one for one in value if isinstance(one, dict)]
    if any(_is_row(one, named) for one in table):
        yield from _in_table(table, path, named, split)
        return
    for one in table:
        yield from _grouped(one, split)


def _in_table(
    table: Sequence[Mapping[str, Any]], path: Path, named: tuple[str, str], split: Split | None
) -> Iterator[Row]:
    return (Row(row.text, row.labels, row.split or split) for row in rows_of_table(table, path, *named))


def _grouped(value: Mapping[str, Any], split: Split | None) -> Iterator[Row]:
    """A label with its texts."""
    label = next((part for name, part in value.items() if isinstance(part, str) and name in (*LABEL_NAMES, "name")), "")
    texts: list[str] = _examples(value) or next((part for part in value.values() if _are_texts(part)), [])
    yield from (Row(text, (label,), split) for text in texts if label and text.strip())


def _examples(value: Mapping[str, Any]) -> list[str]:
    """The texts that are named as examples; none when there are no such."""
    return next((part for name, part in value.items() if name.casefold() in EXAMPLES_NAMES and _are_texts(part)), [])


def _is_pair(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return isinstance(value[0], str) and isinstance(value[1], str | int | list)


def _labels_first(pairs: Sequence[Sequence[Any]]) -> bool:
    """Whether what comes first is shorter and said again more often."""
    first, second = zip(*pairs, strict=True)
    if not all(isinstance(one, str) for one in second) or len(set(first)) >= len(set(second)):
        return False
    return sum(len(one.split()) for one in first) < sum(len(one.split()) for one in second)


def _columns(value: Mapping[str, Any], named: tuple[str, str]) -> list[list[Any]]:
    """The cells of each column; none when it is no table by columns."""
    names = {form for name in value for form in (name.casefold(), name.casefold().removesuffix("s"))}
    if not (named[0] in value or names & {*TEXT_NAMES}) or not (named[1] in value or names & {*LABEL_NAMES}):
        return []
    columns = [list(one.values()) if isinstance(one, dict) else one for one in value.values()]
    return columns if all(isinstance(one, list) and len(one) == len(columns[0]) for one in columns) else []


def _is_row(value: Mapping[str, Any], named: tuple[str, str]) -> bool:
    return any(isinstance(value.get(name), str) for name in (named[0] or None, *TEXT_NAMES) if name)


def _by_label(value: Mapping[str, Any]) -> bool:
    return (
        bool(value)
        and any(value.values())
        and all(texts == [] or _are_texts(texts) for texts in value.values())
        and all(len(label.split()) <= MOST_WORDS_OF_A_LABEL for label in value)
        and not any(_split_of(label) for label in value)
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _split_of(name: str) -> Split | None:
    """Of "train", "val", "oos_test" and the like."""
    return next((split for word in name.casefold().split("_") if (split := SPLITS.get(word))), None)
