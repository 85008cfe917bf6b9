"""Whole conversations through a whole server: real stores, real sockets, simulated people, every word counted."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from loadtest.replay_chats import ReplayOptions, holds, replay_chats
from loadtest.tempo import Tempo

CONVERSATIONS = 30
SUBJECTS = (["Flights_3"], ["Flights_3", "Hotels_4"], ["Banks_2"], ["Music_1"], ["Hotels_4", "Banks_2", "Music_1"])
ROUGH = Tempo(think_s=(0.01, 0.04), decline=0.1, ignore=0.02, transfer=0.01, cut=0.02, typing=0.3, reads=0.5, rates=0.5)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """Dialogues in any alternation, in several scripts and lengths."""
    chance = Random(7)
    words = ("¿Qué?", "Γεια σας", "Здравствуйте", "zażółć gęślą jaźń", "👩🏽‍🌾 &lt;b&gt;", "a\nb\tc", "x" * 3_000)
    lines = []
    for number in range(CONVERSATIONS):
        turns = [("customer", f"Hello, I am number {number}")]
        turns += [
            (chance.choice(("customer", "agent")), f"{chance.choice(words)} {turn}")
            for turn in range(chance.randint(3, 14))
        ]
        lines.append(json.dumps({"id": f"d{number}", "services": chance.choice(SUBJECTS), "turns": turns}))
    file = tmp_path / "script.jsonl"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


async def test_a_busy_centre_with_bad_lines_loses_doubles_and_reorders_nothing(script: Path) -> None:
    report = await replay_chats(
        ReplayOptions(file=script, conversations=CONVERSATIONS, agents=8, rate=30.0, seed=3, tempo=ROUGH)
    )
    assert holds(report), report
    turns = sum(len(json.loads(line)["turns"]) for line in script.read_text(encoding="utf-8").splitlines())
    assert report["messages_sent"] == report["messages_received"] == turns
    assert report["offers"]["accepted"] >= CONVERSATIONS
    assert report["connections_lost"] > 0
    assert report["sessions_resumed"] > 0
