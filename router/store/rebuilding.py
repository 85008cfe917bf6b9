"""Live state made anew: emptied, filled from what the journal knows, opened again; or gone on with after a restart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from router.core.compiler import Lane, Plan, Profile, Settings, named_plan, profile_id, profile_of
from router.core.words import Ms
from router.store.calls import Calls
from router.store.restored import RestoredAgent, RestoredItem, packed_alarm
from router.store.step import Step

STREAM_LENGTH = 50_000
"""About how many events the store's stream keeps; older ones are in the journal."""
RESTORE_BATCH = 500
NO_ALARMS: Mapping[str, Ms] = MappingProxyType({})


class Rebuilding:
    """The steps of a rebuild, in their order: begin, restore (agents, then items), end. Errors: as RoutingStore."""

    def __init__(self, calls: Calls, *, stream_length: int) -> None:
        self._calls, self._stream_length = calls, stream_length

    async def reopen(self, epoch: str, *, at_least_seq: int, spare: int) -> Step:
        """Go on after a restart of the store; what it has is of this epoch and has every event the journal has.

        at_least_seq: of the journal's last event. spare: numbers left out, more than any node may have seen and the
            store lost. Writes store.rebuilt, once a restart: everybody looks anew. Repeating it changes nothing.
        Raises StoreEmpty when it is of another epoch or older: rebuild it.
        """
        return (await self._calls.call("reopen", epoch, at_least_seq, spare))[0]

    async def begin(self, epoch: str, seq: int, settings: Settings) -> None:
        """Empty the shard and hold all transitions off (StoreEmpty) until `end`.

        epoch: new and unique, an id; a later rebuild by another node makes the rest of this one fail with StoreEmpty.
        seq: the next event has the number after it; at least that of the last event any node has seen. Readers take a
            gap before store.rebuilt for what it is.
        """
        await self._calls.call("clear", epoch)
        meta, cursor = f"{self._calls.prefix}meta".encode(), b""
        while cursor != b"0":
            cursor, keys = await self._calls.redis(
                "SCAN", cursor or b"0", "MATCH", f"{self._calls.prefix}*", "COUNT", 1_000
            )
            if old := [key for key in keys if key != meta]:
                await self._calls.call("unlink", epoch, *old)
        await self._calls.call("begin_rebuild", epoch, seq, self._stream_length)
        await self._calls.install(settings, epoch=epoch)

    async def restore(
        self,
        epoch: str,
        *,
        agents: Sequence[RestoredAgent] = (),
        items: Sequence[RestoredItem] = (),
        alarms: Mapping[str, Ms] = NO_ALARMS,
    ) -> None:
        """Put agents and items in their places, agents first; alarms, by name, ring at their times.

        No events are written and nothing is matched yet.
        """
        profiles = {profile_id(profile): profile for profile in (profile_of(agent.supply) for agent in agents)}
        plans = (definition for item in items for definition in named_plan(item.demand)[1])
        definitions: list[Lane | Plan | Profile] = [*profiles.values(), *dict.fromkeys(plans)]
        for start in range(0, len(definitions), RESTORE_BATCH):
            await self._calls.install(*definitions[start : start + RESTORE_BATCH], epoch=epoch)
        entries = [(agent.packed(), b"") for agent in agents] + [(item.packed(), item.brief) for item in items]
        entries += [(packed_alarm(alarm, at), b"") for alarm, at in alarms.items()]
        for start in range(0, len(entries), RESTORE_BATCH):
            flat = [part for entry in entries[start : start + RESTORE_BATCH] for part in entry]
            await self._calls.call("restore", epoch, *flat)

    async def end(self, epoch: str) -> Step:
        """Open the shard for transitions again; writes store.rebuilt."""
        return (await self._calls.call("end_rebuild", epoch))[0]
