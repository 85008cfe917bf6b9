"""Mails collected by others, from USHER_DATA or ../shared/data; tests skip where they are absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[4] / "shared" / "data") / "email"


def mails(folder: str, pattern: str = "*") -> list[Path]:
    """The files of one collection, in order."""
    found = sorted(path for path in (DATA / folder).glob(pattern) if path.is_file())
    if not found:
        pytest.skip(f"needs {folder} of the e-mail data (USHER_DATA)")
    return found


def text(path: Path) -> str:
    return path.read_text("utf-8", "replace")
