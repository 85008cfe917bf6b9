"""Alarms of cases in the store: each rings when its case is to be looked at, as PostgreSQL has it (`cases.next_at`).

The case is kept first and the alarm set after; what a crash leaves between the two is found by the sweep, and a store
that is made anew gets all of them from PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from router.core import events
from router.core.words import Ms
from router.engine.centre import Centre
from router.protocol.errors import UsherError
from router.store.postgres.cases import sweeps

log = structlog.get_logger()

PREFIX = "case:"
PAGE = 1_000


def name_of(case_id: str) -> str:
    return f"{PREFIX}{case_id}"


async def set_(centre: Centre, case_id: str, at: Ms | None) -> None:
    """What was kept stays kept when the store is away: the sweep looks then."""
    try:
        await centre.store.set_alarm(name_of(case_id), at)
    except UsherError as error:
        log.info("alarm set later", case_id=case_id, code=error.code)


def rang(centre: Centre, happened: Iterable[events.Event]) -> None:
    """Those of cases are looked at soon, by this node; if it dies, they ring again."""
    for event in happened:
        if isinstance(event, events.AlarmRang) and event.alarm.startswith(PREFIX):
            centre.cases.ring(event.alarm.removeprefix(PREFIX))


async def differing(centre: Centre) -> dict[str, Ms]:
    """Cases whose alarm is missing or comes too late, and when it should ring."""
    found: dict[str, Ms] = {}
    after = ""
    while page := await sweeps.timed(centre.database, after=after, limit=PAGE):
        after = page[-1][0]
        ringing = await centre.store.alarms([name_of(case_id) for case_id, _ in page])
        for case_id, at in page:
            set_to = ringing.get(name_of(case_id))
            if set_to is None or (set_to > at > centre.now()):
                found[case_id] = at
    return found


async def set_all(centre: Centre) -> int:
    """Set those that differ; how many."""
    wrong = await differing(centre)
    for case_id, at in wrong.items():
        await centre.store.set_alarm(name_of(case_id), at)
    return len(wrong)
