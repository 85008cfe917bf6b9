"""Encoder of wording: words, pairs of words and pieces of 2 to 5 letters, weighed by TF-IDF, hashed to a fixed width.

Pieces of words forgive endings and slips of the keyboard, in any language. Hashing with signs (Weinberger et al. 2009)
keeps inner products: a vocabulary need not be kept, only how rare each bucket of pieces is.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

WIDTH = 1024
BUCKETS = 1 << 18
PIECES = range(2, 6)
COMMON_CHARS = 24
"""Of a word whose pieces are remembered; a longer one will hardly come again."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Of one text: the hash of each piece it has, and 1 + log(how often)."""

    hashes: npt.NDArray[np.int64]
    weights: Floats


def pieces(text: str) -> Pieces:
    """What the encoder sees of a text; it does not depend on what was taught."""
    counted = Counter(_pieces(text))
    often = np.fromiter(counted.values(), np.float32, len(counted))
    return Pieces(hashes=np.fromiter(counted, np.int64, len(counted)), weights=1 + np.log(often))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexical:
    """rarity: of each bucket, log((1 + texts) / (1 + texts with it)) + 1; of one never seen, the most."""

    rarity: Floats
    never_seen: float

    @classmethod
    def learn(cls, texts: Sequence[Pieces]) -> Self:
        """Count in how many of the texts each piece occurs."""
        seen = np.zeros(BUCKETS, np.float32)
        for text in texts:
            seen[text.hashes % BUCKETS] += 1  # once, however many of its pieces share a bucket
        rarity = np.log((1 + len(texts)) / (1 + seen)) + 1
        return cls(rarity=rarity.astype(np.float32), never_seen=float(np.log(1 + len(texts)) + 1))

    def encode(self, texts: Sequence[Pieces]) -> Floats:
        """texts × WIDTH. Rows are at most of length 1: what was never seen makes the rest of a text count less."""
        rows = np.zeros((len(texts), WIDTH), np.float32)
        for row, text in zip(rows, texts, strict=True):
            self._encode(text, row)
        return rows

    def _encode(self, text: Pieces, row: Floats) -> None:
        if not len(text.hashes):
            return
        hashes = text.hashes
        rarity = self.rarity[hashes % BUCKETS]
        weights = text.weights * rarity
        weights /= np.sqrt(weights @ weights)
        known = rarity < self.never_seen - 1e-4
        signs = np.where(hashes >> 31, -1.0, 1.0)
        np.add.at(row, (hashes[known] >> 18) % WIDTH, (weights * signs)[known])


def _pieces(text: str) -> Iterator[int]:
    """Hashes of 32 bits: the lowest 18 choose the bucket, others the column and the sign."""
    words = _WORD.findall(text.casefold())
    for word in words:
        yield from _pieces_of(word) if len(word) <= COMMON_CHARS else _pieces_of.__wrapped__(word)
    for first, second in pairwise(words):
        yield _hash(f"b{first} {second}")


@lru_cache(maxsize=16_384)
def _pieces_of(word: str) -> tuple[int, ...]:
    edged = f"<{word}>"
    inside = (edged[start : start + length] for length in PIECES for start in range(len(edged) - length + 1))
    return tuple(_hash(piece) for piece in (f"w{word}", *inside))


def _hash(piece: str) -> int:
    return zlib.crc32(piece.encode())
