"""`usher run`: the demo centre with embedded servers. `usher serve`: the same program on external ones.

Most of a start is Python reading the server's modules. So this file needs few of them: a thread reads the others while
the stores come up.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
from collections.abc import AsyncIterator, Coroutine
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import msgspec

from config.settings import Settings
from router.cli.output import as_json, refuse
from router.cli.output import run as run_async
from router.cli.stores import SERVER_FILE, servers, settings_of
from router.start_phases import StartPhases, of_this_process


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder for all data.")
@click.option("--policy", type=click.Path(path_type=Path, exists=True), help="Policy, or a folder with policy/, "
              "staff.toml and accounts.toml; the demo centre's by default.")  # fmt: skip
@click.option("--bot/--no-bot", "bot", default=True, help="Whether the demo's bot answers first.")
@click.option("--demo-traffic", is_flag=True, help="Simulated customers and agents keep the centre busy.")
@as_json
def run(bot: bool, demo_traffic: bool, as_json: bool, **overrides: Any) -> None:
    """Serve the demo centre with embedded Valkey and PostgreSQL."""
    phases = of_this_process()
    gc.disable()  # until it serves: what a start makes stays
    settings = settings_of({**overrides, "demo": True})
    phases.over("settings")
    run_async(lambda: stoppable(_run(settings, phases, bot=bot, demo_traffic=demo_traffic, as_json=as_json)))


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--policy", type=click.Path(path_type=Path, exists=True), help="Policy file or folder.")
@click.option("--accounts", type=click.Path(path_type=Path, exists=True), help="Widget accounts.")
@as_json
def serve(as_json: bool, **overrides: Any) -> None:
    """Serve on external servers: USHER_REDIS_URL and USHER_POSTGRES_URL."""
    phases = of_this_process()
    gc.disable()
    settings = settings_of(overrides)
    if not settings.redis_url or not settings.postgres_url:
        refuse("USHER_REDIS_URL and USHER_POSTGRES_URL must be set; `usher run` brings its own servers")
    phases.over("settings")
    run_async(lambda: stoppable(_serve(settings, phases, as_json=as_json)))


async def stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Do it until it ends or SIGTERM or Ctrl-C says so; `serving.serve` then stops in its own, gentler way."""
    from signal import SIGINT, SIGTERM

    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    for number in (SIGTERM, SIGINT):
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


@contextlib.asynccontextmanager
async def _modules() -> AsyncIterator[asyncio.Task[Any]]:
    """The server's modules, being read by a thread of their own.

    Nothing else may be imported meanwhile: of two threads that read modules which need one another, one gets a module
    half read, and the start fails.
    """
    reading = asyncio.create_task(asyncio.to_thread(import_module, "router.cli.serving"), name="modules")
    try:
        yield reading
    finally:
        await asyncio.wait([reading])


async def _run(settings: Settings, phases: StartPhases, *, bot: bool, demo_traffic: bool, as_json: bool) -> None:
    async with _modules() as reading, servers(settings) as (urls, settings_with_urls):
        phases.over("stores")
        await reading
        from router.cli import serving
        from router.demo_shop import shop_service

        phases.over("modules")
        note = settings.data_dir / SERVER_FILE
        policy = str(settings.policy.absolute()) if settings.policy else None
        note.write_bytes(msgspec.json.encode({"redis": urls.redis, "postgres": urls.postgres, "policy": policy}))
        note.chmod(0o600)
        try:
            async with shop_service(settings.data_dir) as shop:
                more = [serving.traffic] if demo_traffic else []
                environ = os.environ | shop.environ | ({"DEMO_BOT": "on"} if bot else {})
                await serving.serve(settings_with_urls, phases, as_json=as_json, more=more, environ=environ)
        finally:
            note.unlink(missing_ok=True)


async def _serve(settings: Settings, phases: StartPhases, *, as_json: bool) -> None:
    from router.cli import serving

    phases.over("modules")
    await serving.serve(settings, phases, as_json=as_json)
