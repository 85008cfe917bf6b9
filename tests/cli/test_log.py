"""Every line of the log is one: those of libraries, too."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

WARN = """
import logging, sys
from router.cli.output import set_up_logging

set_up_logging(sys.argv[1], "info")
try:
    {}["lost"]
except KeyError:
    logging.getLogger("some.library").warning("looking for %s", "it", exc_info=True)
logging.getLogger("some.library").info("not told")
"""


def logged(log_format: str) -> str:
    program = [sys.executable, "-c", WARN, log_format]
    return subprocess.run(program, capture_output=True, text=True, timeout=60, check=True).stderr


def test_what_a_library_warns_of_is_a_line_for_machines() -> None:
    [line] = logged("json").splitlines()
    said = json.loads(line)
    assert (said["event"], said["level"], said["logger"]) == ("looking for it", "warning", "some.library")
    assert "KeyError: 'lost'" in said["exception"]
    assert said["timestamp"].endswith("Z")


def test_and_for_people_it_looks_like_ours() -> None:
    first, *traceback = logged("console").splitlines()
    assert "[warning  ] looking for it" in first
    assert "KeyError: 'lost'" in traceback[-1]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_libraries_below_a_warning_are_silent(log_format: str) -> None:
    assert "not told" not in logged(log_format)
