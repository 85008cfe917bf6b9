"""The documentation says what the code takes."""

from __future__ import annotations

import re
from collections import Counter

from msgspec.structs import fields

from config.reference import PAGE, refresh
from config.settings import Settings, variable
from router.core.condition import ATTRIBUTES


def test_the_tables_of_the_documentation_are_fresh() -> None:
    page = PAGE.read_text("utf-8")
    assert refresh(page) == page, "run: python -m config.reference"


def test_every_table_stands_there_once() -> None:
    tables = re.findall(r"<!-- ([a-z_]+) -->", PAGE.read_text("utf-8"))
    assert [name for name, count in Counter(tables).items() if count > 1 and name != "end"] == []


def test_every_setting_and_every_attribute_of_a_condition_is_documented() -> None:
    page = PAGE.read_text("utf-8")
    for info in fields(Settings):
        assert f"`{variable(info.name)}`" in page
    for name in ATTRIBUTES:
        assert f"| `{name}` |" in page
