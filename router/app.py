"""The composition root: one node of the server, from settings to a running application.

Start order: PostgreSQL (migrated) → Valkey (library loaded, state checked, rebuilt if need be) → the journal's gaps →
the streams → timers → the sockets. Stop is the reverse: sockets first, so that nothing is asked that cannot be done.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog
from starlette.applications import Starlette

from config.accounts import Account
from config.settings import Settings
from router.api import health, metrics, pages, staff, widget
from router.api import policy as policy_routes
from router.core.compiler import settings_of
from router.core.policy import Policy
from router.core.rules import compile_rules
from router.engine import (
    closed_queues,
    conversations,
    journal_gaps,
    rebuild,
    reconcile,
    running,
    sign_in,
    snapshots,
    talk,
)
from router.engine.attendance import Attendance
from router.engine.board import Board
from router.engine.centre import Centre, Clock
from router.engine.live import Live
from router.engine.receipts import Delivered
from router.engine.reload import PolicyWatch, Source
from router.engine.staff_directory import StaffDirectory
from router.engine.watching import Watching
from router.gateway.routes import routes as socket_routes
from router.gateway.sessions import Sessions
from router.store.connection import Connection
from router.store.event_reader import EventReader
from router.store.opening import POSTGRES, REDIS, opening
from router.store.postgres import staff as stored_staff
from router.store.postgres import work_items
from router.store.postgres.database import Database
from router.store.postgres.migrations import migrate
from router.store.postgres.writer import Writer
from router.store.presence_keys import PresenceKeys
from router.store.routing import RoutingStore
from router.store.talk import TalkStream

log = structlog.get_logger()

DAY_MS = 86_400_000
GOING_AWAY = 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run: settings with the stores' URLs filled in, and the policy with what belongs to it.

    origins: web origins this server is reached at. demo: logins to show; shop: the demo shop's folder.
    """

    settings: Settings
    policy: Policy
    accounts: Mapping[str, Account]
    origins: frozenset[str]
    demo: Sequence[staff.DemoLogin] = ()
    shop: Path | None = None
    source: Source | None = None
    """Where policy and accounts are read anew from when they change."""
    seed: Callable[[Database], Awaitable[int]] | None = None
    """Called once the schema is there, before staff are read."""


@contextlib.asynccontextmanager
async def centre(plan: Plan, *, prepare: bool = True) -> AsyncIterator[tuple[Centre, Connection]]:
    """The centre of one node over open stores, nothing running yet; with its connection for reading events.

    prepare: bring schema, staff and function library up to date first; a look from outside leaves all as it is.
    Raises CannotOpen, MigrationError.
    """
    settings = plan.settings
    redis_url, postgres_url = settings.redis_url.reveal(), settings.postgres_url.reveal()
    async with contextlib.AsyncExitStack() as stores:
        with opening(POSTGRES):
            if prepare:
                await migrate(postgres_url)
            opened = Database.open(
                postgres_url, connections=settings.postgres_pool, timeout_s=settings.postgres_timeout_s
            )
            database = await stores.enter_async_context(await opened)
            writing = Writer.open(
                postgres_url,
                shards=settings.postgres_writers,
                at_most=settings.write_queue,
                timeout_s=settings.postgres_timeout_s,
            )
            writer = await stores.enter_async_context(await writing)
        with opening(REDIS):
            calling = Connection.open(redis_url, timeout_s=settings.redis_timeout_s, at_most=settings.redis_in_flight)
            calls = await stores.enter_async_context(await calling)
            event_reads = await stores.enter_async_context(await Connection.open(redis_url))
            talk_reads = await stores.enter_async_context(await Connection.open(redis_url))
            store = await RoutingStore.open(calls) if prepare else RoutingStore(calls)
        if plan.seed is not None and prepare:
            await plan.seed(database)
        made = await _make(plan, store, database, writer, TalkStream(calls, talk_reads, store.prefix))
        yield made, event_reads


