"""`usher` as a process of its own, forked from one that has read its modules: to read them takes longer than a start.

It is a process like any other otherwise: own environment, own output, own number to be killed by.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

USHER = "router.cli"
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["router.app", "router.cli.serving", "router.cli.operating", __name__])


@dataclass(slots=True, kw_only=True)
class Program:
    """A process that runs. said: its standard output, to be read as bytes."""

    process: ForkServerProcess
    said: Connection

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def send_signal(self, number: signal.Signals) -> None:
        """Nothing, once it has ended."""
        if self.process.exitcode is None:
            os.kill(self.pid, number)

    def first_line(self, timeout_s: float) -> bytes:
        """Of its standard output; empty when it ended without one. TimeoutError."""
        return self._read(timeout_s, line=True)

    def all_said(self, timeout_s: float) -> bytes:
        """Its standard output until it closes it. TimeoutError."""
        return self._read(timeout_s, line=False)

    def _read(self, timeout_s: float, *, line: bool) -> bytes:
        deadline, read = time.monotonic() + timeout_s, bytearray()
        while not (line and read.endswith(b"\n")):
            if not self.said.poll(max(0.0, deadline - time.monotonic())):
                raise TimeoutError(f"process {self.pid} says nothing more")
            if not (more := os.read(self.said.fileno(), 1 if line else 65_536)):
                break
            read += more
        return bytes(read)

    def ended(self, timeout_s: float) -> int:
        """Its exit status, minus the number of the signal that ended it; TimeoutError."""
        self.process.join(timeout_s)
        if self.process.exitcode is None:
            raise TimeoutError(f"process {self.pid} goes on")
        return self.process.exitcode


def started(module: str, *words: str, log: Path, environment: Mapping[str, str] | None = None) -> Program:
    """Run a module as `python -m` does. log: gets its standard error. environment: more than this process's."""
    said, says = _forks.Pipe(duplex=False)
    facts = {**os.environ, **(environment or {})}
    process = _forks.Process(target=_run, args=(module, words, says, log, facts), daemon=False)
    process.start()
    says.close()
    return Program(process=process, said=said)


def _run(module: str, words: tuple[str, ...], says: Connection, log: Path, environment: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    with log.open("ab") as errors:
        os.dup2(errors.fileno(), sys.stderr.fileno())
    os.dup2(says.fileno(), sys.stdout.fileno())
    says.close()
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
