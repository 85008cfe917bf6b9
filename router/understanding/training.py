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
from router.understanding.names import tell_apart, words

FORMAT = 5
"""Counts up whenever training or a stored model changes."""

ENOUGH = 30
"""Examples of an intent; with so many its name tells nothing more."""

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
    intents = tuple(sorted({intent for example in taught for intent in example.intents}))
    shown = _texts(taught, intents, chosen)
    lesson = _Lesson(
        engine=chosen,
        intents=intents,
        exclusive=all(len(example.intents) == 1 for example in taught),
        examples=shown,
        names=_names(shown, intents, chosen),
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
class _Texts:
    """Of texts what does not depend on what is taught, and what they mean. targets: texts × intents."""

    pieces: list[Pieces]
    meanings: Floats
    targets: Floats

    def part(self, rows: Indices) -> _Texts:
        pieces = [self.pieces[row] for row in rows]
        return _Texts(pieces=pieces, meanings=self.meanings[rows], targets=self.targets[rows])

    def encode(self, lexical: Lexical) -> Floats:
        return joined(lexical, self.pieces, self.meanings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Lesson:
    """names: of intents, taught like examples; no customer wrote them, so nothing is measured by them."""

    engine: Engine
    intents: tuple[str, ...]
    exclusive: bool
    examples: _Texts
    names: _Texts

    def part(self, rows: Indices) -> _Lesson:
        return replace(self, examples=self.examples.part(rows))


def _texts(examples: Sequence[Example], intents: tuple[str, ...], engine: Engine) -> _Texts:
    texts = [example.text for example in examples]
    return _Texts(
        pieces=[pieces(text) for text in texts],
        meanings=meanings(engine, texts),
        targets=_targets(examples, intents),
    )


def _names(examples: _Texts, intents: tuple[str, ...], engine: Engine) -> _Texts:
    """Of intents with few examples; none when they say nothing."""
    few = examples.targets.sum(axis=0) < ENOUGH
    named = [
        Example(text, (intent,))
        for intent, is_few in zip(intents, few, strict=True)
        if is_few and (text := words(intent))
    ]
    names = _texts(named, intents, engine)
    lexical = Lexical.learn([*examples.pieces, *names.pieces])
    encoded = names.encode(lexical), names.targets, examples.encode(lexical), examples.targets
    return names if named and tell_apart(*encoded) else names.part(np.arange(0))


def _fitted(lesson: _Lesson) -> Model:
    shown = (lesson.examples, lesson.names)
    lexical = Lexical.learn([one for texts in shown for one in texts.pieces])
    rows = np.concatenate([texts.encode(lexical) for texts in shown])
    targets = np.concatenate([texts.targets for texts in shown])
    return Model(
        engine=lesson.engine,
        version="",
        intents=lesson.intents,
        exclusive=lesson.exclusive,
        lexical=lexical,
        weights=fit(rows, targets, exclusive=lesson.exclusive),
        neighbours=_neighbours(rows, targets),
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
    examples = lesson.examples
    count = len(examples.pieces)
    logits, in_scope, meant = [], [], []
    for fold in _folds(examples.targets):
        held_out = examples.part(fold)
        part = _fitted(lesson.part(np.setdiff1d(np.arange(count), fold)))
        weighed = part.weigh(held_out.encode(part.lexical))
        logits.append(weighed.logits)
        in_scope.append(weighed.in_scope)
        meant.append(held_out.targets)
    if not logits:
        return _calibrated_by_itself(model, examples)
    together = Weighed(logits=np.concatenate(logits), in_scope=np.concatenate(in_scope))
    elsewhere = model.weigh(model.encode(SENTENCES)).in_scope if count < MANY else None
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


def _calibrated_by_itself(model: Model, examples: _Texts) -> Model:
    """Nothing can be held out: a message must be half as near as the examples are to themselves."""
    in_scope = model.weigh(examples.encode(model.lexical)).in_scope
    return replace(model, threshold=float(np.median(in_scope)) / 2)


def _version(model: Model, taught: Sequence[Example]) -> str:
    what = f"{FORMAT} {engine_name(model.engine)} {model.threshold:.6f} {model.temperature:.6f} {fingerprint(taught)}"
    return hashlib.sha256(what.encode()).hexdigest()[:12]
