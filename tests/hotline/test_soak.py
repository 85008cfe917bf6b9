"""Every feature of a call once, faults on; more of them by `python -m tests.hotline`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hotline.product import Stores
from tests.hotline.scenario import SCENARIOS
from tests.hotline.soak import DATA, FAULTS, soak
from tests.simulators.twilio.contract import DOCUMENT


@pytest.mark.faults
async def test_a_call_with_every_feature_ends_right_whatever_gets_lost(
    valkey_url: str, postgres_url: str, tmp_path: Path
) -> None:
    stores = Stores(redis=valkey_url, postgres=postgres_url)
    verdict = await soak(stores, tmp_path, calls=len(SCENARIOS), at_once=len(SCENARIOS), seed=7, faults=FAULTS)
    assert verdict.problems == [], verdict.figures
    assert verdict.figures["contract"] == "checked" or not (DATA / DOCUMENT).is_file()
