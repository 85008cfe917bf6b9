"""How the functions of the library are called: definitions sent when they are asked for, replies taken apart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
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
    plan_id,
    pool_order,
    profile_id,
)
from router.core.outcomes import Outcome
from router.core.words import Ms
from router.store import library
from router.store.connection import Connection
from router.store.errors import StoreUnavailable
from router.store.step import Step, Written

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


class StoreEmpty(StoreUnavailable):
    """The store has no live state, is just being rebuilt, or was restarted and may have lost its newest steps.

    Nothing was done. `reopen` it if the journal has nothing newer, else rebuild it from the journal.
    """


class Calls:
    """Calls about one shard over a shared connection. clock: see RoutingStore.

    All raise StoreUnavailable, and StoreEmpty where the store is not open for them.
    """

    def __init__(self, connection: Connection, *, shard: str, clock: Callable[[], Ms] | None) -> None:
        self.connection = connection
        self.prefix = f"{{{shard}}}:"
        self._clock = clock

    async def step(self, name: str, *args: str | int | bytes, define: Sequence[Lane | Plan | Profile] = ()) -> Step:
        """A transition; `define`: what it names, installed when the store does not know it."""
        step, fact = await self.call(name, *args)
        if step.outcome in (Outcome.UNKNOWN_LANE, Outcome.UNKNOWN_PROFILE) and define:
            installed = await self.install(*define)
            if installed.outcome is not Outcome.OK:
                return installed
            step, fact = await self.call(name, *args)
        return Step(step.outcome, step.at, step.events, fact) if fact else step

    async def install(self, *definitions: Lane | Plan | Profile | Settings, epoch: str = "") -> Step:
        """epoch: of the rebuild it is a step of."""
        packed = [_encode(_entry(definition)) for definition in definitions]
        return (await self.call("install_rebuilt" if epoch else "install", epoch, *packed))[0]

    async def call(self, name: str, *args: str | int | bytes) -> tuple[Step, int]:
        """What a function that changes something answers: outcome, at, fact, first seq, packed events."""
        return _step(await self.fcall(name, *args))

    async def each(self, name: str, many: Sequence[Sequence[str | int | bytes]]) -> list[Step]:
        """A transition for each of these arguments, in order, without a task and a chain of calls for every one."""
        now = "" if self._clock is None else self._clock()
        try:
            calls = [self.connection.call("FCALL", f"usher_{name}", 1, self.prefix, now, *args) for args in many]
            return [_step(reply)[0] for reply in await asyncio.gather(*calls)]
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error

    async def read(self, name: str, *args: str | int | bytes) -> Sequence[Any]:
        """What a function answers that only reads; nothing found is an empty list."""
        reply: Sequence[Any] = await self.fcall(name, *args)
        if reply and reply[0] == b"store_empty":
            raise StoreEmpty("the store has no live state")
        return reply

    async def fcall(self, name: str, *args: str | int | bytes) -> Any:
        """The bare reply; the library is loaded when the store has lost it."""
        now = "" if self._clock is None else self._clock()
        command = ("FCALL", f"usher_{name}", 1, self.prefix, now, *args)
        try:
            return await self.connection.call(*command)
        except ResponseError as error:
            if "Function not found" not in str(error):
                raise StoreUnavailable(str(error)) from error
        await library.load(self.connection)
        return await self.redis(*command)

    async def redis(self, *command: str | int | bytes) -> Any:
        """Any command of the server."""
        try:
            return await self.connection.call(*command)
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error


def _step(reply: Sequence[Any]) -> tuple[Step, int]:
    outcome, at, fact, seq, *events = reply
    if outcome == b"store_empty":
        raise StoreEmpty("the store has no live state")
    written = tuple([Written(number, packed) for number, packed in enumerate(events, seq)])
    return Step(_OUTCOMES[outcome], at, written), fact


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
