"""`usher replay` and `usher journal export`: a day that was, under another policy, or as a file to keep."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

from config.policy import load
from config.staff import load_people
from router.cli.output import as_json, refuse, run, say, set_up_logging, told_plainly
from router.cli.stores import of_running_server, servers, settings_of
from router.core.policy import Policy, Supply
from router.core.replay.record import BadRecord, RecordedDay, lines_of, read_lines
from router.core.taskrouter.demand import supply_in
from router.core.words import Ms

data_option = click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder of embedded servers.")
zone_option = click.option("--zone", default="UTC", show_default=True, help="Where it is that day: Europe/Berlin.")
HOUR_MS: Ms = 3_600_000


@click.command()
@click.argument("day")
@click.option(
    "--policy", "folder", required=True, type=click.Path(path_type=Path, exists=True), help="The other policy: a file, "
    "a folder of files, or a folder with policy/ and staff.toml."
)  # fmt: skip
@click.option("--staff", type=click.Path(path_type=Path, exists=True), help="Other people: a staff.toml.")
@click.option("--threshold", "threshold_s", default=20, show_default=True, type=click.IntRange(1, 3_600),
              help="Seconds of the service level over all queues.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Of what nobody can know: patience of those answered.")
@click.option("--out", type=click.Path(path_type=Path), help="The page with the plot; replay-DAY.html by default.")
@zone_option
@data_option
@as_json
def replay(
    day: str,
    folder: Path,
    staff: Path | None,
    threshold_s: int,
    seed: int,
    out: Path | None,
    zone: str,
    as_json: bool,
    **overrides: Any,
) -> None:
    """What DAY would have been under another policy. DAY: a date (2026-11-22) or a file of `usher journal export`."""
    from router.core.replay.comparison import figures
    from router.core.replay.plot import page
    from router.core.replay.what_if import what_if

    with told_plainly():
        policy, people = _policy(folder, staff)
    recorded = _recorded(day, zone, overrides)
    span = {"since": recorded.since, "until": recorded.until, "threshold_s": threshold_s}
    real = figures(recorded.events, policy, **span)
    other = figures(what_if(recorded, policy, staff=people, seed=seed), policy, **span)
    if not real["arrived"]:
        refuse(f"{day}: nobody came that day")
    place = _zone(zone)
    labels = [f"{datetime.fromtimestamp(hour['at'] / 1000, place):%H:%M}" for hour in real["hours"]]
    title = f"{datetime.fromtimestamp(recorded.since / 1000, place):%Y-%m-%d} as it was and under {folder.name}"
    plot = out or Path(f"replay-{Path(day).name.partition('.')[0]}.html")
    plot.write_text(page(title, real, other, labels), "utf-8")
    result = {"real": real, "what_if": other, "plot": str(plot)}
    if as_json:
        say(result)
    else:
        _tell(result)


@click.group()
def journal() -> None:
    """The journal of routing events."""


@journal.command()
@click.argument("day")
@click.option("--out", type=click.Path(path_type=Path), help="DAY.jsonl by default.")
@zone_option
@data_option
def export(day: str, out: Path | None, zone: str, **overrides: Any) -> None:
    """Write a day's events and what replay needs to a file. It may name customers: guard it as the database."""
    if _date(day) is None:
        refuse(f"{day}: not a date such as 2026-11-22")
    recorded = _recorded(day, zone, overrides)
    path = out or Path(f"{day}.jsonl")
    path.touch(mode=0o600)
    with path.open("wb") as file:
        file.writelines(lines_of(recorded))
    click.echo(f"{path}: {len(recorded.events)} events, {len(recorded.items)} work items", err=True)


def _policy(folder: Path, staff: Path | None) -> tuple[Policy, Sequence[Supply] | None]:
    """Raises ConfigInvalid with every fault."""
    whole = (folder / "policy").is_dir()
    policy = load(folder / "policy" if whole else folder)
    named = staff or (folder / "staff.toml" if whole and (folder / "staff.toml").exists() else None)
    if named is None:
        return policy, None
    return policy, [supply_in(policy, person.supply, person.said_of) for person in load_people(named, policy)]


def _recorded(day: str, zone: str, overrides: dict[str, Any]) -> RecordedDay:
    """From a file if there is one of that name, else of that date from the database."""
    if Path(day).is_file():
        try:
            with Path(day).open("rb") as file:
                return read_lines(file)
        except BadRecord as bad:
            refuse(f"{day}: {bad}")
    asked = _date(day)
    if asked is None:
        refuse(f"{day}: neither a file nor a date such as 2026-11-22")
    since, midnight = (
        round(datetime(at.year, at.month, at.day, tzinfo=_zone(zone)).timestamp() * 1000)
        for at in (asked, asked + timedelta(days=1))
    )
    until = min(midnight, time.time_ns() // 1_000_000)
    if until <= since:
        refuse(f"{day}: that day has not begun")

    async def work() -> RecordedDay:
        from router.store.opening import POSTGRES, opening
        from router.store.postgres.database import Database
        from router.store.postgres.recorded_day import recorded_day

        settings = of_running_server(settings_of(overrides))
        set_up_logging(settings.log_format, "warning")
        async with servers(settings) as (urls, _):
            with opening(POSTGRES):
                async with await Database.open(urls.postgres, timeout_s=60) as database:
                    return await recorded_day(database, since, until)

    return run(work)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        refuse(f"--zone {name}: there is no such time zone")


def _tell(result: dict[str, Any]) -> None:
    """The days in two columns, then each agent's load."""
    days = result["real"], result["what_if"]
    rows: list[tuple[str, list[str]]] = [
        ("", ["real", "what if"]),
        *((name, [str(day[name]) for day in days]) for name in ("arrived", "answered", "abandoned")),
        ("abandon rate", [_share(day["abandon_rate"]) for day in days]),
        ("mean wait", [_seconds(day["wait_s"]["mean"]) for day in days]),
        ("nine in ten waited at most", [_seconds(day["wait_s"]["p90"]) for day in days]),
        (f"service level ({days[0]['threshold_s']} s)", [_share(day["service_level"]) for day in days]),
        ("mean handle time", [_seconds(day["aht_s"]) for day in days]),
        ("occupancy", [_share(day["occupancy"]) for day in days]),
    ]
    agents = sorted(days[0]["agents"].keys() | days[1]["agents"].keys())
    rows += [
        (f"  {agent}", [_share(day["agents"].get(agent, {}).get("occupancy")) for day in days]) for agent in agents
    ]
    for name, (real, other) in rows:
        click.echo(f"{name:<32}{real:>12}{other:>12}")
    click.echo(f"\n{result['plot']}")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f} %"


def _seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"
