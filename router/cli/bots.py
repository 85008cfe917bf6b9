"""`usher bot`: what the bot achieves, and what a change to its files would change, on the data of a running server."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from router.cli.output import as_json, refuse, say
from router.cli.output import run as run_async
from router.cli.understanding import train_bot

DAY_MS = 86_400_000
SHOWN = 30


@click.group(name="bot")
def bot() -> None:
    """The bot that answers first."""


bot.add_command(train_bot)


@bot.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--now", "current", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="The bot's files as they are in force; the demo's by default.")  # fmt: skip
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 366), help="How far back.")
@click.option("--limit", default=2_000, show_default=True, type=click.IntRange(1, 50_000), help="Most messages.")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder of the running server's data.")
@as_json
def compare(folder: Path, current: Path | None, days: int, limit: int, data_dir: Path | None, as_json: bool) -> None:
    """What past questions would have been answered differently with the bot's files in FOLDER."""
    run_async(lambda: _compare(folder, current, days, limit, data_dir, as_json=as_json))


async def _compare(
    folder: Path, current: Path | None, days: int, limit: int, data_dir: Path | None, *, as_json: bool
) -> None:
    from config.bot import DEMO, load_bot
    from config.data_sources import DEMO as DEMO_SOURCES
    from config.data_sources import load_data_sources
    from config.settings import load_settings
    from router.cli.stores import of_running_server
    from router.core.data_source import DataSource
    from router.engine.bot.comparison import compare as compared
    from router.store.postgres import bot_report
    from router.store.postgres.database import Database

    settings = of_running_server(load_settings(overrides={"data_dir": data_dir}))
    if not settings.postgres_url:
        refuse("no server runs on this data folder; USHER_POSTGRES_URL is not set either")
    sources: dict[str, DataSource] = dict(
        load_data_sources(settings.data_sources)
        if settings.data_sources
        else load_data_sources(DEMO_SOURCES, {"DEMO_SHOP_URL": "http://127.0.0.1", "DEMO_SHOP_TOKEN": "-"})
    )
    before, after = load_bot(current or settings.bots or DEMO, sources), load_bot(folder, sources)
    async with await Database.open(settings.postgres_url.reveal(), connections=1) as database:
        beside = await _beside(database, before.name)
        since = time.time_ns() // 1_000_000 - days * DAY_MS
        heard = await bot_report.heard(database, since=since, limit=limit)
    found = compared(heard, (before, _taught(before, beside)), (after, _taught(after, beside)))
    if as_json:
        say(dataclasses.asdict(found))
        return
    click.echo(f"{found.messages} messages: {found.same} as before, {found.gained} answered only now, "
               f"{found.lost} not any more, {found.other} otherwise.")  # fmt: skip
    for each in found.differences[:SHOWN]:
        click.echo(f"  {each.times:>4} × {each.text[:70]!r}: {each.before or '–'} → {each.after or '–'}")


async def _beside(database: Any, name: str) -> list[tuple[str, str]]:
    """What a bot is taught beside its files."""
    from router.core.bot.meaning import ARTICLE
    from router.store.postgres import articles, bot_examples

    taught = [(each.intent, each.text) for each in await bot_examples.all_of(database, [name])]
    for published in await articles.published(database):
        if published.article.audience == "public":
            taught += [(ARTICLE + published.article.id, text) for text in (published.title, *published.examples)]
    return taught


def _taught(bot: Any, beside: Sequence[tuple[str, str]]) -> Any:
    """The engine as the server would teach it."""
    from router.engine.bot.bots import examples
    from router.understanding.examples import Example
    from router.understanding.reading import read
    from router.understanding.training import train

    model = train(Example(text, (intent,)) for intent, text in (*examples(bot), *beside))
    return lambda texts: read(model, texts, [None] * len(texts))


@bot.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 366), help="How far back.")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder of the running server's data.")
@as_json
def report(days: int, data_dir: Path | None, as_json: bool) -> None:
    """Talks, hand-overs and their reasons, decisions, wrong answers."""
    run_async(lambda: _report(days, data_dir, as_json=as_json))


async def _report(days: int, data_dir: Path | None, *, as_json: bool) -> None:
    from config.settings import load_settings
    from router.cli.stores import of_running_server
    from router.engine.bot.report import WINDOW_MS
    from router.store.postgres import bot_report
    from router.store.postgres.database import Database

    settings = of_running_server(load_settings(overrides={"data_dir": data_dir}))
    if not settings.postgres_url:
        refuse("no server runs on this data folder; USHER_POSTGRES_URL is not set either")
    now = time.time_ns() // 1_000_000
    async with await Database.open(settings.postgres_url.reveal(), connections=1) as database:
        counts = await bot_report.counts(database, since=now - days * DAY_MS, until=now, window_ms=WINDOW_MS)
    over = counts.talks - counts.open
    told = dataclasses.asdict(counts) | {"deflection": round(counts.deflected / over, 4) if over else None}
    if as_json:
        say(told)
        return
    click.echo(f"{counts.talks} talks, {counts.open} open; {counts.deflected} of {over} over needed nobody, "
               f"{counts.handed_over} handed over.")  # fmt: skip
    for title, rows in (("Handed over", counts.reasons), ("Decided", counts.decisions), ("Wrong", counts.wrong)):
        for word, times in rows.items():
            click.echo(f"  {title:<12} {word:<24} {times}")
