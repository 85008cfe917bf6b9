"""`usher staff` on external servers: people from a file, their passwords, who there is."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.policy import DEMO
from tests.cli.usher import usher

PEOPLE = """
[[staff]]
id = "maria"
name = "Maria Nowak"
email = "maria@shop.example"
role = "admin"
team = "Garden"
queues = ["orders"]
"""


def test_people_come_from_a_file_and_are_listed_and_let_go(
    valkey_url: str,
    postgres_url: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("USHER_REDIS_URL", valkey_url)
    monkeypatch.setenv("USHER_POSTGRES_URL", postgres_url)
    file = tmp_path / "people.toml"
    file.write_text(PEOPLE, "utf-8")
    brought = usher(capfd, "staff", "import", file, "--policy", DEMO, "--json")
    assert brought.status == 0, brought.err
    assert list(brought.document["added"]) == ["maria@shop.example"]
    assert usher(capfd, "staff", "import", file, "--policy", DEMO, "--json").document["as_they_were"] == 1
    file.write_text(PEOPLE.replace("orders", "order"), "utf-8")
    wrong = usher(capfd, "staff", "import", file, "--policy", DEMO)
    assert (wrong.status, "people.toml:8:" in wrong.err) == (2, True)
    assert len(usher(capfd, "staff", "password", "maria@shop.example", "--generate").out.strip()) >= 12
    assert usher(capfd, "staff", "password", "nobody@shop.example", "--generate").status == 2
    assert usher(capfd, "staff", "deactivate", "maria@shop.example").status == 0
    (maria,) = usher(capfd, "staff", "list", "--json").document["staff"]
    assert (maria["agent_id"], maria["role"], maria["active"], maria["queues"]) == ("maria", "admin", False, ["orders"])
    assert "let go" in usher(capfd, "staff", "list").out
