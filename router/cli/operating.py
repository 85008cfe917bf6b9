"""Commands for who runs the server: migrate, rebuild, doctor, sessions."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click
import msgspec

from router.app import centre
from router.cli.output import as_json, refuse, run, say, set_up_logging
from router.cli.serving import plan_of
from router.cli.stores import of_running_server, servers, settings_of
from router.engine.centre import Centre
from router.store.errors import StoreUnavailable

data_option = click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder of embedded servers.")
policy_option = click.option("--policy", type=click.Path(path_type=Path, exists=True), help="Policy in force.")


@contextlib.asynccontextmanager
async def opened(overrides: dict[str, Any], *, prepare: bool = True) -> AsyncIterator[Centre]:
    """A centre on the running server's stores, on external ones, or on embedded ones started for this."""
    settings = of_running_server(settings_of(overrides))
    set_up_logging(settings.log_format, "warning")
    async with servers(settings) as (_, with_urls):
        plan, _ = plan_of(with_urls, with_urls.port)
        async with centre(plan, prepare=prepare) as (made, _):
            yield made


@click.command()
@data_option
@as_json
def migrate(as_json: bool, **overrides: Any) -> None:
    """Bring the database schema up to date."""

    async def work() -> list[str]:
        from router.store.opening import POSTGRES, opening
        from router.store.postgres.migrations import migrate as apply

        settings = of_running_server(settings_of(overrides))
        async with servers(settings) as (urls, _):
            with opening(POSTGRES):
                return await apply(urls.postgres)

    applied = run(work)
    if as_json:
        say({"applied": applied})
    else:
        click.echo("\n".join(applied) or "nothing to do")


@click.command()
@data_option
@policy_option
@as_json
def rebuild(as_json: bool, **overrides: Any) -> None:
    """Make the live state in the store anew from PostgreSQL, order kept."""

    async def work() -> dict[str, Any]:
        from router.engine.rebuild import rebuild as make_anew
        from router.store.postgres import journal

        async with opened(overrides) as made, journal.keeper(made.database) as mine:
            if not mine:
                raise StoreUnavailable("another node is rebuilding the store")
            rebuilt = await make_anew(made, "asked by the operator")
            return {"epoch": rebuilt.epoch, "agents": rebuilt.agents, "work_items": rebuilt.items}

    result = run(work)
    if as_json:
        say(result)
    else:
        click.echo(f"rebuilt: {result['agents']} agents, {result['work_items']} work items")


@click.command()
@data_option
@policy_option
@click.option("--repair", is_flag=True, help="Mend what can be mended.")
@as_json
def doctor(repair: bool, as_json: bool, **overrides: Any) -> None:
    """Audit the stores: reachable, of one epoch, every invariant holds."""

    async def work() -> list[Any]:
        from router.engine import audit

        try:
            async with opened(overrides, prepare=repair) as made:
                return await audit.checks(made, repair=repair)
        except (StoreUnavailable, OSError) as error:
            return [audit.Check(name="stores reachable", ok=False, detail=str(error))]

    checks = run(work)
    ok = all(check.ok for check in checks)
    if as_json:
        say({"ok": ok, "checks": [msgspec.to_builtins(check) for check in checks]})
    else:
        for check in checks:
            mark = click.style("ok  ", fg="green") if check.ok else click.style("FAIL", fg="red")
            click.echo(f"{mark} {check.name}: {check.detail}")
    sys.exit(0 if ok else 1)


@click.command()
@data_option
@policy_option
@click.option("--dry-run", is_flag=True, help="Only count what would be forgotten.")
@as_json
def retention(dry_run: bool, as_json: bool, **overrides: Any) -> None:
    """Forget what is older than the policy keeps it; running nodes do so by themselves."""

    async def work() -> list[Any]:
        from router.engine import retention as keeping

        async with opened(overrides, prepare=False) as made:
            return await keeping.all_turns(made, dry=dry_run)

    turns = run(work)
    if as_json:
        rows = [{"kind": t.kind, "days": t.days, "before": t.before, "count": t.count} for t in turns]
        say({"dry_run": dry_run, "kinds": rows})
        return
    for turn in turns:
        kept = f"kept {turn.days} days" if turn.days else "kept for ever"
        done = "to forget" if dry_run else "forgotten"
        click.echo(f"{turn.kind:<14} {kept:<16} {turn.count} {done}")


@click.group()
def sessions() -> None:
    """Login sessions of staff."""


@sessions.command()
@data_option
@policy_option
@click.option("--all", "everybody", is_flag=True, help="One for every member of staff.")
@click.option("--email", help="For this person.")
@as_json
def mint(everybody: bool, email: str | None, as_json: bool, **overrides: Any) -> None:
    """Make login sessions without passwords: for load tests, and for an operator who must get in."""
    if everybody == bool(email):
        refuse("say either --all or --email")

    async def work() -> list[dict[str, str]]:
        from router.engine import sign_in

        async with opened(overrides) as made:
            chosen = [c for c in made.staff if everybody or c.email.lower() == (email or "").lower()]
            return [
                {"agent_id": c.agent_id, "email": c.email, "token": await sign_in.mint(made, c.agent_id, "minted")}
                for c in chosen
            ]

    minted = run(work)
    if not minted:
        refuse("there is no such person")
    if as_json:
        say({"sessions": minted})
    else:
        for session in minted:
            click.echo(f"{session['email']}  {session['token']}")
