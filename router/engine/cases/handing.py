"""Who has the work of a case has the case: it follows its work items through people's hands."""

from __future__ import annotations

from dataclasses import replace

from router.core.cases.matter import Entry, Turn, World, changed
from router.core.words import ConversationId
from router.engine.cases import keeping, telling
from router.engine.centre import Centre
from router.store.postgres import work_items
from router.store.postgres.cases import held as stored


async def follow(centre: Centre, case_id: str, conversation_id: ConversationId) -> None:
    """Whoever took the work owns the case, if nobody did; whoever took the case itself owns it anyway.

    Once each time it is taken: what people decide of the owner afterwards stays.
    """
    items = await work_items.of_conversation(centre.database, conversation_id)
    taken = next((item for item in items if item.state in ("assigned", "paused") and item.agent_id), None)
    anew = taken is not None and not await stored.noted(centre.database, case_id, _taking(taken))

    def owned(turn: Turn, world: World) -> Turn:
        matter, now = turn.matter, centre.now()
        own = matter.conversation_id == conversation_id
        if taken is not None and anew and (own or not matter.owner_id):
            turn = changed(turn, world, {"owner_id": taken.agent_id}, now, "")
            turn = replace(turn, entries=(*turn.entries, _routed("taken", taken, now, key=_taking(taken))))
        if own and taken is not None and turn.matter.status == "new":
            turn = changed(turn, world, {"status": "working"}, now, "")
        over = next((item for item in items if item.state == "closed" and item.enqueued_at == matter.routed_at), None)
        if own and over is not None:
            done = _routed("done", over, now, key=f"done:{over.id}:{over.agent_id or ''}")
            turn = replace(turn, matter=replace(turn.matter, routed_at=None), entries=(*turn.entries, done))
        return turn

    turn = await keeping.decide(centre, case_id, owned)
    if turn.entries:
        await telling.tell(centre, turn)


def _taking(item: work_items.WorkItem) -> str:
    """Names this assignment; the sweep (`sweeps.taken`) asks for it."""
    return f"taken:{item.offer_id or item.id}:{item.agent_id}"


def _routed(word: str, item: work_items.WorkItem, at: int, *, key: str) -> Entry:
    return Entry(kind="routed", at=at, by=item.agent_id or "", word=word, subject=item.id, key=key)
