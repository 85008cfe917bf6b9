"""The routing core as the engine calls it: one method per transition, each one atomic step in the store.

Every transition answers a Step: what came of it and the events it wrote. The caller journals the events before it
acknowledges anything. All methods raise StoreUnavailable (nothing is known; the event stream tells what happened)
and StoreEmpty (the store was wiped: rebuild it, then try again). Other ends are outcomes, not errors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
from redis.exceptions import ResponseError

from router.core.compiler import (
    Lane,
    Plan,
    Profile,
    Settings,
    class_of,
    lane_id,
    named_plan,
    plan_id,
    pool_order,
    profile_id,
    profile_of,
)
from router.core.outcomes import Outcome
from router.core.policy import Demand, Supply
from router.core.records import Agent, Item, Preference
from router.core.words import AgentId, Channel, DeviceId, Ms, OfferId, WorkItemId
from router.store import library
from router.store.connection import Connection
from router.store.errors import StoreUnavailable
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
STREAM_LENGTH = 50_000
"""About how many events the store's stream keeps; older ones are in the journal."""
RESTORE_BATCH = 500

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


class StoreEmpty(StoreUnavailable):
    """The store has no live state, is just being rebuilt, or was restarted and may have lost its newest steps.

    Nothing was done. `reopen` it if the journal has nothing newer, else rebuild it from the journal.
    """


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
        self._connection = connection
        self.prefix = f"{{{shard}}}:"
        self._clock = clock
        self._stream_length = stream_length

    @property
    def connection(self) -> Connection:
        """The shared one; it stays whose it is."""
        return self._connection

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
        return await self._install(settings)

    async def prepare(self, demands: Iterable[Demand]) -> Step:
        """Install the lanes of these demands ahead, so that the first item of each does not pay for it.

        Best before agents sign in: a class of work that is new to agents who are free moves each of them once.
        Outcomes: ok, too_many.
        """
        return await self._install(*dict.fromkeys(d for _, needed in map(named_plan, demands) for d in needed))

    async def put_agent(self, supply: Supply) -> Step:
        """Make an agent known, or give a known one other skills, queues or limits.

        An offer that rings for a lane the agent may no longer serve is rescinded (`profile`, place kept).
        Outcomes: ok, too_many, bad_request.
        """
        profile = profile_of(supply)
        return await self._step("put_agent", supply.agent_id, profile_id(profile), supply.limit, define=(profile,))

    # -- presence ------------------------------------------------------------------------------------------------

    async def lease(
        self, agent: AgentId, device: DeviceId, *, node: str, ttl_ms: Ms, sign_in_status: str | None = None
    ) -> Step:
        """Begin or renew the lease of one open device of the agent; the first one of a gone agent signs them in.

        sign_in_status: instead of the settings'. Outcomes: ok, unknown_agent, unknown_status, too_many, bad_request.
        """
        return await self._step("lease", agent, device, node, ttl_ms, sign_in_status or "")

    async def unlease(self, agent: AgentId, device: DeviceId) -> Step:
        """End a device's lease; after the last one the grace begins and a ringing offer moves on.

        Repeating it changes nothing. Outcomes: ok, unknown_agent.
        """
        return await self._step("unlease", agent, device)

    async def sign_out(self, agent: AgentId) -> Step:
        """End all leases at once and skip the grace: what the agent holds returns to its queues.

        Outcomes: ok, unknown_agent.
        """
        return await self._step("sign_out", agent)

    async def set_status(self, agent: AgentId, status: str, *, by: AgentId | None = None) -> Step:
        """Set the presence status; `by` names another person who did it (a supervisor).

        An offer that rings on a channel the status does not allow is rescinded (`status`, place kept).
        Outcomes: ok, unknown_agent, unknown_status, agent_gone.
        """
        return await self._step("set_status", agent, status, "supervisor" if by else "chosen", by or "")

    async def set_next_status(self, agent: AgentId, status: str) -> Step:
        """Plan the status that the agent takes in the step in which their last held item ends; "": none any more.

        Until then nothing new comes that it does not allow. With nothing in hand it is taken at once; choosing a status
        by `set_status` ends the plan. Outcomes: ok, unknown_agent, unknown_status, agent_gone.
        """
        return await self._step("set_next_status", agent, status)

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
    ) -> Step:
        """Put a new item in line, and offer it at once if an eligible agent is free.

        What it asks later comes into force as it waits (item.relaxed), by its age whatever happens meanwhile.
        credit_ms: waiting credited for its priority. brief: opaque, at most BRIEF_BYTES, comes back in every offer.
        preference: an agent it waits for alone at first; it is for all at once when there is no hope of them.
        enqueued_at: when the waiting began, if not now. excluded: agents it is never offered to.
        Outcomes: ok, exists (a repeat), item_closed, bad_request, too_many.
        """
        plan, define = named_plan(demand)
        since = "" if enqueued_at is None else enqueued_at
        first = _preference(preference)
        return await self._step("enqueue", item, plan, since, credit_ms, brief, *first, *excluded, define=define)

    async def accept(self, offer: OfferId, agent: AgentId) -> Step:
        """Make the agent the one owner of the offered item.

        Atomic: of many concurrent calls exactly one wins; the winner may repeat it and gets ok without events.
        Outcomes: ok, offer_expired (with late_ms), not_yours, unknown_offer.
        """
        return await self._step("accept", offer, agent)

    async def decline(self, offer: OfferId, agent: AgentId, *, reason: str = "") -> Step:
        """Send the offer on; the item keeps its place and is not offered to this agent for the cool-down.

        Outcomes: ok, offer_expired, not_yours, unknown_offer.
        """
        return await self._step("decline", offer, agent, reason)

    async def wrap_up(self, item: WorkItemId, agent: AgentId) -> Step:
        """End the work; the item holds its units, and the agent gets nothing automatic, until complete or deadline.

        In a queue without wrap-up the item closes at once.
        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._step("wrap_up", item, agent)

    async def complete(self, item: WorkItemId, agent: AgentId, *, disposition: str = "") -> Step:
        """Close an item the agent holds, in wrap-up or not. Repeating it changes nothing.

        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._step("complete", item, agent, disposition)

    async def cancel(self, item: WorkItemId, *, reason: str = "") -> Step:
        """Close an item because its customer left, whatever its state. Repeating it changes nothing.

        Outcomes: ok, unknown_item.
        """
        return await self._step("cancel", item, reason)

    async def relane(self, item: WorkItemId, demand: Demand, *, more_credit_ms: Ms = 0) -> Step:
        """Let an item that waits or rings ask for something else, its age kept; offers that ring are taken back.

        more_credit_ms: waiting credited beside what it has. What it asks for already changes nothing.
        Outcomes: ok, wrong_state (in an agent's hands), item_closed, unknown_item, bad_request, too_many.
        """
        plan, define = named_plan(demand)
        return await self._step("relane", item, plan, more_credit_ms, define=define)

    async def expect(self, channel: Channel, items: Sequence[WorkItemId]) -> Step:
        """The customers of these items, all of the channel, are there now: those that wait may go on waiting.

        One that waits unheard for the settings' `visit_ms` is cancelled (`silent`). Others are passed over. At most
        about 5,000 at once. Outcome: ok.
        """
        return await self._step("expect", channel, *items)

    async def transfer_to_queue(
        self, item: WorkItemId, agent: AgentId, demand: Demand, preference: Preference | None = None
    ) -> Step:
        """End the agent's assignment and put the item in another line, its age kept.

        For the cool-down it is not offered to the agent who transferred it.
        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        plan, define = named_plan(demand)
        return await self._step("transfer_to_queue", item, agent, plan, *_preference(preference), define=define)

    async def transfer_to_agent(self, item: WorkItemId, agent: AgentId, target: AgentId) -> Step:
        """End the agent's assignment and offer the item to the target, whose limit it may exceed.

        If the target lets it go, it waits in its lane at its old place.
        Outcomes: ok, agent_unavailable, unknown_agent, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._step("transfer_to_agent", item, agent, target)

    async def assign(self, item: WorkItemId, target: AgentId, *, by: AgentId) -> Step:
        """Give an item to an agent, wherever it is but in wrap-up: it is offered to them, whose limit it may exceed.

        by: the supervisor. A repeat while it rings there or is theirs changes nothing.
        Outcomes: ok, agent_unavailable, unknown_agent, wrong_state, item_closed, unknown_item.
        """
        return await self._step("assign", item, target, by)

    async def pick(self, item: WorkItemId, agent: AgentId) -> Step:
        """An agent takes an item that waits or rings elsewhere, over their limit if need be.

        Repeating it changes nothing.
        Outcomes: ok, agent_unavailable, not_yours (somebody has it, or was given it by hand), unknown_agent,
        item_closed, unknown_item.
        """
        return await self._step("pick", item, agent)

    async def pause(self, item: WorkItemId, agent: AgentId) -> Step:
        """The item stays the agent's and holds its paused weight until its customer writes. Repeating changes nothing.

        Outcomes: ok, not_yours, wrong_state, item_closed, unknown_item.
        """
        return await self._step("pause", item, agent)

    async def resume(self, item: WorkItemId, *, by: AgentId | None = None, prefer_ms: Ms = 0) -> Step:
        """A paused item is worked on again; in another state this changes nothing.

        by: its agent takes it up by hand, over the limit if need be. None: the customer wrote; it goes back to its
            agent if they are there and it fits, else to its place in line, its age kept.
        prefer_ms: how long it then waits for that agent alone.
        Outcomes: ok, not_yours, item_closed, unknown_item, bad_request.
        """
        return await self._step("resume", item, by or "", prefer_ms)

    async def replace_brief(self, item: WorkItemId, brief: bytes) -> None:
        """Give an open item another brief for its next offers; one that is closed stays without."""
        await self._redis("SET", f"{self.prefix}brief:{item}", brief, "XX")

    async def briefs(self, items: Sequence[WorkItemId]) -> dict[WorkItemId, bytes]:
        """The briefs of these items, of those that have one."""
        if not items:
            return {}
        packed = await self._redis("MGET", *(f"{self.prefix}brief:{item}" for item in items))
        return {item: brief for item, brief in zip(items, packed, strict=True) if brief is not None}

    async def tick(self, limit: int = 100) -> Tick:
        """Carry out at most `limit` timers that are due. Any node may call it at any time."""
        step, next_due_at = await self._call("tick", limit)
        return Tick(at=step.at, events=step.events, next_due_at=next_due_at or None)

    # -- reading -------------------------------------------------------------------------------------------------

    async def item(self, item: WorkItemId) -> Item | None:
        """An open item as it is now; None: closed or never known."""
        packed = (await self._read("item", item))[0]
        return decode_item(packed) if packed else None

    async def agent(self, agent: AgentId) -> Agent | None:
        packed = (await self._read("agent", agent))[0]
        return decode_agent(packed) if packed else None

    async def positions(self, items: Sequence[WorkItemId]) -> dict[WorkItemId, Position]:
        """Where these items are in their queues; closed and unknown ones are left out."""
        reply = await self._read("positions", *items)
        return {
            WorkItemId(item.decode()): Position(
                queue=queue.decode(),
                state=state.decode(),
                rank=None if rank < 0 else rank,
                length=length,
                enqueued_at=since,
            )
            for item, queue, state, rank, length, since in reply
        }

    async def snapshot(self, *, limit: int = 5_000) -> Snapshot:
        """All agents and open items, if there are at most `limit` of each."""
        seq, at, epoch, agents, items, queues, complete = await self._read("snapshot", limit)
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
        seq, agents = await self._read("agents", after or "", limit)
        return seq, agents_of(agents)

    async def waiting(self, queue: str, *, offset: int = 0, limit: int = 1_000) -> tuple[int, dict[WorkItemId, Item]]:
        """A page of a queue's waiting items in order, true at the seq beside it."""
        seq, items = await self._read("waiting", queue, offset, limit)
        return seq, items_of(items)

    async def seq(self) -> int:
        """The number of the last event."""
        return int((await self._read("seq"))[0])

    async def standing(self) -> Standing:
        """What the server holds; answers when nothing else does."""
        state, epoch, seq, working = await self._fcall("standing")
        return Standing(state=state.decode(), epoch=epoch.decode(), seq=seq, working=bool(working))

    # -- rebuilding ----------------------------------------------------------------------------------------------

    async def reopen(self, epoch: str, *, at_least_seq: int, spare: int) -> Step:
        """Go on after a restart of the store; what it has is of this epoch and has every event the journal has.

        at_least_seq: of the journal's last event. spare: numbers left out, more than any node may have seen and the
            store lost. Writes store.rebuilt, once a restart: everybody looks anew. Repeating it changes nothing.
        Raises StoreEmpty when it is of another epoch or older: rebuild it.
        """
        return self._checked(await self._fcall("reopen", epoch, at_least_seq, spare))[0]

    async def begin_rebuild(self, epoch: str, seq: int, settings: Settings) -> None:
        """Empty the shard and hold all transitions off (StoreEmpty) until `end_rebuild`.

        epoch: new and unique, an id; a later rebuild by another node makes the rest of this one fail with StoreEmpty.
        seq: the next event has the number after it; at least that of the last event any node has seen. Readers take a
            gap before store.rebuilt for what it is.
        """
        self._checked(await self._fcall("clear", epoch))
        meta, cursor = f"{self.prefix}meta".encode(), b""
        while cursor != b"0":
            cursor, keys = await self._redis("SCAN", cursor or b"0", "MATCH", f"{self.prefix}*", "COUNT", 1_000)
            if old := [key for key in keys if key != meta]:
                self._checked(await self._fcall("unlink", epoch, *old))
        self._checked(await self._fcall("begin_rebuild", epoch, seq, self._stream_length))
        await self._install(settings, epoch=epoch)

    async def restore(
        self, epoch: str, *, agents: Sequence[RestoredAgent] = (), items: Sequence[RestoredItem] = ()
    ) -> None:
        """Put agents and items in their places, agents first. No events are written and nothing is matched yet."""
        profiles = {profile_id(profile): profile for profile in (profile_of(agent.supply) for agent in agents)}
        plans = (definition for item in items for definition in named_plan(item.demand)[1])
        definitions: list[Lane | Plan | Profile] = [*profiles.values(), *dict.fromkeys(plans)]
        for start in range(0, len(definitions), RESTORE_BATCH):
            await self._install(*definitions[start : start + RESTORE_BATCH], epoch=epoch)
        entries = [(agent.packed(), b"") for agent in agents] + [(item.packed(), item.brief) for item in items]
        for start in range(0, len(entries), RESTORE_BATCH):
            flat = [part for entry in entries[start : start + RESTORE_BATCH] for part in entry]
            self._checked(await self._fcall("restore", epoch, *flat))

    async def end_rebuild(self, epoch: str) -> Step:
        """Open the shard for transitions again; writes store.rebuilt."""
        return self._checked(await self._fcall("end_rebuild", epoch))[0]

    # -- calls ---------------------------------------------------------------------------------------------------

    async def _step(self, name: str, *args: str | int | bytes, define: Sequence[Lane | Plan | Profile] = ()) -> Step:
        step, fact = await self._call(name, *args)
        if step.outcome in (Outcome.UNKNOWN_LANE, Outcome.UNKNOWN_PROFILE) and define:
            installed = await self._install(*define)
            if installed.outcome is not Outcome.OK:
                return installed
            step, fact = await self._call(name, *args)
        return Step(step.outcome, step.at, step.events, fact) if fact else step

    async def _install(self, *definitions: Lane | Plan | Profile | Settings, epoch: str = "") -> Step:
        packed = [_encode(_entry(definition)) for definition in definitions]
        name = "install_rebuilt" if epoch else "install"
        return self._checked(await self._fcall(name, epoch, *packed))[0]

    async def _call(self, name: str, *args: str | int | bytes) -> tuple[Step, int]:
        return self._checked(await self._fcall(name, *args))

    def _checked(self, reply: Sequence[Any]) -> tuple[Step, int]:
        """Take a reply of the library apart: outcome, at, fact, first seq, packed events."""
        outcome, at, fact, seq, *events = reply
        if outcome == b"store_empty":
            raise StoreEmpty("the store has no live state")
        written = tuple([Written(number, packed) for number, packed in enumerate(events, seq)])
        return Step(_OUTCOMES[outcome], at, written), fact

    async def _read(self, name: str, *args: str | int | bytes) -> Sequence[Any]:
        reply: Sequence[Any] = await self._fcall(name, *args)
        if reply and reply[0] == b"store_empty":  # nothing found is an empty list
            raise StoreEmpty("the store has no live state")
        return reply

    async def _fcall(self, name: str, *args: str | int | bytes) -> Any:
        now = "" if self._clock is None else self._clock()
        command = ("FCALL", f"usher_{name}", 1, self.prefix, now, *args)
        try:
            return await self._connection.call(*command)
        except ResponseError as error:
            if "Function not found" not in str(error):
                raise StoreUnavailable(str(error)) from error
        await library.load(self._connection)
        return await self._redis(*command)

    async def _redis(self, *command: str | int | bytes) -> Any:
        try:
            return await self._connection.call(*command)
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error


def _preference(preference: Preference | None) -> tuple[str, int, str]:
    if preference is None:
        return "", 0, ""
    return preference.agent, preference.wait_ms, "1" if preference.regardless else ""


def _entry(definition: Lane | Plan | Profile | Settings) -> dict[str, object]:
    """A definition as the store's list of definitions has it."""
    match definition:
        case Lane():
            class_and_order = {"class": class_of(definition), "pool_order": pool_order(definition)}
            return {"kind": "lane", "id": lane_id(definition), "lane": definition, **class_and_order}
        case Plan():
            return {"kind": "plan", "id": plan_id(definition), "plan": definition}
        case Profile():
            return {"kind": "profile", "id": profile_id(definition), "profile": definition}
        case Settings():
            return {"kind": "settings", "settings": definition}


_OUTCOMES = {outcome.value.encode(): outcome for outcome in Outcome}
