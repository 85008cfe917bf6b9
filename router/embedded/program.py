"""A server program as a child process: started when its old self is gone, restarted when it dies, stopped in order."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import structlog

from router.embedded import child
from router.embedded.datadir import DataDir, EmbeddedError, enterable, lock_for_server

log = structlog.get_logger()

READY_POLL_S = 0.01
STOP_WAIT_S = 10.0
DEATHS_A_MINUTE = 5
FIRST_BACKOFF_S = 0.05
LOG_TAIL_BYTES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """How to run one server.

    clean: removes what a killed predecessor left; called only when no process of it lives.
    is_ready: asked every READY_POLL_S until ready_wait_s have passed.
    """

    name: str
    command: list[str]
    clean: Callable[[], None]
    is_ready: Callable[[], Awaitable[bool]]
    ready_wait_s: float
    stop_signal: signal.Signals
    death_signal: signal.Signals
    """Sent by the kernel when we die."""


async def spawn(
    data: DataDir, name: str, command: list[str], death_signal: signal.Signals
) -> asyncio.subprocess.Process:
    """Start command as a child that dies with us and holds the lock of its name; output goes to its log.

    The kernel ties the child to the thread that calls this (prctl(2)): call it where the event loop lives.
    """
    plan: dict[str, int | bool] = {"parent": os.getpid(), "death_signal": int(death_signal)}
    if data.owner is not None:
        doors = (data.path, data.sockets.parent, Path(command[0]).parent)
        plan |= {"user_id": data.owner.user_id, "group_id": data.owner.group_id}
        plan["through_closed_doors"] = not all(enterable(door, data.owner) for door in doors)
    lock = await lock_for_server(data, name)
    try:
        with _kept_log(data, name) as output:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", child.__file__, json.dumps(plan), *command),
                stdin=asyncio.subprocess.DEVNULL if sys.platform == "linux" else asyncio.subprocess.PIPE,
                stdout=output,
                stderr=output,
                pass_fds=[lock],
                start_new_session=True,  # Ctrl-C in a terminal is for us; we stop them in order
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            )
    finally:
        os.close(lock)


async def start(data: DataDir, program: Program) -> asyncio.subprocess.Process:
    """Start program and wait until it serves. Raises EmbeddedError with the end of its log when it does not."""
    began = time.monotonic()
    os.close(await lock_for_server(data, program.name))
    program.clean()
    keep_last_log(data, program.name)
    process = await spawn(data, program.name, program.command, program.death_signal)
    try:
        async with asyncio.timeout(program.ready_wait_s):
            while not await program.is_ready():
                if process.returncode is not None:
                    raise EmbeddedError(
                        f"{program.name} ended at once ({process.returncode}):\n{log_tail(data, program.name)}"
                    )
                await asyncio.sleep(READY_POLL_S)
    except BaseException as error:
        await stop(process, program.stop_signal)
        if isinstance(error, TimeoutError):
            tail = log_tail(data, program.name)
            raise EmbeddedError(f"{program.name} was not ready in {program.ready_wait_s:.0f} s:\n{tail}") from None
        raise
    log.info("embedded server ready", server=program.name, pid=process.pid, ms=round((time.monotonic() - began) * 1000))
    return process


async def keep(data: DataDir, program: Program, ready: asyncio.Event) -> None:
    """Start program, set ready, and restart it whenever it dies; cancel to stop it.

    Raises EmbeddedError when it cannot start the first time or dies more than DEATHS_A_MINUTE times in a minute.
    """
    deaths: deque[float] = deque()
    process = await start(data, program)
    ready.set()
    try:
        while True:
            returncode = await process.wait()
            deaths.append(time.monotonic())
            while deaths[0] < deaths[-1] - 60:
                deaths.popleft()
            log.error(
                "embedded server died", server=program.name, returncode=returncode, deaths_this_minute=len(deaths)
            )
            if len(deaths) > DEATHS_A_MINUTE:
                raise EmbeddedError(f"{program.name} keeps dying:\n{log_tail(data, program.name)}")
            await asyncio.sleep(FIRST_BACKOFF_S * 2 ** (len(deaths) - 1))
            try:
                process = await start(data, program)
            except EmbeddedError as error:
                log.error("embedded server did not start", server=program.name, reason=str(error))
    finally:
        await stop(process, program.stop_signal)


async def stop(process: asyncio.subprocess.Process, how: signal.Signals) -> None:
    """End a process as it likes to be ended, after STOP_WAIT_S by force."""
    for number in (how, signal.SIGKILL):
        if process.returncode is not None:
            return
        process.send_signal(number)
        try:
            async with asyncio.timeout(STOP_WAIT_S):
                await process.wait()
        except TimeoutError:
            log.warning("embedded server does not stop", pid=process.pid, sent=number.name)


def _kept_log(data: DataDir, name: str) -> BinaryIO:
    """Only who runs the servers reads what they say."""
    return os.fdopen(os.open(log_file(data, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def log_file(data: DataDir, name: str) -> Path:
    return data.path / f"{name}.log"


def keep_last_log(data: DataDir, name: str) -> None:
    """One log per start, and the one before."""
    file = log_file(data, name)
    if file.exists():
        file.replace(file.with_suffix(".log.1"))


def log_tail(data: DataDir, name: str) -> str:
    return log_file(data, name).read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace")
