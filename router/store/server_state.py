"""The store's server as it describes itself: what `usher doctor` looks at."""

from __future__ import annotations

from dataclasses import dataclass

from router.store.connection import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerState:
    """append_only: every step is written to a file. writes_well: the last write to it succeeded.

    keeps_all: at the memory limit writes are refused; anything else would forget live work.
    """

    name: str
    version: tuple[int, ...]
    append_only: bool
    writes_well: bool
    keeps_all: bool


async def server_state(connection: Connection) -> ServerState:
    """Raises StoreUnavailable."""
    facts: dict[str, str] = {}
    for section in ("server", "persistence", "memory"):
        text: bytes = await connection.ask("INFO", section)
        facts |= dict(line.split(":", 1) for line in text.decode().splitlines() if ":" in line)
    name = "valkey" if "valkey_version" in facts else "redis"
    return ServerState(
        name=name,
        version=tuple(int(part) for part in facts[f"{name}_version"].split(".") if part.isdigit()),
        append_only=facts.get("aof_enabled") == "1",
        writes_well=facts.get("aof_last_write_status", "ok") == "ok",
        keeps_all=facts.get("maxmemory_policy", "noeviction") == "noeviction",
    )
