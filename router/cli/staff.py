"""`usher staff`: who may sign in and what they can do, brought in from a file; passwords; who is let go."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from router.cli.operating import data_option, opened, policy_option
from router.cli.output import as_json, refuse, run, say


@click.group()
def staff() -> None:
    """The people who work here."""


@staff.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@policy_option
@as_json
def bring_in(file: Path, as_json: bool, **overrides: Any) -> None:
    """Add and change who FILE names; whom it does not name stays. Twice is once.

    Who is new gets a first password, which is printed this once.
    """
    from config.staff import load_people
    from router.engine import roster
    from router.protocol.errors import BadRequest

    async def work() -> roster.BroughtIn:
        async with opened(overrides) as made:
            try:
                return await roster.bring_in(made, load_people(file, made.policy))
            except BadRequest as error:
                refuse(error.message)

    brought = run(work)
    if as_json:
        say({"added": brought.added, "changed": brought.changed, "as_they_were": brought.as_they_were})
        return
    for email, password in brought.added.items():
        click.echo(f"{email}  {password}")
    counts = f"{len(brought.added)} added, {len(brought.changed)} changed, {brought.as_they_were} as they were"
    click.echo(counts, err=True)


@staff.command(name="list")
@data_option
@as_json
def everybody(as_json: bool, **overrides: Any) -> None:
    """Everybody, let go or not."""

    async def work() -> list[dict[str, Any]]:
        from router.store.postgres import staff as stored

        async with opened(overrides, prepare=False) as made:
            people = await stored.everybody(made.database, let_go=True)
        return [
            {"agent_id": each.id, "email": each.email, "name": each.name, "role": each.role, "team": each.team}
            | {"active": each.active, "queues": sorted(each.queues), "skills": dict(each.skills)}
            for each in people
        ]

    people = run(work)
    if as_json:
        say({"staff": people})
        return
    for each in people:
        gone = "" if each["active"] else "  (let go)"
        click.echo(f"{each['agent_id']:<16} {each['role']:<10} {each['email']:<32} {each['name']}{gone}")


@staff.command()
@click.argument("email")
@data_option
@click.option("--generate", is_flag=True, help="Make one and print it.")
def password(email: str, generate: bool, **overrides: Any) -> None:
    """Give EMAIL another password, typed or on standard input; all their sign-ins end."""
    from router.engine import roster

    if generate:
        chosen = roster.new_password()
    elif sys.stdin.isatty():
        chosen = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        chosen = sys.stdin.readline().rstrip("\r\n")
    _do(lambda made: roster.give_password(made, email, chosen), overrides)
    if generate:
        click.echo(chosen)


@staff.command()
@click.argument("email")
@data_option
def deactivate(email: str, **overrides: Any) -> None:
    """Let EMAIL go: signed out everywhere within half a minute, their work back into line."""
    from router.engine import roster

    _do(lambda made: roster.set_active(made, email, active=False), overrides)


@staff.command()
@click.argument("email")
@data_option
def activate(email: str, **overrides: Any) -> None:
    """Have EMAIL back, with the password of before."""
    from router.engine import roster

    _do(lambda made: roster.set_active(made, email, active=True), overrides)


def _do(act: Any, overrides: dict[str, Any]) -> None:
    from router.protocol.errors import BadRequest, NotFound

    async def work() -> None:
        async with opened(overrides) as made:
            try:
                await act(made)
            except NotFound:
                refuse("there is no such person")
            except BadRequest as error:
                refuse(error.message)

    run(work)
