"""What nobody can know of a day, from what is known of others: how long people would have waited, and work taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from router.core.replay.histories import History, Stint
from router.core.replay.record import Facts
from router.core.words import Channel, WorkItemId

UNKNOWN_STINT = Stint(rang_ms=3_000, talk_ms=180_000, wrap_up_ms=20_000)
"""When nobody was served all day."""


def stints_by_channel(
    known: Mapping[WorkItemId, History], facts: Mapping[WorkItemId, Facts]
) -> Mapping[Channel, list[Stint]]:
    """Work that came to its end, by channel; all of it under ''."""
    found: defaultdict[Channel, list[Stint]] = defaultdict(list)
    for item, history in known.items():
        whole = [stint for stint in history.stints if stint.end == "done"]
        found[""] += whole
        if item in facts:
            found[facts[item].demand.channel] += whole
    return found


def mean_patience_ms(known: Iterable[History]) -> float | None:
    """Of an exponential law, from waits that ended in leaving and waits cut short by an answer (maximum likelihood).

    None: nobody left.
    """
    waited_ms = left = 0
    for history in known:
        waited_ms += history.waited_ms
        left += history.left_after_ms is not None
    return max(1.0, waited_ms / left) if left else None
