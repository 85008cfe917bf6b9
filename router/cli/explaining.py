"""`usher explain`: where a task would go and who would get it, without a server."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from router.cli.output import as_json, refuse, say

A_FILE = click.Path(path_type=Path)


@click.command()
@click.option("--policy", required=True, type=A_FILE, help="A TOML file or a folder of them.")
@click.option("--task", required=True, type=A_FILE, help="JSON: the task's attributes.")
@click.option("--workers", required=True, type=A_FILE, help="JSON: a list of workers as they are.")
@click.option("--workflow", help="Its name; needed when the policy has several.")
@click.option("--at", "at_s", type=float, default=0, help="The task's age in seconds.")
@click.option("--now", type=click.DateTime(), help="The moment in UTC for taskrouter.currentTime and its kin.")
@as_json
def explain(
    policy: Path, task: Path, workers: Path, workflow: str | None, at_s: float, now: datetime | None, as_json: bool
) -> None:
    """Explain where a task goes: the rule, its targets by age, who is eligible now, and why everyone else is not."""
    from config.explain_files import read_task, read_workers
    from config.fault import PolicyInvalid
    from config.policy import load
    from config.strict_json import JsonInvalid
    from router.core.explain import WorkflowUnknown, explained

    if not 0 <= at_s < float("inf"):
        refuse("--at: expected seconds from 0")
    try:
        moment = now.replace(tzinfo=UTC) if now else datetime.now(UTC)
        found = explained(load(policy), read_task(task), read_workers(workers), at_s, moment, workflow=workflow)
    except PolicyInvalid as error:
        refuse(*map(str, error.faults))
    except (JsonInvalid, WorkflowUnknown) as error:
        refuse(str(error))
    if as_json:
        say(found)
    else:
        _show(found)


def _show(found: dict[str, Any]) -> None:
    click.secho(f"rule {found['rule']!r}" if found["rule"] else "no rule matches", bold=True)
    for target in found["targets"]:
        until = "for ever" if target["until_s"] is None else f"until {target['until_s']:g} s"
        span = "skipped" if target["skipped"] else f"from {target['from_s']:g} s {until}"
        people = ", ".join(target["eligible"]) or "nobody"
        click.echo(f"  {span}: queue {target['queue_label']}, priority {target['priority']}: {people}")
    now = found["now"]
    click.secho(f"now in queue {now['queue']}" if now["queue"] else "now without a target: it stays visible", bold=True)
    for worker in now["eligible"]:
        click.echo(f"  {click.style('yes', fg='green')} {worker}")
    for worker, reason in found["why_not"].items():
        click.echo(f"  {click.style('no', fg='red')}  {worker}: {reason}")
