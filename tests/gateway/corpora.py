"""Hostile texts and bytes collected by others, from USHER_DATA or ../shared/data; tests skip where it is absent."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[3] / "shared" / "data") / "abuse"


def _read(name: str) -> Any:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"needs {name} of the abuse data (USHER_DATA)")
    return json.loads(path.read_bytes())


def naughty_strings() -> list[str]:
    return [text for text in _strings(_read("blns.json")) if text]


def payloads() -> list[str]:
    """A few lines of each list of attacks, the odd ones first."""
    _read("blns.json")
    lists = sorted((DATA / "payloads").iterdir())
    return [line for path in lists for line in path.read_text("utf-8", "replace").splitlines()[:8] if line.strip()]


def json_documents() -> list[bytes]:
    return list(_bytes(_read("json_test_suite.b64.json")))


def msgpack_documents() -> list[bytes]:
    """Encodings of the test suite, written there as hex bytes with dashes."""
    return [
        bytes.fromhex(text.replace("-", ""))
        for text in _strings(_read("msgpack-test-suite.json"))
        if text and all(len(part) == 2 and set(part) <= set("0123456789abcdef") for part in text.split("-"))
    ]


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def _bytes(value: Any) -> Iterator[bytes]:
    for text in _strings(value):
        try:
            yield base64.b64decode(text, validate=True)
        except ValueError:
            continue
