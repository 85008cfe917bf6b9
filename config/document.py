"""A TOML file as a tree of nodes that know where they stand.

The standard library's `tomllib` decides what the file says; tree-sitter is asked where a key or value stands, and
only once something is wrong with it, so that reading a good file costs no second parse.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from config.fault import ConfigInvalid, Fault

if TYPE_CHECKING:
    from config.locate import Span

MOST_BYTES = 1_000_000
"""A larger file is refused unread: a policy of 5,000 rules takes about half of it."""
MOST_FILES = 64

KeyPath = tuple[str | int, ...]
"""The way from the top of the file: keys of tables, indices of arrays."""

_LONG_KEY = re.compile(r"""(?<![A-Za-z0-9_-])(?:(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){64}""")
"""A dotted key of so many parts takes tomllib time and memory that grow with their square."""

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class Source:
    """One file's name and text. Made once a file; its places are computed when first asked for."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text

    @cached_property
    def spans(self) -> Mapping[KeyPath, Span]:
        from config.locate import spans

        return spans(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A value in a file: a table (dict of nodes), an array (list of nodes), or a plain value."""

    source: Source
    path: KeyPath
    value: object
    children: Mapping[str | int, Node] = field(default_factory=dict)
    """By key for a table, by index for an array, none for a plain value."""

    def at(self, *path: str | int) -> Node | None:
        node: Node | None = self
        for step in path:
            node = node.children.get(step) if node else None
        return node

    def items(self, *path: str | int) -> Iterator[tuple[str, Node]]:
        """The named entries of the table at `path`; none when there is no such table."""
        node = self.at(*path)
        if node is not None and isinstance(node.value, dict):
            yield from ((str(name), child) for name, child in node.children.items())

    def elements(self, *path: str | int) -> Iterator[Node]:
        """The elements of the array at `path`; none when there is no such array."""
        node = self.at(*path)
        if node is not None and isinstance(node.value, list):
            yield from node.children.values()

    def fault(self, reason: str, *, key: bool = False, inside: tuple[int, int] | None = None) -> Fault:
        """A fault at this value, at its key, or at a line and column inside its text."""
        line, column = self._place(key=key, inside=inside)
        return Fault(self.source.name, line, column, reason)

    def _place(self, *, key: bool, inside: tuple[int, int] | None) -> tuple[int, int]:
        path = self.path
        spans = self.source.spans
        while path and path not in spans:  # a part of the file that the locator could not follow
            path = path[:-1]
        if path not in spans:
            return 1, 1
        span = spans[path]
        if inside is not None and isinstance(self.value, str) and path == self.path:
            return span.inside(self.value, *inside)
        return span.key if key else span.value


def read(path: Path) -> Node:
    """The file as a tree. Raises ConfigInvalid: unreadable, too large, not UTF-8, not TOML, nested too deep."""
    name = str(path)
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise ConfigInvalid([Fault(name, 1, 1, f"cannot be read: {error.strerror or error}")]) from None
    return parse(name, raw)


def parse(name: str, raw: bytes) -> Node:
    """See `read`."""
    if len(raw) > MOST_BYTES:
        raise ConfigInvalid([Fault(name, 1, 1, f"larger than {MOST_BYTES:,} bytes")])
    text = _decode(name, raw)
    if long_key := _LONG_KEY.search(text):
        raise ConfigInvalid([Fault(name, *_place_of(text, long_key.start()), "a key of more than 64 parts")])
    try:
        return _tree(Source(name, text), (), tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ConfigInvalid([_syntax_fault(name, text, str(error))]) from None
    except RecursionError:
        raise ConfigInvalid([Fault(name, 1, 1, "arrays or tables are nested too deep")]) from None
    except ValueError as error:  # tomllib lets some through, e.g. an integer of 5,000 digits
        raise ConfigInvalid([Fault(name, 1, 1, f"a value cannot be read: {error}")]) from None


def _decode(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        good = raw[: error.start].decode("utf-8-sig", "replace")
        raise ConfigInvalid([Fault(name, *_place_of(good, len(good)), "not UTF-8 text")]) from None


def _syntax_fault(name: str, text: str, message: str) -> Fault:
    place = _PLACE.search(message)
    reason = f"not TOML: {message[: place.start()] if place else message}"
    if place and place[1]:
        return Fault(name, int(place[1]), int(place[2]), reason)
    return Fault(name, *_place_of(text, len(text)), reason)


def _place_of(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _tree(source: Source, path: KeyPath, value: object) -> Node:
    children: dict[str | int, Node] = {}
    if isinstance(value, dict):
        children = {key: _tree(source, (*path, key), child) for key, child in value.items()}
    elif isinstance(value, list):
        children = {index: _tree(source, (*path, index), child) for index, child in enumerate(value)}
    return Node(source=source, path=path, value=value, children=children)


def merge(base: Node, over: Node, *, depth: int = -1) -> tuple[Node, list[Fault]]:
    """One tree of two: tables merge, everything else is taken from `over`.

    depth: how many levels of tables may hold something in both trees; what is deeper may stand in one tree only, a
    second time is a fault. Arrays of tables join, `base` first. -1: `over` wins at any depth and nothing is a fault.
    """
    faults: list[Fault] = []
    children = dict(base.children)
    for key, child in over.children.items():
        known = children.get(key)
        if known is None:
            children[key] = child
        elif isinstance(known.value, dict) and isinstance(child.value, dict) and depth != 0:
            children[key], inner = merge(known, child, depth=depth - 1)
            faults += inner
        elif _is_table_array(known) and _is_table_array(child):
            joined = [*known.children.values(), *child.children.values()]
            children[key] = Node(
                source=known.source,
                path=known.path,
                value=[node.value for node in joined],
                children=dict(enumerate(joined)),
            )
        elif depth < 0:
            children[key] = child
        else:
            first = known.fault("", key=True)
            faults.append(child.fault(f"{key!r} is defined already in {first.file}:{first.line}", key=True))
    value = {key: child.value for key, child in children.items()}
    return Node(source=over.source, path=over.path, value=value, children=children), faults


def _is_table_array(node: Node) -> bool:
    return isinstance(node.value, list) and bool(node.value) and all(isinstance(item, dict) for item in node.value)
