"""Receivers in TOML: read with their keys; what is wrong is told with file, line and reason, and never a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.fault import ConfigInvalid, PolicyInvalid
from config.policy import load
from config.policy_check import check_beside
from config.receivers import load_receivers

RIGHT = """
[[receivers]]
key = "crm"
url = "https://crm.example/hooks"
secret = "env:CRM_SECRET"
"""
TELLS = """
[queues.orders]
label = "Orders"
[[sla_plans]]
name = "all"
[sla_plans.resolution]
in_s = 60
on_violation = [{ do = "webhook", receiver = "crm" }]
"""
ORDERS = '[queues.orders]\nlabel = "Orders"\n'
WRONG = """
[[receivers]]
key = "crm"
url = "crm.example"
secret = "s3cret"

[[receivers]]
key = "crm"
url = "https://crm.example"
secret = "env:SHORT"
"""


def test_a_receiver_has_its_key(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(RIGHT)
    (crm,) = load_receivers(tmp_path / "r.toml", {"CRM_SECRET": "k" * 32}).values()
    assert (crm.url, crm.secret, crm.internal) == ("https://crm.example/hooks", "k" * 32, False)
    assert "kkk" not in repr(crm)


def test_every_fault_is_told_and_never_a_key(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(WRONG)
    with pytest.raises(ConfigInvalid) as invalid:
        load_receivers(tmp_path / "r.toml", {"SHORT": "s3cret"})
    told = "\n".join(f"{fault.line}: {fault.reason}" for fault in invalid.value.faults)
    for reason in ("4: 'crm.example' is not a URL", "5: a secret is not written here", "8: receiver 'crm' is there",
                   "10: a key of at least 16"):  # fmt: skip
        assert reason in told
    assert "s3cret" not in told


def test_a_policy_may_only_tell_receivers_there_are(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(TELLS)
    (tmp_path / "r.toml").write_text(RIGHT)  # whose key need not be there to check
    assert check_beside(tmp_path / "p.toml", receivers=tmp_path / "r.toml") == []
    (fault,) = check_beside(tmp_path / "p.toml")
    assert (fault.line, fault.column) == (8, 46)
    assert fault.reason == "undefined receiver 'crm' (nothing in USHER_RECEIVERS is called so)"
    with pytest.raises(PolicyInvalid, match="undefined receiver 'crm'"):
        load(tmp_path / "p.toml", receivers=["erp"])


def test_what_is_wrong_with_the_receivers_is_told_beside_the_policy(tmp_path: Path) -> None:
    (tmp_path / "p.toml").write_text(TELLS)
    (tmp_path / "r.toml").write_text("receivers = 1")
    (tmp_path / "broken.toml").write_text("[[receivers")
    for name in ("r.toml", "broken.toml", "absent.toml"):
        assert {fault.file for fault in check_beside(tmp_path / "p.toml", receivers=tmp_path / name)} >= {
            str(tmp_path / name)
        }


def test_a_bots_mails_come_only_from_queues_there_are(tmp_path: Path) -> None:
    centre = tmp_path
    (centre / "policy").mkdir()
    (centre / "bot").mkdir()
    (centre / "policy" / "p.toml").write_text(ORDERS)
    (centre / "bot" / "fern.toml").write_text('[bot.mail]\nqueues = ["orders", "ordres"]')
    (fault,) = check_beside(centre)
    assert (Path(fault.file).name, fault.line, fault.column) == ("fern.toml", 2, 21)
    assert fault.reason == "undefined queue 'ordres' (the policy has none); did you mean 'orders'?"
    (centre / "policy" / "p.toml").write_text(ORDERS + ORDERS.replace("orders", "ordres"))
    assert check_beside(centre) == []
