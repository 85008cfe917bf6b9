"""Models that are trained once a module."""

from __future__ import annotations

import pytest

from router.understanding.model import Model
from router.understanding.training import train
from tests.understanding.shop import EXAMPLES


@pytest.fixture(scope="package")
def shop() -> Model:
    """The small shop, by meaning."""
    return train(EXAMPLES, engine="meaning")


@pytest.fixture(scope="package")
def plain_shop() -> Model:
    """The small shop, by wording alone."""
    return train(EXAMPLES, engine="wording")
