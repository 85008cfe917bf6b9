"""`usher import taskrouter` and `usher explain`: what goes in, what comes out, what is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.usher import Ended, usher

DATA = (
    Path(os.environ.get("USHER_DATA", Path(__file__).parents[3] / "shared" / "data")) / "twilio" / "taskrouter_policies"
)
REAL = sorted(DATA.glob("[a-z]*.json"))
EXPRESSIONS = {"expression", "target_workers", "skip_if", "order_by", "known_worker_sid", "known_worker_friendly_name"}

WORKFLOW: dict[str, Any] = {
    "task_routing": {
        "filters": [
            {
                "filter_friendly_name": "Gold",
                "expression": "tier == 'gold'",
                "targets": [
                    {"queue": "WQgold", "expression": "worker.skills HAS task.topic", "timeout": "30", "priority": "5"},
                    {},
                ],
            },
            {"expression": "vip == true", "targets": [{"queue": "Silver"}]},
        ],
        "default_filter": {"queue": "everyone"},
    }
}
WORKSPACE: dict[str, Any] = {
    "task_queues": [
        {"sid": "WQgold", "key": "gold", "friendly_name": "Gold Line", "target_workers": "levels.gold > 2"},
        {"sid": "WQsilver", "key": "silver", "friendly_name": "Silver", "target_workers": "1==1"},
        {"key": "everyone", "friendly_name": "Everyone"},
    ],
    "workflows": [
        {"friendly_name": "Main", "key": "main", "configuration": WORKFLOW},
        {"friendly_name": "Other", "configuration": json.dumps({"task_routing": {"filters": []}})},
    ],
}
ADA = {
    "id": "ada",
    "attributes": {"skills": ["tea"], "levels": {"gold": 3}},
    "available": True,
    "channels": {"chat": {"capacity": 1, "assigned": 0}},
    "idle_s": 5,
}
BOB = ADA | {"id": "bob", "attributes": {"levels": {"gold": 9}}, "idle_s": 50}


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, object], Path]:
    def writing(name: str, document: object) -> Path:
        path = tmp_path / name
        path.write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
        return path

    return writing


@pytest.fixture
def policy(tmp_path: Path, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]) -> Path:
    ended = usher(capfd, "import", "taskrouter", write("workspace.json", WORKSPACE), "--out", tmp_path / "policy")
    assert ended.status == 0
    return tmp_path / "policy"


@pytest.fixture
def explain(
    policy: Path, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]
) -> Callable[..., Ended]:
    def explaining(task: object, workers: object, *more: object, of: Path = policy) -> Ended:
        task_file, workers_file = write("task.json", task), write("workers.json", workers)
        return usher(capfd, "explain", "--policy", of, "--task", task_file, "--workers", workers_file, *more)

    return explaining


def strings(document: object) -> Iterator[str]:
    """Every expression of a TaskRouter document."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in EXPRESSIONS and isinstance(value, str):
                yield value
            yield from strings(value)
    elif isinstance(document, list):
        for value in document:
            yield from strings(value)


# import


