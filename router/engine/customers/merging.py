"""Two customers who are one, two who are not, and two who may be; by people's word. By proof: evidence."""

from __future__ import annotations

from router.core.words import AgentId, CustomerId
from router.engine.centre import Centre
from router.engine.customers import looking, permission
from router.protocol import customers as asked
from router.protocol.errors import BadRequest
from router.store.postgres import merges


async def merge(centre: Centre, me: AgentId, command: asked.MergeCustomers) -> asked.CustomerPage:
    kept, other = await _both(centre, me, command.kept_id, command.other_id)
    await merges.merge(centre.database, kept, other, by=me, at=centre.now())
    return await looking.page_of(centre, await permission.theirs(centre, me, kept))


async def part(centre: Centre, me: AgentId, command: asked.PartCustomers) -> asked.CustomerPage:
    await permission.theirs(centre, me, command.customer_id)
    await merges.part(centre.database, CustomerId(command.customer_id), by=me, at=centre.now())
    return await looking.page_of(centre, await merges.together(centre.database, CustomerId(command.customer_id)))


async def refuse(centre: Centre, me: AgentId, command: asked.RefuseMerge) -> None:
    if command.one_id == command.other_id:
        raise BadRequest("bad_value", field="other_id")
    one, other = await _both(centre, me, command.one_id, command.other_id)
    await merges.refuse(centre.database, one, other, by=me, at=centre.now())


async def suggested(centre: Centre, me: AgentId, command: asked.FetchSuggestions) -> asked.SuggestedMerges:
    """All of them; who sees only their own customers finds those of each on its page."""
    if permission.restricted(centre, me):
        return asked.SuggestedMerges(suggested=[])
    return asked.SuggestedMerges(suggested=await looking.suggested_among(centre, limit=command.limit))


async def _both(centre: Centre, me: AgentId, one: str, other: str) -> tuple[CustomerId, CustomerId]:
    """Both are mine to look at."""
    for each in (one, other):
        await permission.theirs(centre, me, each)
    return CustomerId(one), CustomerId(other)
