"""What was said in a case's conversations has its effect on it, once: clocks, status, an answer to the survey."""

from __future__ import annotations

from router.core.cases.matter import heard
from router.core.words import ConversationId
from router.engine import conversations, in_line, notices
from router.engine.cases import alarms, changing, judging, keeping, telling
from router.engine.centre import Centre
from router.store.postgres import conversations as rows
from router.store.postgres import work_items
from router.store.postgres.cases import held as stored


async def hear(centre: Centre, case_id: str, conversation_id: ConversationId) -> None:
    """What was said there and had no effect on the case yet."""
    person = await keeping.customer_of(centre, case_id)
    async with stored.holding(centre.database, case_id) as held:
        if held.turn is None:
            return
        said = await held.unheard(conversation_id)
        world = judging.world(centre, held.turn.matter, person)
        turn = heard(held.turn, world, said, centre.now()) if said else held.turn
        if said:
            turn = await held.keep(turn, world, posts=telling.posts(centre, turn), told=notices.of_turn(turn))
            await held.heard_up_to(conversation_id, said[-1].n)
        next_at, moved = turn.next_at(world), turn.next_at(world) != held.turn.next_at(world)
    if moved:
        await alarms.set_(centre, case_id, next_at)
    if turn.entries:
        await changing.follow_up(centre, turn)
    else:
        await telling.tell(centre, turn)
    if any(entry.kind == "rated" for entry in turn.entries):
        await _only_rated(centre, conversation_id)
    if len(said) == stored.HEARD_AT_ONCE:
        centre.cases.note(conversation_id)


async def _only_rated(centre: Centre, conversation_id: ConversationId) -> None:
    """A conversation that is nothing but the answer to a survey is nobody's work."""
    row = await rows.by_id(centre.database, conversation_id)
    if row is None or row.state == "closed" or row.last_n > 1:
        return
    over = await conversations.close(
        centre, conversation_id, by="system", author="system", author_id="", name="", heard_n=row.last_n
    )
    for item in await work_items.of_conversation(centre.database, conversation_id) if over else ():
        if item.state != "closed":
            await in_line.end(centre, item.id)
