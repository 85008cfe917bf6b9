"""Cases in the policy: faults with their place, and what good files become."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.policy import DEMO, check, load
from router.core.cases.keywords import Keywords

BASE = '[queues.help]\nlabel = "Help"\n'


def reasons(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    path = tmp_path / "policy.toml"
    path.write_text(BASE + text)
    return [(fault.line, fault.reason) for fault in check(path)]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[case_types.a]\nlabel = "A"\nparent = "b"\n', 5, "undefined type of case 'b'"),
        ('[case_types.a]\nlabel = "A"\nparent = "a"\n', 5, "above itself"),
        ('[case_types.a]\nlabel = "A"\nqueue = "none"\n', 5, "undefined queue 'none'"),
        ('[[case_keywords]]\nwords.en = ["a*"]\n', 4, "too short"),
        ('[[case_keywords]]\nwords.english = ["abc"]\n', 4, "language"),
        ('[[sla_plans]]\nname = "A"\nhours = "night"\n', 5, "undefined"),
        ('[[sla_plans]]\nname = "A"\nwhen = "customer."\n', 5, "bad condition"),
        ('[[sla_plans]]\nname = "A"\nresolution = { in_s = 60, warn_s = 60 }\n', 5, "before the clock has begun"),
        (
            '[[sla_plans]]\nname = "A"\nresolution = { in_s = 60, on_warning = [{ do = "move" }] }\n',
            5,
            "move needs queue",
        ),
        ('[[sla_plans]]\nname = "A"\n[[sla_plans]]\nname = "A"\n', 6, "there already"),
        ('[[case_openings]]\nopens = "sometimes"\n', 4, "sometimes"),
        ('[[case_openings]]\nopens = "always"\nchannels = ["fax"]\n', 5, "unknown channel"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    found = reasons(tmp_path, text)
    assert any(at == line and said in reason for at, reason in found), found


def test_a_tree_of_three_hundred_types_is_taken_and_one_more_refused(tmp_path: Path) -> None:
    types = "".join(
        f'[case_types.t{number}]\nlabel = "T"\n' + (f'parent = "t{number // 10}"\n' if number else "")
        for number in range(300)
    )
    assert reasons(tmp_path, types) == []
    more = reasons(tmp_path, types + '[case_types.more]\nlabel = "T"\n')
    assert [reason for _, reason in more] == ["more than 300 types of cases"]


def test_the_demo_knows_what_its_customers_write_in_five_languages() -> None:
    cases = load(DEMO).cases
    words = Keywords(rule.phrases for rule in cases.keywords)

    def type_of(text: str, language: str) -> str:
        return next(cases.keywords[each].case_type for each in words.found(text, language))

    assert type_of("My greenhouse arrived damaged", "en") == "goods_damaged"
    assert type_of("Mein Gewächshaus ist kaputt", "de") == "goods_damaged"
    assert type_of("Proszę o fakturę", "pl") == "money_invoice"
    assert type_of("Где возврат денег?", "ru") == "money_refund"
    assert type_of("Η παραγγελία δεν έφτασε", "el") == "order_late"
