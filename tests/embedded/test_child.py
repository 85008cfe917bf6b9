"""A child dies with its parent also where the kernel does not see to it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

from router.embedded import child
from tests.patience import PATIENCE_S

ELSEWHERE = """
import runpy, sys
sys.platform = "darwin"
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def _child(*program: str, parent: int = 0, death_signal: int = signal.SIGTERM) -> subprocess.Popen[bytes]:
    plan = json.dumps({"parent": parent, "death_signal": int(death_signal)})
    return subprocess.Popen(
        [sys.executable, "-c", ELSEWHERE, child.__file__, plan, *program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def test_elsewhere_the_program_ends_when_the_pipe_to_its_parent_closes() -> None:
    with _child("/bin/sh", "-c", "echo up; exec sleep 600") as process:
        assert _first_line(process) == b"up\n"
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM


def test_elsewhere_signals_are_passed_on_and_the_end_is_told() -> None:
    with _child("/bin/sh", "-c", "trap 'exit 7' INT; echo up; while :; do sleep 0.05; done") as process:
        assert _first_line(process) == b"up\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 7


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_child_whose_parent_has_gone_does_not_start() -> None:
    plan = json.dumps({"parent": 1, "death_signal": int(signal.SIGTERM)})
    command = [sys.executable, "-I", "-S", child.__file__, plan, "/bin/echo", "started"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert ended.stdout == ""
    assert "the parent died first" in ended.stderr
