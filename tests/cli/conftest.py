"""Files of TaskRouter, and a policy imported from them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.taskrouter import WORKSPACE
from tests.cli.usher import Ended, usher


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
