"""The routing core as the engine calls it: one method per transition, each one atomic step in the store.

Every transition answers a Step: what came of it and the events it wrote. The caller journals the events before it
acknowledges anything. All methods raise StoreUnavailable (nothing is known; the event stream tells what happened)
and StoreEmpty (the store was wiped: rebuild it, then try again). Other ends are outcomes, not errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from router.core.compiler import Settings, named_plan, profile_id, profile_of
from router.core.outcomes import Outcome
from router.core.policy import Demand, Supply
from router.core.records import Agent, Item, Preference
from router.core.words import AgentId, Channel, DeviceId, Ms, OfferId, WorkItemId
from router.store import library
from router.store.calls import Calls, StoreEmpty
from router.store.connection import Connection
from router.store.rebuilding import STREAM_LENGTH, Rebuilding
from router.store.restored import RestoredAgent, RestoredItem
from router.store.snapshot import (
    Line,
    Position,
    Snapshot,
    Standing,
    agents_of,
    decode_agent,
    decode_item,
    items_of,
    lines_of,
)
from router.store.step import Step, Tick, Written, decode_event

__all__ = [
    "BRIEF_BYTES",
    "Line",
    "Position",
    "RestoredAgent",
    "RestoredItem",
    "RoutingStore",
    "Snapshot",
    "Standing",
    "Step",
    "StoreEmpty",
    "Tick",
    "Written",
    "decode_event",
]

BRIEF_BYTES = 4096
"""The longest brief an item may carry."""


class RoutingStore:
    """Transitions and reads of one shard over a shared connection.

    clock: None (production) lets the store's own clock decide; tests and theory pass virtual time.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        shard: str = "main",
        clock: Callable[[], Ms] | None = None,
        stream_length: int = STREAM_LENGTH,
    ) -> None:
        self._calls = Calls(connection, shard=shard, clock=clock)
        self.rebuilding = Rebuilding(self._calls, stream_length=stream_length)

    @property
    def connection(self) -> Connection:
        """The shared one; it stays whose it is."""
        return self._calls.connection

    @property
    def prefix(self) -> str:
        """Of the shard's keys."""
        return self._calls.prefix

    @classmethod
    async def open(
        cls,
        connection: Connection,
        *,
        shard: str = "main",
        clock: Callable[[], Ms] | None = None,
        stream_length: int = STREAM_LENGTH,
    ) -> RoutingStore:
        """Load the function library if the store has none or another one, and be ready. The connection stays yours."""
        await library.load(connection)
        return cls(connection, shard=shard, clock=clock, stream_length=stream_length)

    # -- definitions ---------------------------------------------------------------------------------------------

    async def configure(self, settings: Settings) -> Step:
        """Put these settings in force for every later step; waiting items keep their place.

        Agents in a status that allows other channels now are matched anew. Outcomes: ok, too_many.
        """
        return await self._calls.install(settings)

    async def prepare(self, demands: Iterable[Demand]) -> Step:
        """Install the lanes of these demands ahead, so that the first item of each does not pay for it.

        Best before agents sign in: a class of work that is new to agents who are free moves each of them once.
        Outcomes: ok, too_many.
        """
        return await self._calls.install(*dict.fromkeys(d for _, needed in map(named_plan, demands) for d in needed))

    async def put_agent(self, supply: Supply) -> Step:
        """Make an agent known, or give a known one other skills, queues or limits.

        An offer that rings for a lane the agent may no longer serve is rescinded (`profile`, place kept).
        Outcomes: ok, too_many, bad_request.
        """
        profile = profile_of(supply)
        return await self._calls.step(
            "put_agent", supply.agent_id, profile_id(profile), supply.limit, define=(profile,)
        )

    # -- presence ------------------------------------------------------------------------------------------------

    async def lease(
        self, agent: AgentId, device: DeviceId, *, node: str, ttl_ms: Ms, sign_in_status: str | None = None
    ) -> Step:
        """Begin or renew the lease of one open device of the agent; the first one of a gone agent signs them in.

        sign_in_status: instead of the settings'. Outcomes: ok, unknown_agent, unknown_status, too_many, bad_request.
        """
        return await self._calls.step("lease", agent, device, node, ttl_ms, sign_in_status or "")

    async def renew(
        self, devices: Sequence[tuple[AgentId, DeviceId]], *, node: str, ttl_ms: Ms
    ) -> dict[tuple[AgentId, DeviceId], Step]:
        """`lease` for many devices in one write: the steps of those of whom more came than a lease that runs on."""
        steps = await self._calls.each("lease", [(agent, device, node, ttl_ms, "") for agent, device in devices])
        told = zip(devices, steps, strict=True)
        return {device: step for device, step in told if step.events or step.outcome is not Outcome.OK}

    async def unlease(self, agent: AgentId, device: DeviceId, *, node: str = "") -> Step:
        """End a device's lease; after the last one the grace begins and a ringing offer moves on.

        node: who says so; when the device has come to another one meanwhile, this changes nothing. "": whichever.
        Repeating it changes nothing. Outcomes: ok, unknown_agent.
        """
        return await self._calls.step("unlease", agent, device, node)

    async def sign_out(self, agent: AgentId) -> Step:
        """End all leases at once and skip the grace: what the agent holds returns to its queues.

        Outcomes: ok, unknown_agent.
        """
        return await self._calls.step("sign_out", agent)

    async def set_status(self, agent: AgentId, status: str, *, by: AgentId | None = None) -> Step:
        """Set the presence status; `by` names another person who did it (a supervisor).

        An offer that rings on a channel the status does not allow is rescinded (`status`, place kept).
        Outcomes: ok, unknown_agent, unknown_status, agent_gone.
        """
        return await self._calls.step("set_status", agent, status, "supervisor" if by else "chosen", by or "")

    async def set_next_status(self, agent: AgentId, status: str) -> Step:
        """Plan the status that the agent takes in the step in which their last held item ends; "": none any more.

        Until then nothing new comes that it does not allow. With nothing in hand it is taken at once; choosing a status
        by `set_status` ends the plan. Outcomes: ok, unknown_agent, unknown_status, agent_gone.
        """
        return await self._calls.step("set_next_status", agent, status)

    # -- items ---------------------------------------------------------------------------------------------------

    async def enqueue(
        self,
        item: WorkItemId,
        demand: Demand,
        *,
        credit_ms: Ms = 0,
        brief: bytes = b"",
        enqueued_at: Ms | None = None,
        preference: Preference | None = None,
        excluded: Iterable[AgentId] = (),
        expected_ms: Ms | None = None,
    ) -> Step:
        """Put a new item in line, and offer it at once if an eligible agent is free.

        What it asks later comes into force as it waits (item.relaxed), by its age whatever happens meanwhile.
        credit_ms: waiting credited for its priority. brief: opaque, at most BRIEF_BYTES, comes back in every offer.
        preference: an agent it waits for alone at first; it is for all at once when there is no hope of them.
        enqueued_at: when the waiting began, if not now. excluded: agents it is never offered to.
        expected_ms: how long the half of all such items would wait, for overflow by it (item.overflow); None: unknown.
        Outcomes: ok, exists (a repeat), item_closed, bad_request, too_many.
        """
        plan, define = named_plan(demand)
        since = "" if enqueued_at is None else enqueued_at
        first = (*_preference(preference), _or_unknown(expected_ms))
        return await self._calls.step("enqueue", item, plan, since, credit_ms, brief, *first, *excluded, define=define)

    async def accept(self, offer: OfferId, agent: AgentId) -> Step:
        """Make the agent the one owner of the offered item.

        Atomic: of many concurrent calls exactly one wins; the winner may repeat it and gets ok without events.
        Outcomes: ok, offer_expired (with late_ms), not_yours, unknown_offer.
        """
        return await self._calls.step("accept", offer, agent)

    async def decline(self, offer: OfferId, agent: AgentId, *, reason: str = "") -> Step:
        """Send the offer on; the item keeps its place and is not offered to this agent for the cool-down.

        Outcomes: ok, offer_expired, wrong_state (accepted by them), not_yours, unknown_offer.
        """
        return await self._calls.step("decline", offer, agent, reason)

    async def wrap_up(self, item: WorkItemId, agent: AgentId) -> Step:
        """End the work; the item holds its units, and the agent gets nothing automatic, until complete or deadline.

        In a queue without wrap-up the item closes at once.
        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._calls.step("wrap_up", item, agent)

    async def complete(self, item: WorkItemId, agent: AgentId, *, disposition: str = "") -> Step:
        """Close an item the agent holds, in wrap-up or not. Repeating it changes nothing.

        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._calls.step("complete", item, agent, disposition)

    async def cancel(self, item: WorkItemId, *, reason: str = "", unheld: bool = False) -> Step:
        """Close an item because its customer left, whatever its state. Repeating it changes nothing.

        unheld: only while it is in nobody's hands. Outcomes: ok, wrong_state (in an agent's hands), unknown_item.
        """
        return await self._calls.step("cancel", item, reason, "1" if unheld else "")

    async def relane(self, item: WorkItemId, demand: Demand, *, more_credit_ms: Ms = 0) -> Step:
        """Let an item that waits or rings ask for something else, its age kept; offers that ring are taken back.

        more_credit_ms: waiting credited beside what it has. What it asks for already changes nothing.
        Outcomes: ok, wrong_state (in an agent's hands), item_closed, unknown_item, bad_request, too_many.
        """
        plan, define = named_plan(demand)
        return await self._calls.step("relane", item, plan, more_credit_ms, define=define)

    async def expect(self, channel: Channel, items: Sequence[WorkItemId]) -> Step:
        """The customers of these items, all of the channel, are there now: those that wait may go on waiting.

        One that waits unheard for the settings' `visit_ms` is cancelled (`silent`). Others are passed over. At most
        about 5,000 at once. Outcome: ok.
        """
        return await self._calls.step("expect", channel, *items)

    async def transfer_to_queue(
        self,
        item: WorkItemId,
        agent: AgentId,
        demand: Demand,
        preference: Preference | None = None,
        *,
        expected_ms: Ms | None = None,
    ) -> Step:
        """End the agent's assignment and put the item in another line, its age kept.

        For the cool-down it is not offered to the agent who transferred it. expected_ms: as in `enqueue`.
        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        plan, define = named_plan(demand)
        more = (*_preference(preference), _or_unknown(expected_ms))
        return await self._calls.step("transfer_to_queue", item, agent, plan, *more, define=define)

    async def transfer_to_agent(self, item: WorkItemId, agent: AgentId, target: AgentId) -> Step:
        """End the agent's assignment and offer the item to the target, whose limit it may exceed.

        If the target lets it go, it waits in its lane at its old place.
        Outcomes: ok, agent_unavailable, unknown_agent, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._calls.step("transfer_to_agent", item, agent, target)

    async def assign(self, item: WorkItemId, target: AgentId, *, by: AgentId) -> Step:
        """Give an item to an agent, wherever it is but in wrap-up: it is offered to them, whose limit it may exceed.

        by: the supervisor. A repeat while it rings there or is theirs changes nothing.
        Outcomes: ok, agent_unavailable, unknown_agent, wrong_state, item_closed, unknown_item.
        """
        return await self._calls.step("assign", item, target, by)

    async def pick(self, item: WorkItemId, agent: AgentId) -> Step:
        """An agent takes an item that waits or rings elsewhere, over their limit if need be.

        Repeating it changes nothing.
        Outcomes: ok, agent_unavailable, not_yours (somebody has it, or was given it by hand), unknown_agent,
        item_closed, unknown_item.
        """
        return await self._calls.step("pick", item, agent)

    async def pause(self, item: WorkItemId, agent: AgentId) -> Step:
        """The item stays the agent's and holds its paused weight until its customer writes. Repeating changes nothing.

        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._calls.step("pause", item, agent)

    async def resume(self, item: WorkItemId, *, by: AgentId | None = None, prefer_ms: Ms = 0) -> Step:
        """A paused item is worked on again; in another state this changes nothing.

        by: its agent takes it up by hand, over the limit if need be. None: the customer wrote; it goes back to its
            agent if they are there and it fits, else to its place in line, its age kept.
        prefer_ms: how long it then waits for that agent alone.
        Outcomes: ok, not_yours, item_closed, unknown_item, bad_request.
        """
        return await self._calls.step("resume", item, by or "", prefer_ms)

    async def oldest_event(self) -> int | None:
        """The number of the first event the stream still has; None: it has none."""
        entries = await self._calls.redis("XRANGE", f"{self.prefix}events", "-", "+", "COUNT", 1)
        if not entries:
            return None
        entry, fields = entries[0]  # named by the last event of its step
        return int(entry.partition(b"-")[0]) - len(fields) // 2 + 1

    async def forget_events(self, *, before: int) -> None:
        """Remove steps from the stream whose last event has a lower number; the journal must have them."""
        await self._calls.redis("XTRIM", f"{self.prefix}events", "MINID", before)

    async def replace_brief(self, item: WorkItemId, brief: bytes) -> None:
        """Give an open item another brief for its next offers; one that is closed stays without."""
        await self._calls.redis("SET", f"{self.prefix}brief:{item}", brief, "XX")

    async def briefs(self, items: Sequence[WorkItemId]) -> dict[WorkItemId, bytes]:
        """The briefs of these items, of those that have one."""
        if not items:
            return {}
        packed = await self._calls.redis("MGET", *(f"{self.prefix}brief:{item}" for item in items))
        return {item: brief for item, brief in zip(items, packed, strict=True) if brief is not None}

    async def set_alarm(self, alarm: str, at: Ms | None) -> Step:
        """Let it ring (alarm.rang) at this time, whatever it was set to; None: never. Outcomes: ok, bad_request.

        It rings again every few seconds until it is set anew: whoever hears it and dies loses nothing.
        """
        return await self._calls.step("set_alarm", alarm, "" if at is None else at)

    async def alarms(self, alarms: Sequence[str]) -> dict[str, Ms]:
        """When these ring; those that do not are missing."""
        if not alarms:
            return {}
        found = await self._calls.redis("ZMSCORE", f"{self.prefix}timers", *(f"alarm {alarm}" for alarm in alarms))
        return {alarm: int(float(at)) for alarm, at in zip(alarms, found, strict=True) if at is not None}

    async def tick(self, limit: int = 100) -> Tick:
        """Carry out at most `limit` timers that are due. Any node may call it at any time."""
        step, next_due_at = await self._calls.call("tick", limit)
        return Tick(at=step.at, events=step.events, next_due_at=next_due_at or None)

    # -- reading -------------------------------------------------------------------------------------------------

    async def item(self, item: WorkItemId) -> Item | None:
        """An open item as it is now; None: closed or never known."""
        packed = (await self._calls.read("item", item))[0]
        return decode_item(packed) if packed else None

    async def agent(self, agent: AgentId) -> Agent | None:
        packed = (await self._calls.read("agent", agent))[0]
        return decode_agent(packed) if packed else None

    async def positions(self, items: Sequence[WorkItemId]) -> dict[WorkItemId, Position]:
        """Where these items are in their queues; closed and unknown ones are left out."""
        reply = await self._calls.read("positions", *items)
        return {
            WorkItemId(item.decode()): Position(
                queue=queue.decode(),
                state=state.decode(),
                rank=None if rank < 0 else rank,
                length=length,
                enqueued_at=since,
                channel=channel.decode(),
                overflow=overflow.decode(),
            )
            for item, queue, state, rank, length, since, channel, overflow in reply
        }

    async def snapshot(self, *, limit: int = 5_000) -> Snapshot:
        """All agents and open items, if there are at most `limit` of each."""
        seq, at, epoch, agents, items, queues, complete = await self._calls.read("snapshot", limit)
        return Snapshot(
            seq=seq,
            at=at,
            epoch=epoch.decode(),
            agents=agents_of(agents),
            items=items_of(items),
            queues=lines_of(queues),
            complete=bool(complete),
        )

    async def agents(self, *, after: AgentId | None = None, limit: int = 1_000) -> tuple[int, dict[AgentId, Agent]]:
        """A page of agents in id order after `after`, true at the seq beside it."""
        seq, agents = await self._calls.read("agents", after or "", limit)
        return seq, agents_of(agents)

    async def waiting(self, queue: str, *, offset: int = 0, limit: int = 1_000) -> tuple[int, dict[WorkItemId, Item]]:
        """A page of a queue's waiting items in order, true at the seq beside it."""
        seq, items = await self._calls.read("waiting", queue, offset, limit)
        return seq, items_of(items)

    async def seq(self) -> int:
        """The number of the last event."""
        return int((await self._calls.read("seq"))[0])

    async def standing(self) -> Standing:
        """What the server holds; answers when nothing else does."""
        state, epoch, seq, working = await self._calls.fcall("standing")
        return Standing(state=state.decode(), epoch=epoch.decode(), seq=seq, working=bool(working))


def _or_unknown(expected_ms: Ms | None) -> Ms:
    return -1 if expected_ms is None else expected_ms


def _preference(preference: Preference | None) -> tuple[str, int, str]:
    if preference is None:
        return "", 0, ""
    return preference.agent, preference.wait_ms, "1" if preference.regardless else ""
