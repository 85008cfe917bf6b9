"""What a node does besides answering: each piece of work for ever, by the name of its task.

None of it ends by itself or by a mistake: a store that is away is waited for (router.engine.patience).
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from pathlib import Path

from adapters.email import receiving
from adapters.email.mailbox import Mailbox
from config.settings import Settings
from router.engine import (
    closing_time,
    inbox,
    journal_gaps,
    mailbox_health,
    media,
    notices,
    posting,
    reconcile,
    reminding,
    retention,
    running,
    sending,
    sign_in,
    staffing,
    streams,
    supervision,
    unroutable,
)
from router.engine.bot import reloading, teaching
from router.engine.bot import worker as bot_worker
from router.engine.calls import reconciler, recordings, retelling, worker
from router.engine.cases import clock, following, viewing
from router.engine.centre import Centre
from router.engine.customers import erasing, searching
from router.engine.knowledge import meaning, reading
from router.engine.knowledge import running as macros
from router.engine.knowledge.meaning import Embedder
from router.engine.patience import alone
from router.engine.reload import PolicyWatch
from router.plan import Plan
from router.store.event_reader import EventReader
from router.understanding.service import Understanding

Work = Coroutine[None, None, None]


def background(
    made: Centre, plan: Plan, reader: EventReader, unconfirmed: journal_gaps.Unconfirmed, watch: PolicyWatch
) -> Mapping[str, Work]:
    """To be begun together, once the state is there."""
    return {
        "routing events": running.read_routing(made, reader, unconfirmed),
        "talk": running.read_talk(made),
        "timers": running.tick(made),
        "visitors": running.expect_visitors(made),
        "positions": running.tell_positions(made),
        "journal gaps": running.close_gaps(made, unconfirmed),
        "store": running.mend_store(made),
        "policy": watch.run(),
        "reconciler": reconcile.run(made),
        "closing time": closing_time.run(made),
        "unroutable items": unroutable.run(made),
        "queue switches": supervision.watch_switches(made),
        "staff": staffing.follow(made),
        "logins": sign_in.watch_logins(made),
        "boards": made.watching.run(),
        "inbox": inbox.run(made),
        "outbox": sending.run(made),
        "posts": posting.run(made),
        "notices": notices.run(made),
        "departments": reminding.run(made),
        "files": media.run(made),
        "meaning of articles": meaning.run(made),
        "macros": macros.run_going_on(made),
        "missed searches": reading.run_forgetting(made),
        "mailbox alerts": mailbox_health.run(made),
        "mailboxes": receiving.run(made, [box for box in made.carriers if isinstance(box, Mailbox)]),
        "cases": following.run(made),
        "case sweep": following.run_sweeping(made),
        "case clocks": clock.run(made),
        "case watchers": viewing.run(made),
        "receipts": made.delivered.run(),
        "search index": searching.run(made),
        "erasures": erasing.run(made),
        "retention": retention.run(made),
        "streams": streams.run(made),
        "bot": bot_worker.run(made),
        **({"bots": reloading.run(made, plan.bot_source)} if plan.bot_source is not None else {}),
        **(_understanding(made, plan) if isinstance(made.bots.engine, Understanding) else {}),
        **(_calls(made) if made.calls is not None else {}),
    }


def _understanding(made: Centre, plan: Plan) -> Mapping[str, Work]:
    """What runs where bots answer: the engine beside the server, and what teaches it."""
    engine = made.bots.engine
    assert isinstance(engine, Understanding)
    return {
        "understanding": engine.run(),
        "teaching": teaching.run(made, engine, model_path(plan.settings)),
        "meaning": _search_by_meaning(made, engine),
    }


async def _search_by_meaning(made: Centre, engine: Understanding) -> None:
    """Begin to, soon after the start, which does not wait for the encoder's modules and the check of its weights."""
    with alone("search by meaning"):  # words are enough
        made.meaning.embedder = await asyncio.to_thread(_embedder, engine)
        made.meaning.something_published.set()


def _embedder(engine: Understanding) -> Embedder | None:
    from router.understanding import semantic
    from router.understanding.embedding import Embedding

    return Embedding(engine) if semantic.available() else None


def _calls(made: Centre) -> Mapping[str, Work]:
    """What runs where calls are made and answered."""
    return {
        "call work": worker.run(made),
        "call timers": reconciler.run_timers(made),
        "calls and routing": reconciler.run_looking(made),
        "calls and provider": reconciler.run_asking(made),
        "calls on screens": retelling.run(made),
        "recordings": recordings.run(made),
    }


def model_path(settings: Settings) -> Path:
    """In the data folder: what the bots' engine was taught."""
    return (settings.data_dir / "understanding.npz").absolute()
