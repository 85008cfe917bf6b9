"""Data sets as people publish them: CSV, JSON, JSON lines, Rasa's Markdown and YAML; one row a text with its labels.

corpus_table.py  tables: which column is the text, which the label
corpus_json.py   JSON of any shape that has texts and labels in it
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from router.understanding.corpus import BadCorpus, Row, Split
from router.understanding.corpus_json import rows_of_json
from router.understanding.corpus_table import rows_of_csv, rows_of_table

MOST_BYTES = 64_000_000
MOST_ROWS = 300_000


def read_corpus(path: Path, split: Split, *, text_column: str = "", label_column: str = "") -> list[Row]:
    """The rows of the split; of a file without splits, all of them.

    Raises BadCorpus.
    """
    rows = list(_rows(path, text_column, label_column))
    if len(rows) > MOST_ROWS:
        raise BadCorpus(f"{path}: {len(rows)} rows; at most {MOST_ROWS} can be read")
    divided = {row.split for row in rows} - {None}
    if divided:
        rows = [row for row in rows if row.split == split]
    if not rows:
        there = f"; there are: {', '.join(sorted(str(one) for one in divided))}" if divided else ""
        raise BadCorpus(f"{path}: no texts with labels{f' for {split}{there}' if divided else ''}")
    return rows


def has_split(path: Path, split: Split) -> bool:
    """Whether the file is divided and has rows of the split."""
    return any(row.split == split for row in _rows(path, "", ""))


def _rows(path: Path, text_column: str, label_column: str) -> Iterator[Row]:
    content = _content(path)
    if content.lstrip()[:1] in ("{", "["):
        value = _json(content)
        if value is not None:
            return rows_of_json(value, path, text_column, label_column)
        lines = [_json(line) for line in content.splitlines() if line.strip()]
        table = [line for line in lines if isinstance(line, dict)]
        if table and len(table) == len(lines):
            return rows_of_table(table, path, text_column, label_column)
        raise BadCorpus(f"{path}: begins like JSON but is none")
    if re.search(r"^\s*(?:##|-)\s*intent:", content, re.MULTILINE):
        return _rows_of_rasa(content)
    return rows_of_csv(content, path, text_column, label_column)


def _content(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadCorpus(f"{path}: more than {MOST_BYTES} bytes")
        raw = path.read_bytes()
    except OSError as error:
        raise BadCorpus(f"{path}: {error.strerror}") from error
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        guess = from_bytes(raw).best()
        if guess is None:
            raise BadCorpus(f"{path}: not a text") from None
        return str(guess)


def _json(content: str) -> object | None:
    try:
        value: object = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


_INTENT = re.compile(r"^\s*(?:##|-)\s*intent:\s*(\S.*?)\s*(?:<!--.*|\s#.*)?$")
_OTHER = re.compile(r"^\s*(?:##|-\s*(?:synonym|regex|lookup)\b)")
_EXAMPLE = re.compile(r"^\s*[-*+]\s+(.+?)\s*$")
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def _rows_of_rasa(content: str) -> Iterator[Row]:
    """Markdown (`## intent:name`) and YAML (`- intent: name`); marks of entities are taken out."""
    intent = ""
    for line in content.splitlines():
        if named := _INTENT.match(line):
            intent = named[1].strip("\"'")
        elif _OTHER.match(line):
            intent = ""
        elif intent and (example := _EXAMPLE.match(line)):
            yield Row(_ENTITY.sub(r"\1", example[1]), (intent,))
