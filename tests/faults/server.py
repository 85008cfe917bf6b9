"""A server of a test's own as a real process: started, killed, stopped, started again on the same port and data."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtest.address import Address

READY_S = 30.0
STOP_S = 20.0
USHER = ("-m", "router.cli")


@dataclass(slots=True, kw_only=True)
class Server:
    """command: what follows `usher`. environment: more than this process's. program: run instead of `usher`."""

    command: tuple[str, ...]
    port: int
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = USHER
    process: asyncio.subprocess.Process | None = None
    ready_s: float = 0.0

    @property
    def address(self) -> Address:
        return Address(host="127.0.0.1", port=self.port, secure=False)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def start(self, *, program: tuple[str, ...] = USHER) -> None:
        """Returns once it says that it is ready."""
        began = time.monotonic()
        self.process = await self.spawn(*program, *self.command, "--port", str(self.port), "--json")
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(READY_S):
                line = await self.process.stdout.readline()
        except TimeoutError:
            line = b""
        if not json.loads(line or "{}").get("ready"):
            await self.end()
            raise AssertionError(f"not ready: {self.said()}")
        self.ready_s = time.monotonic() - began

    async def spawn(self, *words: str) -> asyncio.subprocess.Process:
        with self.log.open("ab") as errors:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, *words),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                env={**os.environ, **self.environment},
                limit=2**20,
            )

    async def ask(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run another `usher` command with --json: exit status and answer."""
        process = await self.spawn(*USHER, *words, "--json")
        async with asyncio.timeout(READY_S):
            said, _ = await process.communicate()
        assert process.returncode is not None
        return process.returncode, json.loads(said) if said.strip() else {}

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return await self.ended()

    async def ended(self) -> int:
        assert self.process is not None
        async with asyncio.timeout(STOP_S):
            return await self.process.wait()

    async def end(self) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(signal.SIGCONT)
            await self.kill()

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-4_000:]
