"""One turn of a case under its lock: judged by the policy in force, kept whole, its alerts in the same commit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from router.core.cases.matter import Matter, Turn, World, changed, heard
from router.core.words import AgentId
from router.engine import notices
from router.engine.cases import alarms, judging, seeing, telling
from router.engine.centre import Centre
from router.protocol.errors import Conflict, NotFound
from router.store.postgres import customers
from router.store.postgres.cases import held as stored
from router.store.postgres.cases import lists

Decide: TypeAlias = Callable[[Turn, World], Turn]


async def apply(
    centre: Centre, by: str, case_id: str, changes: Mapping[str, Any], *, revision: int | None = None
) -> Turn:
    """Under the case's lock; revision: the one `by` saw, None: whichever. by: "" is the house."""
    return await decide(
        centre, case_id, lambda turn, world: changed(turn, world, changes, centre.now(), by), by=by, revision=revision
    )


async def decide(
    centre: Centre, case_id: str, what: Decide, *, by: str = "", revision: int | None = None, anyway: bool = False
) -> Turn:
    """Carry out one turn of a case and keep it; what changes nothing is only kept `anyway`.

    Raises NotFound, Forbidden, Conflict stale_case (after those who watch were told how it is).
    """
    if by:
        await seeing.require(centre, AgentId(by), case_id)
    before = await customer_of(centre, case_id)
    async with stored.holding(centre.database, case_id) as held:
        turn = held.turn
        if turn is None:
            raise NotFound("unknown_case")
        if by:
            judging.require(centre, AgentId(by), turn.matter)
        if revision is not None and revision != turn.matter.revision:
            stale = turn.matter
        else:
            world = judging.world(centre, turn.matter, before)
            after = what(turn, world)
            if after.matter.status == "closed" != turn.matter.status:
                after = what(await _heard(centre, held, world), world)
            if after == turn and not anyway:
                return turn
            kept = await held.keep(after, world, posts=telling.posts(centre, after), told=notices.of_turn(after))
            next_at, moved = kept.next_at(world), anyway or kept.next_at(world) != turn.next_at(world)
            stale = None
    if stale is None:
        if moved:
            await alarms.set_(centre, case_id, next_at)
        return kept
    await telling.tell(centre, Turn(matter=stale))
    raise Conflict("stale_case", revision=stale.revision)


async def _heard(centre: Centre, held: stored.Held, world: World) -> Turn:
    """With the effect of all that was said so far: an answer counts as one though the case is closed with it."""
    turn = held.turn
    assert turn is not None
    for conversation_id in await held.unheard_places():
        if said := await held.unheard(conversation_id):
            turn = heard(turn, world, said, centre.now())
            await held.heard_up_to(conversation_id, said[-1].n)
    return turn


async def customer_of(centre: Centre, case_id: str) -> customers.Customer | None:
    """Whose case it is: read before the lock, as plans may ask it."""
    return await customers.of_case(centre.database, case_id)


async def now(centre: Centre, case_id: str) -> Matter:
    """The case as it is. Raises NotFound."""
    found = await lists.rows(centre.database, [case_id])
    if not found:
        raise NotFound("unknown_case")
    return found[0].matter
