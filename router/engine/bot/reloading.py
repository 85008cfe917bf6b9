"""Bots' files are watched: what is good is in force within a second, what is not is told and changes nothing.

Talks go on where they stand; one whose flow is no more is asked anew what it is about.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.fault import ConfigInvalid
from router.core.bot.definition import Bot
from router.engine.centre import Centre
from router.engine.patience import patiently

log = structlog.get_logger()

LOOKED_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class BotSource:
    """Where the bots' files are. read: raises ConfigInvalid with every fault."""

    folder: Path
    read: Callable[[], Mapping[str, Bot]]


async def run(centre: Centre, source: BotSource) -> None:
    """Watch, for ever."""
    seen = [await asyncio.to_thread(_print_of, source.folder)]

    async def once() -> None:
        await asyncio.sleep(LOOKED_EVERY_S)
        now = await asyncio.to_thread(_print_of, source.folder)
        if now != seen[0]:
            seen[0] = now
            await reload(centre, source)

    await patiently("bots", once)


async def reload(centre: Centre, source: BotSource) -> bool:
    """Put the files in force, if nothing is wrong with them."""
    try:
        centre.bots.by_name = await asyncio.to_thread(source.read)
    except ConfigInvalid as invalid:
        log.warning("bots refused", faults=[str(fault) for fault in invalid.faults])
        return False
    log.info("bots in force", bots=list(centre.bots.by_name))
    return True


def _print_of(folder: Path) -> Sequence[tuple[str, int, int]]:
    """Name, time of the last change and size of each file."""
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            stat = file.stat()
        except OSError:
            continue
        found.append((file.name, stat.st_mtime_ns, stat.st_size))
    return found
