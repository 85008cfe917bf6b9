"""Questions that are alike, gathered: the commonest first, so that one answer helps most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from router.core.bot.overlap import beginnings

ALIKE = 0.5
"""Share of rarer word beginnings two questions have in common."""
COMMON_SHARE = 0.3
"""Word beginnings in more of the questions than this say nothing of what one is about."""


@dataclass(slots=True)
class Cluster:
    """members: places in the list of questions; the first stands for all."""

    members: list[int] = field(default_factory=list)
    stems: frozenset[str] = frozenset()


def clustered(texts: Sequence[str]) -> list[list[int]]:
    """Places of texts that are alike, largest gathering first; each text is in one."""
    bags = [beginnings(text) for text in texts]
    seen = Counter(stem for bag in bags for stem in bag)
    common = {stem for stem, count in seen.items() if len(texts) > 10 and count > COMMON_SHARE * len(texts)}
    clusters: list[Cluster] = []
    for place, bag in enumerate(bags):
        rare = (bag - common) or bag
        near = max(clusters, key=lambda each: _alike(each.stems, rare), default=None)
        if near is None or _alike(near.stems, rare) < ALIKE:
            near = Cluster(stems=rare)
            clusters.append(near)
        near.members.append(place)
    return [each.members for each in sorted(clusters, key=lambda each: -len(each.members))]


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    if not one and not other:
        return 1.0
    return len(one & other) / (len(one | other) or 1)
