"""What supervisors did to others, written down for good once it is done."""

from __future__ import annotations

from router.core.words import AgentId
from router.engine.centre import Centre
from router.store.postgres import audit


async def note(centre: Centre, by: AgentId, action: str, subject: str, **detail: object) -> None:
    """action: the name of the command. subject: the id of whom or what it was done to."""
    entry = audit.Entry(at=centre.now(), actor_id=by, action=action, subject=subject, detail=detail)
    await audit.note(centre.database, entry)
