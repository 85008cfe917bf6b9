"""The policy of a centre: read from TOML, checked as a whole, turned into `router.core.policy`.

A policy is one file or a folder of `*.toml` files, taken in the order of their names. It stands on `default.toml`
of this package and says only what is different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from config.cases_shape import build_cases, judged_cases
from config.document import MOST_FILES, Node, merge, read
from config.fault import ConfigInvalid, Fault, PolicyInvalid
from config.hours_shape import build_hours, build_when_closed, judged_closing, judged_hours
from config.overflow_shape import build_callback, build_overflow, judged_overflow
from config.policy_shape import (
    ChannelShape,
    OffersShape,
    PolicyShape,
    PresenceShape,
    QueueShape,
    RelaxShape,
    RuleShape,
    StatusShape,
)
from config.retention_shape import build_retention, judged_retention
from config.shape import Report, fill
from config.workflow_shape import build_workflow
from router.core.condition import ConditionInvalid, compile_condition
from router.core.policy import (
    ChannelRule,
    Disposition,
    Offers,
    Policy,
    Presence,
    Queue,
    Relaxation,
    Requirement,
    Rule,
    Status,
)
from router.core.words import CHANNELS, Ms

DEFAULT = Path(__file__).with_name("default.toml")
DEMO = Path(__file__).with_name("demo") / "policy"
OFFLINE = "offline"
"""The status of an agent who is gone; every policy has it, and it allows nothing."""


def load(path: Path, *, receivers: Iterable[str] | None = None) -> Policy:
    """The policy at `path`. receivers: whom its deadlines may tell; None: not looked at.

    Raises PolicyInvalid with every fault found.
    """
    policy, faults = read_policy(path, receivers=receivers)
    if policy is None or faults:
        raise PolicyInvalid(faults)
    return policy


def check(path: Path) -> list[Fault]:
    """Everything that is wrong with the policy at `path` itself, in the order of files and lines."""
    return read_policy(path)[1]


def read_policy(path: Path, *, receivers: Iterable[str] | None = None) -> tuple[Policy | None, list[Fault]]:
    """The policy, None unless it is without fault; and its faults. See `load`."""
    own, faults = _read(path)
    if own is None:
        return None, faults
    tree, _ = merge(_shipped(), own)
    names = dict(_names(tree)) if not faults else {}  # half a policy would make good names look undefined
    if receivers is not None:
        names["receivers"] = tuple(receivers)
    report = Report(names=names)
    shape = fill(PolicyShape, tree, report)
    for fault in _judged(tree):
        report.add(fault)
    faults = sorted({*faults, *report.faults})
    return (_build(shape) if shape is not None and not faults else None), faults


@cache
def _shipped() -> Node:
    return read(DEFAULT)


def _read(path: Path) -> tuple[Node | None, list[Fault]]:
    """The file or files as one tree, as far as they can be read."""
    own: Node | None = None
    faults: list[Fault] = []
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path]
    if not files:
        return None, [Fault(str(path), 1, 1, "no *.toml file in this folder")]
    if len(files) > MOST_FILES:
        return None, [Fault(str(path), 1, 1, f"more than {MOST_FILES} files")]
    for file in files:
        try:
            node = read(file)
        except ConfigInvalid as invalid:
            faults += invalid.faults
            continue
        own, doubled = (node, []) if own is None else merge(own, node, depth=1)
        faults += doubled
    return own, faults


def _names(tree: Node) -> Mapping[str, tuple[str, ...]]:
    """What other parts of the policy may refer to."""
    return {
        "queues": tuple(name for name, _ in tree.items("queues")),
        "statuses": tuple(name for name, _ in tree.items("statuses")),
        "hours": tuple(name for name, _ in tree.items("hours")),
        "case_types": tuple(name for name, _ in tree.items("case_types")),
        "skills": tuple(dict.fromkeys(str(node.value) for node in tree.elements("skills"))),
    }


def _judged(tree: Node) -> Iterator[Fault]:
    """Faults that no single value has."""
    for section in ("skills", "rules", "workflows"):
        yield from _doubled(tree, section)
    yield from _unreachable(tree)
    yield from _too_heavy(tree)
    yield from judged_hours(tree)
    yield from judged_closing(tree)
    yield from _idle_steps(tree)
    yield from judged_overflow(tree)
    yield from judged_cases(tree)
    yield from judged_retention(tree)
    queues = tree.at("queues")
    if queues is not None and queues.value == {}:
        yield queues.fault("a policy needs a queue", key=True)
    offline = tree.at("statuses", OFFLINE, "channels")
    if offline is not None and offline.value != []:
        yield offline.fault("an agent who is offline takes nothing: channels must be []")


def _doubled(tree: Node, section: str) -> Iterator[Fault]:
    first: dict[object, Node] = {}
    for entry in tree.elements(section):
        node = entry if section == "skills" else entry.at("name")
        if node is None or not isinstance(node.value, str):
            continue
        known = first.setdefault(node.value, node)
        if known is not node:
            place = known.fault("")
            yield node.fault(f"{node.value!r} is there already, in {place.file}:{place.line}")


def _unreachable(tree: Node) -> Iterator[Fault]:
    """Rules that can never matter: after one that decides always, never true, a repetition, or without effect."""
    decided: dict[str, str] = {}
    closed = ""
    for entry in tree.elements("rules"):
        when, name, queue = entry.at("when"), entry.at("name"), entry.at("queue")
        source = when.value.strip() if when is not None and isinstance(when.value, str) else ""
        always = _constant(source)
        if closed:
            yield entry.fault(f"never reached: rule {closed!r} before it decides every item", key=True)
            return
        if always is False and when is not None:
            yield when.fault("never reached: the condition never holds")
        elif source in decided and when is not None:
            yield when.fault(f"never reached: rule {decided[source]!r} before it has the same condition")
        if queue is None:
            if not any(entry.at(key) for key in ("requires", "requires_any", "priority", "credit_s", "weight")):
                yield entry.fault("does nothing: neither names a queue nor adds anything", key=True)
        else:
            decided.setdefault(source, str(name.value if name else ""))
            closed = decided[source] if always is True else ""


def _idle_steps(tree: Node) -> Iterator[Fault]:
    """Steps of a queue that could never change anything."""
    for name, queue in tree.items("queues"):
        for relax in tree.elements("queues", name, "relax"):
            if not any(relax.at(key) for key in ("drop", "levels", "any", "also")):
                yield relax.fault("does nothing: neither drops nor lowers nor adds anything", key=True)
        order, cap = queue.at("order"), queue.at("ageing_cap_s")
        if cap is not None and cap.value and (order is None or order.value != "strict"):
            yield cap.fault("counts only where order is strict")


def _constant(source: str) -> bool | None:
    try:
        return compile_condition(source).constant
    except ConditionInvalid:
        return None  # reported where the condition stands


def _too_heavy(tree: Node) -> Iterator[Fault]:
    """Weights above the limit of an agent: automatic routing could never place such an item."""
    limit = tree.at("agents", "limit")
    if limit is None or not isinstance(limit.value, int):
        return
    weights = [node.at("weight") for _, node in tree.items("channels")]
    weights += [weight for name, _ in tree.items("queues") for _, weight in tree.items("queues", name, "weights")]
    weights += [node.at("weight") for node in tree.elements("rules")]
    for weight in weights:
        if weight is not None and isinstance(weight.value, int) and weight.value > limit.value:
            yield weight.fault(f"more than agents.limit ({limit.value}): no agent could ever take it")


def _build(shape: PolicyShape) -> Policy:
    return Policy(
        priority_credit_ms=_ms(shape.priority_credit_s),
        agent_limit=shape.agents.limit,
        interruptible_limit=shape.agents.interruptible_limit,
        channels={name: _channel(name, channel) for name, channel in shape.channels.items()},
        statuses={name: _status(name, status) for name, status in shape.statuses.items()},
        skills=frozenset(shape.skills),
        queues={name: _queue(name, queue) for name, queue in shape.queues.items()},
        rules=tuple(_rule(rule) for rule in shape.rules),
        workflows=tuple(build_workflow(workflow) for workflow in shape.workflows),
        dispositions=tuple(Disposition(name=name, label=entry.label) for name, entry in shape.dispositions.items()),
        presence=_presence(shape.presence),
        offers=_offers(shape.offers),
        hours={name: build_hours(name, hours) for name, hours in shape.hours.items()},
        service_level_variant=shape.service_level_variant,
        default_queue=shape.default_queue or next(iter(shape.queues)),
        cases=build_cases(shape.cases, shape.case_types, shape.case_keywords, shape.case_openings, shape.sla_plans),
        retention=build_retention(shape.retention),
    )


def _channel(name: str, shape: ChannelShape) -> ChannelRule:
    return ChannelRule(
        name=name,
        weight=shape.weight,
        ring_ms=_ms(shape.ring_s),
        at_most=shape.at_most,
        interruptible=shape.interruptible,
        beside=frozenset(CHANNELS if "*" in shape.beside else shape.beside),
        paused_weight=shape.paused_weight,
    )


def _status(name: str, shape: StatusShape) -> Status:
    channels = CHANNELS if "*" in shape.channels else shape.channels
    return Status(
        name=name,
        label=shape.label,
        channels=frozenset(channels),
        productive=shape.productive,
        icon=shape.icon,
    )


def _queue(name: str, shape: QueueShape) -> Queue:
    return Queue(
        name=name,
        label=shape.label,
        model=shape.model,
        requirements=_requirements(shape.requires),
        requires_any=tuple(_requirements(levels) for levels in shape.requires_any),
        relaxations=tuple(_relaxation(relax) for relax in shape.relax),
        overflows=tuple(map(build_overflow, shape.overflow)),
        callback=build_callback(shape.callback),
        delay_ms=_ms(shape.delay_s),
        order=shape.order,
        ageing_cap_ms=_ms(shape.ageing_cap_s),
        interruptible=shape.interruptible,
        weights=shape.weights,
        paused_weights=shape.paused_weights,
        ring_ms={channel: _ms(ring_s) for channel, ring_s in shape.ring_s.items()},
        ring_agents=shape.ring_agents,
        auto_accept=shape.auto_accept,
        wrap_up_ms=_ms(shape.wrap_up_s),
        priority=shape.priority,
        service_level_ms=_ms(shape.service_level_s),
        short_abandon_ms=_ms(shape.short_abandon_s),
        hours=shape.hours or "",
        when_closed=build_when_closed(shape.when_closed),
        drain_after_ms=_ms(shape.drain_after_s),
        preferred_ms=_ms(shape.preferred_s),
        department=shape.department,
        workers=shape.workers,
        reference=shape.reference,
        unreadable=shape.unreadable,
    )


def _relaxation(shape: RelaxShape) -> Relaxation:
    return Relaxation(
        at_ms=_ms(shape.at_s),
        drop=frozenset(shape.drop),
        levels=shape.levels,
        any=shape.any,
        also=tuple(_requirements(levels) for levels in shape.also),
    )


def _rule(shape: RuleShape) -> Rule:
    return Rule(
        name=shape.name,
        when=shape.when,
        queue=shape.queue or "",
        requirements=_requirements(shape.requires),
        requires_any=tuple(_requirements(levels) for levels in shape.requires_any),
        priority=shape.priority,
        credit_ms=_ms(shape.credit_s),
        weight=shape.weight,
    )


def _presence(shape: PresenceShape) -> Presence:
    return Presence(
        sign_in_status=shape.sign_in_status,
        missed_status=shape.missed_status,
        lease_ms=_ms(shape.lease_s),
        grace_ms=_ms(shape.grace_s),
        ramp_ms=_ms(shape.ramp_s),
        visitor_lease_ms=_ms(shape.visitor_lease_s),
        visitor_grace_ms=_ms(shape.visitor_grace_s),
        gone_boost_ms=_ms(shape.gone_boost_s),
    )


def _offers(shape: OffersShape) -> Offers:
    return Offers(
        decline_cooldown_ms=_ms(shape.decline_cooldown_s),
        pacing=shape.pacing,
        alert_after=shape.alert_after,
        decline_reasons=shape.decline_reasons,
    )


def _requirements(levels: Mapping[str, int]) -> frozenset[Requirement]:
    return frozenset(Requirement(skill=skill, level=level) for skill, level in levels.items())


def _ms(seconds: float) -> Ms:
    return round(seconds * 1000)
