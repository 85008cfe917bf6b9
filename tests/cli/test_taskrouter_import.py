"""`usher import taskrouter`: what goes in, what comes out, what is refused."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config.policy import load
from tests.cli.taskrouter import ADA, WORKFLOW, WORKSPACE, filters, imported
from tests.cli.usher import Ended, usher

DATA = (
    Path(os.environ.get("USHER_DATA", Path(__file__).parents[3] / "shared" / "data")) / "twilio" / "taskrouter_policies"
)
REAL = sorted(DATA.glob("[a-z]*.json"))
EXPRESSIONS = {"expression", "target_workers", "skip_if", "order_by", "known_worker_sid", "known_worker_friendly_name"}


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
        ({"task_queues": [{"key": "k", "max_reserved_workers": 50}]}, "_workers", "approximated", "at most 10"),
        ({"task_queues": [{"key": "k", "max_reserved_workers": 0}]}, "_workers", "refused", "one agent at a time"),
        ({"task_queues": [{"key": "k", "max_reserved_workers": "many"}]}, "_workers", "refused", "whole number"),
        (filters() | {"task_reservation_timeout": 60}, "task_reservation_timeout", "approximated", "ring_s"),
        ({"task_queues": [{"key": "k", "task_order": "LIFO"}]}, "task_order", "approximated", "longest waiting"),
        (
            {"configuration": {"task_routing": {}, "colour": 5}},
            "configuration.colour",
            "approximated",
            "no counterpart",
        ),
        (
            filters({"expression": "1==1", "targets": [{"queue": "Q", "order_by": "worker.channel.chat.capacity"}]}),
            "order_by",
            "approximated",
            "live agents are not ordered by it",
        ),
        (
            filters({"expression": "1==1", "targets": [{"queue": "Q", "expression": "worker.activity_name == 'x'"}]}),
            "target 1: expression",
            "approximated",
            "what an agent is doing is not looked at",
        ),
        (
            filters({"expression": "1==1", "targets": [{"queue": "Q", "skip_if": "workers.WA1 < 2"}]}),
            "skip_if",
            "approximated",
            "workers.WA1 is NULL: agents are counted as available and unavailable",
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


def test_an_answer_of_the_rest_api_has_no_lines_about_its_bookkeeping(
    write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    kept = {"account_sid": "AC1", "workspace_sid": "WS1", "date_created": "2026", "url": "https://x.test", "links": {}}
    queue = {"sid": "WQ1", "friendly_name": "One", "target_workers": "1==1", "max_reserved_workers": 1}
    queue |= {"task_order": "FIFO", "assignment_activity_sid": None}
    configuration = json.dumps(filters({"expression": "1==1", "targets": [{"queue": "WQ1"}]}))
    workflow = {"sid": "WW1", "friendly_name": "F", "fallback_assignment_callback_url": ""}
    document = {
        "meta": {"page": 0},
        "task_queues": [kept | queue],
        "workflows": [kept | workflow | {"configuration": configuration}],
    }
    assert imported(document, write, capfd) == []


ROUTED: dict[str, Any] = filters({"expression": "vip == true", "targets": [{"queue": "Q", "timeout": 5}, {}]})


@pytest.mark.parametrize(
    "document",
    [
        ROUTED,
        ROUTED["task_routing"],
        {"configuration": ROUTED},
        {"configuration": json.dumps(ROUTED)},
        {"friendly_name": "w", "configuration": json.dumps(ROUTED["task_routing"])},
        {"taskRouting": ROUTED["task_routing"]},
        {"workflows": [{"FriendlyName": "w", "Configuration": json.dumps(ROUTED)}]},
        [{"friendlyName": "w", "configuration": ROUTED["task_routing"]}],
    ],
)
def test_routing_is_found_whatever_is_around_it(
    document: object,
    write: Callable[[str, object], Path],
    explain: Callable[..., Ended],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    assert [line[0] for line in imported(document, write, capfd)] == ["queue 'Q'"]
    found = explain({"vip": True}, [ADA], "--at", 5, "--json", of=tmp_path / "given").document
    assert (found["rule"], len(found["targets"]), found["now"]["eligible"]) == ("filter 1", 2, ["ada"])


@pytest.mark.parametrize("queues", ["taskQueues", "TaskQueues", "task_queues", "queues"])
def test_queues_are_found_in_every_spelling_of_the_libraries(
    queues: str,
    write: Callable[[str, object], Path],
    explain: Callable[..., Ended],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    target = {"queue": {"friendlyName": "Tellers"}, "orderBy": "worker.level DESC", "skipIf": "1==1"}
    routing = {"filters": [{"filterFriendlyName": "All", "expression": "1==1", "targets": [target]}]}
    document = {
        queues: [{"friendlyName": "Tellers", "targetWorkers": "teller == true"}],
        "workflows": [{"friendlyName": "Main", "configuration": {"task_routing": routing}}],
    }
    assert imported(document, write, capfd) == []
    crew = [
        ADA | {"id": name, "attributes": {"teller": name != "cyd", "level": len(name)}} for name in ("al", "bob", "cyd")
    ]
    found = explain({}, crew, "--workflow", "Main", "--json", of=tmp_path / "given").document
    assert (found["rule"], found["now"]) == ("All", {"queue": "Tellers", "eligible": ["bob", "al"]})
    assert found["why_not"] == {"cyd": "not in queue 'Tellers': teller == true"}


def test_queues_may_stand_beside_the_routing_of_a_workflow(
    write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    assert imported({"task_queues": [{"sid": "Q"}], **ROUTED}, write, capfd) == []
    workspace = {"task_queues": [{"sid": "Q"}], "workflows": [ROUTED], "filters": ["task.created"]}
    assert [line[0] for line in imported(workspace, write, capfd)] == ["workspace: filters"]


def test_a_key_in_two_spellings_is_not_lost(
    write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]
) -> None:
    queue = {"friendly_name": "One", "friendlyName": "Two", "FriendlyName": "Three"}
    assert [(where, status) for where, status, _ in imported({"task_queues": [queue]}, write, capfd)] == [
        ("queue 'One': friendlyName", "approximated"),
        ("queue 'One': FriendlyName", "approximated"),
    ]


def test_what_is_blank_is_not_given(
    write: Callable[[str, object], Path],
    explain: Callable[..., Ended],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    keys = ("timeout", "priority", "expression", "skip_if", "order_by", "known_worker_sid")
    for blank in ("", "  ", None):
        document = filters({"expression": "1==1", "targets": [{"queue": "Q", **dict.fromkeys(keys, blank)}, {}]})
        assert [line[0] for line in imported(document, write, capfd)] == ["queue 'Q'"]
        [target] = explain({}, [ADA], "--json", of=tmp_path / "given").document["targets"]
        assert (target["until_s"], target["priority"], target["eligible"]) == (None, 0, ["ada"])


@pytest.mark.parametrize(("most", "rung"), [(1, 1), ("1", 1), (None, 1), (5, 5), ("7", 7), (50, 10)])
def test_as_many_agents_are_rung_at_once_as_are_reserved(
    most: object, rung: int, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = imported({"task_queues": [{"key": "k", "max_reserved_workers": most}]}, write, capfd)
    assert len(lines) == (most == 50)
    assert load(tmp_path / "given").queues["k"].ring_agents == rung


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
