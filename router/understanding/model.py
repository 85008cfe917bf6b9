"""A trained engine: texts → what they mean. Pure; the same text has the same answer for the life of a model.

A text's intents are weighed by the classifier, and the best of them once more by how near the nearest example is.
Whether it is in scope is told by the weight of the best intent times how near its three nearest examples are: unlike
probabilities, which always sum to one, both are small for what is like nothing that was taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from router.core.understood import Candidate, Understood
from router.understanding.encoding import Engine, Meanings, encode, meanings
from router.understanding.lexical import Floats, Lexical
from router.understanding.linear import probabilities, with_bias
from router.understanding.text import cleaned

MOST_CANDIDATES = 5
NEARNESS = 4.0
"""What the cosine to the nearest example adds to an intent's logit; chosen on validation data."""
NEAREST = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """Examples' vectors of length 1, intent by intent: rows[starts[k]:starts[k + 1]] are those of intent k."""

    rows: Floats
    starts: npt.NDArray[np.int64]

    def nearness(self, row: Floats, intents: npt.NDArray[Any]) -> list[Floats]:
        """Cosines of the row (of length 1) to the examples of each intent, ascending."""
        return [np.sort(self.rows[self.starts[intent] : self.starts[intent + 1]] @ row) for intent in intents]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighed:
    """Of texts: logits (texts × intents) and how far each text is in scope (0 when there is nothing known in it)."""

    logits: Floats
    in_scope: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """version: the same for the same examples and engine. exclusive: each text means exactly one intent.

    cut: from which probability on an intent counts as said, where several may be said at once.
    """

    engine: Engine
    version: str
    intents: tuple[str, ...]
    exclusive: bool
    lexical: Lexical
    weights: Floats
    neighbours: Neighbours
    temperature: float = 1.0
    threshold: float = 0.0
    cut: float = 0.5
    facts: dict[str, Any] = field(default_factory=dict)

    def encode(self, texts: Sequence[str], meant: Meanings = meanings) -> Floats:
        """texts × width; texts need not be cleaned."""
        return encode(self.engine, self.lexical, [cleaned(text) for text in texts], meant)

    def weigh(self, rows: Floats) -> Weighed:
        logits = with_bias(rows) @ self.weights
        in_scope = np.zeros(len(rows), np.float32)
        for index, row in enumerate(rows):
            length = float(np.sqrt(row @ row))
            if length:
                in_scope[index] = self._near(logits[index], row / length)
        return Weighed(logits=logits, in_scope=in_scope)

    def _near(self, logits: Floats, row: Floats) -> float:
        """Weigh the best intents once more, in place."""
        best = np.argsort(-logits, kind="stable")[:MOST_CANDIDATES]
        near = self.neighbours.nearness(row, best)
        if not self.exclusive:
            return float(probabilities(logits[None, best[:1]], exclusive=False)[0, 0] * near[0][-NEAREST:].mean())
        logits[best] += NEARNESS * np.array([cosines[-1] for cosines in near], np.float32)
        chosen = int(np.argmax(logits[best]))
        return max(0.0, float(logits[best[chosen]])) * max(0.0, float(near[chosen][-NEAREST:].mean()))

    def understand(
        self, texts: Sequence[str], languages: Sequence[str], meant: Meanings = meanings
    ) -> list[Understood]:
        """One answer a text. languages: as known or detected, only handed on."""
        weighed = self.weigh(self.encode(texts, meant))
        chances = probabilities(weighed.logits / self.temperature, exclusive=self.exclusive)
        return [
            self._answer(row, float(in_scope), language)
            for row, in_scope, language in zip(chances, weighed.in_scope, languages, strict=True)
        ]

    def _answer(self, chances: Floats, in_scope: float, language: str) -> Understood:
        if not in_scope:
            return Understood(language=language, model=self.version)
        order = np.argsort(-chances, kind="stable")[:MOST_CANDIDATES]
        found = tuple(Candidate(intent=self.intents[k], confidence=round(float(chances[k]), 4)) for k in order)
        said = () if self.exclusive else tuple(one for one in found if one.confidence >= self.cut)
        return Understood(
            language=language,
            candidates=found,
            accepted=in_scope >= self.threshold if self.exclusive else bool(said),
            in_scope=round(in_scope, 4),
            also=said[1:],
            model=self.version,
        )
