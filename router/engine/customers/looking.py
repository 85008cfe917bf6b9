"""Customers as staff look for them and look at them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from router.core import identity, query_words
from router.core.words import AgentId, CustomerId
from router.engine import audited, records
from router.engine.centre import Centre
from router.engine.customers import permission
from router.protocol import customers as asked
from router.protocol.errors import BadRequest
from router.protocol.records import CustomerCard
from router.store.postgres import audit, conversations, erasures, identities, merges, search
from router.store.postgres import customers as stored

SUGGESTED_SHOWN = 50
AUTOMATIC = ""
"""Who did what nobody did: an identity proved it."""


async def find(centre: Centre, me: AgentId, command: asked.FindCustomers) -> asked.Customers:
    """By beginnings of words; without any, the newest who are known by something."""
    words = query_words.wanted(command.query)
    stems = dict.fromkeys(words.words, ())
    most = command.limit * 2
    if permission.restricted(centre, me):
        in_hand = centre.live.served_by(me)
        hits = await search.customers_served(centre.database, words, stems, me, in_hand, limit=most)
    else:
        hits = await search.others(centre.database, words, stems, ["customer"], limit=most)
    heads = await merges.heads(centre.database, [CustomerId(hit.id) for hit in hits])
    wanted = list(dict.fromkeys(heads[CustomerId(hit.id)] for hit in hits if hit.id in heads))
    return asked.Customers(customers=await _found(centre, wanted[: command.limit]))


async def _found(centre: Centre, heads: Sequence[CustomerId]) -> list[asked.CustomerFound]:
    everybody = await merges.all_of(centre.database, heads)
    rows = await stored.by_ids(centre.database, list(everybody))
    known = await identities.of(centre.database, list(everybody))
    found = []
    for head in heads:
        ids = [each for each, above in everybody.items() if above == head and each in rows]
        theirs = [each for each in known if each.customer_id in ids]
        if head in rows:
            found.append(
                asked.CustomerFound(
                    card=card([rows[each] for each in sorted(ids, key=head.__ne__)]),
                    stage=identity.stage(each.identity for each in theirs),
                    identities=_distinct(theirs),
                    created_at=min(rows[each].created_at for each in ids),
                )
            )
    return found


async def look(centre: Centre, me: AgentId, customer_id: str) -> asked.CustomerPage:
    """All about one; that it was looked at is written down."""
    ids = await permission.theirs(centre, me, customer_id)
    page = await page_of(centre, ids)
    await audited.note(centre, me, "customer.seen", ids[0])
    return page


async def page_of(centre: Centre, ids: Sequence[CustomerId]) -> asked.CustomerPage:
    """ids: of all who are this customer, the head first."""
    rows = await stored.by_ids(centre.database, ids)
    known = await identities.of(centre.database, ids)
    return asked.CustomerPage(
        card=card([rows[each] for each in ids]),
        stage=identity.stage(each.identity for each in known),
        created_at=min(row.created_at for row in rows.values()),
        identities=_distinct(known),
        records=await _records(centre, ids, rows),
        suggested=await suggested_among(centre, of=ids),
        open=await conversations.open_of_customers(centre.database, ids),
        erasing=(standing := await erasures.standing(centre.database, ids)) != "",
        erasing_stuck=standing == "stuck",
    )


def card(rows: Sequence[stored.Customer]) -> CustomerCard:
    """The customer as all of these together know them, the head first: what it lacks, the next one says."""
    return CustomerCard(
        customer_id=rows[0].id,
        name=next((row.shown_name for row in rows if row.shown_name), ""),
        email=next((row.email for row in rows if row.email), ""),
        language=rows[0].language,
    )


def _distinct(known: Sequence[identities.Known]) -> list[asked.KnownIdentity]:
    """Each once, by whom it is proven best."""
    best = {(each.identity.kind, each.identity.value): each for each in reversed(known)}
    return [_identity(each) for each in reversed(best.values())]


def _identity(known: identities.Known) -> asked.KnownIdentity:
    each = known.identity
    return asked.KnownIdentity(
        kind=each.kind, value=each.value, proof=each.proof, customer_id=known.customer_id, at=known.at
    )


async def _records(
    centre: Centre, ids: Sequence[CustomerId], rows: Mapping[CustomerId, stored.Customer]
) -> list[asked.CustomerRecord]:
    made = {merge.merged_id: merge for merge in await merges.standing(centre.database, ids)}
    return [
        asked.CustomerRecord(
            customer_id=each,
            name=rows[each].shown_name,
            email=rows[each].email,
            created_at=rows[each].created_at,
            merged_into=made[each].kept_id if each in made else "",
            merged_by=name_of(centre, made[each].by) if each in made else "",
            merged_kind=made[each].kind if each in made else "",
            merged_at=made[each].at if each in made else None,
        )
        for each in ids
    ]


def name_of(centre: Centre, by: str) -> str:
    """ "": nobody."""
    return centre.staff.name_of(AgentId(by)) if by != AUTOMATIC else ""


async def suggested_among(
    centre: Centre, *, of: Collection[CustomerId] | None = None, limit: int = SUGGESTED_SHOWN
) -> list[asked.SuggestedMerge]:
    """Open suggestions, newest first; of: with one of these."""
    found = await merges.suggestions(centre.database, of=of, limit=limit)
    rows = await stored.by_ids(centre.database, {id_ for each in found for id_ in (each.one_id, each.other_id)})
    return [
        asked.SuggestedMerge(
            one=records.customer_card(rows[each.one_id]),
            other=records.customer_card(rows[each.other_id]),
            kind=each.kind,
            value=each.value,
            at=each.at,
        )
        for each in found
        if each.one_id in rows and each.other_id in rows
    ]


async def describe(centre: Centre, me: AgentId, command: asked.DescribeCustomer) -> asked.CustomerPage:
    ids = await permission.theirs(centre, me, command.customer_id)
    name = " ".join(command.name.split())
    if any(not c.isprintable() for c in name):
        raise BadRequest("bad_value", "Control characters do not belong here.", field="name")
    await stored.call(centre.database, ids[0], name=name, language=command.language)
    await audited.note(centre, me, "customer.describe", ids[0])
    return await page_of(centre, ids)


async def sightings(centre: Centre, me: AgentId, command: asked.FetchSightings) -> asked.Sightings:
    permission.supervising(centre, me)
    ids = await permission.theirs(centre, me, command.customer_id)
    noted = await audit.of_subjects(centre.database, ids, limit=command.limit)
    return asked.Sightings(
        sightings=[asked.Sighting(at=each.at, by=name_of(centre, each.actor_id), action=each.action) for each in noted]
    )
