"""How sure is sure. Everything here is fitted on texts the classifier was not trained on, never on test data."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from router.understanding.lexical import Floats
from router.understanding.linear import probabilities

HANDED_OVER = 0.045
"""Share of messages in scope that may be taken for out of scope: every point less lets several more slip through."""

KEPT_OUT = 0.95
MOST_HANDED_OVER = 0.15
"""For the sake of keeping out what is about something else."""

TEMPERATURES = np.geomspace(0.2, 5.0, 65)
BINS = 15


def temperature(logits: Floats, targets: Floats, *, exclusive: bool) -> float:
    """By which logits are divided so that probabilities are as often right as they say (Guo et al. 2017)."""
    losses = [_loss(probabilities(logits / one, exclusive=exclusive), targets, exclusive) for one in TEMPERATURES]
    return float(TEMPERATURES[int(np.argmin(losses))])


def threshold(in_scope: Floats, elsewhere: Floats | None = None) -> float:
    """What a message must reach to be answered: nearly all messages in scope do.

    in_scope: of held-out messages that are in scope. elsewhere: of sentences that hardly any service is about; most
    of them are kept out, but not at any price.
    """
    lenient = float(np.quantile(in_scope, HANDED_OVER))
    if elsewhere is None:
        return lenient
    return max(lenient, min(float(np.quantile(elsewhere, KEPT_OUT)), float(np.quantile(in_scope, MOST_HANDED_OVER))))


def cut(chances: Floats, targets: Floats) -> float:
    """From which probability on an intent counts as said, where several may be: best F1 over all decisions."""
    cuts = np.linspace(0.1, 0.9, 33)
    return float(max(cuts, key=lambda one: (f1(chances >= one, targets > 0), -abs(one - 0.5))))


def f1(said: npt.NDArray[np.bool_], meant: npt.NDArray[np.bool_]) -> float:
    """Micro-averaged."""
    return float(2 * (said & meant).sum() / max(1, said.sum() + meant.sum()))


def calibration_error(confidence: Floats, right: npt.NDArray[Any]) -> float:
    """Expected calibration error: mean distance of confidence and share of right ones over 15 bins of equal width."""
    if not len(confidence):
        return 0.0
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    gaps = np.bincount(bins, confidence - right, BINS)
    return float(np.abs(gaps).sum() / counts.sum())


def auroc(inside: Floats, outside: Floats) -> float | None:
    """Chance that a message in scope scores higher than one out of scope, ties by half; None without one of them."""
    if not len(inside) or not len(outside):
        return None
    both = np.concatenate([inside, outside])
    _, place, counts = np.unique(both, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    above = ranks[: len(inside)].sum() - len(inside) * (len(inside) + 1) / 2
    return float(above / (len(inside) * len(outside)))


def _loss(chances: Floats, targets: Floats, exclusive: bool) -> float:
    surely = np.clip(chances, 1e-7, 1 - 1e-7)
    loss = -(targets * np.log(surely))
    if not exclusive:
        loss = loss - (1 - targets) * np.log(1 - surely)
    return float(loss.sum())
