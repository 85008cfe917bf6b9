"""Forms in TOML: the demo's are whole, and what is wrong is told with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.fault import ConfigInvalid
from config.forms import DEMO, load_forms
from config.policy import DEMO as DEMO_POLICY
from config.policy import load


def test_the_demo_has_a_form_in_all_languages() -> None:
    forms = load_forms(DEMO, load(DEMO_POLICY), accounts=("demo",), mailboxes=(), taken=frozenset({"demo"}))
    contact = forms.by_key["contact"]
    assert contact.languages == ("en", "pl", "ru", "el", "de")
    assert contact.language("fr") == "en"
    assert forms.origins["contact"]
    assert forms.of_portal("demo") == [contact]
    assert forms.of_portal("another") == []


WRONG = """
[[forms]]
key = "demo"
answers_by = "nobody"
portals = ["shop"]
allowed_origins = ["shop.example"]

[[forms.fields]]
name = "a"
kind = "choice"
labels = { en = "A" }

[[forms.fields]]
name = "a"
kind = "email"
labels = { de = "B" }

[[forms.fields]]
name = "c"
kind = "email"
labels = { en = "C" }

[forms.texts.en]
title = "T"
"""


def test_every_fault_is_told_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "forms.toml"
    path.write_text(WRONG)
    with pytest.raises(ConfigInvalid) as found:
        load_forms(path, load(DEMO_POLICY), accounts=("demo",), mailboxes=("support",), taken=frozenset({"demo"}))
    told = [(fault.line, fault.reason) for fault in found.value.faults]
    assert [line for line, _ in told] == [3, 4, 5, 6, 10, 13, 14, 20]
    for word in (
        "there already",
        "undefined mailbox",
        "undefined account",
        "not an origin",
        "has choices",
        "no label in en",
        "one email",
    ):
        assert any(word in reason for _, reason in told), (word, told)
