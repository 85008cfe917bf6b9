"""Desertion: nobody is signed in who serves a queue and, by their status, a channel. After a while its items overflow.

Noted at the end of every step. When the while is over, who waits is looked at one by one, in order; who comes later is
so at once.
"""

from __future__ import annotations

from router.core.compiler import attends
from router.core.model.matching import place
from router.core.model.overflow import may_be_alone
from router.core.model.state import Deserted, State
from router.core.words import Channel, Ms


def watch(state: State, now: Ms) -> None:
    """Note which queues and channels are deserted from now on, and which are not any more."""
    watched = {
        (name, channel): after_ms
        for name, queue in state.settings.queues.items()
        for channel, after_ms in queue.deserted_after_ms.items()
    }
    for line in [line for line in state.deserted if line not in watched or is_attended(state, *line)]:
        del state.deserted[line]
        state.drop_timer("deserted", *line)
    for line, after_ms in watched.items():
        if line not in state.deserted and not is_attended(state, *line):
            state.deserted[line] = Deserted(now, now + after_ms)
            state.set_timer(now + after_ms, "deserted", *line)


def is_attended(state: State, queue: str, channel: Channel) -> bool:
    statuses = state.settings.statuses
    return any(
        attends(state.profiles[agent.profile], queue, channel, statuses.get(agent.status, ()))
        for agent in state.agents.values()
        if agent.reachability != "gone"
    )


def look_at_next(state: State, now: Ms, queue: str, channel: Channel) -> None:
    """The next item in line of a queue that was deserted for too long."""
    deserted = state.deserted[queue, channel]
    waiting = [
        (record.score, item)
        for item, record in state.items.items()
        if record.state == "waiting" and state.lane(item).queue == queue
    ]
    left = [place for place in waiting if deserted.seen is None or place > deserted.seen]
    if not left:
        return
    first = min(left)
    state.deserted[queue, channel] = deserted._replace(seen=first)
    state.set_timer(now, "deserted", queue, channel)
    if state.lane(first[1]).channel == channel and may_be_alone(state, first[1]):
        place(state, now, first[1])
