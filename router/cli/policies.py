"""`usher policy`: what is wrong with a policy, without running it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from router.cli.output import BAD_INPUT, as_json, say

A_PATH = click.Path(path_type=Path)


@click.group()
def policy() -> None:
    """Look after policies."""


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--receivers", type=A_PATH, envvar="USHER_RECEIVERS", help="Whom its deadlines may tell. Default: USHER_RECEIVERS."
)
@click.option("--bots", type=A_PATH, envvar="USHER_BOTS", help="The bot that names queues of it. Default: USHER_BOTS.")
@as_json
def check(file: Path, receivers: Path | None, bots: Path | None, as_json: bool) -> None:
    """Check a policy: a TOML file, a folder of them, or a centre's whole folder.

    Exit status 1 when it has faults, 2 when there is nothing at FILE.
    """
    from config.policy_check import check_report

    report = check_report(file, receivers=receivers, bots=bots)
    if as_json:
        say(report)
    else:
        errors = report["errors"]
        assert isinstance(errors, list)
        for error in errors:
            click.echo(f"{error['file']}:{error['line']}:{error['column']}: {error['reason']}")
        click.echo("ok" if report["ok"] else f"{len(errors)} errors")
    sys.exit(0 if report["ok"] else 1 if file.exists() else BAD_INPUT)
