"""Bots' files while a node runs."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from config.bot import DEMO, load_bot
from config.data_sources import DEMO as SOURCES
from config.data_sources import load_data_sources
from config.fault import ConfigInvalid
from router.core.bot.definition import Bot
from router.engine.bot.bots import Bots
from router.engine.bot.reloading import BotSource, reload
from router.engine.centre import Centre
from tests.core.bot.talking import fern

SHOP = load_data_sources(SOURCES, {"DEMO_SHOP_URL": "http://127.0.0.1:1", "DEMO_SHOP_TOKEN": "t"})


def centre_of(bots: Bots) -> Any:
    """As much of a centre as these look at."""
    return cast(Centre, SimpleNamespace(bots=bots))


async def test_a_changed_file_is_in_force_and_a_bad_one_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "bot"
    shutil.copytree(DEMO, folder)

    def read() -> dict[str, Bot]:
        bot = load_bot(folder, SHOP)
        return {bot.name: bot}

    centre = centre_of(Bots(by_name=read()))
    source = BotSource(folder=folder, read=read)
    file = folder / "fern.toml"
    file.write_text(file.read_text("utf-8").replace('face = "Fern"', 'face = "Bracken"'), "utf-8")
    assert await reload(centre, source)
    assert centre.bots.by_name["fern"].face == "Bracken"
    file.write_text("[bot]\nname = 1\n")
    assert not await reload(centre, source)
    assert centre.bots.by_name["fern"].face == "Bracken"


WRONG = """
[bot]
name = "x"
face = "X"
languages = ["en", "fr"]

[[flows]]
name = "a"
title = { en = "A" }
examples = { en = ["a"] }

[[flows.steps]]
ask = "order"
kind = "choice"
prompt = { en = "Which {colour}?" }

[[flows.steps]]
consult = "order"
values = { order = "{order}" }
ask_again = ["size"]

[[flows.steps]]
say = { en = "Hm" }
hand_over = true
"""


def test_every_fault_of_a_bot_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text(WRONG)
    with pytest.raises(ConfigInvalid) as invalid:
        load_bot(tmp_path, SHOP)
    told = "\n".join(f"{fault.line}: {fault.reason}" for fault in invalid.value.faults)
    for reason in ("5: the house speaks no 'fr'", "9: no text in fr", "12: ask needs again", "12: kind choice needs",
                   "15: nothing before this step is called 'colour'", "18: this source is given email, order",
                   "20: no step before asks for 'size'", "22: a step is one of"):  # fmt: skip
        assert reason in told


def test_what_a_bot_does_itself_is_not_taught_as_an_article() -> None:
    bots = Bots(by_name={"fern": fern()})
    texts = frozenset({"Wo ist meine Bestellung?", "When do I sow meadow seeds?", "What is the weather like"})
    assert bots.own(texts) == {"Wo ist meine Bestellung?"}
    assert bots.own(texts) is bots.own(texts)
