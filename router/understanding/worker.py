"""The process that understands, so that the server's loop never waits for arithmetic: `python -m … MODEL_FILE`.

Frames come in by standard input and go out by standard output (frames.py). What has come while it worked or rested is
worked off together: many texts at once cost far less than one by one. Lessons are done by children (lessons.py). It
ends when its input does, so also when the server is killed.
"""

from __future__ import annotations

import os
import select
import sys
import time
from pathlib import Path

from router.understanding import semantic
from router.understanding.frames import Answered, AnyAsked, AskMeaning, AskVectors, Lesson, Load, asked, frame, taken
from router.understanding.lessons import READ_BYTES, Lessons
from router.understanding.model import Model
from router.understanding.model_file import ModelUnusable, load
from router.understanding.reading import read
from router.understanding.text import cleaned

MOST_AT_ONCE = 64
REST_S = 0.01
"""After answers, so that what comes meanwhile is read together: sixteen at once take a third of the time each."""
NICE = 5
"""Routing comes first where processors are scarce."""


class Worker:
    """Answers what is asked with the model in its file, as it was when it was last loaded."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._model: Model | None = None
        self._lessons = Lessons(path)

    @property
    def files(self) -> list[int]:
        """Besides its input: to be read by `hear` when something is there."""
        return self._lessons.files

    def hear(self, file: int) -> list[Answered]:
        answer = self._lessons.read(file)
        return [] if answer is None else [answer]

    def answer(self, asked: list[AnyAsked]) -> list[Answered]:
        """In the order asked; lessons are begun."""
        answers: list[Answered] = []
        texts: list[AskMeaning] = []
        for one in asked:
            if isinstance(one, AskMeaning):
                texts.append(one)
                continue
            answers += self._understand(texts)
            texts = []
            if isinstance(one, Lesson):
                self._lessons.begin(one, self._model)
            else:
                answers.append(self._load(one) if isinstance(one, Load) else _vectors(one))
        return answers + self._understand(texts)

    def _understand(self, asked: list[AskMeaning]) -> list[Answered]:
        found = read(self._model, [one.text for one in asked], [one.language for one in asked])
        return [Answered(number=one.number, understood=each) for one, each in zip(asked, found, strict=True)]

    def _load(self, asked: Load) -> Answered:
        error = ""
        try:
            self._model = load(self._path)
        except ModelUnusable as unusable:
            error = str(unusable)
        read(self._model, ["ready"], [None])  # the first text would wait for weights and tables otherwise
        return Answered(number=asked.number, model=self._model.version if self._model else "", error=error)


def _vectors(asked: AskVectors) -> Answered:
    if not semantic.available():
        return Answered(number=asked.number)
    return Answered(number=asked.number, vectors=semantic.encode([cleaned(text) for text in asked.texts]).tobytes())


def main(path: Path) -> None:
    worker, buffer = Worker(path), bytearray()
    while True:
        ready, _, _ = select.select([0, *worker.files], [], [])
        for file in ready:
            if file:
                _write(worker.hear(file))
        if 0 in ready:
            if not (part := os.read(0, READ_BYTES)):
                return
            buffer += part
            waiting = [asked(body) for body in taken(buffer)]
            for start in range(0, len(waiting), MOST_AT_ONCE):
                _write(worker.answer(waiting[start : start + MOST_AT_ONCE]))
            time.sleep(REST_S)


def _write(answers: list[Answered]) -> None:
    data = b"".join(map(frame, answers))
    while data:
        data = data[os.write(1, data) :]


if __name__ == "__main__":
    os.nice(NICE)
    try:
        main(Path(sys.argv[1]))
    except (BrokenPipeError, KeyboardInterrupt):
        sys.exit(0)
