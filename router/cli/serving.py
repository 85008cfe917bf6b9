"""A server, from its settings and the files they name to the moment it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
import sys
import time
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click
import msgspec
import structlog
import uvicorn

from config.accounts import DEMO as DEMO_ACCOUNTS
from config.accounts import Account, load_accounts
from config.bot import DEMO as DEMO_BOT
from config.bot import load_bot, unknown_queues
from config.channel_accounts import DEPARTMENT_CHANNELS, ChannelAccount, load_channel_accounts
from config.data_sources import DEMO as DEMO_DATA_SOURCES
from config.data_sources import load_data_sources
from config.demo_cases import DEMO as DEMO_CASES
from config.demo_cases import DemoCase, load_cases
from config.departments import Departments, load_departments
from config.fault import ConfigInvalid, Fault, PolicyInvalid
from config.forms import DEMO as DEMO_FORMS
from config.forms import Forms, load_forms
from config.knowledge_files import DEMO as DEMO_KNOWLEDGE
from config.knowledge_files import KnowledgeFiles, load_knowledge
from config.policy import DEMO as DEMO_POLICY
from config.policy import load
from config.receivers import load_receivers
from config.settings import Settings, SettingsInvalid, lease_problem
from config.staff import DEMO as DEMO_STAFF
from config.staff import DemoStaff, load_staff
from router.api.staff import DemoLogin
from router.app import node
from router.cli.output import refuse, say
from router.core.bot.definition import Bot
from router.core.data_source import DataSource
from router.core.policy import Policy
from router.core.receiver import Receiver
from router.demo import seed, seed_knowledge
from router.demo_cases import seed_cases
from router.engine.bot.reloading import BotSource
from router.engine.reload import Source
from router.gateway.wire import Wire
from router.plan import Plan
from router.start_phases import StartPhases
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer

log = structlog.get_logger()

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
KEPT_OPEN_S = 75
"""A connection nothing is asked on, longer than proxies keep theirs (nginx 60 s): nobody asks on one that closes."""
COLLECT_AFTER = (10_000, 20, 10)
"""Objects more than before, collections of the young, of the older. A full one goes through every session of the node
and stops it for most of a second with 5,000: it comes after some two million objects more, not seventy thousand.
"""
SHOP = Path(DEMO_ACCOUNTS).parent / "shop"
Beside = Callable[[str], Coroutine[Any, Any, None]]
"""Given the server's URL."""


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: they would end the process before the stores are closed."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def plan_of(
    settings: Settings, port: int, environ: Mapping[str, str] | None = None
) -> tuple[Plan, tuple[DemoStaff, ...]]:
    """Policy, accounts and people from the settings' files. Raises ConfigInvalid with every fault.

    environ: where data sources' addresses and tokens are looked up; with the demo's shop service in it, its sources are
    those that are asked unless the settings name others.
    """
    folder = settings.policy
    whole = folder is not None and (folder / "policy").is_dir()
    policy_path = folder / "policy" if folder is not None and whole else folder or DEMO_POLICY
    accounts_path = folder / "accounts.toml" if folder is not None and whole else settings.accounts or DEMO_ACCOUNTS
    staff_path = folder / "staff.toml" if folder is not None and whole else DEMO_STAFF

    receivers_path = folder / "receivers.toml" if folder is not None and whole else settings.receivers
    receivers = _receivers(receivers_path, environ)

    own_bot = folder / "bot" if folder is not None and whole and (folder / "bot").exists() else None
    bots = settings.bots or own_bot or (DEMO_BOT if not whole and "DEMO_BOT" in (environ or {}) else None)
    queues: Collection[str] = ()

    def read() -> tuple[Policy, Mapping[str, Account]]:
        nonlocal queues
        policy = load(policy_path, receivers=receivers)
        if problem := lease_problem(settings, policy):
            raise SettingsInvalid([problem])
        if faults := _lost_queues(bots, policy.queues):
            raise PolicyInvalid(faults)
        queues = policy.queues
        return policy, load_accounts(accounts_path, policy)

    policy, accounts = read()
    channels_path = folder / "channels.toml" if folder is not None and whole else settings.channels
    channels = (
        load_channel_accounts(channels_path, policy, taken=accounts)
        if channels_path is not None and (channels_path.exists() or not whole)
        else {}
    )
    demo_forms = DEMO_FORMS if settings.demo else None
    people = load_staff(staff_path, policy) if settings.demo else ()
    shown = people if folder is None or len(people) <= 100 else people[:100]
    sources = _data_sources(
        settings.data_sources if not whole or folder is None else folder / "data_sources.toml", environ
    )
    bot_source = _bots(bots, sources, lambda: queues) if bots is not None else None
    plan = Plan(
        settings=settings,
        policy=policy,
        accounts=accounts,
        channels=channels,
        departments=_departments(
            settings.departments if not whole or folder is None else folder / "departments.toml", channels
        ),
        data_sources=sources,
        receivers=receivers,
        forms=_forms(
            folder / "forms.toml" if folder is not None and whole else settings.forms or demo_forms,
            *(policy, accounts, channels),
        ),
        bots=bot_source.read() if bot_source is not None else {},
        bot_source=bot_source,
        source=Source(paths=(policy_path, accounts_path), read=read),
        origins=_origins(settings, port),
        demo=[DemoLogin(role=p.role, name=p.name, email=p.email, password=p.password) for p in shown],
        shop=SHOP if settings.demo else None,
        seed=partial(
            _seed,
            policy=policy,
            people=people,
            knowledge=partial(_knowledge, folder),
            cases=_cases(DEMO_CASES if folder is None else folder / "cases.toml" if whole else None, policy, people),
        )
        if people
        else None,
    )
    return plan, people


