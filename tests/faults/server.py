"""A server of a test's own as a real process: started, killed, stopped, started again on the same port and data."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from loadtest.address import Address
from tests.patience import eventually
from tests.program import USHER, Program, started

READY_S = STOP_S = 60.0
CRASHING = "tests.faults.crashing"
ONCE = "USHER_TEST_CRASHED"
"""Names the file by which nodes know that one of them has crashed already."""


@dataclass(slots=True, kw_only=True)
class Server:
    """command: what follows `usher`. environment: more than this process's."""

    command: tuple[str, ...]
    port: int
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    process: Program | None = None

    @property
    def address(self) -> Address:
        return Address(host="127.0.0.1", port=self.port, secure=False)

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    async def start(self, *, ends_at: str = "") -> None:
        """Returns once it says that it is ready. ends_at: one of `crashing.PLACES`."""
        program = (CRASHING, ends_at) if ends_at else (USHER,)
        self.process = await self.run(*program, *self.command, "--port", str(self.port), "--json")
        try:
            line = await asyncio.to_thread(self.process.first_line, READY_S)
        except TimeoutError:
            line = b""
        if not json.loads(line or "{}").get("ready"):
            await self.end()
            raise AssertionError(f"not ready: {self.said()}")

    async def run(self, program: str, *words: str) -> Program:
        return await asyncio.to_thread(started, program, *words, log=self.log, environment=self.environment)

    async def ask(self, *words: str) -> tuple[int, dict[str, Any]]:
        """Run another `usher` command with --json: exit status and answer."""
        process = await self.run(USHER, *words, "--json")
        said = await asyncio.to_thread(process.all_said, READY_S)
        return await asyncio.to_thread(process.ended, STOP_S), json.loads(said) if said.strip() else {}

    async def doctor(self, *words: str) -> dict[str, str]:
        """What is not ok, by name. words: where the stores are, beside the environment."""
        _, answer = await self.ask("doctor", *words)
        return {check["name"]: check["detail"] for check in answer["checks"] if not check["ok"]}

    async def has_logged(self, words: str) -> None:
        await eventually(lambda: words in self.log.read_text("utf-8", "replace"))

    async def kill(self) -> None:
        await self.stop(signal.SIGKILL)

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Its exit status."""
        assert self.process is not None
        self.process.send_signal(how)
        return await self.ended()

    async def ended(self) -> int:
        assert self.process is not None
        return await asyncio.to_thread(self.process.ended, STOP_S)

    async def ends(self) -> None:
        """Whenever it does."""
        while self.process is not None and self.process.process.is_alive():
            await asyncio.sleep(0.05)

    async def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            await self.kill()

    def said(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-4_000:]
