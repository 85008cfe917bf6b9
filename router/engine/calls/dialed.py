"""How many numbers somebody of staff may have called in a day: whoever steals a login calls dear ones."""

from __future__ import annotations

import structlog

from router.core.call.line import Line
from router.core.words import AgentId
from router.engine.centre import Centre
from router.protocol.errors import TooMuch
from router.store.postgres import dialed

log = structlog.get_logger()


async def count(centre: Centre, me: AgentId, line: Line) -> None:
    """One more, of any line's. Raises TooMuch dialed_too_often, and counts nothing then."""
    if not await dialed.count(centre.database, me, at=centre.now(), most=line.most_dialed):
        log.warning("dialed too often", agent_id=me, account=line.account, most=line.most_dialed)
        raise TooMuch("dialed_too_often")
