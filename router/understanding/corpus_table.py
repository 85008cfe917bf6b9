"""Tables of texts with labels: which column is which is told by its name, or by what is in it."""

from __future__ import annotations

import ast
import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from router.understanding.corpus import BadCorpus, Row, Split

TEXT_NAMES = (
    *("text", "utterance", "sentence", "query", "question", "message", "utt", "phrase"),
    *("instruction", "input", "content", "request"),
)
LABEL_NAMES = (
    *("intent", "intents", "label", "labels", "category", "class"),
    *("intent_name", "label_text", "tag", "target"),
)
"""Of several, the first is meant."""
SPLIT_NAMES = ["split", "partition", "set", "fold", "training"]
SPLITS: Mapping[str, Split] = {
    **dict.fromkeys(("train", "training", "true"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "eval"), "valid"),
    **dict.fromkeys(("test", "testing", "false"), "test"),
}
DELIMITERS = ",\t;|"
LOOKED_AT = 2_000
LONGEST_CELL = 1_000_000


def rows_of_csv(content: str, path: Path, text_column: str, label_column: str) -> Iterator[Row]:
    """Of a table with or without a line of names; the delimiter is told by the first line."""
    lines = _cells(content, path)
    if not lines:
        raise BadCorpus(f"{path}: empty")
    if len(lines[0]) < 2:
        raise BadCorpus(f"{path}: one column; a text and its label are needed")
    named = bool(text_column or label_column) or _has_names(lines)
    names = (
        [name.strip() or f"{n}" for n, name in enumerate(lines[0])] if named else [str(n) for n in range(len(lines[0]))]
    )
    table = [dict(zip(names, line, strict=False)) for line in lines[named:]]
    return rows_of_table(table, path, text_column, label_column)


def rows_of_table(table: Sequence[Mapping[str, Any]], path: Path, text_column: str, label_column: str) -> Iterator[Row]:
    """Of rows by column name. Empty texts are left out."""
    text, label = columns(table, path, text_column, label_column)
    split = next((name for name in _names(table) if name.casefold() in SPLIT_NAMES), None)
    for row in table:
        if isinstance(said := row.get(text), str) and said.strip():
            division = SPLITS.get(str(row.get(split, "")).casefold()) if split else None
            yield Row(said.strip(), labels_of(row.get(label)), division)


def labels_of(value: Any) -> tuple[str, ...]:
    """One label, a list of labels, or a list written as text; none for nothing."""
    if isinstance(value, str) and value[:1] == "[" and value[-1:] == "]":
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return (value,)
    if isinstance(value, list | tuple):
        return tuple(sorted({str(one).strip() for one in value if str(one).strip()}))
    return () if value is None or str(value).strip() == "" else (str(value).strip(),)


def columns(table: Sequence[Mapping[str, Any]], path: Path, text: str, label: str) -> tuple[str, str]:
    """Names of the columns of text and label. Raises BadCorpus when one that was named is not there."""
    names = _names(table)
    for wanted in filter(None, (text, label)):
        if wanted not in names:
            raise BadCorpus(f"{path}: no column {wanted!r}; there are: {', '.join(names)}")
    text = text or _by_name(names, TEXT_NAMES, but=label) or _wordiest(table, [name for name in names if name != label])
    label = label or _by_name(names, LABEL_NAMES, but=text) or _most_repeated(table, [n for n in names if n != text])
    if not text or not label:
        raise BadCorpus(f"{path}: which columns are text and label? There are: {', '.join(names)}")
    return text, label


def _names(table: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in table[:LOOKED_AT] for name in row))


def _by_name(names: Iterable[str], known: Sequence[str], *, but: str) -> str:
    found = {name.casefold(): name for name in names if name != but}
    return next((found[name] for name in known if name in found), "")


def _wordiest(table: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """The column with most words to a cell."""
    words = {name: sum(len(str(row.get(name) or "").split()) for row in table[:LOOKED_AT]) for name in names}
    return max(words, key=lambda name: words[name], default="")


def _most_repeated(table: Sequence[Mapping[str, Any]], names: Sequence[str]) -> str:
    """The column whose cells say the same most often, but for columns that always say the same."""
    values = {name: Counter(str(row.get(name) or "") for row in table[:LOOKED_AT]) for name in names}
    told = {name: len(counts) for name, counts in values.items() if len(counts) > 1} or dict.fromkeys(values, 1)
    return min(told, key=lambda name: told[name], default="")


def _has_names(lines: Sequence[Sequence[str]]) -> bool:
    """Whether the first line names columns: a name in use is among them, or none of it is said again below."""
    first = [cell.strip().casefold() for cell in lines[0]]
    if set(first) & {*TEXT_NAMES, *LABEL_NAMES}:
        return True
    below = {cell.strip().casefold() for line in lines[1:LOOKED_AT] for cell in line}
    return not set(first) & below and not any(len(cell.split()) > 3 for cell in first)


def _cells(content: str, path: Path) -> list[list[str]]:
    first = content.partition("\n")[0]
    delimiter = max(DELIMITERS, key=first.count)
    csv.field_size_limit(LONGEST_CELL)
    try:
        return [line for line in csv.reader(io.StringIO(content, newline=""), delimiter=delimiter) if any(line)]
    except csv.Error as error:
        raise BadCorpus(f"{path}: not a table: {error}") from error
