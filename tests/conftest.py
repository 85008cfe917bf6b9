"""Fixtures every test may ask for, and the order in which files are handed to workers."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

pytest_plugins = ["tests.servers", "tests.chance"]

LONG = (
    "test_end_to_end_", "test_mutants", "test_model_agrees", "test_killed_", "test_crashes", "test_agent_client_board",
    "test_soak", "test_talks", "test_calls_in",
)  # fmt: skip
"""Files that take more than half a minute: they begin first, so that no worker is left alone with one at the end."""


def pytest_configure() -> None:
    """Tracebacks as Python prints them: drawn with every local variable, one takes seconds no deadline has."""
    *processors, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*processors, plain])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, and browsers, which take the processor, evenly among what waits for time to pass."""
    begun = sorted(items, key=lambda item: not item.path.name.startswith(LONG))
    files: dict[bool, list[Path]] = {True: [], False: []}
    for path in dict.fromkeys(item.path for item in begun):
        files[path.parent.name == "browser"].append(path)
    places = {path: number / len(group) for group in files.values() for number, path in enumerate(group)}
    items.sort(key=lambda item: (places[item.path], item.path))
