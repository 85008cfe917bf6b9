"""Departments are reminded of steps before they are due, and again and again once they are overdue."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from router.core.words import Ms
from router.engine import alerts, departments
from router.engine.centre import Centre
from router.engine.patience import alone, patiently
from router.store.postgres import steps as stored

LOOKED_EVERY_S = 1.0
OVERDUE_EVERY_MS = 4 * 3_600_000


async def run(centre: Centre) -> None:
    """Remind departments of what is due, and tell supervisors what goes wrong, for ever."""

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        await remind(centre)
        await alerts.look(centre)

    await patiently("departments", once)


async def remind(centre: Centre) -> int:
    """Tell departments of steps whose time has come; how many."""
    now, told = centre.now(), 0
    known = centre.departments.by_key
    for step in await stored.due(centre.database, list(known), now=now):
        overdue = now >= step.due_at
        text = "This is overdue." if overdue else f"This is due at {_clock(step.due_at)}."
        post = departments.post_of(known[step.department], step.id, f"reminder:{step.reminders}", "reply", text)
        next_at = now + OVERDUE_EVERY_MS if overdue else step.due_at
        with alone("departments", step_id=step.id):
            if await stored.reminded(centre.database, step, post, next_at=next_at, now=now):
                told += 1
                centre.exchange.something_to_post.set()
                if overdue:
                    await _escalate(centre, step)
    return told


async def _escalate(centre: Centre, step: stored.Step) -> None:
    """Overdue: the agent reads it, supervisors do."""
    text = f"{departments.label_of(centre, step)} has not answered in time: {step.subject}"
    await departments.note(centre, step, text, "", once=departments.digest(f"{step.id}:overdue:{step.reminders}"))
    await alerts.tell_supervisors(centre, f"overdue:{step.id}:{step.reminders}", text)


def _clock(at: Ms) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).strftime("%H:%M UTC")
