"""Names of intents as examples: who names an intent says in two or three words what it is about.

`card_not_working` is taught as "card not working", beside what customers write. Of three examples an intent that is
much help, of forty none any more. Names are for people, though, and may say nothing ("KX", "flow-b"): they are taught
only if they tell the intents apart as the examples do.
"""

from __future__ import annotations

import re

import numpy as np

from router.understanding.lexical import Floats

CHANCE = 0.5
"""Share of the other intents that are nearer to a name than its own when names say nothing, on average."""
MOST_NEARER = CHANCE / 2

_WORD = re.compile(r"[^\W_]+")
_INNER_EDGE = re.compile(r"(?<=[a-z])(?=[A-Z])")


def words(intent: str) -> str:
    """`CardNot_working` → "card not working"; "" for what has a digit in it: such names are given by programs."""
    if any(char.isdigit() for char in intent):
        return ""
    return " ".join(_WORD.findall(_INNER_EDGE.sub(" ", intent))).lower()


def tell_apart(names: Floats, owners: Floats, rows: Floats, targets: Floats) -> bool:
    """Whether names are nearer to the examples of their intents than to most of the others'.

    names × width, owners: names × intents, 1 where the name is of the intent; rows × width, targets: rows × intents,
    every intent with a row.
    """
    if not len(names) or targets.shape[1] < 2:
        return False
    middle = rows.mean(axis=0)
    centres = _units(targets.T @ (rows - middle))
    near = _units(names - middle) @ centres.T
    nearer = (near > (near * owners).sum(axis=1)[:, None]).sum(axis=1) / (targets.shape[1] - 1)
    return bool(nearer.mean() < MOST_NEARER)


def _units(rows: Floats) -> Floats:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)
