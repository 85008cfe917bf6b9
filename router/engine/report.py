"""Numbers of any past time, from the journal: the same fold as anywhere (`router.core.metrics`), from PostgreSQL.

Bounded: at most LONGEST_MS of time and MOST_EVENTS of journal are read, a page at a time, one report at once.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from router.core.expected_wait import Pace
from router.core.metrics import Handled, Metrics, Offers, QueueCounts, occupancy
from router.core.policy import Policy, Queue
from router.core.service_level import VARIANTS, Variant, Waits, abandon_rate, service_level
from router.core.words import AgentId, Ms
from router.engine import mailbox_health
from router.engine.centre import Centre
from router.engine.knowledge import self_help
from router.engine.knowledge.self_help import SelfHelpNumbers
from router.engine.mailbox_health import MailboxNumbers
from router.protocol.errors import BadRequest, TooMuch
from router.store.postgres import journal
from router.store.step import decode_event

BEFORE_MS = 12 * 3_600_000
"""How far before the time asked for reading begins, to know how things stood: longer than a shift."""
LONGEST_MS = 31 * 86_400_000
MOST_EVENTS = 2_000_000
PAGE = 1_000
MOST_WAITING = 4

_running = asyncio.Semaphore(1)
_waiting = 0


class OfferNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """missed_rate: of those an agent could have answered. accept_s: from ring to accept, on average."""

    made: int
    accepted: int
    declined: int
    missed: int
    rescinded: int
    missed_rate: float | None
    accept_s: float | None


class HandleNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Means over the assignments that ended. aht_s = talk_s + wrap_up_s."""

    handled: int
    aht_s: float | None
    talk_s: float | None
    wrap_up_s: float | None


class WaitHistogram(msgspec.Struct, frozen=True, kw_only=True):
    """[second, count] pairs, seconds in order: who waited more than second − 1 and at most second seconds."""

    answered: list[tuple[int, int]]
    abandoned: list[tuple[int, int]]


class ToldWaits(msgspec.Struct, frozen=True, kw_only=True):
    """How wrong the expected waits lately were that customers were told (p50), on this node's count."""

    count: int
    bias_s: float
    mean_abs_s: float
    within_p90: float


class QueueNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """Rates and shares are 0–1, null without data. waited_again: after the first answer."""

    queue: str
    label: str
    threshold_s: int
    short_s: int
    arrived: int
    answered: int
    abandoned: int
    abandoned_short: int
    service_level: dict[Variant, float | None]
    asa_s: float | None
    wait_p50_s: int | None
    wait_p90_s: int | None
    abandon_rate: float | None
    waited_again: int
    handling: HandleNumbers
    offers: OfferNumbers
    transfer_rate: float | None
    reopen_rate: float | None
    waits: WaitHistogram
    told_waits: ToldWaits | None


class AgentNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """concurrency: items in hand at once, on average while handling."""

    agent_id: str
    name: str
    signed_in_s: int
    handling_s: int
    ready_s: int
    occupancy: float | None
    concurrency: float | None
    handling: HandleNumbers
    offers: OfferNumbers


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """from, to: store time in ms. variant: the one this centre goes by. occupancy: of all agents together."""

    since: Ms = msgspec.field(name="from")
    until: Ms = msgspec.field(name="to")
    variant: Variant
    occupancy: float | None
    queues: list[QueueNumbers]
    agents: list[AgentNumbers]
    self_help: SelfHelpNumbers
    """Of the whole centre, whichever queue was asked about."""
    mailboxes: list[MailboxNumbers]
    """As they are now, whatever time was asked about."""


async def report(centre: Centre, *, since: Ms, until: Ms, queue: str = "", threshold_s: int | None = None) -> Report:
    """What happened from `since` until just before `until` (ms). threshold_s: in place of the queues' own.

    Raises BadRequest: too long a time or too much in it. TooMuch: others wait for reports already.
    """
    global _waiting  # noqa: PLW0603
    if not 0 <= since < until <= since + LONGEST_MS:
        raise BadRequest("bad_value", "A report is of 31 days at most.", field="from")
    if _waiting >= MOST_WAITING:
        raise TooMuch("too_many_requests")
    _waiting += 1
    try:
        async with _running:
            metrics = await _folded(centre, since, until)
    finally:
        _waiting -= 1
    helped = await self_help.numbers(centre, since, until)
    return _report(centre, metrics, queue, threshold_s, helped, await mailbox_health.numbers(centre))


async def _folded(centre: Centre, since: Ms, until: Ms) -> Metrics:
    metrics = Metrics(ready_statuses(centre.policy), since=since, until=until)
    seq = await journal.first_seq_since(centre.database, since - BEFORE_MS)
    seq = None if seq is None else seq - 1
    read = 0
    while seq is not None:
        page = await journal.after(centre.database, seq, limit=PAGE)
        told = [decode_event(packed) for _, packed in page]
        for event in told:
            if event.at < until:
                metrics.apply(event)
        over = len(page) < PAGE or told[-1].at >= until
        seq = None if over else page[-1][0]
        read += len(page)
        if not over and read >= MOST_EVENTS:
            raise BadRequest("bad_value", "Too much happened in this time; ask for less.", field="to")
    metrics.until_now(min(until, centre.now()))
    return metrics


