"""Texts with variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.template import VARIABLES, TemplateInvalid, check, fill

ANNA = {"customer.first_name": "Anna", "agent.name": "Ben"}


def test_variables_are_filled_in_and_what_is_unknown_has_its_stand_in() -> None:
    filled = fill(
        "Hello {{customer.first_name|there}}, {{ agent.name }} here about {{details.order|your order}}.", ANNA
    )
    assert filled.text == "Hello Anna, Ben here about your order."
    assert filled.missing == ()


def test_what_is_missing_stays_as_it_was_written_and_is_told() -> None:
    filled = fill("Order {{details.order}}, again {{details.order}} of {{customer.name}}", {})
    assert filled.text == "Order {{details.order}}, again {{details.order}} of {{customer.name}}"
    assert filled.missing == ("details.order", "customer.name")


@given(
    name=st.sampled_from(
        ["{{agent.name}}", "a}}{{agent.name", "{{agent.name|x}}", "x\n\nBcc: y", "\0\x1b[31m", "a" * 999]
    )
)
def test_a_value_is_never_taken_for_a_variable_nor_breaks_the_line(name: str) -> None:
    filled = fill("Hello {{customer.first_name}}!", {"customer.first_name": name, "agent.name": "Ben"})
    assert "Ben" not in filled.text
    assert "\n" not in filled.text
    assert len(filled.text) <= 210


@pytest.mark.parametrize(
    "text", ["{{customer.nmae}}", "{{}}", "{{ details. }}", "{{agent.name", "agent}}", "{{a{{agent.name}}"]
)
def test_a_text_that_cannot_be_filled_is_refused(text: str) -> None:
    with pytest.raises(TemplateInvalid):
        check(text)


def test_every_variable_may_be_used_and_a_typo_is_told() -> None:
    for name in [*VARIABLES, "details.order"]:
        check(f"x {{{{{name}|y}}}}")
    with pytest.raises(TemplateInvalid, match=r"did you mean 'customer\.name'"):
        check("{{customer.nam}}")


@given(st.text(alphabet="{}|a. x", max_size=60))
def test_any_text_can_be_filled(text: str) -> None:
    assert isinstance(fill(text, ANNA).text, str)
