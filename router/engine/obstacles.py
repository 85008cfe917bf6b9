"""Obstacles as clients are told them."""

from __future__ import annotations

from router.core.model.obstacles import Obstacle
from router.protocol import explain


def told_obstacle(obstacle: Obstacle) -> explain.Obstacle:
    return explain.Obstacle(
        code=obstacle.code,
        about=obstacle.about,
        needs=obstacle.needs,
        has=obstacle.has,
        until=obstacle.until or None,
    )
