"""Linear classifiers: logistic regression, trained by Adam (Kingma & Ba 2015) on small batches, with numpy alone.

Few passes are enough and better than the exact optimum: stopping early keeps the logits of unlike texts small, which
is what tells messages that are out of scope.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from router.understanding.lexical import Floats

PASSES = 8
FEWEST_STEPS = 400
MOST_BATCH = 256
RATE = 0.05
STRENGTH = 30.0
"""Inverse of the weight of the penalty on large weights, as C of others' libraries."""


def fit(rows: Floats, targets: Floats, *, exclusive: bool, seed: int = 0) -> Floats:
    """(width + 1) × intents, the last row the bias. targets: rows × intents, 1 where the intent is meant.

    exclusive: each text means exactly one intent (softmax); otherwise each intent is decided by itself.
    The same input gives the same weights on one machine.
    """
    inputs = with_bias(rows)
    count, width = inputs.shape
    weights = np.zeros((width, targets.shape[1]), np.float32)
    # Arithmetic is in place: what is as large as the weights is passed over a dozen times a step. Both running means
    # are kept without their factors, 0.1 and 0.01, which cancel out.
    mean, spread, slope, part = (np.zeros_like(weights) for _ in range(4))
    batches = _batches(count, np.random.default_rng(seed))
    for step, batch in enumerate(batches, start=1):
        shown = inputs[batch]
        off = probabilities(shown @ weights, exclusive=exclusive) - targets[batch]
        np.matmul(shown.T, off / len(batch), out=slope)
        np.multiply(weights[:-1], 1 / (STRENGTH * count), out=part[:-1])
        slope[:-1] += part[:-1]
        mean *= 0.9
        mean += slope
        spread *= 0.99
        spread += np.multiply(slope, slope, out=part)
        rate = RATE * (1 + np.cos(np.pi * step / len(batches))) / 2
        unbiased = np.sqrt(1 - 0.99**step)
        np.sqrt(spread, out=part)
        part += 1e-6 * unbiased
        np.divide(mean, part, out=part)
        part *= rate * unbiased / (1 - 0.9**step)
        weights -= part
    return weights


def with_bias(rows: Floats) -> Floats:
    return np.concatenate([rows, np.ones((len(rows), 1), np.float32)], axis=1)


def probabilities(logits: Floats, *, exclusive: bool) -> Floats:
    if not exclusive:
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)


def _batches(count: int, chance: np.random.Generator) -> list[npt.NDArray[Any]]:
    size = min(MOST_BATCH, max(16, count // 12))
    batches_a_pass = -(-count // size)
    passes = max(PASSES, -(-FEWEST_STEPS // batches_a_pass))
    return [batch for _ in range(passes) for batch in np.array_split(chance.permutation(count), batches_a_pass)]
