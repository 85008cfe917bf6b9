"""`usher run`: the demo centre with embedded servers. `usher serve`: the same program on external ones."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import msgspec
import structlog
import uvicorn

from config.accounts import DEMO as DEMO_ACCOUNTS
from config.accounts import Account, load_accounts
from config.policy import DEMO as DEMO_POLICY
from config.policy import load
from config.secret import Secret
from config.settings import Settings, SettingsInvalid, lease_problem, load_settings
from config.staff import DEMO as DEMO_STAFF
from config.staff import DemoStaff, load_staff
from router import embedded
from router.api.staff import DemoLogin
from router.app import Plan, node
from router.cli.output import as_json, refuse, say, set_up_logging
from router.cli.output import run as run_async
from router.core.policy import Policy
from router.demo import seed
from router.embedded import Urls
from router.engine.reload import Source
from router.gateway.wire import Wire

log = structlog.get_logger()

SERVER_FILE = "server.json"
"""In the data folder while a server runs: where its stores are, for operator commands."""
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
COLLECT_AFTER = (10_000, 20, 10)
"""Objects more than before, collections of the young, of the older. A full one goes through every session of the node
and stops it for most of a second with 5,000: it comes after some two million objects more, not seventy thousand.
"""
SHOP = Path(DEMO_ACCOUNTS).parent / "shop"


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on; 0 takes a free one.")
@click.option("--data", "data_dir", type=click.Path(path_type=Path), help="Folder for all data.")
@click.option("--policy", type=click.Path(path_type=Path, exists=True), help="Policy, or a folder with policy/, "
              "staff.toml and accounts.toml; the demo centre's by default.")  # fmt: skip
@click.option("--demo-traffic", is_flag=True, help="Simulated customers and agents keep the centre busy.")
@as_json
def run(demo_traffic: bool, as_json: bool, **overrides: Any) -> None:
    """Serve the demo centre with embedded Valkey and PostgreSQL."""
    settings = _settings({**overrides, "demo": True})
    run_async(lambda: stoppable(_run(settings, demo_traffic=demo_traffic, as_json=as_json)))


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
@click.option("--policy", type=click.Path(path_type=Path, exists=True), help="Policy file or folder.")
@click.option("--accounts", type=click.Path(path_type=Path, exists=True), help="Widget accounts.")
@as_json
def serve(as_json: bool, **overrides: Any) -> None:
    """Serve on external servers: USHER_REDIS_URL and USHER_POSTGRES_URL."""
    settings = _settings(overrides)
    if not settings.redis_url or not settings.postgres_url:
        refuse("USHER_REDIS_URL and USHER_POSTGRES_URL must be set; `usher run` brings its own servers")
    run_async(lambda: stoppable(_serve(settings, as_json=as_json, more=[])))


def _settings(overrides: Mapping[str, Any]) -> Settings:
    try:
        settings = load_settings(overrides=overrides)
    except SettingsInvalid as invalid:
        refuse(*invalid.problems)
    set_up_logging(settings.log_format, settings.log_level)
    return settings


async def stoppable(work: Coroutine[Any, Any, None]) -> None:
    """Do it until it ends or SIGTERM or Ctrl-C says so; `_serve` then stops in its own, gentler way."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(work)
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they would end the process before the stores are closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _run(settings: Settings, *, demo_traffic: bool, as_json: bool) -> None:
    async with servers(settings) as (urls, settings_with_urls):
        note = settings.data_dir / SERVER_FILE
        policy = str(settings.policy.absolute()) if settings.policy else None
        note.write_bytes(msgspec.json.encode({"redis": urls.redis, "postgres": urls.postgres, "policy": policy}))
        note.chmod(0o600)
        try:
            await _serve(settings_with_urls, as_json=as_json, more=[_traffic] if demo_traffic else [])
        finally:
            note.unlink(missing_ok=True)


@contextlib.asynccontextmanager
async def servers(settings: Settings) -> AsyncIterator[tuple[Urls, Settings]]:
    """External stores if they are set, else embedded ones."""
    if settings.redis_url and settings.postgres_url:
        urls = Urls(redis=settings.redis_url.reveal(), postgres=settings.postgres_url.reveal())
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        yield urls, settings
        return
    async with embedded.servers(settings.data_dir) as urls:
        yield (
            urls,
            msgspec.structs.replace(settings, redis_url=Secret(urls.redis), postgres_url=Secret(urls.postgres)),
        )


