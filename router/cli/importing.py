"""`usher import`: policies of other systems."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.output import as_json, refuse, say

COLOURS = {"ok": "green", "approximated": "yellow", "refused": "red"}


@click.group(name="import")
def imports() -> None:
    """Bring a policy over from another system."""


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the policy. Default: FILE's name with .policy."
)
@as_json
def taskrouter(file: Path, out: Path | None, as_json: bool) -> None:
    """Write a policy from a Twilio TaskRouter workflow or workspace, and say what became of each part of it."""
    from config.strict_json import JsonInvalid
    from config.taskrouter.document import DocumentInvalid
    from config.taskrouter.writing import OutputRefused, import_file

    try:
        imported = import_file(file, out or Path(f"{file.stem}.policy"))
    except (JsonInvalid, DocumentInvalid, OutputRefused) as error:
        refuse(str(error))
    result = imported.as_json()
    if as_json:
        say(result)
        return
    for line in imported.lines:
        if line.status != "ok":
            click.echo(f"{click.style(line.status, fg=COLOURS[line.status])} {line.where}: {line.reason}")
            if line.expression:
                click.echo(f"    {line.expression}")
    click.echo(f"{imported.workflows} workflows, {imported.rules} rules, {imported.queues} queues in {imported.folder}")
    click.echo(", ".join(f"{result[status]} {click.style(status, fg=colour)}" for status, colour in COLOURS.items()))
