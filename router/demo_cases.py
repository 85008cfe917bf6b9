"""The demo centre's cases, put into PostgreSQL at its first start, with the days behind them; at a later start those
that grew old and that nobody touched are played anew, so that the board is alive on any day.

What was said and done is played through the same rules as anything that happens, each at its own time, so that clocks,
feeds and figures are what they would have become.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter

from config.demo_cases import DemoCase, DemoMoved, DemoSaid
from router.core.cases import matter as step
from router.core.cases.matter import Matter, Said, Turn, World
from router.core.identity import EMAIL, Identity
from router.core.policy import Policy
from router.core.words import ConversationId, CustomerId, Ms
from router.engine.cases import judging
from router.store.postgres import conversations, customers, messages
from router.store.postgres.cases import held, lists, untouched
from router.store.postgres.customers import Customer
from router.store.postgres.database import Database
from router.store.postgres.writer import Writer

MAKER = "demo"
ACCOUNT = "contact"
"""The demo's web form: they all came by it."""
RATED_AFTER_MS = 20 * 60_000


OLD_AFTER_MS = 10 * 3_600_000
"""By then most of what was to be done is overdue."""


async def seed_cases(database: Database, writer: Writer, policy: Policy, cases: Sequence[DemoCase], *, now: Ms) -> int:
    """While nobody has any, and again those that are old; how many were made."""
    begins = await lists.is_empty(database)
    old = set() if begins else await untouched.old(database, [*map(_talk_id, cases)], made_before=now - OLD_AFTER_MS)
    made = 0
    for each in cases:
        talk = _talk_id(each)
        if begins or (talk in old and await untouched.take_back(database, _case_id(each), talk)):
            await _make(database, writer, policy, each, now)
            made += 1
    return made


def _case_id(case: DemoCase) -> str:
    return f"case_{MAKER}_{case.key}"


def _talk_id(case: DemoCase) -> ConversationId:
    return ConversationId(f"con_{MAKER}_{case.key}")


async def _make(database: Database, writer: Writer, policy: Policy, case: DemoCase, now: Ms) -> None:
    begun_at = now - case.ago_ms
    person = await _person(database, case, begun_at)
    conversation_id = await _talk(writer, case, person, begun_at, now)
    matter = _matter(policy, case, person, begun_at)
    world = judging.world_by(policy, matter, person)
    turn, new = await held.begin(database, step.opened(matter, world, begun_at), world, conversation_id=conversation_id)
    if not new:
        return
    async with held.holding(database, turn.matter.id) as holding:
        assert holding.turn is not None
        await holding.keep(_played(holding.turn, world, case, now), world)
        await holding.heard_up_to(conversation_id, len(case.said))


async def _person(database: Database, case: DemoCase, at: Ms) -> Customer:
    fresh = Customer(
        id=CustomerId(f"cus_{MAKER}_{case.key}"),
        name=case.customer,
        email=case.email,
        language=case.language,
        attributes={"circle": True} if case.circle else {},
        created_at=at,
    )
    return await customers.of_identity(
        database, Identity(kind=EMAIL, value=case.email, proof="channel"), otherwise=fresh
    )


async def _talk(writer: Writer, case: DemoCase, person: Customer, begun_at: Ms, now: Ms) -> ConversationId:
    """What was said in it; over, as nobody has it in hand. No thread: the demo has no mailbox to answer from."""
    first, *more = case.said
    start = conversations.Start(
        id=_talk_id(case),
        channel="webform",
        account=ACCOUNT,
        customer_id=person.id,
        start_id=f"{MAKER}:{case.key}",
        subject=case.subject,
        language=case.language,
        attributes={"made_at": now},
        author_id=person.id,
        author_name=person.name,
        text=first.text,
        at=begun_at + first.after_ms,
        item=None,
    )
    conversation_id = (await conversations.start(writer, start)).conversation_id
    for number, said in enumerate(more, 2):
        draft = messages.Draft(
            conversation_id=conversation_id,
            kind="text",
            author="agent" if said.by else "customer",
            author_id=said.by or person.id,
            author_name=said.name,
            text=said.text,
            client_id=f"{MAKER}:{number}",
            at=begun_at + said.after_ms,
        )
        await messages.append(writer, draft)
    end = conversations.Close(
        conversation_id=conversation_id,
        author="system",
        author_id="",
        author_name="",
        text="conversation.ended",
        client_id="ended",
        at=begun_at + case.said[-1].after_ms,
    )
    await conversations.close(writer, end)
    return conversation_id


def _matter(policy: Policy, case: DemoCase, person: Customer, begun_at: Ms) -> Matter:
    return Matter(
        id=_case_id(case),
        start_id=f"{MAKER}:{case.key}",
        conversation_id=f"con_{MAKER}_{case.key}_own",
        customer_id=person.id,
        subject=case.subject,
        case_type=case.case_type,
        priority=case.priority,
        queue=policy.cases.queue_of(case.case_type) or policy.default_queue,
        owner_id=case.owner,
        channel="webform",
        account=ACCOUNT,
        language=case.language,
        folder=case.folder,
        labels=case.labels,
        created_by="",
        created_at=begun_at,
        updated_at=begun_at,
        status_since=begun_at,
        requirements={},
    )


def _played(turn: Turn, world: World, case: DemoCase, now: Ms) -> Turn:
    """All that happened to it up to now, and what time did to it in between."""
    begun_at = turn.matter.created_at
    deeds: list[DemoSaid | DemoMoved] = [*case.said, *case.moved]
    happened = [(begun_at + each.after_ms, number, each) for number, each in enumerate(deeds)]
    for at, number, each in sorted(happened, key=itemgetter(0, 1)):
        if at > now:
            break
        turn = step.rung(turn, world, at)
        if isinstance(each, DemoMoved):
            turn = step.changed(turn, world, {"status": each.to}, at, each.by)
        else:
            said = Said(
                n=number + 1,
                author="agent" if each.by else "customer",
                author_id=each.by or turn.matter.customer_id,
                at=at,
                text=each.text,
            )
            turn = step.heard(turn, world, [said], at)
    if case.csat is not None and turn.matter.status == "closed":
        turn = step.rated(turn, world, case.csat, (turn.matter.closed_at or now) + RATED_AFTER_MS)
    return replace(step.rung(turn, world, now), outward=())
