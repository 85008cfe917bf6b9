"""`order_by`: workers by whole numbers among their attributes: `worker.routing.levels.pl DESC, worker.age ASC`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from router.core.taskrouter.expression import ExpressionInvalid

MOST_CLAUSES = 16

_CLAUSE: Final = re.compile(
    r"\s*(?:worker\.)?((?!\d+[.\s])\w+(?:\.\w+|\[\d{1,6}\])*)(?:\s+(asc|desc))?\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Workers by the number at `path`; those without a whole number there come last in both directions."""

    path: str
    direction: Literal["asc", "desc"] = "asc"


@lru_cache(maxsize=1_024)
def parse_order(text: str) -> tuple[Order, ...]:
    """Read an order, most important clause first; none from blank text.

    Raises ExpressionInvalid: not a list of attributes, each maybe followed by ASC or DESC; more than MOST_CLAUSES.
    """
    if not text.strip():
        return ()
    clauses = text.split(",", MOST_CLAUSES)
    if len(clauses) > MOST_CLAUSES:
        raise ExpressionInvalid(f"more than {MOST_CLAUSES} attributes to order by")
    orders, column = [], 1
    for clause in clauses:
        found = _CLAUSE.fullmatch(clause)
        if found is None or found[1].startswith(("task.", "taskrouter.")):
            raise ExpressionInvalid(f"expected an attribute and ASC or DESC, not {clause.strip()!r}", 1, column)
        orders.append(Order(path=found[1], direction="desc" if (found[2] or "").lower() == "desc" else "asc"))
        column += len(clause) + 1
    return tuple(orders)
