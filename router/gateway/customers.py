"""What staff ask of customers, carried out."""

from __future__ import annotations

from router.core.words import AgentId
from router.engine.centre import Centre
from router.engine.customers import erasing, evidence, facts, looking, merging, searching, timeline
from router.protocol import customers as asked


async def carry_out(centre: Centre, me: AgentId, command: asked.CustomerCommand) -> asked.CustomerResult | None:
    match command:
        case asked.FindCustomers():
            return await looking.find(centre, me, command)
        case asked.Search():
            return await searching.find(centre, me, command)
        case asked.FetchCustomer():
            return await looking.look(centre, me, command.customer_id)
        case asked.FetchFacts():
            return await facts.beside(centre, me, command)
        case asked.FetchTimeline():
            return await timeline.page(centre, me, command)
        case asked.FetchSightings():
            return await looking.sightings(centre, me, command)
        case asked.FetchSuggestions():
            return await merging.suggested(centre, me, command)
        case _:
            return await _change(centre, me, command)


async def _change(centre: Centre, me: AgentId, command: asked.CustomerCommand) -> asked.CustomerPage | None:
    match command:
        case asked.DescribeCustomer():
            return await looking.describe(centre, me, command)
        case asked.ClaimIdentity():
            return await evidence.claim(centre, me, command)
        case asked.MergeCustomers():
            return await merging.merge(centre, me, command)
        case asked.PartCustomers():
            return await merging.part(centre, me, command)
        case asked.RefuseMerge():
            await merging.refuse(centre, me, command)
        case asked.EraseCustomer():
            await erasing.ask(centre, me, command)
    return None
