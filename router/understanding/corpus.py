"""A data set: texts with the labels somebody gave them, in splits for training and measuring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Split = Literal["train", "valid", "test"]

OUT_OF_SCOPE = frozenset(
    {"oos", "ood", "out_of_scope", "out-of-scope", "out of scope", "outofscope", "out_of_domain"}
    | {"no_nodes_detected", "none_of_the_above"}
)
"""Labels that mean "none of these", in any case, unless another one is named."""


class BadCorpus(ValueError):
    """The file cannot be read as a data set; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """labels: none when the text is out of scope, several when it says several things. split: as the file says."""

    text: str
    labels: tuple[str, ...]
    split: Split | None = None


def without_scope(rows: list[Row], label: str = "") -> list[Row]:
    """Rows whose label means "none of these" without labels. label: which one does; by default those in common use."""
    meant = {label.casefold()} if label else OUT_OF_SCOPE
    return [
        Row(row.text, (), row.split) if row.labels and all(one.casefold() in meant for one in row.labels) else row
        for row in rows
    ]