def plan_of(settings: Settings, port: int) -> tuple[Plan, tuple[DemoStaff, ...]]:
    """Policy, accounts and people from the settings' files. Raises ConfigInvalid with every fault."""
    folder = settings.policy
    whole = folder is not None and (folder / "policy").is_dir()
    policy_path = folder / "policy" if folder is not None and whole else folder or DEMO_POLICY
    accounts_path = folder / "accounts.toml" if folder is not None and whole else settings.accounts or DEMO_ACCOUNTS
    staff_path = folder / "staff.toml" if folder is not None and whole else DEMO_STAFF

    def read() -> tuple[Policy, Mapping[str, Account]]:
        policy = load(policy_path)
        if problem := lease_problem(settings, policy):
            raise SettingsInvalid([problem])
        return policy, load_accounts(accounts_path, policy)

    policy, accounts = read()
    people = load_staff(staff_path, policy) if settings.demo else ()
    shown = people if folder is None or len(people) <= 100 else people[:100]
    plan = Plan(
        settings=settings,
        policy=policy,
        accounts=accounts,
        source=Source(paths=(policy_path, accounts_path), read=read),
        origins=_origins(settings, port),
        demo=[DemoLogin(role=p.role, name=p.name, email=p.email, password=p.password) for p in shown],
        shop=SHOP if settings.demo else None,
        seed=(lambda database: seed(database, policy, people)) if people else None,
    )
    return plan, people


def _origins(settings: Settings, port: int) -> frozenset[str]:
    local = {f"http://{host}:{port}" for host in (settings.host, "127.0.0.1", "localhost")}
    public = {settings.public_url} if settings.public_url else set()
    return frozenset(local | public | set(settings.allowed_origins))


async def _serve(settings: Settings, *, as_json: bool, more: list[Any]) -> None:
    """Serve until told to stop; `more` runs beside the server once it is ready, given its URL."""
    listening = _listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    plan, people = plan_of(settings, port)
    async with node(plan) as application:
        config = uvicorn.Config(
            application,
            ws=Wire,
            ws_max_size=settings.max_frame_bytes,
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies) or None,
            timeout_graceful_shutdown=round(settings.shutdown_s),
            limit_concurrency=None,
            backlog=2048,
        )
        server = _Server(config)
        gc.freeze()  # what start-up made stays for good
        gc.set_threshold(*COLLECT_AFTER)

        def stop() -> None:
            server.force_exit = server.should_exit  # a second signal does not wait for requests under way
            server.should_exit = True

        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listening]), name="http server")
            while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            url = settings.public_url or f"http://{_shown(settings.host)}:{port}"
            _announce(url, people, as_json=as_json)
            beside = [group.create_task(_beside(make(url)), name="beside the server") for make in more]
            await serving
            for task in beside:
                task.cancel()


async def _beside(work: Coroutine[Any, Any, None]) -> None:
    """What runs beside the server may fail without ending it."""
    try:
        await work
    except Exception:
        log.exception("demo traffic ended")


async def _traffic(url: str) -> None:
    from loadtest.demo_traffic import demo_traffic

    await demo_traffic(url)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        refuse(f"cannot listen on {host}:{port}: {error.strerror}")
    listening.listen(2048)
    listening.setblocking(False)
    return listening


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - shown, not listened on


def links(url: str) -> dict[str, str]:
    return {
        "shop": f"{url}/shop/",
        "agent": f"{url}/agent/",
        "supervisor": f"{url}/agent/board",
        "portal": f"{url}/portal",
    }


def _announce(url: str, people: tuple[DemoStaff, ...], *, as_json: bool) -> None:
    logins = [{"role": p.role, "email": p.email, "password": p.password} for p in people]
    if as_json:
        say({"ready": True, "url": url, "links": links(url), "demo_logins": logins})
        sys.stdout.flush()
        return
    click.secho("\nUsher is ready.\n", bold=True)
    for name, link in links(url).items():
        click.echo(f"  {name:<11} {link}")
    if people:
        click.echo("\nSign in as")
        roles: dict[str, DemoStaff] = {}
        for person in people:
            roles.setdefault(person.role, person)
        for role, person in roles.items():
            click.echo(f"  {role:<11} {person.email}  {person.password}")
    click.echo("\nStop with Ctrl+C; everything is kept.\n")
    sys.stdout.flush()


def of_running_server(settings: Settings) -> Settings:
    """These settings with stores and policy of the server that runs on the data folder; as they are when none runs."""
    try:
        noted = json.loads((settings.data_dir / SERVER_FILE).read_text())
    except (OSError, ValueError):
        return settings
    policy = Path(noted["policy"]) if noted["policy"] else None
    return msgspec.structs.replace(
        settings,
        redis_url=Secret(noted["redis"]),
        postgres_url=Secret(noted["postgres"]),
        policy=settings.policy or policy,
    )
