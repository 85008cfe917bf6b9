"""`usher policy`: what is wrong with a policy, without running it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from router.cli.output import as_json, say


@click.group()
def policy() -> None:
    """Look after policies."""


@policy.command()
@click.argument("file", type=click.Path(path_type=Path))
@as_json
def check(file: Path, as_json: bool) -> None:
    """Check a policy: a TOML file or a folder of them."""
    from config.policy import check_report

    report = check_report(file)
    if as_json:
        say(report)
    else:
        errors = report["errors"]
        assert isinstance(errors, list)
        for error in errors:
            click.echo(f"{error['file']}:{error['line']}:{error['column']}: {error['reason']}")
        click.echo("ok" if report["ok"] else f"{len(errors)} errors")
    sys.exit(0 if report["ok"] else 1)
