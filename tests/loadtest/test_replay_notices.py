"""A replay against a centre that keeps its promises holds; against one that breaks any of them it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from loadtest.dialogue import BadDialogues
from loadtest.http import CallFailed
from loadtest.replay_chats import ReplayOptions, holds, replay_chats
from loadtest.tempo import Tempo
from tests.loadtest.toy_centre import toy_centre

CALM = Tempo(think_s=(0.03, 0.06), typing=0.5, reads=0.5)
TURNS = [
    ["customer", "My bean poles came short."],
    ["agent", "Oh dear. How many?"],
    ["customer", "Two of ten."],
    ["customer", "And no twine."],
    ["agent", "Two poles and twine are on their way."],
    ["agent", "Anything else?"],
    ["customer", "No, thank you!"],
    ["agent", "Happy growing."],
]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "script.jsonl"
    lines = [json.dumps({"id": f"d{number}", "services": ["Beans_1"], "turns": TURNS}) for number in range(3)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


async def replayed(script: Path, *faults: str, conversations: int = 3) -> dict[str, Any]:
    async with toy_centre(*faults) as (_, address):
        return await replay_chats(
            ReplayOptions(
                file=script,
                conversations=conversations,
                agents=3,
                rate=20,
                url=address.origin,
                tempo=CALM,
                still_s=1.0,
            )
        )


async def test_a_faithful_centre_delivers_every_turn_once_and_in_order(script: Path) -> None:
    report = await replayed(script, conversations=6)
    assert holds(report), report
    assert report["messages_sent"] == report["messages_received"] == 6 * len(TURNS)
    assert report["offers"] == {"accepted": 6, "declined": 0, "expired": 0, "rescinded": 0}
    assert report["wait_s"]["p50"] is not None
    assert report["service_level"] == 1.0


async def test_a_centre_that_lets_nobody_in_is_said_so(script: Path) -> None:
    with pytest.raises(CallFailed, match="bad_credentials"):
        await replayed(script, "locked")


@pytest.mark.parametrize("nonsense", [{"conversations": 0}, {"agents": 0}, {"rate": 0.0}])
async def test_a_replay_of_nothing_is_refused(script: Path, nonsense: dict[str, Any]) -> None:
    with pytest.raises(BadDialogues):
        await replay_chats(ReplayOptions(file=script, **nonsense))


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        ("drop", "lost"),
        ("double", "duplicated"),
        ("reorder", "out_of_order"),
        ("garble", "garbled"),
        ("gap", "invariant_violations"),
        ("two_holders", "invariant_violations"),
        ("over_limit", "invariant_violations"),
        ("younger", "invariant_violations"),
    ],
)
async def test_a_broken_promise_is_noticed(script: Path, fault: str, key: str) -> None:
    report = await replayed(script, fault)
    assert report[key] > 0, report
    assert not holds(report)
