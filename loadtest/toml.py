"""Enough TOML to write a made-up centre with."""

from __future__ import annotations

import json


def section(head: str, **entries: object) -> str:
    """A table with its keys, one a line."""
    return "".join((f"{head}\n", *(f"{toml_value(key)} = {toml_value(value)}\n" for key, value in entries.items())))


def toml_value(value: object) -> str:
    """A value; JSON's strings, numbers and lists of plain text are TOML's, tables are not."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{toml_value(key)} = {toml_value(entry)}" for key, entry in value.items()) + " }"
    return json.dumps(value)
