"""Live reload: the policy's files are watched; a good change is in force within a second, a bad one is refused whole.

What agents may take follows from the policy too: where it changed, the store is told, whether they are here or not.
Waiting items are routed anew by what is known of them and keep their place. What somebody transferred by hand stays
where it was put, as long as that queue is there.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from config.accounts import Account
from config.fault import ConfigInvalid, Fault
from router.core.compiler import settings_of
from router.core.demands import point_credit_ms
from router.core.policy import Policy
from router.core.rules import Routed, Ruleset, compile_rules, route
from router.core.words import AgentId, Ms
from router.engine import arrivals, in_line, snapshots, staffing
from router.engine.arrivals import Arrival
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import patiently
from router.store.postgres import conversations, work_items

log = structlog.get_logger()

LOOKED_AT_EVERY_S = 0.25
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the policy and the accounts that stand on it are. read: raises ConfigInvalid with every fault."""

    paths: Sequence[Path]
    read: Callable[[], tuple[Policy, Mapping[str, Account]]]


Print = tuple[tuple[str, int, int], ...]
"""Name, time of the last change in ns, and size of each file."""


class PolicyWatch:
    """source: None: the policy is as it was at the start, for ever."""

    def __init__(self, centre: Centre, source: Source | None) -> None:
        self._centre, self._source = centre, source
        self._reading = asyncio.Lock()
        self._replaced: list[Ruleset] = []
        """What was in force before, oldest first, until all that waits goes by what is."""
        self._misjudged: set[AgentId] = set()
        """Of whom the store still knows what the policy before said."""
        self._passes = 0
        self.faults: tuple[Fault, ...] = ()
        """Of the files as they were read last; the policy in force has none."""
        self.in_force_since: Ms = centre.now()

    async def run(self) -> None:
        """Watch, for ever; SIGHUP has the files read though they look the same.

        A store that is away delays what it has to know; nothing is lost by that.
        """
        seen, asked = await self._print(), asyncio.Event()
        with contextlib.suppress(RuntimeError, ValueError):  # a loop that is not the main thread's takes no signals
            asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, asked.set)

        async def once() -> None:
            nonlocal seen
            was_asked = await woken(asked, LOOKED_AT_EVERY_S)
            now = await self._print()
            if was_asked or now != seen:
                await self.reload()
                seen = now
            elif self._passes:
                async with self._reading:
                    await self._carry_out()

        await patiently("policy", once)

    async def reload(self) -> tuple[Fault, ...]:
        """Read the files; put them in force if nothing is wrong with them, else say what is."""
        if self._source is None:
            return ()
        async with self._reading:
            try:
                policy, accounts = await asyncio.to_thread(self._source.read)
            except ConfigInvalid as invalid:
                self.faults = invalid.faults
                log.warning("policy refused", faults=[str(fault) for fault in invalid.faults])
                return self.faults
            mended, self.faults = bool(self.faults), ()
            changed = (policy, accounts) != (self._centre.policy, self._centre.accounts)
            if changed or mended:
                log.info("policy in force", queues=len(policy.queues), rules=len(policy.rules))
            if changed:
                self._replaced.append(self._centre.ruleset)
                self._passes = 2  # the second takes what was on its way under the old policy
                self._centre.adopt(policy, compile_rules(policy), accounts)
                self.in_force_since = self._centre.now()
                await self._carry_out()
            return ()

    async def _print(self) -> Print:
        paths = self._source.paths if self._source is not None else ()
        return await asyncio.to_thread(_print_of, paths)

    async def _carry_out(self) -> None:
        """Tell the store, the tabs of this node and the items that wait. Raises UsherError: do it again."""
        centre, old = self._centre, self._replaced
        if not old:
            return
        step = await centre.store.configure(settings_of(centre.policy))
        await centre.journal(step.events)
        await staffing.judge_anew(centre, old[0].policy, self._misjudged)
        for here in list(centre.live.agents.values()):
            for outbox in tuple(here.outboxes):
                outbox.put_later(snapshots.staff_snapshot(centre, here.desk))
        moved = await _route_anew(centre, old)
        self._passes -= 1
        if self._passes == 0:
            self._replaced = []
        log.info("waiting items routed anew", moved=moved)


def _print_of(paths: Sequence[Path]) -> Print:
    files = [file for path in paths for file in (sorted(path.glob("*.toml")) if path.is_dir() else [path])]
    found = []
    for file in files:
        try:
            stat = file.stat()
        except OSError:
            continue
        found.append((str(file), stat.st_mtime_ns, stat.st_size))
    return tuple(found)


async def _route_anew(centre: Centre, old: Sequence[Ruleset]) -> int:
    """How many waiting items ask for something else now."""
    moved = 0
    page: list[work_items.WorkItem] = []
    while page := await work_items.open_items(
        centre.database, after=(page[-1].enqueued_at, page[-1].id) if page else None, limit=PAGE
    ):
        waiting = [row for row in page if row.state in ("waiting", "offered")]
        moved += sum(await asyncio.gather(*(_item_anew(centre, old, row) for row in waiting)))
    return moved


async def _item_anew(centre: Centre, old: Sequence[Ruleset], row: work_items.WorkItem) -> bool:
    arrival = await arrivals.of(centre, row)
    if arrival is None:
        return False
    known = await arrivals.attributes_before(centre, arrival)
    before, after = [route(each, known) for each in old], route(centre.ruleset, known)
    by_hand = arrival.demand not in [each.demand for each in before]
    if arrival.priority not in [each.priority for each in before]:  # a supervisor's, or that of a case
        after = replace(after, priority=arrival.priority)
    if by_hand and (arrival.demand == after.demand or arrival.demand.queue in centre.policy.queues):
        return False
    more_ms = 0 if by_hand else await _credited(centre, arrival, before, after)
    if arrival.demand == after.demand and more_ms == 0:
        return False
    return await in_line.reroute(centre, arrival, after, more_credit_ms=more_ms)


async def _credited(centre: Centre, arrival: Arrival, before: Sequence[Routed], after: Routed) -> Ms:
    """What waiting the item is to be credited with beside what it has: no more, whoever does this at once or again.

    What PostgreSQL says it has is replaced, if the rules before gave that. A crash behind this leaves the old place.
    """
    more_ms, row = 0, arrival.conversation
    if arrival.priority != after.priority:
        had = await work_items.set_priority(centre.database, arrival.item_id, after.priority)
        points = after.priority - (after.priority if had is None else had)
        more_ms += points * point_credit_ms(centre.policy, after.demand.queue)
    by_rule = row.attributes.get("credit_ms", 0)
    if by_rule != after.credit_ms and by_rule in [each.credit_ms for each in before]:
        had_ms = await conversations.set_credit(centre.database, row.id, after.credit_ms)
        more_ms += after.credit_ms - (after.credit_ms if had_ms is None else had_ms)
    return more_ms
