"""How long things are kept, in the policy: by default for ever, and never shorter than they are needed."""

from __future__ import annotations

from pathlib import Path

from config.policy import DEMO, check, load
from router.core.retention import DAY_MS


def written(tmp_path: Path, text: str) -> Path:
    for file in DEMO.glob("*.toml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8"), "utf-8")
    (tmp_path / "retention.toml").write_text(f"[retention]\n{text}\n")
    return tmp_path


def test_only_requests_of_providers_are_forgotten_unless_the_policy_says_otherwise(tmp_path: Path) -> None:
    assert {kind for kind, days in load(DEMO).retention.days.items() if days} == {"requests"}
    kept = load(written(tmp_path, "calls_days = 90")).retention
    assert (kept.before("calls", 100 * DAY_MS), kept.before("audit", 100 * DAY_MS)) == (10 * DAY_MS, None)


def test_nothing_is_kept_shorter_than_it_is_needed(tmp_path: Path) -> None:
    faults = check(written(tmp_path, "cases_days = 13\nrequests_days = 7\naudit_days = -1"))
    told = "\n".join(f"{fault.line}: {fault.reason}" for fault in faults)
    assert "2: a case may be reopened for 14 days" in told
    assert "3: expected a number from 8" in told
    assert "4: expected a number from 0" in told
