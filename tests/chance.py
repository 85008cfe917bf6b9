"""How far tests that try by chance look: the environment's USHER_TEST_PROFILE.

ci     the same examples and histories every time: a test that was green is red for a change only
dev    new ones, few histories
night  new ones, thousands of histories
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("USHER_TEST_PROFILE", "ci")

# How long an example takes depends on what else the machine does: nothing is made of it.
settings.register_profile(
    "usher",
    deadline=None,
    database=None,
    derandomize=PROFILE == "ci",
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("usher")
