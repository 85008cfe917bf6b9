"""`usher` in this process: what it prints and how it ends."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

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


def usher(capfd: pytest.CaptureFixture[str], *words: object) -> Ended:
    """Run a command; a traceback would be an exception here."""
    capfd.readouterr()
    status: object = 0
    try:
        main([str(word) for word in words])
    except SystemExit as ended:
        status = ended.code or 0
    assert isinstance(status, int)
    captured = capfd.readouterr()
    return Ended(status=status, out=captured.out, err=captured.err)
