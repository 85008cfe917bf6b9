"""The worker process beside the server: asked, reloaded, killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from router.core.understood import NotLearnt, Understood
from router.engine.bot.bots import Bots
from router.understanding import service
from router.understanding.examples import Example
from router.understanding.model import Model
from router.understanding.model_file import load, save
from router.understanding.service import MOST_UNANSWERED, MOST_WAITING, Understanding
from router.understanding.training import train
from tests.core.bot.talking import fern
from tests.patience import PATIENCE_S, eventually
from tests.understanding.shop import EXAMPLES


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that stands still for seconds has its answer all the same."""
    monkeypatch.setattr(service, "TIMEOUT_S", PATIENCE_S)


@asynccontextmanager
async def running(path: Path) -> AsyncIterator[Understanding]:
    understanding = Understanding(path)
    task = asyncio.create_task(understanding.run())
    try:
        yield understanding
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_before_it_runs_there_is_an_answer_without_candidates(tmp_path: Path) -> None:
    assert await Understanding(tmp_path / "none").understand("hello", "en") == Understood(language="en")


async def test_it_answers_reads_a_new_model_and_outlives_its_worker(
    tmp_path: Path, shop: Model, plain_shop: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model.npz"
    async with running(path) as understanding:
        save(shop, path)
        await eventually(lambda: understanding.model_version == shop.version)
        answer = await understanding.understand("where is my parcel")
        assert answer.best is not None
        assert (answer.language, answer.best.intent, answer.accepted) == ("en", "order_status", True)

        vectors = await understanding.vectors(["where is my order", "wo ist meine Bestellung", "a cake of chocolate"])
        assert vectors is not None
        assert [len(vector) for vector in vectors] == [512, 512, 512]
        near, far = (sum(a * b for a, b in zip(vectors[0], other, strict=True)) for other in vectors[1:])
        assert near > far + 0.2

        assert (await understanding.understand("where is my order \ud800")).candidates
        assert (await understanding.understand("where is my order " * 6_000)).candidates
        assert await understanding.vectors([]) == ()

        path.write_bytes(b"half a model")
        save(plain_shop, path)
        await eventually(lambda: understanding.model_version == plain_shop.version)

        path.write_bytes(b"half a model")
        assert (await understanding.understand("where is my parcel")).model == plain_shop.version

        more = train([*EXAMPLES, Example("Do you ship abroad?", ("shipping",))], engine="wording")
        save(more, path)
        await eventually(lambda: understanding.model_version == more.version)
        questions = (understanding.understand(f"where is my order {number}?") for number in range(MOST_WAITING + 50))
        answers = await asyncio.gather(*questions)
        assert not any(answer.candidates for answer in answers[MOST_WAITING:]), "more than fit in the line"

        worker = understanding._worker
        assert worker is not None
        os.kill(worker.pid, signal.SIGKILL)
        assert await understanding.understand("where is my parcel") is not None
        await eventually(lambda: understanding._worker not in (None, worker))
        await answers_again(understanding)

        worker = understanding._worker
        assert worker is not None
        os.kill(worker.pid, signal.SIGSTOP)
        monkeypatch.setattr(service, "TIMEOUT_S", 1.0)
        bots = Bots(engine=understanding)
        hanging = (bots.understood(fern(), "where is my parcel", "en") for _ in range(MOST_UNANSWERED))
        assert not any(answer.model for answer in await asyncio.gather(*hanging)), "bots go by shared words meanwhile"
        monkeypatch.setattr(service, "TIMEOUT_S", PATIENCE_S)
        await eventually(lambda: understanding._worker not in (None, worker))
        await answers_again(understanding)


async def test_ctrl_c_in_a_terminal_is_not_for_the_worker(tmp_path: Path) -> None:
    async with running(tmp_path / "none") as understanding:
        await eventually(lambda: understanding._worker is not None)
        worker = understanding._worker
        assert worker is not None
        assert os.getpgid(worker.pid) != os.getpgid(0), "a terminal tells its foreground group"


async def test_lessons_are_done_beside_the_answers_and_only_teaching_changes_them(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    taught = [(example.intents[0], example.text) for example in EXAMPLES]
    gnome = "my gnome fell off the balcony"
    asked = [gnome, "where is my parcel", "where is my parcel", "?"]
    async with running(path) as understanding:
        first = await understanding.teach(taught)
        await eventually(lambda: understanding.model_version == first)
        before, after = await understanding.try_out([*taught, ("return", gnome)], asked)
        assert [one.best.intent if one.best else "" for one in after] == ["return", "order_status", "order_status", ""]
        assert [one.accepted for one in after] == [True, True, True, False]
        assert list(before) == [await understanding.understand(text) for text in asked]
        assert before[0].best != after[0].best
        assert (await understanding.understand(gnome)).model == first

        (_, tried), answers = await asyncio.gather(
            understanding.try_out(taught, [f"{text} {gnome}" for _, text in taught]),
            asyncio.gather(*map(understanding.understand, asked)),
        )
        assert len(tried) == len(taught)
        assert {answer.model for answer in answers} == {first}

        second = await understanding.teach([*taught, ("return", gnome)])
        await eventually(lambda: understanding.model_version == second != first)
        with pytest.raises(NotLearnt, match="no example"):
            await understanding.teach([("return", "?!")])
        assert load(path).version == second


async def test_a_lesson_ends_with_its_worker_and_leaves_the_model_alone(tmp_path: Path, plain_shop: Model) -> None:
    path = tmp_path / "model.npz"
    save(plain_shop, path)
    async with running(path) as understanding:
        await eventually(lambda: understanding.model_version == plain_shop.version)
        taught = [
            (f"{number % 50}", f"{number} bottles of beer on the wall of {number % 50}") for number in range(4_000)
        ]
        teaching = asyncio.create_task(understanding.teach(taught))
        worker = understanding._worker
        assert worker is not None
        await eventually(lambda: bool(children_of(worker.pid)))
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(NotLearnt, match="away"):
            await teaching
        await eventually(lambda: understanding._worker not in (None, worker))
        assert load(path).version == plain_shop.version


def children_of(process: int) -> str:
    return Path(f"/proc/{process}/task/{process}/children").read_text()


async def test_without_a_worker_nothing_is_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "TRY_TIMEOUT_S", 0.01)
    with pytest.raises(NotLearnt, match="away"):
        await Understanding(tmp_path / "none").try_out([("return", "I want to return this")], ["hello"])


async def answers_again(understanding: Understanding) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (await understanding.understand("where is my parcel")).candidates:
            await asyncio.sleep(0.1)


def test_the_worker_ends_when_its_server_does(tmp_path: Path) -> None:
    program = [sys.executable, "-m", "router.understanding.worker", str(tmp_path / "none")]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        worker.stdin.close()
        assert worker.wait(PATIENCE_S) == 0
