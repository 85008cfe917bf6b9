"""Two days in the same numbers, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from router.core.events import Event
from router.core.metrics import AgentCounts, Handled, Metrics, QueueCounts, occupancy
from router.core.policy import Policy
from router.core.replay.histories import History, histories
from router.core.service_level import VARIANTS, Waits, abandon_rate, service_level
from router.core.words import Ms

HOUR_MS: Ms = 3_600_000
SHORT_S = 5


def figures(happened: Sequence[Event], policy: Policy, *, since: Ms, until: Ms, threshold_s: int) -> dict[str, Any]:
    """Waits, service level, abandonment and load of one day: in all, by queue, by agent, by hour.

    threshold_s: of the service level in all and by hour; a queue's is its own.
    """
    day = _fold(happened, policy, since, until)
    own_s = {name: queue.service_level_ms // 1000 for name, queue in policy.queues.items()}
    return {
        **_waits(day.queues.values(), threshold_s),
        **_work(day.queues.values(), day.agents.values()),
        "queues": {name: _waits([one], own_s.get(name, threshold_s)) for name, one in sorted(day.queues.items())},
        "agents": {agent: _load(counts) for agent, counts in sorted(day.agents.items())},
        "hours": _hours(histories(happened).values(), since, until, threshold_s),
    }


def _fold(happened: Iterable[Event], policy: Policy, since: Ms, until: Ms) -> Metrics:
    ready = {name for name, status in policy.statuses.items() if status.channels}
    metrics = Metrics(ready, since=since, until=until)
    for event in happened:
        if event.at >= until:
            break
        metrics.apply(event)
    metrics.until_now(until)
    return metrics


def _hours(came: Iterable[History], since: Ms, until: Ms, threshold_s: int) -> list[dict[str, Any]]:
    """By the hour in which customers came."""
    hours = {at: QueueCounts() for at in range(since, until, HOUR_MS)}
    for history in came:
        counts = hours.get(since + (history.arrived_at - since) // HOUR_MS * HOUR_MS)
        if counts is None:
            continue
        counts.arrived += 1
        if history.answered:
            counts.answered.add(history.waited_ms)
        elif history.left_after_ms is not None:
            counts.abandoned.add(history.left_after_ms)
    return [{"at": at, **_waits([counts], threshold_s)} for at, counts in hours.items()]


def _waits(queues: Iterable[QueueCounts], threshold_s: int) -> dict[str, Any]:
    """Shares are 0–1, None where there was nobody."""
    answered, abandoned, arrived = Waits(), Waits(), 0
    for queue in queues:
        answered += queue.answered
        abandoned += queue.abandoned
        arrived += queue.arrived
    levels = {
        variant: service_level(variant, answered, abandoned, threshold_s=threshold_s, short_s=SHORT_S)
        for variant in VARIANTS
    }
    return {
        "arrived": arrived,
        "answered": answered.count,
        "abandoned": abandoned.count,
        "abandon_rate": abandon_rate(answered, abandoned, short_s=SHORT_S),
        "wait_s": {
            "mean": None if answered.mean_ms is None else answered.mean_ms / 1000,
            "p50": answered.quantile_s(0.5),
            "p90": answered.quantile_s(0.9),
        },
        "service_level": levels["abandoned_after_t"],
        "service_levels": levels,
        "threshold_s": threshold_s,
    }


def _work(queues: Iterable[QueueCounts], agents: Iterable[AgentCounts]) -> dict[str, Any]:
    handled = Handled()
    for queue in queues:
        handled.count += queue.handled.count
        handled.talk_ms += queue.handled.talk_ms
        handled.wrap_up_ms += queue.handled.wrap_up_ms
    agents = list(agents)
    busy = occupancy(sum(one.handling_ms for one in agents), sum(one.ready_ms for one in agents))
    return {
        "handled": handled.count,
        "aht_s": None if handled.mean_ms is None else handled.mean_ms / 1000,
        "occupancy": busy,
    }


def _load(counts: AgentCounts) -> dict[str, Any]:
    return {
        "handled": counts.handled.count,
        "handling_h": counts.handling_ms / HOUR_MS,
        "signed_in_h": counts.signed_in_ms / HOUR_MS,
        "occupancy": counts.occupancy,
    }
