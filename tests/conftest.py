"""Fixtures every test may ask for, and the order in which files are handed to workers."""

from __future__ import annotations

import pytest

pytest_plugins = ["tests.servers"]

LONG = ("test_end_to_end_", "test_mutants", "test_model_agrees", "test_killed_", "test_agent_client_board")
"""Files that take more than half a minute: they begin first, so that no worker is left alone with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.path.name.startswith(LONG))
