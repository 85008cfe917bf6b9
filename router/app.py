"""The composition root: one node of the server, from settings to a running application.

Start order: PostgreSQL (migrated) → Valkey (library loaded, state checked, rebuilt if need be) → the journal's gaps →
the streams → timers → the sockets. Stop is the reverse: sockets first, so that nothing is asked that cannot be done.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from functools import partial

import structlog
from starlette.applications import Starlette

from adapters import carriage, data_source, hooks, language_model, notice, outside
from adapters.email.mailbox import mailboxes
from adapters.twilio_voice import routes as twilio_voice
from adapters.twilio_voice.opening import switchboard
from config.settings import Settings, SettingsInvalid, llm_problem
from router.api import bot as bot_routes
from router.api import (
    case_document,
    customers,
    files,
    forms,
    health,
    mails,
    metrics,
    my,
    pages,
    self_help,
    staff,
    step_page,
    voice,
    widget,
)
from router.api import policy as policy_routes
from router.background import background, model_path
from router.core.compiler import settings_of
from router.core.outbound import Refused
from router.core.rules import compile_rules
from router.engine import (
    conversations,
    journal_gaps,
    rebuild,
    running,
    sign_in,
    snapshots,
    supervision,
    talk,
)
from router.engine.attendance import Attendance
from router.engine.board import Board
from router.engine.bot import calling as bot_calling
from router.engine.bot.advising import Advising
from router.engine.bot.bots import Bots
from router.engine.carriers import Carriers
from router.engine.cases.room import CaseRoom
from router.engine.cases.watching import CaseWatching
from router.engine.centre import Centre, Clock
from router.engine.data_sources import DataSources
from router.engine.knowledge.meaning import Meaning
from router.engine.live import Live
from router.engine.receipts import Delivered
from router.engine.receivers import Receivers
from router.engine.reload import PolicyWatch
from router.engine.staff_directory import StaffDirectory
from router.engine.watching import Watching
from router.engine.whole_conversations import whole_conversations
from router.gateway.routes import routes as socket_routes
from router.gateway.sessions import Sessions
from router.plan import Plan
from router.start_phases import StartPhases
from router.store.connection import Connection
from router.store.event_reader import EventReader
from router.store.opening import POSTGRES, REDIS, opening
from router.store.postgres import keys, work_items
from router.store.postgres import staff as stored_staff
from router.store.postgres.database import Database
from router.store.postgres.migrations import migrate
from router.store.postgres.writer import Writer
from router.store.presence_keys import PresenceKeys
from router.store.routing import RoutingStore
from router.store.talk import TalkStream
from router.understanding.service import Understanding

log = structlog.get_logger()

DAY_MS = 86_400_000
GOING_AWAY = 1001


@contextlib.asynccontextmanager
async def centre(
    plan: Plan, phases: StartPhases | None = None, *, prepare: bool = True
) -> AsyncIterator[tuple[Centre, Connection]]:
    """The centre of one node over open stores, nothing running yet; with its connection for reading events.

    prepare: bring schema, staff and function library up to date first; a look from outside leaves all as it is.
    Raises CannotOpen, MigrationError; SettingsInvalid for an e-mail account that lacks something.
    """
    settings, phases = plan.settings, phases or StartPhases()
    redis_url, postgres_url = settings.redis_url.reveal(), settings.postgres_url.reveal()
    async with contextlib.AsyncExitStack() as stores:
        with opening(POSTGRES):
            if prepare:
                await migrate(postgres_url)
                phases.over("schema")
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
            await plan.seed(database, writer)
            phases.over("demo")
        http = await stores.enter_async_context(carriage.client())
        carriages = carriage.carriages(plan.channels.values(), http)
        try:
            carriers = Carriers([*carriages, *mailboxes(plan.channels.values(), http)])
        except Refused as wrong:
            raise SettingsInvalid([wrong.reason]) from None
        made = await _make(plan, store, database, writer, TalkStream(calls, talk_reads, store.prefix), carriers)
        made.forms = plan.forms
        made.bots = Bots(by_name=plan.bots)
        if plan.bots and plan.teaches:
            made.bots.engine = made.bots.learner = Understanding(model_path(settings))
        if plan.bots and settings.llm_url:
            made.bots.advising = await stores.enter_async_context(_adviser(settings, made.meaning))
        if plan.data_sources:
            asking = await stores.enter_async_context(outside.client())
            made.data_sources = DataSources(by_key=plan.data_sources, asker=data_source.HttpAsker(asking))
        if plan.receivers:
            telling = await stores.enter_async_context(outside.client())
            made.receivers = Receivers(by_key=plan.receivers, teller=notice.HttpTeller(telling))
        made.calls = switchboard(plan.channels.values(), http, settings.public_url, database)
        if made.calls is not None:
            made.calls.talk_first = partial(bot_calling.turn, made)
        yield made, event_reads


@contextlib.asynccontextmanager
async def _adviser(settings: Settings, meaning: Meaning) -> AsyncIterator[Advising]:
    """The language model bots may ask. Raises SettingsInvalid."""
    if problem := llm_problem(settings):
        raise SettingsInvalid([problem])
    endpoint = language_model.Endpoint(
        url=settings.llm_url,
        model=settings.llm_model,
        key=settings.llm_key.reveal(),
        internal=settings.llm_internal,
        timeout_s=settings.llm_timeout_s,
    )
    async with outside.client() as http:
        model = language_model.LanguageModel(endpoint, outside.Outside(http))
        yield Advising(adviser=model, may=settings.llm_may, at_once=settings.llm_at_once, meaning=meaning)


async def _make(
    plan: Plan,
    store: RoutingStore,
    database: Database,
    writer: Writer,
    stream: TalkStream,
    carriers: Carriers,
) -> Centre:
    directory = StaffDirectory(
        sign_in.colleague_of(plan.policy, person) for person in await stored_staff.everybody(database)
    )
    clock = Clock()
    board = Board(plan.policy, directory.person_of)
    made: Centre

    async def customer_came_or_went(visitor_id: str, online: bool) -> None:
        await conversations.customer_came_or_went(made, visitor_id, online=online)

    async def delivered(conversation_id: str, side: talk.Side, n: int) -> None:
        await conversations.seen(made, conversation_id, side, delivered_n=n)

    name = f"node-{secrets.token_hex(4)}"
    made = Centre(
        node=name,
        settings=plan.settings,
        policy=plan.policy,
        ruleset=compile_rules(plan.policy),
        accounts=plan.accounts,
        staff=directory,
        store=store,
        database=database,
        writer=writer,
        conversations=whole_conversations(database),
        talk=stream,
        live=Live(
            load=lambda work: snapshots.item_assigned(made, work),
            look=lambda window: snapshots.customer_snapshot(made, window),
            name_of=directory.name_of,
            face_of=directory.face_of,
        ),
        board=board,
        watching=Watching(board, clock.now),
        attendance=Attendance(PresenceKeys(store.connection, store.prefix, node=name), customer_came_or_went),
        delivered=Delivered(delivered),
        carriers=carriers,
        departments=plan.departments,
        cases=CaseRoom(watching=CaseWatching(name_of=directory.name_of)),
        signing_key=await keys.key(database, "files"),
        origins=plan.origins,
        clock=clock,
    )
    return made


@contextlib.asynccontextmanager
async def node(plan: Plan, phases: StartPhases | None = None) -> AsyncIterator[Starlette]:
    """A running node and its application, until the block ends. phases: of the start, to be told when they are over."""
    phases = phases or StartPhases()
    async with centre(plan, phases) as (made, event_reads), asyncio.TaskGroup() as tasks:
        reader = EventReader(event_reads, after_seq=await journal_gaps.first_unsure(made))
        await rebuild.ensure(made)
        await made.store.configure(settings_of(plan.policy))
        await journal_gaps.confirm_before_start(made, reader)
        await supervision.read_switches(made)
        await running.load_board(made)
        await _count_today(made)
        await made.talk.start()
        unconfirmed = journal_gaps.Unconfirmed()
        watch = PolicyWatch(made, plan.source)
        working = [
            tasks.create_task(work, name=name)
            for name, work in background(made, plan, reader, unconfirmed, watch).items()
        ]
        sessions = Sessions(
            keep=plan.settings.session_buffer_events,
            resume_s=plan.settings.resume_window_s,
            most=plan.settings.max_connections * 2,
        )
        phases.over("state")
        log.info("node ready", node=made.node, agents=len(list(made.staff)), queues=len(plan.policy.queues))
        try:
            yield application(plan, made, sessions, watch)
        finally:
            sessions.end_all(GOING_AWAY)
            made.attendance.close()
            for task in working:
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
            *bot_routes.routes(made),
            *files.routes(made),
            *customers.routes(made),
            *self_help.routes(made),
            *forms.routes(made),
            *case_document.routes(made),
            *my.routes(made),
            *step_page.routes(made),
            *mails.routes(made),
            *hooks.routes(made, hooks.Counted()),
            *voice.routes(made),
            *twilio_voice.routes(made),
            *socket_routes(made, sessions),
            *pages.routes(shop=plan.shop),
        ]
    )
