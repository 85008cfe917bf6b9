"""`usher bench …` and `usher replay-chats`: figures, measured now, on this machine."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import click

from router.cli.output import as_json, refuse, run, say, set_up_logging, told_plainly


@click.group()
def bench() -> None:
    """Measure this machine. Figures are ratios taken in one run; see docs/benchmarks/."""


def _report(result: dict[str, Any], as_json: bool) -> None:
    if as_json:
        say(result)
        return
    for key, value in result.items():
        click.echo(f"{key:<18} {value}")


@bench.command()
@click.option("--quick", is_flag=True, help="The base cells only, in under a minute.")
@as_json
def routing(quick: bool, as_json: bool) -> None:
    """Server CPU of each transition over agents, waiting items and lanes; the whole path from Python."""
    from router.bench.routing import run as measure

    set_up_logging("console", "warning")
    _report(run(lambda: measure(quick=quick)), as_json)


@bench.command()
@as_json
def durable(as_json: bool) -> None:
    """Group commit beside one commit a row, with an fdatasync probe."""
    from router.bench.durable import run as measure

    set_up_logging("console", "warning")
    with told_plainly():
        _report(measure(), as_json)


@bench.command()
@click.option("--train", type=click.Path(path_type=Path, exists=True), required=True, help="CSV: text, intent.")
@click.option("--test", type=click.Path(path_type=Path, exists=True), required=True, help="CSV: text, intent.")
@click.option("--answers", type=click.Path(path_type=Path, exists=True), help="JSON: utter_INTENT and its answers.")
@click.option("--others", type=click.Path(path_type=Path, exists=True), help="CSV of another service: text, intent.")
@click.option("--language", default="en", show_default=True)
@as_json
def knowledge(train: Path, test: Path, answers: Path | None, others: Path | None, language: str, as_json: bool) -> None:
    """How often the right article is found: by words, by meaning, by both; and how long it takes."""
    from router.bench.knowledge import run as measure

    set_up_logging("console", "warning")
    with told_plainly():
        _report(measure(train, test, answers, language, others), as_json)


@bench.command()
@click.option("--messages", default=1_000_000, show_default=True, type=click.IntRange(20_000, 20_000_000))
@as_json
def search(messages: int, as_json: bool) -> None:
    """How long a search takes among so many messages, and what the index costs writing them."""
    from router.bench.search import run as measure

    set_up_logging("console", "warning")
    with told_plainly():
        result = measure(messages=messages, progress=_tell)
    plans = {} if as_json else result.pop("plans")
    _report(result, as_json)
    for query, plan in plans.items():
        click.echo("\n".join(["", query, *plan]))


@bench.command()
@click.option("--agents", default=5_000, show_default=True, type=click.IntRange(1, 15_000), help="Connected agents.")
@click.option("--rate", default=300.0, show_default=True, type=click.FloatRange(1, 5_000), help="New items a second.")
@click.option("--seconds", default=20.0, show_default=True, type=click.FloatRange(1, 600))
@click.option("--seed", default=1, show_default=True)
@as_json
def push(agents: int, rate: float, seconds: float, seed: int, as_json: bool) -> None:
    """How soon an offer is seen after its item is committed, with thousands of agents connected."""
    from loadtest.push_bench import PushOptions, bench_push

    set_up_logging("console", "warning")
    options = PushOptions(agents=agents, rate=rate, seconds=seconds, seed=seed)
    with _failures():
        _report(run(lambda: bench_push(options)), as_json)


@bench.command()
@click.option("--channel", default="telegram", show_default=True, type=click.Choice(["telegram", "voice"]))
@click.option("--agents", default=100, show_default=True, type=click.IntRange(1, 1_000), help="Connected agents.")
@click.option("--rate", default=200.0, show_default=True, type=click.FloatRange(1, 5_000), help="Webhooks a second.")
@click.option("--seconds", default=20.0, show_default=True, type=click.FloatRange(1, 600))
@click.option("--seed", default=1, show_default=True)
@as_json
def webhooks(channel: str, agents: int, rate: float, seconds: float, seed: int, as_json: bool) -> None:
    """How soon a provider's webhook is acknowledged while routing runs."""
    from loadtest.webhook_bench import WebhookOptions, bench_webhooks

    set_up_logging("console", "warning")
    options = WebhookOptions(channel=channel, agents=agents, rate=rate, seconds=seconds, seed=seed)
    with _failures():
        _report(run(lambda: bench_webhooks(options)), as_json)


@bench.command()
@click.option("--rate", default=200.0, show_default=True, type=click.FloatRange(1, 2_000), help="Messages a second.")
@click.option("--items", default=20.0, show_default=True, type=click.FloatRange(1, 1_000), help="Work items a second.")
@click.option("--agents", default=50, show_default=True, type=click.IntRange(1, 1_000), help="Connected agents.")
@click.option("--seconds", default=15.0, show_default=True, type=click.FloatRange(1, 120), help="Of each window.")
@click.option(
    "--windows", default=3, show_default=True, type=click.IntRange(1, 20), help="With the bot; as many without."
)
@as_json
def bot(as_json: bool, **options: Any) -> None:
    """What a bot that answers hundreds of messages a second costs the routing beside it."""
    from loadtest.bot_bench import BotOptions, bench_bot

    set_up_logging("console", "warning")
    with _failures():
        _report(run(lambda: bench_bot(BotOptions(**options))), as_json)


