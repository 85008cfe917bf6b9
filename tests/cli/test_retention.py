"""`usher retention` on external servers: what is to be forgotten by which period, and then that it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.policy import DEMO
from router.core.retention import KINDS
from tests.cli.usher import usher


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    for file in DEMO.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (tmp_path / "retention.toml").write_text("[retention]\naudit_days = 30\n")
    return tmp_path


def test_it_says_what_is_kept_how_long_and_how_much_is_older(
    policy: Path, valkey_url: str, postgres_url: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USHER_REDIS_URL", valkey_url)
    monkeypatch.setenv("USHER_POSTGRES_URL", postgres_url)
    dry = usher(capfd, "retention", "--policy", policy, "--dry-run", "--json")
    assert (dry.status, dry.document["dry_run"]) == (0, True)
    kinds = dry.document["kinds"]
    assert [each["kind"] for each in kinds] == list(KINDS)
    assert {each["kind"]: each["days"] for each in kinds if each["days"]} == {"audit": 30, "requests": 14}
    assert all((each["before"] is not None) == (each["days"] > 0) for each in kinds)
    told = usher(capfd, "retention", "--policy", policy).out
    for words in ("kept 30 days", "kept for ever", "0 forgotten"):
        assert words in told
