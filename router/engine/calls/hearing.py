"""What is heard of a call, applied to it and committed with what is to be done; then told.

Routing is looked at each time before the facts are: whoever has the work item is whom the call belongs to. Nothing is
locked meanwhile: a call that somebody else changed since it was read is read again, and the facts are applied to that.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import structlog

from router.core.call.actions import AnyAction, Redirect
from router.core.call.draft import Context, Place
from router.core.call.facts import Fact, Fetched, ItemIs
from router.core.call.state import Call
from router.core.call.step import step
from router.core.words import AgentId
from router.engine.calls import shown
from router.engine.calls.place import placing
from router.engine.centre import Centre
from router.protocol.errors import Unavailable, UsherError
from router.store.postgres import calls
from router.store.postgres.calls import Keep
from router.store.postgres.customers import Customer

log = structlog.get_logger()

TRIES = 40
"""So many who are quicker, one after the other, there are not of one call."""


async def hear(
    centre: Centre,
    call_id: str,
    *facts: Fact,
    token: str = "",
    asks: bool = False,
    account: str = "",
    customer: Customer | None = None,
    known: Call | None = None,
    done: int | None = None,
) -> Call | None:
    """The call after these facts; None: there is no such call.

    token: names the request they came in; the same again changes nothing. asks: the customer's leg fetches what to do
    next with it. account: of which the call must be. customer: whom rules may speak of, where a caller may be put in
    line. known: the call as it was read a moment ago. done: the action that is over with these facts.
    Raises Refusal, StoreUnavailable.
    """
    board, news = centre.switchboard, list(facts)
    for _ in range(TRIES):
        before = known or await board.calls.get(call_id)
        if before is None or before.account not in board.lines or account not in ("", before.account):
            return None
        context = context_of(centre, before.account, placing(centre, customer))
        heard = [*await _routing(centre, before), *news, *([Fetched()] if asks else [])]
        after, wanted = _applied(before, heard, context)
        if after == before and not news:
            return before
        if after != before:
            after = msgspec.structs.replace(after, version=before.version + 1)
        if asks:
            wanted = [action for action in wanted if not _told_by_answer(action, after)]
        what = Keep(call=after, version=before.version, wanted=wanted, at=centre.now(), token=token, done=done)
        kept = await calls.keep(centre.writer, what)
        if kept == "kept":
            if wanted:
                board.work(call_id)
            if after != before:
                await shown.tell(centre, before, after)
            return after
        if kept == "repeated":
            news, token = [], ""
        known = None
    raise Unavailable("unavailable")


def _told_by_answer(action: AnyAction, after: Call) -> bool:
    """The customer's leg need not be sent to ask what it is being told now."""
    return isinstance(action, Redirect) and action.stage <= after.served


def context_of(centre: Centre, account: str, place: Callable[[Call], Place]) -> Context:
    return Context(now=centre.now(), line=centre.switchboard.lines[account], place=place)


def _applied(call: Call, facts: list[Fact], context: Context) -> tuple[Call, list[AnyAction]]:
    wanted: list[AnyAction] = []
    for fact in facts:
        call, actions = step(call, fact, context)
        wanted += actions
    return call, wanted


async def _routing(centre: Centre, call: Call) -> list[Fact]:
    """Who has the work item now. Nothing while the live store cannot say: it is looked at again."""
    if not call.lined_up or call.over:
        return []
    try:
        item = await centre.store.item(call.item_id)
    except UsherError as error:
        log.info("call goes on without routing", call_id=call.id, code=error.code)
        return []
    if item is None:
        return [ItemIs(state="closed")] if await calls.item_is_closed(centre.database, call.item_id) else []
    address = address_of(centre, item.agent) if item.agent is not None else ""
    return [
        ItemIs(state=item.state, agent=item.agent, taken=item.taken, address=address, ringing=frozenset(item.ringing))
    ]


def address_of(centre: Centre, agent: AgentId) -> str:
    """How a member of staff is called: their telephone when they have one, else the browser."""
    colleague = centre.staff.get(agent)
    return (colleague.phone if colleague is not None else "") or f"client:{agent}"


async def look(centre: Centre, call_id: str) -> Call | None:
    """See what routing made of it."""
    return await hear(centre, call_id)
