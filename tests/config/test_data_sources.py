"""Data sources in TOML: the demo's are whole, and what is wrong is told with file, line and reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.data_sources import DEMO, load_data_sources
from config.fault import ConfigInvalid

ENVIRON = {"DEMO_SHOP_URL": "http://127.0.0.1:1", "DEMO_SHOP_TOKEN": "t0ken"}


def test_the_demo_asks_its_own_shop_service() -> None:
    sources = load_data_sources(DEMO, ENVIRON)
    assert sources["order"].url == "http://127.0.0.1:1/orders/{order}?email={email}"
    assert sources["order"].needs == {"order", "email"}
    assert all(source.token == "t0ken" and source.internal for source in sources.values())
    assert [key for key, source in sources.items() if source.beside] == ["orders", "loyalty"]
    assert all(len(source.labels) == 5 for source in sources.values() if source.beside)


WRONG = """
[[data_sources]]
key = "a"
base_url = "ftp://host"
path = "/x"

[[data_sources]]
key = "a"
base_url = "https://host"
path = "/{Bad}"
body = { x = "{y}" }
token = "s3cret"
facts = { n = "n" }
labels.en = { other = "Other" }

[[data_sources]]
key = "b"
base_url = "env:NOT_SET"
path = "/x"
method = "POST"
cache_s = 5
beside = true
"""


def test_every_fault_is_told_and_never_a_secret(tmp_path: Path) -> None:
    file = tmp_path / "data_sources.toml"
    file.write_text(WRONG)
    with pytest.raises(ConfigInvalid) as invalid:
        load_data_sources(file, {})
    told = "\n".join(f"{fault.line}: {fault.reason}" for fault in invalid.value.faults)
    for reason in ("4: 'ftp://host' is not a URL", "2: says no facts", "8: data source 'a' is there already",
                   "10: '/{Bad}' is not a path", "11: GET has no body", "12: a secret is not written here",
                   "14: there is no fact 'other'", "18: NOT_SET is not set", "21: only answers to GET are kept",
                   "22: only what changes nothing"):  # fmt: skip
        assert reason in told
    assert "s3cret" not in told
