"""What the log says of a policy whose files are changed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import structlog

from config.fault import ConfigInvalid, Fault
from config.policy import DEMO, load
from router.engine.reload import PolicyWatch, Source


async def test_a_fault_that_is_mended_is_said_to_be() -> None:
    policy, broken = load(DEMO), [False]

    def read() -> Any:
        if broken[0]:
            raise ConfigInvalid([Fault(file="queues.toml", line=1, column=1, reason="not TOML")])
        return policy, {}

    centre: Any = SimpleNamespace(policy=policy, accounts={}, now=lambda: 1)
    watch = PolicyWatch(centre, Source(paths=[Path("queues.toml")], read=read))
    with structlog.testing.capture_logs() as lines:
        for broken[0] in (False, True, False, False):
            await watch.reload()
    assert [line["event"] for line in lines] == ["policy refused", "policy in force"]
    assert watch.faults == ()