async def _seed(
    database: Database,
    writer: Writer,
    *,
    policy: Policy,
    people: tuple[DemoStaff, ...],
    knowledge: Callable[[], KnowledgeFiles],
    cases: tuple[DemoCase, ...],
) -> int:
    """Side by side: none needs the others, and passwords are hashed off the loop."""
    async with asyncio.TaskGroup() as group:
        added = group.create_task(seed(database, policy, people), name="demo staff")
        group.create_task(seed_knowledge(database, policy, knowledge), name="demo knowledge")
        group.create_task(
            seed_cases(database, writer, policy, cases, now=time.time_ns() // 1_000_000), name="demo cases"
        )
    return added.result()


def _cases(path: Path | None, policy: Policy, people: tuple[DemoStaff, ...]) -> tuple[DemoCase, ...]:
    """What a demo centre has on its board at first."""
    return load_cases(path, policy, people) if path is not None and path.is_file() else ()


def _knowledge(folder: Path | None) -> KnowledgeFiles:
    """What a demo centre knows at first: its own folder's articles, or the demo shop's."""
    path = DEMO_KNOWLEDGE if folder is None else folder / "knowledge"
    return load_knowledge(path) if path.is_dir() else KnowledgeFiles()


def _departments(path: Path | None, channels: Mapping[str, ChannelAccount]) -> Departments:
    if path is None or not path.exists():
        return Departments()
    return load_departments(path, [key for key, each in channels.items() if each.channel in DEPARTMENT_CHANNELS])


def _forms(
    path: Path | None, policy: Policy, accounts: Mapping[str, Account], channels: Mapping[str, ChannelAccount]
) -> Forms:
    if path is None or not path.exists():
        return Forms()
    mailboxes = tuple(key for key, each in channels.items() if each.channel == "email")
    return load_forms(
        path, policy, accounts=tuple(accounts), mailboxes=mailboxes, taken=frozenset({*accounts, *channels})
    )


def _data_sources(path: Path | None, environ: Mapping[str, str] | None) -> Mapping[str, DataSource]:
    if path is None and environ is not None and "DEMO_SHOP_URL" in environ:
        path = DEMO_DATA_SOURCES
    return load_data_sources(path, environ) if path is not None and path.exists() else {}


def _receivers(path: Path | None, environ: Mapping[str, str] | None) -> Mapping[str, Receiver]:
    return load_receivers(path, environ) if path is not None and path.exists() else {}


def _lost_queues(bots: Path | None, queues: Collection[str]) -> list[Fault]:
    """What a bot's mails would miss under a policy; a bot that cannot be read has its own faults told elsewhere."""
    try:
        return unknown_queues(bots, queues) if bots is not None else []
    except ConfigInvalid:
        return []


def _bots(folder: Path, sources: Mapping[str, DataSource], queues: Callable[[], Collection[str]]) -> BotSource:
    """queues: those of the policy, as it was read last."""

    def read() -> Mapping[str, Bot]:
        bot = load_bot(folder, sources)
        if faults := unknown_queues(folder, queues()):
            raise ConfigInvalid(faults)
        return {bot.name: bot}

    return BotSource(folder=folder, read=read)


def _origins(settings: Settings, port: int) -> frozenset[str]:
    local = {f"http://{host}:{port}" for host in (settings.host, "127.0.0.1", "localhost")}
    public = {settings.public_url} if settings.public_url else set()
    return frozenset(local | public | set(settings.allowed_origins))


async def serve(
    settings: Settings,
    phases: StartPhases,
    *,
    as_json: bool,
    more: Sequence[Beside] = (),
    environ: Mapping[str, str] | None = None,
) -> None:
    """Serve until told to stop; `more` runs beside the server once it is ready, given its URL."""
    listening = _listen(settings.host, settings.port)
    port = listening.getsockname()[1]
    url = settings.public_url or f"http://{_shown(settings.host)}:{port}"
    if settings.demo:  # links in its messages are followed on the machine itself
        settings = msgspec.structs.replace(settings, public_url=url)
    plan, people = plan_of(settings, port, environ)
    phases.over("policy")
    async with node(plan, phases) as application:
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
            timeout_keep_alive=KEPT_OPEN_S,
        )
        server = _Server(config)
        gc.freeze()  # what start-up made stays for good
        gc.set_threshold(*COLLECT_AFTER)
        gc.enable()

        def stop() -> None:
            server.force_exit = server.should_exit  # a second signal does not wait for requests under way
            server.should_exit = True

        for number in STOP_SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, stop)
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(server.serve(sockets=[listening]), name="http server")
            while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn has no event for it
                await asyncio.sleep(0.01)
            phases.over("sockets")
            log.info("started", total_ms=phases.total_ms, **phases.ms)
            _announce(url, links(url, shop=plan.shop is not None, accounts=plan.accounts), people, as_json=as_json)
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


async def traffic(url: str) -> None:
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


def links(url: str, *, shop: bool, accounts: Collection[str]) -> dict[str, str]:
    """The pages people begin at. The portal is the account's that is asked for, else that of `demo`."""
    of_account = "" if "demo" in accounts else f"?account={next(iter(accounts), '')}"
    return ({"shop": f"{url}/shop/"} if shop else {}) | {
        "agent": f"{url}/agent/",
        "supervisor": f"{url}/agent/board",
        "portal": f"{url}/portal{of_account}",
    }


def _announce(url: str, links: Mapping[str, str], people: tuple[DemoStaff, ...], *, as_json: bool) -> None:
    logins = [{"role": p.role, "email": p.email, "password": p.password} for p in people]
    if as_json:
        say({"ready": True, "url": url, "links": links, "demo_logins": logins})
        sys.stdout.flush()
        return
    click.secho("\nUsher is ready.\n", bold=True)
    for name, link in links.items():
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
