"""A policy as TOML text: the way back from `router.core.policy`, for policies made by a test."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import tomli_w

from config.hours_shape import HoursShape, WhenClosedShape
from config.overflow_shape import CallbackShape, OverflowShape
from config.policy_shape import (
    AgentsShape,
    ChannelShape,
    DispositionShape,
    OffersShape,
    PolicyShape,
    PresenceShape,
    QueueShape,
    RelaxShape,
    RuleShape,
    StatusShape,
)
from config.retention_shape import RetentionShape
from config.workflow_shape import FilterShape, TargetShape, WorkflowShape
from router.core.hours import WEEKDAYS, Hours, Shifts, shift_text
from router.core.policy import (
    Callback,
    ChannelRule,
    Overflow,
    Policy,
    Queue,
    Relaxation,
    Requirement,
    Rule,
    Status,
    WhenClosed,
)
from router.core.taskrouter.workflow import Target, Workflow
from router.core.words import CHANNELS, Ms


def policy_text(policy: Policy) -> str:
    """A whole policy in one file; `config.policy.load` reads an equal one from it.

    Statuses and dispositions of `default.toml` that the policy lacks come back on reading: it stands on that file.
    What it says of cases is not written.
    """
    return tomli_w.dumps(_without_none(msgspec.to_builtins(_shape(policy))))


def _shape(policy: Policy) -> PolicyShape:
    presence, offers = policy.presence, policy.offers
    return PolicyShape(
        agents=AgentsShape(limit=policy.agent_limit, interruptible_limit=policy.interruptible_limit),
        presence=PresenceShape(
            sign_in_status=presence.sign_in_status,
            missed_status=presence.missed_status,
            lease_s=_seconds(presence.lease_ms),
            grace_s=_seconds(presence.grace_ms),
            ramp_s=_seconds(presence.ramp_ms),
            visitor_lease_s=_seconds(presence.visitor_lease_ms),
            visitor_grace_s=_seconds(presence.visitor_grace_ms),
            gone_boost_s=_seconds(presence.gone_boost_ms),
        ),
        offers=OffersShape(
            decline_cooldown_s=_seconds(offers.decline_cooldown_ms), decline_reasons=offers.decline_reasons
        ),
        channels={name: _channel(channel) for name, channel in policy.channels.items()},
        statuses={name: _status(status) for name, status in policy.statuses.items()},
        priority_credit_s=_seconds(policy.priority_credit_ms),
        skills=tuple(sorted(policy.skills)),
        queues={name: _queue(queue) for name, queue in policy.queues.items()},
        rules=tuple(_rule(rule) for rule in policy.rules),
        workflows=tuple(_workflow(workflow) for workflow in policy.workflows),
        dispositions={entry.name: DispositionShape(label=entry.label) for entry in policy.dispositions},
        hours={name: _hours(hours) for name, hours in policy.hours.items()},
        service_level_variant=policy.service_level_variant,
        default_queue=policy.default_queue or None,
        retention=RetentionShape(**{f"{kind}_days": days for kind, days in policy.retention.days.items()}),
    )


def _channel(channel: ChannelRule) -> ChannelShape:
    return ChannelShape(
        weight=channel.weight,
        at_most=channel.at_most,
        ring_s=_seconds(channel.ring_ms),
        interruptible=channel.interruptible,
        beside=("*",) if channel.beside >= {*CHANNELS} else tuple(sorted(channel.beside)),
    )


def _status(status: Status) -> StatusShape:
    return StatusShape(
        label=status.label,
        channels=tuple(sorted(status.channels)),
        productive=status.productive,
        icon=status.icon,
    )


def _queue(queue: Queue) -> QueueShape:
    return QueueShape(
        label=queue.label,
        model=queue.model,
        requires=_requires(queue.requirements),
        requires_any=tuple(map(_requires, queue.requires_any)),
        relax=tuple(_relax(relaxation) for relaxation in queue.relaxations),
        overflow=tuple(map(_overflow, queue.overflows)),
        callback=_callback(queue.callback),
        delay_s=_seconds(queue.delay_ms),
        order=queue.order,
        ageing_cap_s=_seconds(queue.ageing_cap_ms),
        interruptible=queue.interruptible,
        weights=dict(queue.weights),
        paused_weights=dict(queue.paused_weights),
        ring_s={channel: _seconds(ring_ms) for channel, ring_ms in queue.ring_ms.items()},
        ring_agents=queue.ring_agents,
        auto_accept=queue.auto_accept,
        wrap_up_s=_seconds(queue.wrap_up_ms),
        priority=queue.priority,
        service_level_s=_seconds(queue.service_level_ms),
        short_abandon_s=_seconds(queue.short_abandon_ms),
        hours=queue.hours or None,
        when_closed=_when_closed(queue.when_closed),
        drain_after_s=_seconds(queue.drain_after_ms),
        preferred_s=_seconds(queue.preferred_ms),
        department=queue.department,
        workers=queue.workers,
        reference=queue.reference,
        unreadable=queue.unreadable,
    )


def _relax(relaxation: Relaxation) -> RelaxShape:
    return RelaxShape(
        at_s=_seconds(relaxation.at_ms),
        drop=tuple(sorted(relaxation.drop)),
        levels=dict(relaxation.levels),
        any=relaxation.any,
        also=tuple(map(_requires, relaxation.also)),
    )


def _rule(rule: Rule) -> RuleShape:
    return RuleShape(
        name=rule.name,
        when=rule.when,
        queue=rule.queue or None,
        requires=_requires(rule.requirements),
        requires_any=tuple(map(_requires, rule.requires_any)),
        priority=rule.priority,
        credit_s=_seconds(rule.credit_ms),
        weight=rule.weight,
    )


def _hours(hours: Hours) -> HoursShape:
    days = {day.isoformat(): _texts(shifts) for day, shifts in hours.dates.items()}
    days |= {f"{month:02}-{day:02}": _texts(shifts) for (month, day), shifts in hours.yearly.items()}
    week: dict[str, Any] = {name: _texts(shifts) for name, shifts in zip(WEEKDAYS, hours.week, strict=True)}
    return HoursShape(zone=hours.zone, public_holidays=hours.public_holidays or None, days=days, **week)


def _when_closed(closed: WhenClosed) -> WhenClosedShape | None:
    if closed == WhenClosed():
        return None
    return WhenClosedShape(
        action=closed.action, queue=closed.queue or None, waiting=closed.waiting, text=dict(closed.text)
    )


def _texts(shifts: Shifts) -> tuple[str, ...]:
    return tuple(map(shift_text, shifts))


def _callback(callback: Callback) -> CallbackShape | None:
    if callback == Callback():
        return None
    return CallbackShape(
        channel=callback.channel,
        always=callback.always,
        retry_s=_seconds(callback.retry_ms),
        attempts=callback.attempts,
    )


def _overflow(overflow: Overflow) -> OverflowShape:
    return OverflowShape(
        when=overflow.when,
        after_s=_seconds(overflow.after_ms) if overflow.when in ("age", "nobody_signed_in") else None,
        length=overflow.least if overflow.when == "length" else None,
        wait_s=_seconds(overflow.least) if overflow.when == "expected_wait" else None,
        action=overflow.action,
        queue=overflow.queue or None,
        text=dict(overflow.text),
    )


def _workflow(workflow: Workflow) -> WorkflowShape:
    return WorkflowShape(
        name=workflow.name,
        aliases=workflow.aliases,
        filters=tuple(
            FilterShape(
                name=each.name,
                expression=each.expression,
                targets=tuple(_target(target) for target in each.targets),
                unreadable=each.unreadable,
            )
            for each in workflow.filters
        ),
        default_filter=_target(workflow.default) if workflow.default else None,
    )


def _target(target: Target) -> TargetShape:
    return TargetShape(**{name: getattr(target, name) for name in TargetShape.__struct_fields__})


def _requires(requirements: Iterable[Requirement]) -> dict[str, int]:
    return {requirement.skill: requirement.level for requirement in sorted(requirements)}


def _seconds(ms: Ms) -> float:
    return ms / 1000 if ms % 1000 else ms // 1000


def _without_none(value: Any) -> Any:
    """TOML has no null; a key that is not there says the same."""
    if isinstance(value, Mapping):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return [_without_none(item) for item in value] if isinstance(value, list | tuple) else value
