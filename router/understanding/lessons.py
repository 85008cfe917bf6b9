"""Lessons: what takes the worker seconds is done by a child of its own, and messages are answered meanwhile.

A child has everything that is slow to begin with, modules, weights and tables, from the worker it was forked from. It
says its answer into a pipe and ends. The model it made is put in place by the worker, so that one whose worker, and
so whose question, is gone changes nothing.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from router.understanding import semantic
from router.understanding.encoding import remembering
from router.understanding.examples import Example, NothingToLearn
from router.understanding.frames import Answered, Lesson, Teach, Try, answered, frame, taken
from router.understanding.model import Model
from router.understanding.model_file import save
from router.understanding.reading import read
from router.understanding.training import train

READ_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Child:
    process: int
    asked: Lesson
    said: bytearray = field(default_factory=bytearray)


class Lessons:
    """Children of a worker, by the file their answer comes from."""

    def __init__(self, path: Path) -> None:
        """path: of the model."""
        self._path = path
        self._children: dict[int, _Child] = {}

    @property
    def files(self) -> list[int]:
        """To be read when something is there to read."""
        return list(self._children)

    def begin(self, asked: Lesson, model: Model | None) -> None:
        """One of a kind at a time: nobody waits for an earlier one any more. model: in use now."""
        for file, child in list(self._children.items()):
            if type(child.asked) is type(asked):
                with suppress(ProcessLookupError):
                    os.kill(child.process, signal.SIGKILL)
                self._end(file)
        if semantic.available():
            semantic.encode(["ready"])  # once, here: what a child reads is gone with it
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            _do(asked, model, _beside(self._path), writing)
        os.close(writing)
        self._children[reading] = _Child(process=process, asked=asked)

    def read(self, file: int) -> Answered | None:
        """What is there; the answer when it is whole."""
        child = self._children[file]
        if part := os.read(file, READ_BYTES):
            child.said.extend(part)
            return None
        self._end(file)
        bodies = taken(child.said)
        if not bodies:
            return Answered(number=child.asked.number, error="ended too early")
        answer = answered(bodies[0])
        if isinstance(child.asked, Teach) and answer.model:
            _beside(self._path).replace(self._path)
        return answer

    def _end(self, file: int) -> None:
        os.close(file)
        os.waitpid(self._children.pop(file).process, 0)


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.taught")


def _do(asked: Lesson, model: Model | None, path: Path, writing: int) -> NoReturn:
    """In the child."""
    try:
        os.close(0)
        os.close(1)  # the server is to see when the worker ends, whoever its children are
        data = frame(_answer(asked, model, path))
        while data:
            data = data[os.write(writing, data) :]
    finally:
        os._exit(0)


def _answer(asked: Lesson, model: Model | None, path: Path) -> Answered:
    try:
        examples = [Example(text, (intent,)) for intent, text in asked.taught]
        if isinstance(asked, Try):
            return _compared(asked, model, train(examples, sure_as=model))
        learnt = train(examples)
        save(learnt, path)
    except NothingToLearn as nothing:
        return Answered(number=asked.number, error=str(nothing))
    except Exception as error:  # its words may be a customer's
        return Answered(number=asked.number, error=type(error).__name__)
    return Answered(number=asked.number, model=learnt.version)


def _compared(asked: Try, model: Model | None, learnt: Model) -> Answered:
    meant, languages = remembering(), [None] * len(asked.texts)
    before = read(model, asked.texts, languages, meant)
    after = read(learnt, asked.texts, [each.language for each in before], meant)
    return Answered(number=asked.number, before=tuple(before), after=tuple(after))
