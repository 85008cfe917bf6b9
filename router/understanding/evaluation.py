"""How well a model understands texts it was not taught: the figures of `usher eval bot`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from router.core.understood import Understood
from router.understanding.calibration import auroc, calibration_error
from router.understanding.corpus import Row
from router.understanding.model import Model
from router.understanding.reading import read
from router.understanding.text import cleaned

BATCH = 256
TIMED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A test text beside what was understood. inside: one of its intents was taught. first: the first candidate is
    right (or, where several may be said, exactly what was meant is). answered: it would not be handed over."""

    inside: bool
    first: bool
    answered: bool
    confidence: float
    in_scope: float
    said: frozenset[str]
    meant: frozenset[str]


def evaluate(model: Model, rows: Sequence[Row]) -> dict[str, Any]:
    """Figures from 0 to 1, times in ms; None where nothing of the kind was asked.

    A text none of whose labels was taught is out of scope: it is dealt with rightly when it is handed over.
    """
    judged = [_judged(model, row, answer) for row, answer in zip(rows, _answers(model, rows), strict=True)]
    inside = [one for one in judged if one.inside]
    outside = [one for one in judged if not one.inside]
    answered = [one for one in judged if one.answered]
    return {
        "accuracy": _share([one.first if one.inside else not one.answered for one in judged]),
        "in_scope_accuracy": _share([one.first for one in inside]),
        "in_scope_answered_rightly": _share([one.first and one.answered for one in inside]),
        "out_of_scope_recall": _share([not one.answered for one in outside]),
        "answered_precision": _share([one.inside and one.first for one in answered]),
        "handover_rate": _share([not one.answered for one in inside]),
        "auroc": _rounded(auroc(_numbers(inside), _numbers(outside))),
        "calibration_error": _rounded(_calibration_error(inside)),
        **({} if model.exclusive else {"micro_f1": _rounded(_micro_f1(judged))}),
        **_times(model, rows),
    }


def _answers(model: Model, rows: Sequence[Row]) -> list[Understood]:
    texts = [row.text for row in rows]
    parts = (texts[start : start + BATCH] for start in range(0, len(texts), BATCH))
    return [answer for part in parts for answer in read(model, part, [None] * len(part))]


def _judged(model: Model, row: Row, answer: Understood) -> Judged:
    meant = frozenset(row.labels)
    best = answer.best
    if model.exclusive:
        said = frozenset({best.intent} if best else ())
        first = bool(said & meant)
    else:
        said = (
            frozenset(one.intent for one in (*answer.candidates[:1], *answer.also)) if answer.accepted else frozenset()
        )
        first = said == meant
    return Judged(
        inside=bool(meant & set(model.intents)),
        first=first,
        answered=answer.accepted,
        confidence=best.confidence if best else 0.0,
        in_scope=answer.in_scope,
        said=said,
        meant=meant,
    )


def _times(model: Model, rows: Sequence[Row]) -> dict[str, float]:
    """Of one text at a time, as a customer's message comes."""
    taken = []
    for row in rows[:: max(1, len(rows) // TIMED)][:TIMED]:
        started = time.perf_counter()
        read(model, [row.text], [None])
        taken.append((time.perf_counter() - started) * 1000)
    return {"p50_ms": round(float(np.quantile(taken, 0.5)), 2), "p95_ms": round(float(np.quantile(taken, 0.95)), 2)}


def _calibration_error(inside: Sequence[Judged]) -> float | None:
    """Of the first candidate's confidence; of texts in scope, for it says which intent, not whether any."""
    if not inside:
        return None
    right = [bool(one.meant & one.said) for one in inside]
    return calibration_error(np.array([one.confidence for one in inside], np.float32), np.array(right))


def _micro_f1(judged: Sequence[Judged]) -> float:
    both = sum(len(one.said & one.meant) for one in judged)
    return 2 * both / max(1, sum(len(one.said) + len(one.meant) for one in judged))


def _numbers(judged: Sequence[Judged]) -> Any:
    return np.array([one.in_scope for one in judged], np.float32)


def _share(holds: Sequence[bool]) -> float | None:
    return _rounded(sum(holds) / len(holds)) if holds else None


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, 4)


def seen(rows: Sequence[Row], taught: Sequence[Row]) -> int:
    """How many of the texts were taught word for word: published splits are not always apart."""
    known = {cleaned(row.text).casefold() for row in taught}
    return sum(cleaned(row.text).casefold() in known for row in rows)
