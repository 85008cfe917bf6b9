"""A TaskRouter workspace, workers of it, and what an import of a document says."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.usher import usher

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


def imported(document: object, write: Callable[[str, object], Path], capfd: pytest.CaptureFixture[str]) -> list[Any]:
    file = write("given.json", document)
    ended = usher(capfd, "import", "taskrouter", file, "--out", file.parent / "given", "--json")
    assert ended.status == 0, ended.err
    assert usher(capfd, "policy", "check", file.parent / "given").status == 0
    report = ended.document["report"]
    return [(line["where"], line["status"], line["reason"]) for line in report if line["status"] != "ok"]


def filters(*found: object) -> dict[str, Any]:
    return {"task_routing": {"filters": list(found)}}
