"""Alerts: what supervisors are told in their channel when something goes wrong; each once, from whichever node."""

from __future__ import annotations

from router.engine.centre import Centre
from router.store.postgres import steps as stored

MOST_REMEMBERED = 10_000


async def look(centre: Centre) -> None:
    """Tell supervisors of queues that wait too long and of items nobody can take."""
    wanted = centre.departments.alerts
    if wanted is None:
        return
    now = centre.now()
    again = now // (wanted.again_s * 1_000)
    for queue in [centre.board.queue_card(name, now) for name in centre.policy.queues]:
        oldest_s = 0 if queue.longest_enqueued_at is None else (now - queue.longest_enqueued_at) // 1_000
        if oldest_s >= wanted.longest_wait_s:
            text = f"{queue.label}: {queue.waiting} waiting, the longest {oldest_s // 60} min {oldest_s % 60} s."
            await tell_supervisors(centre, f"queue:{queue.name}:{again}", text)
        if queue.alerts:
            text = f"{queue.label}: {queue.alerts} items need a look; they are refused again and again, or fit nobody."
            await tell_supervisors(centre, f"items:{queue.name}:{again}", text)


async def tell_supervisors(centre: Centre, key: str, text: str) -> None:
    """Post to the supervisors' channel, if there is one; the same key again is nothing new, from whichever node."""
    wanted = centre.departments.alerts
    if wanted is None or key in centre.exchange.alerted:
        return
    post = stored.Post(
        key=f"alert:{key}", step_id=None, account=wanted.account, place=wanted.place, kind="alert", text=text
    )
    await stored.post(centre.database, post, now=centre.now())
    centre.exchange.something_to_post.set()
    if len(centre.exchange.alerted) > MOST_REMEMBERED:
        centre.exchange.alerted.clear()
    centre.exchange.alerted.add(key)
