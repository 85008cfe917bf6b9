"""The bot bench measures what it says, shown on a toy centre whose bot knows everything, or hardly answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from config.accounts import load_accounts
from config.bot import load_bot
from config.policy import load
from loadtest import bot_bench, bot_centre
from loadtest.bot_bench import BotOptions, measure
from loadtest.server import Server
from tests.loadtest.toy_centre import Peer, Talk, ToyCentre, toy_centre

GOODBYE = "That helped"
ANSWERS = {text: bot_centre.answer(name) for name, (_, others) in bot_centre.KNOWN.items() for text in others}


class Clerk(ToyCentre):
    """With a bot. faults beside the toy's: dull (does not understand), silent (does not answer)."""

    async def customer_says(self, peer: Peer, heard: dict[str, Any]) -> None:
        text = heard.get("text", "")
        if text not in ANSWERS and text != GOODBYE:
            await super().customer_says(peer, heard)
            return
        if heard["type"] == "conversation.start":
            talk = Talk(f"talk-{next(self.numbers)}", "", peer)
            self.talks[talk.id] = talk
            await peer.event("conversation.started", conversation=talk.record())
        else:
            talk = self.talks[heard["conversation_id"]]
        talk.messages.append(self.made(talk, "customer", heard))
        await peer.frame({"type": "ok", "id": heard["id"], "result": None})
        if "silent" in self.faults:
            return
        said = {"text": "Sorry?" if "dull" in self.faults else ANSWERS.get(text, "Bye"), "client_id": "b"}
        await peer.event(
            "message.created", message=self.made(talk, "bot", said) | {"extra": {"quick_replies": [GOODBYE]}}
        )
        if text == GOODBYE:
            await peer.event("conversation.closed", conversation_id=talk.id, closed_at=1, by="system")


@pytest.fixture
def brief(monkeypatch: pytest.MonkeyPatch) -> BotOptions:
    for name, short in {"WARM_UP_S": 0.2, "BETWEEN_S": 0.1}.items():
        monkeypatch.setattr(bot_bench, name, short)
    return BotOptions(rate=60.0, items=20.0, agents=2, seconds=0.5, windows=1)


async def measured(options: BotOptions, *faults: str) -> dict[str, Any]:
    async with toy_centre(*faults, kind=Clerk) as (_, address):
        return await measure(Server(address=address, pid=os.getpid()), ["a", "b"], options)


async def test_both_kinds_of_windows_are_measured_in_one_run(brief: BotOptions) -> None:
    report = await measured(brief)
    assert report["troubles"] == {}
    assert report["bot"] | {"p50_ms": 0, "p90_ms": 0, "p99_ms": 0, "answered_per_s": 0} == {
        "messages": 30, "answered_per_s": 0, "p50_ms": 0, "p90_ms": 0, "p99_ms": 0, "rightly": 1.0, "handed_over": 0,
        "never_answered": 0, "not_sent": 0,
    }  # fmt: skip
    assert 0 < report["bot"]["p50_ms"] <= report["bot"]["p99_ms"]
    for kind in ("alone", "beside_bot"):
        assert report["routing"][kind]["items"] > 0
        assert report["routing"][kind]["not_offered"] == 0
    assert report["ratio"]["p99_ms"] > 0
    assert set(report["cpu_ms_per_message"]) == {"server", "valkey", "postgres", "understanding", "clients"}


async def test_a_bot_that_is_silent_or_dull_is_told_of(brief: BotOptions, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await measured(brief, "dull"))["bot"]["rightly"] == 0.0
    monkeypatch.setattr(bot_bench, "DRAIN_S", 0.2)
    report = await measured(brief, "silent")
    assert report["bot"]["never_answered"] == report["bot"]["messages"] + int(0.2 * 60.0)  # those of the warm-up, too


def test_the_centre_it_writes_is_one(tmp_path: Path) -> None:
    bot_centre.write(3, tmp_path / "centre")
    policy = load(tmp_path / "centre" / "policy")
    accounts = load_accounts(tmp_path / "centre" / "accounts.toml", policy)
    bot = load_bot(tmp_path / "centre" / "bot", {})
    assert accounts[bot_centre.ACCOUNT].bot == bot.name == bot_centre.BOT
    assert set(bot.replies) == set(bot_centre.KNOWN)
    taught = {text for reply in bot.replies.values() for texts in reply.examples.values() for text in texts}
    assert not taught & ANSWERS.keys(), "it is asked in other words than it was taught"
