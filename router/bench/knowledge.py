"""Finding articles: an article for each intent of a data set, asked for with the questions of its test split.

What meaning counts beside words, and from which score an article is an answer, is chosen on questions held out of the
training split, and on as many of another service that no article answers; the test split is only counted.
"""

from __future__ import annotations

import asyncio
import csv
import json
import platform
import re
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from router.core.article_text import passages
from router.embedded import servers
from router.engine.knowledge.searching import MEANING_SHARE, PUBLIC, fused
from router.store.postgres import article_search, articles
from router.store.postgres.article_search import Found
from router.store.postgres.database import Database
from router.store.postgres.migrations import migrate
from router.understanding import semantic

EXAMPLES = 5
HELD_OUT = 3
"""Questions of each intent that choose the share; they are in no article."""
SHARES = tuple(n / 10 for n in range(11))
WANTED_PRECISION = 0.9
CANDIDATES = 30
NOBODYS = ""
"""In place of an article, of questions that none answers."""
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, the article that answers it ("": none does), and what was found."""

    wanted: str
    words: Sequence[Found]
    near: Sequence[Found]
    words_ms: float
    meaning_ms: float


def run(train: Path, test: Path, answers: Path | None, language: str, others: Path | None = None) -> dict[str, Any]:
    """others: a training split of another service."""
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as folder:
        strange = [text for texts in _rows(others).values() for text in texts] if others is not None else []
        return asyncio.run(_measure(Path(folder), _rows(train), _rows(test), _answers(answers), strange, language))


def _rows(path: Path) -> Mapping[str, list[str]]:
    """Intent → its questions, each once, in the order of the file."""
    found: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["text"].strip() not in found[row["intent"]]:
                found[row["intent"]].append(row["text"].strip())
    return found


def _answers(path: Path | None) -> Mapping[str, str]:
    read = json.loads(path.read_text("utf-8")) if path is not None else {}
    return {name.removeprefix("utter_"): TAG.sub(" ", " ".join(texts)) for name, texts in read.items()}


async def _measure(
    folder: Path,
    train: Mapping[str, list[str]],
    test: Mapping[str, list[str]],
    answers: Mapping[str, str],
    strange: Sequence[str],
    language: str,
) -> dict[str, Any]:
    async with servers(folder) as urls:
        await migrate(urls.postgres)
        async with await Database.open(urls.postgres) as database:
            await article_search.prepare_meaning(database)
            await _write(database, train, answers, language)
            held = {intent: texts[1 + EXAMPLES : 1 + EXAMPLES + HELD_OUT] for intent, texts in train.items()}
            chosen = await _ask(database, held, language)
            asked = await _ask(database, {i: t for i, t in test.items() if i in train}, language)
            apart = max(1, len(strange) // len(chosen))
            none = await _ask(database, {NOBODYS: strange[::apart][: len(chosen)]}, language)
    share = max(SHARES, key=lambda each: (_hits(chosen, each, 1), -abs(each - 0.5)))
    return {
        "articles": len(train),
        "questions": len(asked),
        "engine": semantic.NAME if semantic.available() else None,
        "share": share,
        "held_out_hit_1": {str(each): round(_hits(chosen, each, 1), 4) for each in SHARES},
        "words": _figures(asked, 0.0),
        "meaning": _figures(asked, 1.0),
        "both": _figures(asked, share),
        "nobodys": len(none),
        "sure": _sure([*chosen, *none], asked, none, MEANING_SHARE),
        "sure_by_words": _sure([*chosen, *none], asked, none, 0.0),
        "words_ms": _times([one.words_ms for one in asked]),
        "meaning_ms": _times([one.meaning_ms for one in asked]),
        "machine": platform.platform(),
    }


async def _write(database: Database, train: Mapping[str, list[str]], answers: Mapping[str, str], language: str) -> None:
    await articles.put_category(database, articles.Category(key="all", labels={"en": "All"}))
    for intent, (title, *more) in train.items():
        saving = articles.Saving(
            article_id=intent,
            key=intent,
            category="all",
            audience="public",
            language=language,
            base_version=0,
            title=title,
            body=answers.get(intent, title),
            examples=more[:EXAMPLES],
            by="bench",
            at=1,
        )
        await articles.save(database, saving)
        await articles.publish(database, intent, language, 1, at=1)
    while semantic.available() and (texts := await article_search.unread(database, semantic.NAME)):
        for text in texts:
            told = [passage[:1_000] for passage in passages(text.title, text.body, text.examples)]
            vectors = [[float(value) for value in row] for row in semantic.encode(told)]
            await article_search.keep_vectors(database, text, semantic.NAME, vectors)


async def _ask(database: Database, questions: Mapping[str, Sequence[str]], language: str) -> list[Asked]:
    found = []
    for intent, texts in questions.items():
        for text in texts:
            began = time.perf_counter()
            words = await article_search.by_words(database, text, language, PUBLIC, limit=CANDIDATES)
            between = time.perf_counter()
            near: list[Found] = []
            if semantic.available() and semantic.reads(text):
                vector = [float(value) for value in semantic.encode([text])[0]]
                near = await article_search.by_meaning(database, vector, semantic.NAME, PUBLIC, limit=CANDIDATES)
            ended = time.perf_counter()
            found.append(
                Asked(
                    wanted=intent,
                    words=words,
                    near=near,
                    words_ms=(between - began) * 1_000,
                    meaning_ms=(ended - between) * 1_000,
                )
            )
    return found


def _best(one: Asked, share: float) -> list[Found]:
    return fused(one.words, one.near, share=share, least=0.01)


def _hits(asked: Sequence[Asked], share: float, among: int) -> float:
    found = sum(one.wanted in [each.article_id for each in _best(one, share)[:among]] for one in asked)
    return found / len(asked) if asked else 0.0


def _figures(asked: Sequence[Asked], share: float) -> dict[str, float]:
    return {"hit_1": round(_hits(asked, share, 1), 4), "hit_3": round(_hits(asked, share, 3), 4)}


def _sure(chosen: Sequence[Asked], asked: Sequence[Asked], none: Sequence[Asked], share: float) -> dict[str, float]:
    """The least score from which the first is right in WANTED_PRECISION of what is answered of `chosen`; what comes of
    it in test, and how many questions that no article answers get one."""
    at = next((n / 100 for n in range(100) if _precision(chosen, share, n / 100)[0] >= WANTED_PRECISION), 1.0)
    precision, answered = _precision(asked, share, at)
    return {
        "score": at,
        "chosen_precision": round(_precision(chosen, share, at)[0], 4),
        "precision": round(precision, 4),
        "answered": round(answered, 4),
        "nobodys_answered": round(_precision(none, share, at)[1], 4),
    }


def _precision(asked: Sequence[Asked], share: float, score: float) -> tuple[float, float]:
    firsts = [(best[0], one.wanted) for one in asked if (best := _best(one, share)) and best[0].score >= score]
    right = sum(first.article_id == wanted for first, wanted in firsts)
    return (right / len(firsts) if firsts else 0.0, len(firsts) / len(asked) if asked else 0.0)


def _times(ms: Sequence[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(ms), 2), "p95": round(statistics.quantiles(ms, n=20)[-1], 2)}
