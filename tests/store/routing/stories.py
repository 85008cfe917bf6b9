"""Histories that chance alone seldom comes to; most were found by long search, and made small."""

from __future__ import annotations

from typing import Final

from tests.store.routing.histories import History

_REFUSED_OVER_AND_OVER = History(
    (
        ("enqueue", 0, 0, 0, 0),
        *(("decline", 0, 1, 7, 0), ("decline", 0, 1, 7, 0), ("decline", 0, 1, 7, 0), ("tick", 0, 0, 0, 1_000)) * 4,
    )
)
"""One item refused by everybody, cool-down after cool-down."""
_DESERTED = History(
    (
        *(("sign_out", number, 0, 0, 0) for number in range(3)),
        *[("enqueue", 1, 5, 1, 0)] * 3,
        ("enqueue", 0, 5, 1, 0),
        *(("tick", 0, 0, 0, wait_ms) for wait_ms in (499, 1, 499, 1)),
        ("enqueue", 1, 5, 1, 0),
        ("lease", 0, 0, 0, 0),
    )
)
"""Everybody leaves; items at one place in line overflow all together."""
_PASSED_ITS_LAST_STEP = History(
    (
        ("set_status", 7, 3, 7, 1_000),
        ("tick", 2, 5, 0, 500),
        ("tick", 2, 1, 7, 1),
        ("pick", 0, 2, 1, 1_000),
        ("tick", 7, 3, 1, 0),
        ("enqueue", 7, 6, 2, 1),
        ("pause", 0, 5, 7, 500),
        ("tick", 7, 3, 3, 0),
    ),
    backlog=True,
    theme=53,
)
"""An item is placed anew, past the last step of its plan, before its timer for it is."""
_BLENDED_ANEW = History(
    (
        ("enqueue", 2, 0, 0, 0),
        ("enqueue", 4, 0, 0, 0),
        ("lease", 0, 0, 0, 0),
        ("transfer_to_agent", 0, 0, 0, 3_000),
        ("set_next_status", 0, 0, 0, 0),
        ("tick", 3, 0, 0, 0),
        ("relane", 0, 0, 0, 0),
        ("configure", 6, 3, 0, 0),
    )
)
"""Who has work of one channel is offered that of another, once the settings let the two stand beside one another."""
_CREDIT_OF_A_STEP_TAKEN_BACK = History(
    (("set_status", 0, 5, 0, 500), ("decline", 0, 0, 0, 0), ("pick", 0, 0, 1, 999), ("tick", 0, 0, 0, 0)),
    backlog=True,
    theme=20,
)
"""An item goes from a step with credit to the next."""
_NEXT_STATUS_ALLOWS_LESS = History(
    (("accept", 0, 1, 4, 0), ("set_next_status", 2, 3, 4, 0), ("enqueue", 0, 0, 0, 0), ("pause", 0, 6, 7, 0)),
    backlog=True,
)
"""A status that was chosen for later comes while a channel rings that it does not allow."""
_MANY_LINES_TO_LOOK_INTO = History(
    (
        ("unlease", 0, 0, 3, 0),
        ("tick", 0, 0, 0, 0),
        ("cancel", 0, 3, 0, 0),
        ("accept", 0, 0, 0, 3_000),
        ("configure", 3, 0, 0, 0),
        ("configure", 0, 0, 0, 0),
        ("configure", 3, 2, 0, 0),
        ("resume", 0, 0, 0, 3_000),
        ("enqueue", 0, 0, 1, 0),
        ("wrap_up", 0, 0, 0, 999),
        ("enqueue", 0, 0, 0, 999),
        ("set_status", 0, 0, 0, 999),
        ("tick", 0, 0, 0, 0),
        ("decline", 0, 0, 4, 0),
        ("relane", 7, 7, 0, 0),
        ("accept", 1, 7, 7, 0),
        ("pause", 0, 4, 2, 0),
        ("accept", 3, 3, 6, 0),
        ("relane", 3, 0, 0, 0),
        ("accept", 3, 7, 4, 0),
        ("resume", 0, 7, 1, 0),
        ("wrap_up", 0, 7, 3, 0),
        ("transfer_to_queue", 2, 3, 3, 0),
        ("put_agent", 1, 5, 3, 0),
    ),
    backlog=True,
)
"""The best head stands behind so many that an agent may not take, that the walk looks a second time."""
STORIES: Final = (
    _REFUSED_OVER_AND_OVER,
    _DESERTED,
    _BLENDED_ANEW,
    _PASSED_ITS_LAST_STEP,
    _CREDIT_OF_A_STEP_TAKEN_BACK,
    _NEXT_STATUS_ALLOWS_LESS,
    _MANY_LINES_TO_LOOK_INTO,
)
"""New ones come last: told_by.py knows them by their number."""