async def _make(plan: Plan, store: RoutingStore, database: Database, writer: Writer, stream: TalkStream) -> Centre:
    directory = StaffDirectory(
        sign_in.colleague_of(plan.policy, person) for person in await stored_staff.everybody(database)
    )
    clock = Clock()
    board = Board(plan.policy, directory.person_of)
    made: Centre

    async def customer_came_or_went(visitor_id: str, online: bool) -> None:
        window = made.live.windows.get(visitor_id)
        if window is not None and window.conversation_id:
            await made.say(talk.OnlineSaid(conversation_id=window.conversation_id, online=online))

    async def delivered(conversation_id: str, side: talk.Side, n: int) -> None:
        await conversations.seen(made, conversation_id, side, delivered_n=n)

    made = Centre(
        node=f"node-{secrets.token_hex(4)}",
        settings=plan.settings,
        policy=plan.policy,
        ruleset=compile_rules(plan.policy),
        accounts=plan.accounts,
        staff=directory,
        store=store,
        database=database,
        writer=writer,
        talk=stream,
        live=Live(
            load=lambda work: snapshots.item_assigned(made, work),
            look=lambda window: snapshots.customer_snapshot(made, window),
            name_of=directory.name_of,
            face_of=directory.face_of,
        ),
        board=board,
        watching=Watching(board, clock.now),
        attendance=Attendance(PresenceKeys(store.connection, store.prefix), customer_came_or_went),
        delivered=Delivered(delivered),
        origins=plan.origins,
        clock=clock,
    )
    return made


@contextlib.asynccontextmanager
async def node(plan: Plan) -> AsyncIterator[Starlette]:
    """A running node and its application, until the block ends."""
    async with centre(plan) as (made, event_reads), asyncio.TaskGroup() as tasks:
        reader = EventReader(event_reads, after_seq=await journal_gaps.first_unsure(made))
        await rebuild.ensure(made)
        await made.store.configure(settings_of(plan.policy))
        await journal_gaps.confirm_before_start(made, reader)
        await running.load_board(made)
        await _count_today(made)
        await made.talk.start()
        unconfirmed = journal_gaps.Unconfirmed()
        watch = PolicyWatch(made, plan.source)
        running_tasks = [
            tasks.create_task(work, name=name)
            for name, work in {
                "routing events": running.read_routing(made, reader, unconfirmed),
                "talk": running.read_talk(made),
                "timers": running.tick(made),
                "visitors": running.expect_visitors(made),
                "positions": running.tell_positions(made),
                "journal gaps": running.close_gaps(made, unconfirmed),
                "store": running.mend_store(made),
                "policy": watch.run(),
                "reconciler": reconcile.run(made),
                "closed queues": closed_queues.run(made),
                "boards": made.watching.run(),
                "receipts": made.delivered.run(),
            }.items()
        ]
        sessions = Sessions(
            keep=plan.settings.session_buffer_events,
            resume_s=plan.settings.resume_window_s,
            most=plan.settings.max_connections * 2,
        )
        log.info("node ready", node=made.node, agents=len(list(made.staff)), queues=len(plan.policy.queues))
        try:
            yield application(plan, made, sessions, watch)
        finally:
            sessions.end_all(GOING_AWAY)
            made.attendance.close()
            for task in running_tasks:
                task.cancel()


async def _count_today(made: Centre) -> None:
    """The board's counts of the last day, from PostgreSQL."""
    made.board.new_day(made.now())
    for day in await work_items.waits_since(made.database, made.now() - made.now() % DAY_MS):
        made.board.count(day.queue, day.answered_waits_ms, day.abandoned_waits_ms)


def application(plan: Plan, made: Centre, sessions: Sessions, watch: PolicyWatch) -> Starlette:
    return Starlette(
        routes=[
            *health.routes(made),
            *staff.routes(made, plan.demo),
            *policy_routes.routes(made, watch),
            *widget.routes(made),
            *metrics.routes(made),
            *socket_routes(made, sessions),
            *pages.routes(shop=plan.shop),
        ]
    )
