"""The function library `usher`: its Lua files joined in order, loaded into the store when it has not this very text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import blake2b
from importlib.resources import files

from redis.exceptions import ResponseError

from router.core.outcomes import Outcome
from router.store.connection import Connection
from router.store.errors import StoreUnavailable

FILES = (
    "call.lua",
    "conditions.lua",
    "definitions.lua",
    "attendance.lua",
    "records.lua",
    "plans.lua",
    "lines.lua",
    "preference.lua",
    "overflow.lua",
    "ranking.lua",
    "drain.lua",
    "matching.lua",
    "offers.lua",
    "items.lua",
    "deserted.lua",
    "by_hand.lua",
    "pauses.lua",
    "presence.lua",
    "install.lua",
    "timers.lua",
    "rebuild.lua",
    "reading.lua",
    "register.lua",
)
"""In the order in which they use one another."""


@cache
def sources() -> dict[str, str]:
    """The files by name, in order."""
    folder = files("router.store") / "functions"
    return {name: (folder / name).read_text() for name in FILES}


def assembled(parts: Mapping[str, str]) -> str:
    """Join files below the outcome codes, which are the Python enum's, and add a function named by their digest."""
    codes = ", ".join(f"{code.name} = '{code.value}'" for code in Outcome)
    body = "\n".join(["#!lua name=usher", f"local OUTCOME = {{ {codes} }}", *parts.values()])
    return f"{body}\nredis.register_function('{_digest(body)}', function() return 1 end)\n"


@cache
def text() -> str:
    """The whole library as FUNCTION LOAD takes it."""
    return assembled(sources())


async def load(connection: Connection, functions: str | None = None) -> None:
    """Load the library, or another text of it, unless the store has just that.

    Raises StoreUnavailable when the store refuses it.
    """
    functions = functions or text()
    digest = functions.rpartition("register_function('")[2].partition("'")[0]
    try:
        await connection.call("FCALL", digest, 0)
    except ResponseError:
        try:
            await connection.call("FUNCTION", "LOAD", "REPLACE", functions)
        except ResponseError as error:
            raise StoreUnavailable(str(error)) from error


async def is_ours(connection: Connection) -> bool:
    """Whether the store has just this text of the library. Raises StoreUnavailable when it is away."""
    digest = text().rpartition("register_function('")[2].partition("'")[0]
    try:
        await connection.call("FCALL", digest, 0)
    except ResponseError:
        return False
    return True


def _digest(body: str) -> str:
    return f"usher_{blake2b(body.encode(), digest_size=8).hexdigest()}"
