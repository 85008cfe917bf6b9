"""Reading TOML with places: every value can be pointed at, and no file can hurt the reader."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from config.document import MOST_BYTES, Node, parse, read
from config.fault import ConfigInvalid, Fault
from config.locate import spans

keys = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6)
plain = st.integers(-9, 9) | st.booleans() | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
trees = st.dictionaries(
    keys,
    st.recursive(
        plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
    ),
    max_size=4,
)


def leaves(node: Node) -> list[Node]:
    return [leaf for child in node.children.values() for leaf in leaves(child)] if node.children else [node]


@given(tree=trees)
def test_every_value_is_found_where_it_is_written(tree: dict[str, object]) -> None:
    text = tomli_w.dumps(tree)
    node = parse("x.toml", text.encode())
    assert node.value == tree
    lines = text.split("\n")
    for leaf in leaves(node):
        if not leaf.path or leaf.value in ({}, []):
            continue
        assert leaf.path in node.source.spans
        fault = leaf.fault("")
        written = "\n".join([lines[fault.line - 1][fault.column - 1 :], *lines[fault.line :]])
        shortest = next(end for end in range(1, len(written) + 1) if _reads_as(written[:end], leaf.value))
        assert shortest <= len(written)


def _reads_as(text: str, value: object) -> bool:
    try:
        return bool(tomllib.loads(f"v = {text}")["v"] == value)
    except tomllib.TOMLDecodeError:
        return False


def test_places_follow_headers_dots_arrays_and_inline_tables() -> None:
    text = "a.b = 1\n[c.d]\n'e f' = [1, { g = 2 }]\n[[h]]\n[[h]]\n[h.i]\nj = 3\n[[h.k]]\nl = 4\n"
    found = spans(text)
    assert found["a", "b"].key == (1, 1)
    assert found["a", "b"].value == (1, 7)
    assert found["c", "d"].key == (2, 2)
    assert found["c", "d", "e f", 1, "g"].value == (3, 19)
    assert found["h", 0].key == (4, 3)
    assert found["h", 1].key == (5, 3)
    assert found["h", 1, "i", "j"].value == (7, 5)
    assert found["h", 1, "k", 0, "l"].value == (9, 5)


def test_windows_line_ends_and_a_byte_order_mark_do_not_shift_places() -> None:
    node = parse("x.toml", "\ufeffa = 1\r\nb = '''\r\nfirst\r\nsecond'''\r\n".encode())
    second = node.at("b")
    assert second is not None
    assert second.value == "first\nsecond"
    assert second.fault("here", inside=(2, 3)) == Fault("x.toml", 4, 3, "here")


HOSTILE = {
    "too large": (b"a" * (MOST_BYTES + 1), 1, 1, "larger than 1,000,000 bytes"),
    "NUL": (b"a = 1\n\0", 2, 1, "not TOML"),
    "NUL in a string": (b"a = 'x\0'", 1, 7, "not TOML"),
    "not UTF-8": ("ż = 1\nę = '".encode() + b"\xff'", 2, 6, "not UTF-8 text"),
    "UTF-16": ("a = 1".encode("utf-16"), 1, 1, "not UTF-8 text"),
    "binary": (bytes(range(128, 256)), 1, 1, "not UTF-8 text"),
    "deep arrays": (b"a = " + b"[" * 100_000, 1, 1, "arrays or tables are nested too deep"),
    "deep inline tables": (b"a = " + b"{a=" * 50_000, 1, 1, "arrays or tables are nested too deep"),
    "a key without end": (b"x = 1\n" + b"a." * 100_000 + b"a = 1", 2, 1, "a key of more than 64 parts"),
    "a quoted key without end": (b"[" + b'"a" . ' * 50_000 + b"a]", 1, 2, "a key of more than 64 parts"),
    "an integer without end": (b"a = " + b"9" * 100_000, 1, 1, "a value cannot be read"),
    "a word without end": (b"a" * 900_000, 1, 900_001, "not TOML"),
    "quotes without end": (b"'" * 900_001, 1, 3, "not TOML"),
    "half a surrogate pair": (b'a = "\\ud83d"', 1, 12, "not TOML"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_one_fault_and_quickly_so(kind: str) -> None:
    raw, line, column, reason = HOSTILE[kind]
    began = time.process_time()
    with pytest.raises(ConfigInvalid) as invalid:
        parse("x.toml", raw)
    assert time.process_time() - began < 5, "s of processor; what grows with the square takes hours"
    [fault] = invalid.value.faults
    assert (fault.line, fault.column) == (line, column)
    assert fault.reason.startswith(reason)


@given(raw=st.binary(max_size=200) | st.text("[]{}=.,\"'\\\n\r #ab0-_é\0").map(str.encode))
@settings(max_examples=300)
def test_any_bytes_are_a_tree_or_a_fault(raw: bytes) -> None:
    try:
        node = parse("x.toml", raw)
    except ConfigInvalid as invalid:
        faults = invalid.faults
    else:
        faults = tuple(leaf.fault("") for leaf in leaves(node))
    assert all(fault.line >= 1 and fault.column >= 1 for fault in faults)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        read(tmp_path / name)
