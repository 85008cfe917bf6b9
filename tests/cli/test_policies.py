"""`usher policy check`, as an operator and a script see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.usher import usher

FAULTY = "[queues.support\n"


@pytest.mark.parametrize(("written", "status"), [(FAULTY, 1), (None, 2)])
def test_a_policy_that_does_not_hold_is_told_from_one_that_is_not_there(
    capfd: pytest.CaptureFixture[str], tmp_path: Path, written: str | None, status: int
) -> None:
    file = tmp_path / "policy.toml"
    if written is not None:
        file.write_text(written)
    checked = usher(capfd, "policy", "check", file, "--json")
    assert checked.status == status
    assert not checked.document["ok"]
    assert [(error["file"], error["line"]) for error in checked.document["errors"]] == [(str(file), 1)]
