"""For whom quick texts and macros are: some teams, or everybody."""

from __future__ import annotations

from collections.abc import Collection

from router.core.words import AgentId
from router.engine.centre import Centre


def known(centre: Centre) -> list[str]:
    return sorted({colleague.team for colleague in centre.staff if colleague.team})


def may_use(centre: Centre, me: AgentId, teams: Collection[str]) -> bool:
    """teams: whom it is for; none: everybody. Supervisors and admins may use all."""
    colleague = centre.staff.get(me)
    return colleague is not None and (not teams or colleague.team in teams or colleague.role != "agent")
