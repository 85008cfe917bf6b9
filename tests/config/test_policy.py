"""A policy is read whole or refused with every fault, each with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings

from config import policy
from config.fault import Fault, PolicyInvalid
from config.policy_check import check_report
from router.core.policy import Policy, Requirement
from router.core.rules import compile_rules
from router.core.words import CHANNELS
from tests.config.policies import DATA, policies
from tests.config.policy_text import policy_text

HEAD = """\
skills = ["en", "pl"]
[queues.sales]
label = "Sales"
[queues.help]
label = "Help"
"""
"""Five lines on which the faults of this file's tables stand: what follows begins in line 6."""


def faults_of(folder: Path, text: str) -> list[Fault]:
    file = folder / "policy.toml"
    file.write_text(text, encoding="utf-8")
    return policy.check(file)


def places_of(folder: Path, text: str) -> list[tuple[int, int, str]]:
    return [(fault.line, fault.column, fault.reason) for fault in faults_of(folder, HEAD + text)]


def test_the_least_policy_is_one_queue_and_stands_on_the_defaults(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[queues.help]\nlabel = "Help"\n')
    loaded = policy.load(file)
    assert set(loaded.channels) == set(CHANNELS)
    assert loaded.channels["voice"].weight == 100
    assert (loaded.channels["webchat"].weight, loaded.channels["webchat"].at_most) == (25, 4)
    assert loaded.channels["webchat"].ring_ms == 20_000
    assert list(loaded.statuses) == ["available", "busy", "break", "away", "offline"]
    assert loaded.statuses["available"].channels == frozenset(CHANNELS)
    assert loaded.statuses["offline"].channels == frozenset()
    assert loaded.presence.missed_status == "away"
    assert loaded.default_queue == "help"


def test_a_policy_changes_of_the_defaults_only_what_it_names(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(
        '[queues.help]\nlabel = "Help"\n[channels.voice]\nring_s = 7.5\n[statuses.break]\nlabel = "Tea"\n'
        "[offers]\ndecline_cooldown_s = 0\n"
    )
    loaded = policy.load(file)
    assert (loaded.channels["voice"].ring_ms, loaded.channels["voice"].weight) == (7_500, 100)
    assert (loaded.statuses["break"].label, loaded.statuses["break"].productive) == ("Tea", False)
    assert loaded.offers.decline_cooldown_ms == 0


def test_the_files_of_a_folder_are_one_policy_in_the_order_of_their_names(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[[rules]]\nname = "later"\nqueue = "help"\n')
    (tmp_path / "a.toml").write_text(
        '[queues.help]\nlabel = "Help"\n[[rules]]\nname = "first"\nwhen = "customer.vip"\nqueue = "help"\n'
    )
    (tmp_path / "notes.txt").write_text("not read")
    assert [rule.name for rule in policy.load(tmp_path).rules] == ["first", "later"]


def test_what_two_files_define_is_a_fault_in_the_second(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('skills = ["en"]\n[queues.help]\nlabel = "Help"\n')
    (tmp_path / "b.toml").write_text('[queues.help]\nlabel = "Also help"\n[queues.sales]\nlabel = "Sales"\n')
    (tmp_path / "c.toml").write_text('skills = ["pl"]\n')
    assert policy.check(tmp_path) == [
        Fault(str(tmp_path / "b.toml"), 1, 2, f"'help' is defined already in {tmp_path / 'a.toml'}:2"),
        Fault(str(tmp_path / "c.toml"), 1, 1, f"'skills' is defined already in {tmp_path / 'a.toml'}:1"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("colour = 1", 6, 1, "unknown key 'colour'"),
        ("[queues.help.requires]\nenn = 3", 7, 1, "undefined skill 'enn'; did you mean 'en'?"),
        ("[queues.vip]\nlable = 'x'\nlabel = 'y'", 7, 1, "unknown key 'lable'; did you mean 'label'?"),
        ("[queues.vip]", 6, 2, "missing key 'label'"),
        ("[queues.vip]\nlabel = 3", 7, 9, "expected a string, got 3"),
        ("[queues.vip]\nlabel = ''", 7, 9, "'' is not one line of text"),
        ("[queues.vip]\nlabel = '''\n\na'''", 7, 9, "'\\na' is not one line of text"),
        ('[queues.vip]\nlabel = "a\\n"', 7, 9, "'a\\n' is not one line of text"),
        ("[queues.vip]\nlabel = 'x'\nwrap_up_s = -1", 8, 13, "expected a number from 0 to 3,600, got -1"),
        ("[queues.vip]\nlabel = 'x'\nwrap_up_s = nan", 8, 13, "expected a number from 0 to 3,600, got nan"),
        ("[queues.vip]\nlabel = 'x'\ndepartment = 1", 8, 14, "expected a boolean, got 1"),
        ("[queues.vip]\nlabel = 'x'\npriority = true", 8, 12, "expected an integer, got true"),
        ("[queues.vip]\nlabel = 'x'\nring_s = { voice = 2.9 }", 8, 20, "expected a number from 3 to 120, got 2.9"),
        ("[queues.vip]\nlabel = 'x'\nring_s = { vioce = 20 }", 8, 12, "unknown channel 'vioce'; did you mean 'voice'?"),
        ("[queues.vip]\nlabel = 'x'\nmodel = 'idle'", 8, 9, "unknown value 'idle'; known: longest_idle, least_loaded"),
        ("[queues.vip]\nlabel = 'x'\nrequires = { en = 11 }", 8, 19, "expected a number from 1 to 10, got 11"),
        ("[queues.vip]\nlabel = 'x'\nrequires = ['en']", 8, 12, "expected a table, got an array"),
        ('[queues."v p"]\nlabel = "x"', 6, 2, "'v p' is not a name (64 of A-Z a-z 0-9 _ . : - at most)"),
        ("[queues]\nvip = 1", 7, 7, "expected a table, got 1"),
        ("[channels.voice]\nweight = 101", 7, 10, "more than agents.limit (100): no agent could ever take it"),
        ("[queues.help.weights]\nwebchat = 400", 7, 11, "more than agents.limit (100): no agent could ever take it"),
        ("[presence]\nmissed_status = 'gone'", 7, 17, "undefined status 'gone'"),
        ("[presence]\nsign_in_status = 'bussy'", 7, 18, "undefined status 'bussy'; did you mean 'busy'?"),
        ("[statuses.lunch]\nlabel = 'Lunch'\nchannels = ['fax']", 8, 13, "unknown channel 'fax'"),
        ("[statuses.offline]\nchannels = ['*']", 7, 12, "an agent who is offline takes nothing: channels must be []"),
        ("[offers]\ndecline_reasons = ['a', 5]", 7, 25, "expected a string, got 5"),
        ("[dispositions.done]\nlabel = [1]", 7, 9, "expected a string, got an array"),
        ("rules = 3", 6, 9, "expected an array, got 3"),
        ("[[rules]]\nqueue = 'help'", 6, 3, "missing key 'name'"),
        ("[[rules]]\nname = 'r'\nqueue = 'helb'", 8, 9, "undefined queue 'helb'; did you mean 'help'?"),
        ("[[rules]]\nname = 'r'", 6, 3, "does nothing: neither names a queue nor adds anything"),
        ("[[rules]]\nname = 'r'\nqueue = 'help'\nwhen = 7", 9, 8, "expected a string, got 7"),
        (
            "[[rules]]\nname = 'r'\nqueue = 'help'\nwhen = 'chanel == \"x\"'",
            9,
            9,
            "bad condition: unknown name 'chanel'; did you mean 'channel'?",
        ),
        (
            "[[rules]]\nname = 'r'\nqueue = 'help'\nwhen = 'channel == \"ż\" && chanel == \"x\"'",
            9,
            27,
            "bad condition: unknown name 'chanel'; did you mean 'channel'?",
        ),
        (
            "[[rules]]\nname = 'r'\nqueue = 'help'\nwhen = '''\nchannel == 'x' ||\n  channel == 3'''",
            11,
            11,
            "bad condition: found no matching overload for '_==_' applied to '(string, int)'",
        ),
        (
            '[[rules]]\nname = "r"\nqueue = "help"\nwhen = "channel == \\"x\\" && chanel"',
            9,
            8,
            "bad condition: unknown name 'chanel'; did you mean 'channel'?",
        ),
        (
            "[[rules]]\nname = 'r'\nqueue = 'help'\nwhen = 'text'",
            9,
            9,
            "bad condition: gives a value (string), not true or false",
        ),
        (
            "[[rules]]\nname = 'a'\nqueue = 'help'\n[[rules]]\nname = 'b'\nqueue = 'sales'",
            9,
            3,
            "never reached: rule 'a' before it decides every item",
        ),
        (
            "[[rules]]\nname = 'a'\nqueue = 'help'\nwhen = '1 == 2'",
            9,
            8,
            "never reached: the condition never holds",
        ),
    ],
)
def test_a_fault_is_reported_alone_and_where_it_stands(
    tmp_path: Path, text: str, line: int, column: int, reason: str
) -> None:
    if text.startswith(("colour", "rules")):  # a key of the top stands before the tables
        found = [(f.line + 5, f.column, f.reason) for f in faults_of(tmp_path, f"{text}\n{HEAD}")]
    else:
        found = places_of(tmp_path, text)
    assert len(found) == 1, found
    assert found[0][:2] == (line, column)
    assert found[0][2].startswith(reason)


def test_all_faults_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('skils = []\n[queues.help]\nlabel = ""\nmodel = "x"\n')
    (tmp_path / "b.toml").write_text('[[rules]]\nname = "r"\nqueue = "helb"\nwhen = "("\n')
    found = [(Path(fault.file).name, fault.line) for fault in policy.check(tmp_path)]
    assert found == [("a.toml", 1), ("a.toml", 3), ("a.toml", 4), ("b.toml", 3), ("b.toml", 4)]


def test_a_file_that_is_not_toml_does_not_hide_the_faults_of_the_others_nor_make_up_new_ones(tmp_path: Path) -> None:
    (tmp_path / "queues.toml").write_text("[queues.help]\nlabel = \n")
    (tmp_path / "rules.toml").write_text('[[rules]]\nname = "r"\nqueue = "help"\nwhen = 1\n[queues.x]\nlabel = "X"\n')
    found = policy.check(tmp_path)
    assert [(Path(fault.file).name, fault.line, fault.column) for fault in found] == [
        ("queues.toml", 2, 9),
        ("rules.toml", 4, 8),
    ]
    assert found[0].reason == "not TOML: Invalid value"


@pytest.mark.parametrize(
    ("text", "line", "column", "reason"),
    [
        ("a = 1\na = 2\n", 2, 6, "not TOML: Cannot overwrite a value"),
        ("[queues.a]\nlabel = 'x'\n[queues.a]\n", 3, 10, "not TOML: Cannot declare ('queues', 'a') twice"),
        ("[queues", 1, 8, "not TOML: Expected ']' at the end of a table declaration"),
        ("label = 'a", 1, 11, "not TOML: Expected"),
        ("x = 01", 1, 6, "not TOML: Expected newline or end of document after a statement"),
    ],
)
def test_a_syntax_error_has_its_place(tmp_path: Path, text: str, line: int, column: int, reason: str) -> None:
    [fault] = faults_of(tmp_path, text)
    assert (fault.line, fault.column) == (line, column)
    assert fault.reason.startswith(reason)


def test_the_second_of_two_equal_names_is_the_fault(tmp_path: Path) -> None:
    text = (
        'skills = ["en", "pl", "en"]\n[queues.help]\nlabel = "Help"\n'
        '[[rules]]\nname = "r"\nwhen = "customer.a"\nqueue = "help"\n'
        '[[rules]]\nname = "r"\nwhen = "customer.b"\nqueue = "help"\n'
    )
    found = faults_of(tmp_path, text)
    assert [(fault.line, fault.column) for fault in found] == [(1, 23), (9, 8)]
    assert "is there already" in found[0].reason


def test_a_rule_with_the_condition_of_a_rule_before_it_is_never_reached(tmp_path: Path) -> None:
    twice = "[[rules]]\nname = '{}'\nwhen = 'customer.vip'\nqueue = '{}'\n"
    [(line, column, reason)] = places_of(tmp_path, twice.format("a", "help") + twice.format("b", "sales"))
    assert (line, column) == (12, 8)
    assert reason == "never reached: rule 'a' before it has the same condition"


def test_a_rule_that_only_adds_may_repeat_a_condition_and_hold_always(tmp_path: Path) -> None:
    adding = "[[rules]]\nname = 'a'\npriority = 1\n[[rules]]\nname = 'b'\npriority = 2\n"
    assert places_of(tmp_path, adding + "[[rules]]\nname = 'c'\nqueue = 'help'\n") == []


def test_a_fault_in_a_queue_does_not_make_the_queue_undefined(tmp_path: Path) -> None:
    text = "[queues.odd]\nlabel = 1\n[[rules]]\nname = 'r'\nqueue = 'odd'\n"
    assert [(line, column) for line, column, _ in places_of(tmp_path, text)] == [(7, 9)]


def test_columns_count_characters_and_not_bytes(tmp_path: Path) -> None:
    [(line, column, _)] = places_of(tmp_path, "[queues.help.requires]\n'zażółć 😀' = 1 # ł\n")
    assert (line, column) == (7, 1)
    [(line, column, _)] = places_of(tmp_path, "[queues.'x']\nlabel = 'ąć😀'; ")
    assert (line, column) == (7, 14)


def test_load_raises_with_every_fault_in_its_text(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text("a = 1\n")
    with pytest.raises(PolicyInvalid) as invalid:
        policy.load(file)
    assert invalid.value.code == "policy_invalid"
    assert [fault.reason for fault in invalid.value.faults] == ["missing key 'queues'", invalid.value.faults[1].reason]
    assert f"{file}:1:1: unknown key 'a'" in str(invalid.value)


def test_the_report_is_what_the_command_prints(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text('[queues.help]\nlabel = "Help"\n')
    assert check_report(file) == {"ok": True, "errors": []}
    file.write_text('[queues.help]\nlabel = "Help"\nmodle = 1\n')
    report = check_report(file)
    assert json.loads(json.dumps(report)) == {
        "ok": False,
        "errors": [{"file": str(file), "line": 3, "column": 1, "reason": "unknown key 'modle'; did you mean 'model'?"}],
    }


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_path_without_a_policy_is_a_fault_and_no_exception(tmp_path: Path, name: str) -> None:
    [fault] = policy.check(tmp_path / name)
    assert fault.line == 1


@given(wanted=policies())
@settings(max_examples=60)
def test_any_policy_written_as_toml_is_read_back_the_same(wanted: Policy, tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(policy_text(wanted), encoding="utf-8")
    assert policy.check(file) == []
    assert policy.load(file) == wanted
    compile_rules(wanted)


def test_naughty_strings_as_labels_are_kept_or_refused_where_they_stand(tmp_path: Path) -> None:
    corpus = DATA / "abuse" / "blns.json"
    if not corpus.exists():
        pytest.skip("the abuse corpus is not here: set USHER_DATA")
    strings = [text for text in json.loads(corpus.read_text()) if text]
    file = tmp_path / "policy.toml"
    kept = 0
    for text in strings:
        escaped = json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
        file.write_text(f"[queues.help]\nlabel = {escaped}\n", encoding="utf-8")
        found = policy.check(file)
        if found:
            assert [(fault.line, fault.column) for fault in found] == [(2, 9)]
            continue
        kept += 1
        assert policy.load(file).queues["help"].label == text
    assert kept > len(strings) * 0.8


def test_a_naughty_string_as_a_name_is_one_fault_at_the_name(tmp_path: Path) -> None:
    names = [
        "",
        " ",
        "a b",
        "../x",
        "a\\u0000",
        "{main}",
        "ż",
        "😀",
        "a\\nb",
        "-",
        ".",
        "a" * 65,
        "a\\n",
        "$(id)",
        "'; --",
    ]
    for name in names:
        found = places_of(tmp_path, f'[queues."{name}"]\nlabel = "x"\n')
        assert [(line, column) for line, column, _ in found] == [(6, 2)], name
        assert "is not a name" in found[0][2]


@pytest.mark.parametrize(
    ("rule", "place", "reason"),
    [
        ('after_s = 9\naction = "queue"', (6, 3), "missing key 'queue'"),
        ('queue = "help"', (6, 3), "when is 'age': after_s must say how much"),
        ('when = "length"\nqueue = "help"', (6, 3), "when is 'length': length must say how much"),
        ('when = "length"\nlength = 3\nafter_s = 9\nqueue = "help"', (9, 11), "counts only where when is"),
        ('when = "expected_wait"\nwait_s = 9\naction = "announce"\nqueue = "help"', (10, 1), "items stay in line here"),
        ('after_s = 9\nqueue = "sales"', (8, 9), "an item is in this queue already"),
        ('when = "full"\nqueue = "help"', (7, 8), "'full'"),
    ],
)
def test_an_overflow_that_could_never_do_what_it_says_is_refused_where_it_stands(
    tmp_path: Path, rule: str, place: tuple[int, int], reason: str
) -> None:
    [(line, column, said)] = places_of(tmp_path, "[[queues.sales.overflow]]\n" + rule + "\n")
    assert (line, column) == place
    assert reason in said


def test_a_requirement_is_read_with_its_level(tmp_path: Path) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(f"{HEAD}requires = {{ en = 3, pl = 10 }}\n")
    wanted = {Requirement(skill="en", level=3), Requirement(skill="pl", level=10)}
    assert policy.load(file).queues["help"].requirements == wanted
