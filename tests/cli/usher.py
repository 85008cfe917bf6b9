"""`usher` in this process: what it prints and how it ends."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from router.cli import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


@contextlib.contextmanager
def log_of_its_own() -> Iterator[None]:
    """The command's log goes where it says, and no logger remembers that: the tests after it have another stderr."""
    before, configure = structlog.get_config(), structlog.configure
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(structlog, "configure", lambda **facts: configure(**facts | {"cache_logger_on_first_use": False}))
        try:
            yield
        finally:
            configure(**before)


def usher(capfd: pytest.CaptureFixture[str], *words: object) -> Ended:
    """Run a command; a traceback would be an exception here."""
    capfd.readouterr()
    status: object = 0
    try:
        with log_of_its_own():
            main([str(word) for word in words])
    except SystemExit as ended:
        status = ended.code or 0
    assert isinstance(status, int)
    captured = capfd.readouterr()
    return Ended(status=status, out=captured.out, err=captured.err)
