"""Where keys and values stand in a TOML text, by tree-sitter's grammar."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import tree_sitter_toml
from tree_sitter import Language, Parser
from tree_sitter import Node as Syntax

from config.document import KeyPath

_KEYS = frozenset({"bare_key", "quoted_key", "dotted_key"})
_PUNCTUATION = frozenset({"[", "]", ",", "comment", "ERROR"})

Place = tuple[int, int]
"""Line and column from 1, columns in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """key: of an array's element, the element itself. text: the value as written."""

    key: Place
    value: Place
    text: str

    def inside(self, value: str, line: int, column: int) -> Place:
        """The place of `line`:`column` of the string `value` that is written here.

        Exact unless the string is written with escapes; then the place is its opening quote.
        """
        quote = self.text[:3] if self.text[:3] in ('"""', "'''") else self.text[:1]
        body = self.text[len(quote) : -len(quote)].replace("\r\n", "\n")
        leading = 1 if len(quote) == 3 and body.startswith("\n") else 0
        if body[leading:] != value:
            return self.value
        first_line, first_column = self.value
        if leading:
            return first_line + line, column
        return (first_line, first_column + len(quote) + column - 1) if line == 1 else (first_line + line - 1, column)


def spans(text: str) -> Mapping[KeyPath, Span]:
    """Every key path of the text with its places; the empty path is the top of the file."""
    raw = text.encode()
    tree = Parser(Language(tree_sitter_toml.language())).parse(raw)
    return _Walk(raw).document(tree.root_node)


class _Walk:
    """One pass over a syntax tree; follows the order of the file, as `[[name]]` headers count up."""

    def __init__(self, raw: bytes) -> None:
        self._lines = raw.split(b"\n")
        self._found: dict[KeyPath, Span] = {(): Span(key=(1, 1), value=(1, 1), text="")}
        self._lengths: dict[KeyPath, int] = {}

    def document(self, root: Syntax) -> Mapping[KeyPath, Span]:
        for node in root.children:
            if node.type == "pair":
                self._pair((), node)
            elif node.type in ("table", "table_array_element"):
                self._table(node)
        return self._found

    def _table(self, node: Syntax) -> None:
        header = next((child for child in node.children if child.type in _KEYS), None)
        if header is None:
            return
        path: KeyPath = ()
        keys = list(_keys(header))
        for number, key in enumerate(keys):
            path = (*path, key)
            if path in self._lengths and not (number == len(keys) - 1 and node.type == "table_array_element"):
                path = (*path, self._lengths[path] - 1)
        place = self._place(header)
        if node.type == "table_array_element":
            index = self._lengths.get(path, 0)
            self._lengths[path] = index + 1
            self._note(path, place, place, "")
            path = (*path, index)
        self._note(path, place, place, "")
        for child in node.children:
            if child.type == "pair":
                self._pair(path, child)

    def _pair(self, path: KeyPath, node: Syntax) -> None:
        key = next((child for child in node.children if child.type in _KEYS), None)
        value = node.children[-1]
        if key is None or value.type in ("=", "ERROR"):
            return
        for name in _keys(key):
            path = (*path, name)
            self._note(path, self._place(key), self._place(value), "")
        self._value(path, self._place(key), value)

    def _value(self, path: KeyPath, key: Place, node: Syntax) -> None:
        text = (node.text or b"").decode(errors="replace") if node.type == "string" else ""
        self._found[path] = Span(key=key, value=self._place(node), text=text)
        if node.type == "array":
            elements = (child for child in node.children if child.type not in _PUNCTUATION)
            for index, element in enumerate(elements):
                self._value((*path, index), self._place(element), element)
        elif node.type == "inline_table":
            for child in node.children:
                if child.type == "pair":
                    self._pair(path, child)

    def _note(self, path: KeyPath, key: Place, value: Place, text: str) -> None:
        self._found.setdefault(path, Span(key=key, value=value, text=text))

    def _place(self, node: Syntax) -> Place:
        row, byte_column = node.start_point
        return row + 1, len(self._lines[row][:byte_column].decode(errors="replace")) + 1


def _keys(node: Syntax) -> Iterator[str]:
    if node.type == "dotted_key":
        for child in node.children:
            if child.type in _KEYS:
                yield from _keys(child)
    elif node.type == "quoted_key":
        yield from tomllib.loads(f"{(node.text or b'').decode()} = 0")
    else:
        yield (node.text or b"").decode()