def test_an_import_counts_reports_and_leaves_a_policy_that_checks(
    policy: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    found = usher(capfd, "import", "taskrouter", tmp_path / "workspace.json", "--out", policy, "--json").document
    assert (found["workflows"], found["queues"], found["rules"]) == (2, 3, 2)
    assert found["policy"] == str(policy)
    assert {"where", "expression", "status", "reason"} <= found["report"][0].keys()
    assert {line["expression"] for line in found["report"]} >= set(strings(WORKSPACE))
    assert {line["status"] for line in found["report"]} == {"ok"}
    assert usher(capfd, "policy", "check", policy, "--json").document["ok"]


@pytest.mark.skipif(not REAL, reason="the TaskRouter policies of the shared data are not here (USHER_DATA)")
@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
def test_every_expression_of_a_real_policy_is_in_the_report(
    file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = usher(capfd, "import", "taskrouter", file, "--out", tmp_path / "out", "--json").document
    assert {line["expression"] for line in found["report"]} >= set(strings(json.loads(file.read_text("utf-8"))))
    refused = [line["where"] for line in found["report"] if line["status"] == "refused"]
    assert len(refused) == (1 if file.stem == "aselo_usnm" else 0)  # two expressions run into one another there
    assert all(line["reason"] for line in found["report"] if line["status"] != "ok")
    assert usher(capfd, "policy", "check", tmp_path / "out").status == 0


def imported(document: object, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]) -> list[Any]:
    file = write("given.json", document)
    ended = usher(capfd, "import", "taskrouter", file, "--out", file.parent / "given", "--json")
    assert ended.status == 0, ended.err
    assert usher(capfd, "policy", "check", file.parent / "given").status == 0
    report = ended.document["report"]
    return [(line["where"], line["status"], line["reason"]) for line in report if line["status"] != "ok"]


def filters(*found: object) -> dict[str, Any]:
    return {"task_routing": {"filters": list(found)}}


@pytest.mark.parametrize(
    ("document", "where", "status", "reason"),
    [
        (filters({"expression": "a ~ 1", "targets": []}), "filter 1: expression", "refused", "line 1, column 3"),
        (filters({"targets": []}), "filter 1: expression", "refused", "needs an expression"),
        (filters({"expression": "worker.x == 1"}), "filter 1: expression", "approximated", "worker.x is NULL"),
        (filters({"expression": "a == 'x', 'y'"}), "filter 1: expression", "approximated", "read as IN"),
        (filters({"expression": "1==1", "colour": 5}), "filter 1: colour", "approximated", "no counterpart"),
        (filters({"expression": "1==1", "targets": [{"queue": "Q"}]}), "queue 'Q'", "approximated", "everyone"),
        (filters({"expression": "1==1", "targets": [{}]}), "target 1: queue", "refused", "no queue"),
        (filters({"expression": "1==1", "targets": [{"queue": "Q", "timeout": -1}]}), "timeout", "refused", "seconds"),
        (filters({"expression": "1==1", "targets": [{"queue": "Q", "priority": "x"}]}), "priority", "refused", "whole"),
        (filters({"expression": "1==1", "targets": [{"queue": "Q", "order_by": "a b"}]}), "order_by", "refused", "ASC"),
        (filters({"expression": "1==1", "targets": [{"queue": "Q", "expression": 5}]}), "expression", "refused", ""),
        (
            filters({"expression": "1==1", "targets": [{"queue": "Q", "skip_if": "x"}]}),
            "skip_if",
            "refused",
            "operator",
        ),
        (
            {"task_queues": [{"key": "k", "target_workers": "a ~ 1"}], "workflows": []},
            "queue 'k': target_workers",
            "refused",
            "line 1, column 3",
        ),
        (
            {"task_queues": [{"key": "k", "max_reserved_workers": 5}], "workflows": []},
            "max_reserved_workers",
            "approximated",
            "one agent at a time",
        ),
    ],
)
def test_what_is_not_taken_as_it_is_has_a_line_that_says_why(
    document: object,
    where: str,
    status: str,
    reason: str,
    write: Callable[[str, object], Path],
    capfd: pytest.CaptureFixture[str],
) -> None:
    lines = imported(document, write, capfd)
    assert [line for line in lines if where in line[0] and status == line[1] and reason in line[2]], lines


def test_people_see_what_needs_their_eye_and_no_colours_in_a_pipe(
    write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ended = usher(capfd, "import", "taskrouter", write("w.json", WORKFLOW), "--out", tmp_path / "out")
    assert "approximated queue 'WQgold': the file does not define this queue" in ended.out
    assert "\x1b" not in ended.out


def test_a_folder_with_other_files_is_not_touched(
    tmp_path: Path, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.toml").write_text("", "utf-8")
    ended = usher(capfd, "import", "taskrouter", write("w.json", WORKFLOW), "--out", tmp_path / "out")
    assert ended.status == 2
    assert "mine.toml" in ended.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine.toml"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[1]", "expected an object"),
        ("5", "expected an object"),
        ("{}", "neither a workflow"),
        ('{"task_routing": 5}', "task_routing: expected an object"),
        ('{"task_routing": {"filters": {}}}', "filters: expected a list"),
        ('{"task_routing": {"filters": [5]}}', "filters[0]: expected an object"),
        ('{"task_routing": {"filters": [{"targets": [5]}]}}', "targets[0]: expected an object"),
        ('{"task_routing": {"default_filter": []}}', "default_filter: expected an object"),
        ('{"task_queues": [{}]}', "a queue needs"),
        ('{"workflows": [{"configuration": "{"}]}', "configuration: not JSON"),
        ('{"a": NaN}', "NaN is not a number"),
        ('{"a": 1e999}', "beyond the range"),
        ('{"a": 1, "a": 2}', "'a' is there twice"),
        ('{"a": "\\ud800"}', "half of a surrogate pair"),
        ("[" * 100_000, "nested deeper"),
        ('{"a": ' * 70 + "1" + "}" * 70, "nested deeper"),
        (" " * 1_000_001, "larger than"),
    ],
)
def test_a_file_that_is_no_policy_is_refused_in_one_line(
    text: str, reason: str, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    ended = usher(capfd, "import", "taskrouter", write("bad.json", text), "--json")
    assert (ended.status, ended.out) == (2, "")
    assert reason in ended.err
    assert "Traceback" not in ended.err


def test_a_missing_file_is_refused(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert usher(capfd, "import", "taskrouter", tmp_path / "none.json").status == 2


# explain


def test_explain_says_rule_targets_now_and_why_not(explain: Callable[..., Ended]) -> None:
    found = explain({"tier": "gold", "topic": "tea"}, [ADA, BOB], "--workflow", "Main", "--json").document
    assert found["rule"] == "Gold"
    keys = ("from_s", "until_s", "queue", "priority", "eligible")
    assert [[target[key] for key in keys] for target in found["targets"]] == [
        [0, 30, "WQgold", 5, ["ada"]],
        [30, None, "WQgold", 5, ["bob", "ada"]],
    ]
    assert found["now"] == {"queue": "WQgold", "eligible": ["ada"]}
    assert found["why_not"] == {"bob": "target expression false: worker.skills HAS task.topic"}


def test_explain_at_an_age_says_what_is_then(explain: Callable[..., Ended]) -> None:
    task = {"tier": "gold", "topic": "tea"}
    assert explain(task, [ADA, BOB], "--workflow", "main", "--at", 30, "--json").document["now"] == {
        "queue": "WQgold",
        "eligible": ["bob", "ada"],
    }


@pytest.mark.parametrize(
    ("task", "rule", "queue"), [({"vip": True}, "filter 2", "WQsilver"), ({"vip": 1}, "default_filter", "Everyone")]
)
def test_explain_names_unnamed_filters_and_the_default(
    task: object, rule: str, queue: str, explain: Callable[..., Ended]
) -> None:
    found = explain(task, [], "--workflow", "Main", "--json").document
    assert (found["rule"], found["now"]["queue"]) == (rule, queue)


def test_no_match_is_null(explain: Callable[..., Ended]) -> None:
    found = explain({}, [ADA], "--workflow", "Other", "--json").document
    assert (found["rule"], found["targets"], found["now"]) == (None, [], {"queue": None, "eligible": []})


def test_explain_for_people(explain: Callable[..., Ended]) -> None:
    out = explain({"tier": "gold", "topic": "tea"}, [ADA, BOB], "--workflow", "Main").out
    assert "from 0 s until 30 s: queue Gold Line, priority 5: ada" in out
    assert "no  bob: target expression false" in out
    assert "\x1b" not in out


def test_the_clock_can_be_given(
    write: Callable[[str, object], Path],
    explain: Callable[..., Ended],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    document = filters({"expression": "taskrouter.currentTime > 0800", "targets": [{"queue": "Q"}]})
    usher(capfd, "import", "taskrouter", write("clock.json", document), "--out", tmp_path / "clock")
    for now, rule in (("2026-03-02T08:01:00", "filter 1"), ("2026-03-02T08:00:00", None)):
        assert explain({}, [], "--now", now, "--json", of=tmp_path / "clock").document["rule"] == rule


@pytest.mark.parametrize(
    ("task", "workers", "more", "reason"),
    [
        ([], [], ["--workflow", "Main"], "expected an object"),
        ({}, {}, ["--workflow", "Main"], "expected a list of workers"),
        ({}, [5], ["--workflow", "Main"], "[0]: expected an object"),
        ({}, [{}], ["--workflow", "Main"], "[0].id: expected a text"),
        ({}, [ADA, ADA], ["--workflow", "Main"], "'ada' is there twice"),
        ({}, [ADA | {"available": "yes"}], ["--workflow", "Main"], "available: expected true or false"),
        ({}, [ADA | {"channels": {"chat": 5}}], ["--workflow", "Main"], "channels.chat: expected an object"),
        ({}, [ADA | {"channels": {"chat": {"capacity": -1}}}], ["--workflow", "Main"], "expected a whole number"),
        ({}, [ADA | {"attributes": []}], ["--workflow", "Main"], "attributes: expected an object"),
        ({}, [ADA | {"idle_s": "5"}], ["--workflow", "Main"], "idle_s: expected seconds"),
        ({}, [], [], "several workflows; name one of: 'Main', 'Other'"),
        ({}, [], ["--workflow", "None"], "no workflow 'None'"),
        ({}, [], ["--workflow", "Main", "--at", "-1"], "--at: expected seconds"),
        ({}, [], ["--workflow", "Main", "--at", "nan"], "--at: expected seconds"),
        ("not json", [], ["--workflow", "Main"], "not JSON"),
    ],
)
def test_bad_input_of_explain_is_refused_in_one_line(
    task: object, workers: object, more: list[str], reason: str, explain: Callable[..., Ended]
) -> None:
    ended = explain(task, workers, *more, "--json")
    assert (ended.status, ended.out) == (2, "")
    assert reason in ended.err


def test_a_policy_that_does_not_check_is_refused_with_its_place(
    policy: Path, explain: Callable[..., Ended], capfd: pytest.CaptureFixture[str]
) -> None:
    file = policy / "workflows.toml"
    file.write_text(file.read_text("utf-8").replace("tier == 'gold'", "tier ~ 'gold'"), "utf-8")
    assert explain({}, [], "--workflow", "Main").status == 2
    [error] = usher(capfd, "policy", "check", policy, "--json").document["errors"]
    assert error["reason"] == "bad expression: '~' is not part of the language"
    written = file.read_text("utf-8").split("\n")[error["line"] - 1]
    assert written[error["column"] - 1 :].startswith("~ 'gold'")


def test_a_target_of_an_undefined_queue_is_a_fault(policy: Path, capfd: pytest.CaptureFixture[str]) -> None:
    file = policy / "workflows.toml"
    file.write_text(file.read_text("utf-8").replace('queue = "silver"', 'queue = "silber"'), "utf-8")
    [error] = usher(capfd, "policy", "check", policy, "--json").document["errors"]
    assert error["reason"].startswith("undefined queue 'silber'")


NATIVE = """
skills = ["pl"]
[queues.sales]
label = "Sales"
requires = { pl = 3 }
[[rules]]
name = "Chats"
when = 'channel == "webchat"'
queue = "sales"
"""


def test_a_native_policy_is_explained_by_queues_skills_and_room(
    write: Callable[[str, object], Path], explain: Callable[..., Ended]
) -> None:
    def agent(name: str, level: int, assigned: int = 0, queues: tuple[str, ...] = ("sales",)) -> dict[str, Any]:
        channels = {"webchat": {"capacity": 2, "assigned": assigned}}
        return {
            "id": name,
            "available": True,
            "channels": channels,
            "attributes": {"skills": {"pl": level}, "queues": queues},
        }

    crew = [agent("ada", 3), agent("bob", 2), agent("cyd", 9, assigned=2), agent("dee", 9, queues=())]
    found = explain({"channel": "webchat"}, crew, "--json", of=write("native.toml", NATIVE)).document
    assert (found["rule"], found["now"]) == ("Chats", {"queue": "sales", "eligible": ["ada"]})
    assert found["why_not"] == {
        "bob": "skill 'pl': level 2 of 3",
        "cyd": "no room on channel 'webchat': capacity is full",
        "dee": "not in queue 'sales'",
    }


def test_what_a_native_queue_asks_later_is_explained_by_age(
    write: Callable[[str, object], Path], explain: Callable[..., Ended]
) -> None:
    ada = ADA | {"attributes": {"skills": {"pl": 2}, "queues": ["sales"]}, "channels": {"webchat": {"capacity": 1}}}
    policy = write(
        "native.toml", NATIVE.replace("[[rules]]", "[[queues.sales.relax]]\nat_s = 30\nany = true\n[[rules]]")
    )
    found = explain({"channel": "webchat"}, [ada], "--at", 29, "--json", of=policy).document
    assert [(target["from_s"], target["until_s"], target["eligible"]) for target in found["targets"]] == [
        (0, 30, []),
        (30, None, ["ada"]),
    ]
    assert found["why_not"] == {"ada": "skill 'pl': level 2 of 3"}
    assert explain({"channel": "webchat"}, [ada], "--at", 30, "--json", of=policy).document["why_not"] == {}


def test_a_target_whose_timeout_cannot_be_read_is_passed_over(
    write: Callable[[str, object], Path],
    explain: Callable[..., Ended],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    steps = [{"queue": "Q", "timeout": "soon"}, {"queue": "R"}]
    document = filters({"expression": "1==1", "targets": steps})
    usher(capfd, "import", "taskrouter", write("w.json", document), "--out", tmp_path / "w")
    assert explain({}, [ADA], "--json", of=tmp_path / "w").document["now"] == {"queue": "R", "eligible": ["ada"]}
