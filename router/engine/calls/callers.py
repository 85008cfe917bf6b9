"""Those who call in: who they are, what they said to the machine, where they stand."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from router.core.call.facts import Heard
from router.core.call.intro import PERSON, chosen
from router.core.call.page import Waiting
from router.core.call.state import Call
from router.core.call.step import arrive as arriving
from router.engine.calls.hearing import context_of, hear
from router.engine.calls.lining_up import newcomer
from router.engine.calls.place import placing
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.protocol.errors import UsherError
from router.store.postgres import calls, customers
from router.store.postgres.customers import Customer

__all__ = ["arrive", "of_sid", "said", "waiting"]


async def arrive(centre: Centre, account: str, *, sid: str, number: str) -> Call | None:
    """The call with this leg of the provider's, which is asking what to do; a new one when it is the first time."""
    known = None if number else await calls.of_sid(centre.database, sid)  # a withheld one is somebody new each time
    if known is not None:
        return await hear(centre, known.id, known=known, asks=True, account=account)
    new = newcomer(centre, number, centre.switchboard.lines[account].languages[0])
    person = await customers.known(centre.database, new.identity) if number else None
    context = context_of(centre, account, placing(centre, person or new.customer))
    call, wanted = arriving(call_id=new_id("call"), sid=sid, number=number, context=context)
    who = person or new.customer
    call = msgspec.structs.replace(call, customer_id=who.id, customer_name=who.name, served=call.stage)
    brought = new if person is None else None
    begun = await calls.begin(centre.database, call, wanted, sid=sid, at=centre.now(), newcomer=brought)
    if begun is None:  # a call of the same number came in between
        return await arrive(centre, account, sid=sid, number=number)
    if begun.id != call.id:
        return await hear(centre, begun.id, known=begun, asks=True, account=account)
    if wanted:
        centre.switchboard.work(call.id)
    return begun


async def of_sid(centre: Centre, sid: str) -> Call | None:
    return await calls.of_sid(centre.database, sid) if sid else None


async def said(centre: Centre, account: str, call_id: str, heard: Heard, *, token: str) -> Call | None:
    """The caller pressed or said something; what is said may be answered by the bot first."""
    found = await calls.with_customer(centre.database, call_id)
    if found is None or found[0].account != account:
        return None
    call, person = found
    heard = await _answered_first(centre, call, heard, person)
    return await hear(centre, call_id, heard, known=call, token=token, asks=True, customer=person)


async def _answered_first(centre: Centre, call: Call, heard: Heard, person: Customer | None) -> Heard:
    """With what the line itself answers, or a bot makes of it. A question of the bot's goes before the line's menu."""
    board = centre.switchboard
    line = board.lines[call.account]
    if not line.bot or call.state not in ("menu", "bot") or call.stage != heard.stage:
        return heard
    asked = call.bot is not None and call.bot.listens is not None
    if not asked:
        if chosen(line, heard.digits, heard.speech, call.language) is not None:
            return heard
        reply = await board.answer_first(heard.speech, call.language) if heard.speech else None
        if reply:
            return replace(heard, reply=reply)
    wants_person = heard.digits == PERSON and call.bot is not None
    if line.talks and (asked or heard.speech or wants_person):
        return replace(heard, turn=await board.talk_first(call, heard, person))
    return heard


async def asks(centre: Centre, account: str, call_id: str) -> tuple[Call | None, Waiting]:
    """The call of a leg that asks what to do, and where its caller stands.

    Most ask again and again while they wait: as long as their item does, nothing can have changed for them.
    """
    call = await centre.switchboard.calls.get(call_id)
    if call is not None and call.account == account and call.owner is None and call.served == call.stage:
        stands = Waiting() if call.said else await waiting(centre, call)
        if stands.position is not None:
            return call, stands
    call = await hear(centre, call_id, asks=True, account=account, known=call)
    return call, await waiting(centre, call) if call is not None else Waiting()


async def waiting(centre: Centre, call: Call) -> Waiting:
    """Where a caller in line stands; nothing while the live store cannot say."""
    if call.state != "queued" or not call.lined_up:
        return Waiting()
    try:
        where = (await centre.store.positions([call.item_id])).get(call.item_id)
    except UsherError:
        return Waiting()
    if where is None or where.state not in ("waiting", "offered"):
        return Waiting()
    shown = centre.board.queue_position(where.queue, (where.rank or 0) + 1, centre.now())
    return Waiting(position=shown.position, expected_ms=shown.expected_wait_p50_ms)
