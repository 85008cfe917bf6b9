"""`usher explain`: what goes in, what comes out, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.taskrouter import ADA, BOB, filters
from tests.cli.usher import Ended, usher


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


def test_workers_may_be_told_of_as_the_rest_api_does(
    write: Callable[[str, object], Path],
    explain: Callable[..., Ended],
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    document = filters({"expression": "1==1", "targets": [{"queue": "Q", "expression": "worker.friendly_name == 'A'"}]})
    usher(capfd, "import", "taskrouter", write("w.json", document), "--out", tmp_path / "w")
    free = {"chat": {"configured_capacity": 2, "assigned_tasks": 1}}
    crew = [
        {"id": "ada", "friendly_name": "A", "attributes": '{"a": 1}', "channels": free},
        {"id": "bob", "friendly_name": "A", "attributes": '{"friendly_name": "B"}', "channels": free},
        {"id": "cyd", "friendly_name": "A", "channels": {"chat": {"configured_capacity": 2, "assigned_tasks": 2}}},
    ]
    found = explain({}, crew, "--json", of=tmp_path / "w").document
    assert found["now"]["eligible"] == ["ada"]
    assert found["why_not"]["cyd"].startswith("no room")


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
        ({}, [ADA | {"attributes": "{"}], ["--workflow", "Main"], "[0].attributes: not JSON"),
        ({}, [ADA | {"channels": {"chat": {"configured_capacity": "1"}}}], ["--workflow", "Main"], "a whole number"),
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
