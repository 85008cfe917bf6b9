"""The understanding engine as a server has it: a worker process beside it, asked without waiting for more than a while.

Places in line are bounded, every question has a time-out, a worker that died or hangs is replaced, and a model that
was written anew is read within a second. Whatever happens, a question has an answer: at worst one without candidates.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NoReturn

import structlog

from router.core.understood import NotLearnt, Taught, Understood
from router.understanding.frames import (
    LENGTH_BYTES,
    MOST_BYTES,
    Answered,
    AnyAsked,
    AskMeaning,
    AskVectors,
    Lesson,
    Load,
    Teach,
    Try,
    answered,
    frame,
)
from router.understanding.text import cleaned

log = structlog.get_logger()

MOST_WAITING = 256
TIMEOUT_S = 2.0
VECTORS_TIMEOUT_S = 30.0
MOST_TEXTS = 64
LOAD_TIMEOUT_S = 60.0
TEACH_TIMEOUT_S = 300.0
TRY_TIMEOUT_S = 120.0
LOOK_S = 0.5
RESTART_S = 1.0
MOST_UNANSWERED = 5
"""A worker that has let so many questions in a row wait for too long, and answered none meanwhile, is replaced."""

Vector = tuple[float, ...]
Stamp = tuple[int, int, int]
"""Inode, time of the last change and size of a file."""
NEVER: Stamp = (0, 0, 0)


class Understanding:
    """Understands texts by the model in a file, once `run` runs. Implements Understands and Learns of
    `router.core.understood`.
    """

    def __init__(self, model: Path) -> None:
        self._path = model.absolute()
        self._worker: Process | None = None
        self._there = asyncio.Event()
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._seen: Stamp | None = NEVER
        self._unanswered = 0
        self.model_version = ""
        """Of the model in use; "" before the first is read."""

    async def understand(self, text: str, language: str | None = None) -> Understood:
        """What the text means; without candidates when there is no model, no room or no answer in time."""
        asked = AskMeaning(number=next(self._numbers), text=cleaned(text, keep_lines=True), language=language)
        answer = await self._ask(asked, TIMEOUT_S) if self._has_room else None
        return (answer and answer.understood) or Understood(language=language or "")

    async def vectors(self, texts: Sequence[str]) -> tuple[Vector, ...] | None:
        """512 numbers a text, of length 1, near for texts that mean alike; all zero for a script it does not read.

        None without a semantic engine, without room or time: search by words alone then. At most 64 texts.
        """
        if not texts:
            return ()
        if len(texts) > MOST_TEXTS:
            raise ValueError(f"{len(texts)} texts; at most {MOST_TEXTS} at once")
        asked = AskVectors(number=next(self._numbers), texts=tuple(cleaned(text) for text in texts))
        answer = await self._ask(asked, VECTORS_TIMEOUT_S) if self._has_room else None
        if answer is None or not answer.vectors:
            return None
        numbers = memoryview(answer.vectors).cast("f").tolist()
        width = len(numbers) // len(texts)
        return tuple(tuple(numbers[start : start + width]) for start in range(0, len(numbers), width))

    async def teach(self, taught: Taught) -> str:
        """Learn pairs of intent and text, into the file; the version of the model. Raises NotLearnt."""
        asked = Teach(number=next(self._numbers), taught=tuple(taught))
        return (await self._lesson(asked, TEACH_TIMEOUT_S)).model

    async def try_out(self, taught: Taught, texts: Sequence[str]) -> tuple[Sequence[Understood], Sequence[Understood]]:
        """What the texts mean now, and what they would if these were taught. Raises NotLearnt."""
        asked = Try(number=next(self._numbers), taught=tuple(taught), texts=tuple(texts))
        answer = await self._lesson(asked, TRY_TIMEOUT_S)
        return answer.before, answer.after

    async def _lesson(self, asked: Lesson, timeout_s: float) -> Answered:
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await self._there.wait()
        answer = await self._ask(asked, timeout_s)
        if answer is None or answer.error:
            raise NotLearnt(answer.error if answer is not None else "the engine is away or too slow")
        return answer

    @property
    def _has_room(self) -> bool:
        return len(self._waiting) < MOST_WAITING

    async def _ask(self, asked: AnyAsked, timeout_s: float) -> Answered | None:
        worker = self._worker
        if worker is None or worker.stdin is None:
            return None
        answer = asyncio.get_running_loop().create_future()
        self._waiting[asked.number] = answer
        try:
            worker.stdin.write(frame(asked))
            return await asyncio.wait_for(answer, timeout_s)
        except TimeoutError:
            self._unanswered += 1
            return None
        except ConnectionError:
            return None
        finally:
            del self._waiting[asked.number]

    async def run(self) -> NoReturn:
        """Keep a worker, until cancelled."""
        while True:
            try:
                await self._one_life()
            except OSError as error:  # no memory for it, no process more
                log.warning("understanding worker not started", reason=str(error))
            else:
                log.warning("understanding worker ended")
            await asyncio.sleep(RESTART_S)

    async def _one_life(self) -> None:
        """Of a worker, from its start to its end."""
        worker = await _start(self._path)
        try:
            self._worker, self._seen = worker, NEVER
            self._there.set()
            self._unanswered = 0
            reading = asyncio.create_task(self._read(worker), name="understanding: answers")
            watching = asyncio.create_task(self._watch(worker), name="understanding: model file")
            try:
                await asyncio.wait((reading, watching), return_when=asyncio.FIRST_COMPLETED)
            finally:
                reading.cancel()
                watching.cancel()
                await asyncio.gather(reading, watching, return_exceptions=True)
        finally:
            self._worker = None
            self._there.clear()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionResetError("the worker ended"))
            await _end(worker)

    async def _read(self, worker: Process) -> None:
        assert worker.stdout is not None
        with suppress(asyncio.IncompleteReadError):
            while True:
                length = int.from_bytes(await worker.stdout.readexactly(LENGTH_BYTES), "big")
                if length > MOST_BYTES:
                    return
                answer = answered(await worker.stdout.readexactly(length))
                self._unanswered = 0
                waiting = self._waiting.get(answer.number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(answer)

    async def _watch(self, worker: Process) -> None:
        """Have a changed model read; return when the worker hangs."""
        while True:
            seen = _stamp(self._path)
            if seen != self._seen:
                await self._load()
                self._seen = seen
            await asyncio.sleep(LOOK_S)
            if self._unanswered >= MOST_UNANSWERED:
                log.warning("understanding worker hangs")
                return

    async def _load(self) -> None:
        answer = await self._ask(Load(number=next(self._numbers)), LOAD_TIMEOUT_S)
        if answer is None:
            return
        self.model_version = answer.model
        if not self._path.exists():
            log.info("understanding not taught yet")
        elif answer.error:
            log.warning("understanding model unusable", reason=answer.error, model=answer.model)
        else:
            log.info("understanding model loaded", model=answer.model)


async def _start(path: Path) -> Process:
    here = Path(__file__).parents[2]
    program = (sys.executable, "-m", "router.understanding.worker", str(path))
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # a process of several threads had better not fork
    return await asyncio.create_subprocess_exec(
        *program,
        stdin=PIPE,
        stdout=PIPE,
        cwd=here,
        env=alone,
        start_new_session=True,  # Ctrl-C in a terminal is for us; it answers until we end it
    )


async def _end(worker: Process) -> None:
    with suppress(ProcessLookupError):
        worker.kill()
    await worker.wait()


def _stamp(path: Path) -> Stamp | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size