def ready_statuses(policy: Policy) -> frozenset[str]:
    return frozenset(name for name, status in policy.statuses.items() if status.channels)


def _report(
    centre: Centre,
    metrics: Metrics,
    queue: str,
    threshold_s: int | None,
    helped: SelfHelpNumbers,
    mailboxes: list[MailboxNumbers],
) -> Report:
    policy = centre.policy
    names = [name for name in dict.fromkeys([*policy.queues, *metrics.queues]) if queue in ("", name)]
    agents = [agent for agent in metrics.agents if metrics.agents[agent].signed_in_ms or metrics.agents[agent].work_ms]
    return Report(
        since=metrics.since,
        until=metrics.until,
        variant=policy.service_level_variant,
        occupancy=occupancy(
            sum(counts.handling_ms for counts in metrics.agents.values()),
            sum(counts.ready_ms for counts in metrics.agents.values()),
        ),
        queues=[
            _queue(
                policy.queues.get(name) or Queue(name=name, label=name),
                metrics.queues[name],
                threshold_s,
                centre.board.queues[name].pace if name in centre.board.queues else Pace(),
            )
            for name in names
        ],
        agents=[_agent(metrics, agent, centre.staff.name_of(agent)) for agent in sorted(agents)],
        self_help=helped,
        mailboxes=mailboxes,
    )


def _queue(policy: Queue, counts: QueueCounts, threshold_s: int | None, pace: Pace) -> QueueNumbers:
    within_s = policy.service_level_ms // 1000 if threshold_s is None else threshold_s
    short_s = policy.short_abandon_ms // 1000
    answered, abandoned = counts.answered, counts.abandoned
    error = pace.error()
    return QueueNumbers(
        queue=policy.name,
        label=policy.label,
        threshold_s=within_s,
        short_s=short_s,
        arrived=counts.arrived,
        answered=answered.count,
        abandoned=abandoned.count,
        abandoned_short=abandoned.within(short_s),
        service_level={
            variant: _rounded(service_level(variant, answered, abandoned, threshold_s=within_s, short_s=short_s), 4)
            for variant in VARIANTS
        },
        asa_s=_seconds(answered.mean_ms),
        wait_p50_s=answered.quantile_s(0.5),
        wait_p90_s=answered.quantile_s(0.9),
        abandon_rate=_rounded(abandon_rate(answered, abandoned, short_s=short_s), 4),
        waited_again=counts.again.count,
        handling=_handling(counts.handled),
        offers=_offers(counts.offers),
        transfer_rate=_rounded(counts.transfer_rate, 4),
        reopen_rate=_rounded(counts.reopen_rate, 4),
        waits=WaitHistogram(answered=_histogram(answered), abandoned=_histogram(abandoned)),
        told_waits=ToldWaits(
            count=error.count,
            bias_s=error.bias_ms / 1000,
            mean_abs_s=error.mean_abs_ms / 1000,
            within_p90=round(error.within_p90, 4),
        )
        if error is not None
        else None,
    )


def _agent(metrics: Metrics, agent: AgentId, name: str) -> AgentNumbers:
    counts = metrics.agents[agent]
    return AgentNumbers(
        agent_id=agent,
        name=name,
        signed_in_s=round(counts.signed_in_ms / 1000),
        handling_s=round(counts.handling_ms / 1000),
        ready_s=round(counts.ready_ms / 1000),
        occupancy=_rounded(counts.occupancy, 4),
        concurrency=round(counts.work_ms / counts.handling_ms, 2) if counts.handling_ms else None,
        handling=_handling(counts.handled),
        offers=_offers(counts.offers),
    )


def _handling(handled: Handled) -> HandleNumbers:
    each = handled.count or 1
    known: dict[str, Any] = {
        "talk_s": round(handled.talk_ms / each / 1000, 1) if handled.count else None,
        "wrap_up_s": round(handled.wrap_up_ms / each / 1000, 1) if handled.count else None,
    }
    return HandleNumbers(handled=handled.count, aht_s=_seconds(handled.mean_ms), **known)


def _offers(offers: Offers) -> OfferNumbers:
    return OfferNumbers(
        made=offers.made,
        accepted=offers.accepted,
        declined=offers.declined,
        missed=offers.missed,
        rescinded=offers.rescinded,
        missed_rate=_rounded(offers.missed_rate, 4),
        accept_s=_seconds(offers.mean_accept_ms),
    )


def _histogram(waits: Waits) -> list[tuple[int, int]]:
    return sorted(waits.by_second.items())


def _seconds(ms: float | None) -> float | None:
    return None if ms is None else round(ms / 1000, 1)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
