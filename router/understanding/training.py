"""Examples → model. In seconds, on one core, without chance: the same examples make the same model."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from router.understanding import calibration
from router.understanding.elsewhere import SENTENCES
from router.understanding.encoding import Engine, best_engine, engine_name, joined, meanings, require
from router.understanding.examples import Example, fingerprint, prepared
from router.understanding.lexical import Floats, Lexical, Pieces, pieces
from router.understanding.linear import fit, probabilities
from router.understanding.model import Model, Neighbours, Weighed

FORMAT = 4
"""Counts up whenever training or a stored model changes."""

FOLDS = 5
MANY = 3_000
"""With so many examples, one fold tells enough, and what they are about is told apart from all else."""

Indices = npt.NDArray[np.int64]


def train(
    examples: Iterable[Example],
    *,
    engine: Engine | None = None,
    validation: Sequence[Example] = (),
    sure_as: Model | None = None,
) -> Model:
    """A model of the engine, by default the best that is installed.

    validation: texts of the same intents, only to fit confidence and threshold; by default some examples are held
    out for that, and taught afterwards. sure_as: a model of nearly the same examples whose confidence and threshold
    are taken instead, which leaves out most of the work; of another engine it is of no use.
    Raises NothingToLearn and EngineMissing.
    """
    taught = prepared(examples)
    chosen = require(engine or best_engine())
    texts = [example.text for example in taught]
    intents = tuple(sorted({intent for example in taught for intent in example.intents}))
    lesson = _Lesson(
        engine=chosen,
        intents=intents,
        exclusive=all(len(example.intents) == 1 for example in taught),
        pieces=[pieces(text) for text in texts],
        meanings=meanings(chosen, texts),
        targets=_targets(taught, intents),
    )
    model = _fitted(lesson)
    known = [one for one in validation if one.intents and set(one.intents) <= set(intents)]
    if sure_as is not None and (sure_as.engine, sure_as.exclusive) == (model.engine, model.exclusive):
        model = replace(model, temperature=sure_as.temperature, threshold=sure_as.threshold, cut=sure_as.cut)
    elif known:
        weighed = model.weigh(model.encode([one.text for one in known]))
        model = _calibrated(model, weighed, _targets(known, intents))
    else:
        model = _calibrated_by_folds(model, lesson)
    return replace(model, version=_version(model, taught), facts={"examples": len(taught), "intents": len(intents)})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lesson:
    """Texts as they are taught. targets: texts × intents."""

    engine: Engine
    intents: tuple[str, ...]
    exclusive: bool
    pieces: list[Pieces]
    meanings: Floats
    targets: Floats

    def part(self, rows: Indices) -> _Lesson:
        pieces = [self.pieces[row] for row in rows]
        return replace(self, pieces=pieces, meanings=self.meanings[rows], targets=self.targets[rows])

    def encode(self, lexical: Lexical) -> Floats:
        return joined(lexical, self.pieces, self.meanings)


def _fitted(lesson: _Lesson) -> Model:
    lexical = Lexical.learn(lesson.pieces)
    rows = lesson.encode(lexical)
    return Model(
        engine=lesson.engine,
        version="",
        intents=lesson.intents,
        exclusive=lesson.exclusive,
        lexical=lexical,
        weights=fit(rows, lesson.targets, exclusive=lesson.exclusive),
        neighbours=_neighbours(rows, lesson.targets),
    )


def _neighbours(rows: Floats, targets: Floats) -> Neighbours:
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    units = (rows / np.maximum(lengths, 1e-6)).astype(np.float16).astype(np.float32)  # as they are stored
    _, members = np.nonzero(targets.T)
    starts = np.concatenate([[0], np.cumsum((targets > 0).sum(axis=0))]).astype(np.int64)
    return Neighbours(rows=units[members], starts=starts)


def _targets(examples: Sequence[Example], intents: tuple[str, ...]) -> Floats:
    column = {intent: index for index, intent in enumerate(intents)}
    targets = np.zeros((len(examples), len(intents)), np.float32)
    for row, example in enumerate(examples):
        targets[row, [column[intent] for intent in example.intents]] = 1
    return targets


def _calibrated_by_folds(model: Model, lesson: _Lesson) -> Model:
    """Each held-out part is weighed by a model that was not taught it."""
    logits, in_scope, meant = [], [], []
    for fold in _folds(lesson.targets):
        held_out = lesson.part(fold)
        part = _fitted(lesson.part(np.setdiff1d(np.arange(len(lesson.pieces)), fold)))
        weighed = part.weigh(held_out.encode(part.lexical))
        logits.append(weighed.logits)
        in_scope.append(weighed.in_scope)
        meant.append(held_out.targets)
    if not logits:
        return _calibrated_by_itself(model, lesson)
    together = Weighed(logits=np.concatenate(logits), in_scope=np.concatenate(in_scope))
    few = len(lesson.pieces) < MANY
    elsewhere = model.weigh(model.encode(SENTENCES)).in_scope if few else None
    return _calibrated(model, together, np.concatenate(meant), elsewhere)


def _folds(targets: Floats) -> Iterator[Indices]:
    """Parts with a share of each intent; what is the only example of an intent is never held out."""
    chance = np.random.default_rng(0)
    fold = np.full(len(targets), -1)
    counts = targets.sum(axis=0)
    for column in targets.T:
        members = chance.permutation(np.flatnonzero(column))
        if len(members) > 1:
            fold[members] = np.arange(len(members)) % FOLDS
    fold[(targets * (counts == 1)).any(axis=1)] = -1
    for number in range(1 if len(targets) >= MANY else FOLDS):
        held_out = np.flatnonzero(fold == number)
        if len(held_out) and all(targets[fold != number].any(axis=0)):
            yield held_out


def _calibrated(model: Model, weighed: Weighed, targets: Floats, elsewhere: Floats | None = None) -> Model:
    temperature = calibration.temperature(weighed.logits, targets, exclusive=model.exclusive)
    chances = probabilities(weighed.logits / temperature, exclusive=model.exclusive)
    return replace(
        model,
        temperature=temperature,
        threshold=calibration.threshold(weighed.in_scope, elsewhere),
        cut=0.5 if model.exclusive else calibration.cut(chances, targets),
    )


def _calibrated_by_itself(model: Model, lesson: _Lesson) -> Model:
    """Nothing can be held out: a message must be half as near as the examples are to themselves."""
    in_scope = model.weigh(lesson.encode(model.lexical)).in_scope
    return replace(model, threshold=float(np.median(in_scope)) / 2)


def _version(model: Model, taught: Sequence[Example]) -> str:
    what = f"{FORMAT} {engine_name(model.engine)} {model.threshold:.6f} {model.temperature:.6f} {fingerprint(taught)}"
    return hashlib.sha256(what.encode()).hexdigest()[:12]
