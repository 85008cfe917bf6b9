"""Telephone numbers, however people and providers write them."""

from __future__ import annotations

import pytest

from router.engine.calls.numbers import of_caller, to_call
from router.protocol.errors import BadRequest


def test_numbers_are_e164_however_they_are_written() -> None:
    assert to_call("22 123 45 67", "PL") == "+48221234567"
    assert to_call("+49 (30) 901820", "") == "+4930901820"
    for wrong in ("", "99", "call me", "+48 22 123 45 67 ext. 5", "1" * 60):
        with pytest.raises(BadRequest, match="bad_number"):
            to_call(wrong, "PL")
    assert of_caller("+48600700800") == "+48600700800"
    for hidden in ("anonymous", "Restricted", "+266696687", "client:anna", ""):
        assert of_caller(hidden) == ""


def test_numbers_that_earn_by_being_called_are_not_called_but_may_call_us() -> None:
    for dear in ("+449098790000", "+48701234567", "+881612345678", "+882341234567"):
        assert of_caller(dear) == dear
        with pytest.raises(BadRequest, match="bad_number"):
            to_call(dear, "")
    with pytest.raises(BadRequest, match="bad_number"):
        to_call("701 234 567", "PL")


def test_a_line_may_be_kept_to_some_countries() -> None:
    assert to_call("22 123 45 67", "PL", only=("PL", "DE")) == "+48221234567"
    for elsewhere in ("+35722123456", "+5352212345"):
        with pytest.raises(BadRequest, match="bad_number"):
            to_call(elsewhere, "PL", only=("PL", "DE"))