@bench.command()
@click.option("--all", "whole", is_flag=True, help="Every case of the Erlang C and A grids: half an hour or more.")
@click.option(
    "--customers", default=30_000, show_default=True, type=click.IntRange(1_000, 5_000_000), help="Most of one case."
)
@as_json
def theory(whole: bool, customers: int, as_json: bool) -> None:
    """The running store beside Erlang C, Erlang A and the skills benchmark; exit status 1 when a row does not hold."""
    from router.bench.theory import run as measure

    set_up_logging("console", "warning")
    result = run(lambda: measure(whole=whole, customers=customers, progress=_tell))
    if as_json:
        say(result)
    else:
        _table(result)
    sys.exit(0 if result["ok"] else 1)


@bench.command()
@click.option(
    "--customers", default=36_000, show_default=True, type=click.IntRange(100, 200_000), help="Of a whole day."
)
@click.option("--agents", default=250, show_default=True, type=click.IntRange(25, 2_000))
@click.option("--hours", default=(7, 24), show_default=True, type=(click.IntRange(7, 23), click.IntRange(8, 24)))
@click.option("--seed", default=1, show_default=True)
@as_json
def day(customers: int, agents: int, hours: tuple[int, int], seed: int, as_json: bool) -> None:
    """A real day of 250 agents on four channels, checked at every step; exit status 1 when a promise broke."""
    from router.bench.day import Options
    from router.bench.day import run as live

    set_up_logging("console", "warning")
    if hours[0] >= hours[1]:
        refuse("--hours: the first comes before the last")
    result = run(lambda: live(Options(agents=agents, customers=customers, hours=hours, seed=seed)))
    _report(result, as_json)
    sys.exit(0 if result["ok"] else 1)


@bench.command()
@click.option(
    "--calls",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Recorded calls too: CSV with date, call_started, call_answered, call_ended.",
)
@click.option("--seed", default=1, show_default=True)
@as_json
def wait(calls: Path | None, seed: int, as_json: bool) -> None:
    """How wrong the expected wait is, beside naive ways to tell it; exit status 1 when one of them is better."""
    from router.bench.wait import run as measure

    try:
        result = measure(calls=calls, seed=seed)
    except (KeyError, ValueError) as error:
        refuse(f"{calls}: not a file of calls: {error}")
    if as_json:
        say(result)
    else:
        _waits(result["rows"])
    sys.exit(0 if result["ok"] else 1)


def _waits(rows: list[dict[str, Any]]) -> None:
    for case, ways in groupby(rows, key=lambda row: row["case"]):
        click.secho(f"\n{case}", bold=True)
        click.echo(f"  {'':<20}{'waited':>9}{'mean wait':>11}{'bias':>9}{'mean error':>12}{'within p90':>12}")
        for row in ways:
            click.echo(
                f"  {row['way']:<20}{row['count']:>9}{row['mean_wait_s']:>9} s{row['bias_s']:>7} s"
                f"{row['mean_abs_error_s']:>10} s{row['within_p90']:>12.1%}"
            )


def _tell(step: str) -> None:
    """Where a long run is, for people: on one line of stderr that is written over."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{step}", nl=False, err=True)


def _table(result: dict[str, Any]) -> None:
    """Measured beside exact, a case at a time; then what the run was."""
    if sys.stderr.isatty():
        click.echo("\r\033[K", nl=False, err=True)
    for case, rows in groupby(result.pop("rows"), key=lambda row: row["case"]):
        click.secho(f"\n{case}", bold=True)
        click.echo(f"  {'':<20}{'exact':>12}{'measured':>12}   95 % interval")
        for row in rows:
            low, high = row["ci95"]
            click.echo(f"  {row['measure']:<20}{row['exact']:>12.5g}{row['measured']:>12.5g}   ", nl=False)
            click.secho(
                f"{low:.5g} … {high:.5g}{'' if row['ok'] else '   DOES NOT HOLD'}", fg=None if row["ok"] else "red"
            )
    click.echo()
    _report(result, as_json=False)


@click.command("replay-chats")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--conversations", default=500, show_default=True)
@click.option("--agents", default=60, show_default=True)
@click.option("--rate", default=40.0, show_default=True, help="Arrivals a second.")
@click.option("--seed", default=1, show_default=True)
@click.option("--url", default="", help="A running server; its own by default.")
@as_json
def replay_chats(as_json: bool, **options: Any) -> None:
    """Play real conversations through the public protocol: simulated customers and agents, every message counted."""
    from loadtest.dialogue import BadDialogues
    from loadtest.replay_chats import ReplayOptions, holds
    from loadtest.replay_chats import replay_chats as play

    set_up_logging("console", "warning")
    try:
        with _failures():
            result = run(lambda: play(ReplayOptions(**options)))
    except BadDialogues as bad:
        refuse(str(bad))
    _report(result, as_json)
    sys.exit(0 if holds(result) else 1)


@contextmanager
def _failures() -> Iterator[None]:
    """A server that could not be driven: said plainly, exit status 1."""
    from loadtest.bot_centre import NotTaught
    from loadtest.http import CallFailed
    from loadtest.push_centre import MintFailed
    from loadtest.server import ServerFailed

    try:
        yield
    except (ServerFailed, CallFailed, MintFailed, NotTaught) as failed:
        click.secho(str(failed), fg="red", err=True)
        sys.exit(1)
