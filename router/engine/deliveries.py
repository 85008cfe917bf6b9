"""How far messages are on their way to their customers, told to everybody in the conversation."""

from __future__ import annotations

import structlog

from router.core.inbound import Receipt
from router.engine import alerts, conversations, records, talk
from router.engine.centre import Centre
from router.store.postgres import conversations as stored
from router.store.postgres import outbox

log = structlog.get_logger()

LATELY_MS = 5 * 86_400_000
"""How long mail servers try at most before they say that something did not arrive (RFC 5321 §4.5.4.1)."""
RECEIPT_TRIES = 3
"""How often a receipt waits for the message it is about: it may be quicker than the answer to our own request."""


async def tell(centre: Centre, changed: outbox.Changed) -> None:
    """A delivery that is durable already. One that failed where nobody looks any more is told to supervisors."""
    delivery = records.delivery(changed.delivery, changed.reason)
    await centre.say(talk.DeliverySaid(conversation_id=changed.conversation_id, n=changed.n, delivery=delivery))
    if changed.delivery == "delivered":
        await conversations.seen(centre, changed.conversation_id, "customer", delivered_n=changed.n)
    elif changed.delivery == "read":
        await conversations.seen(centre, changed.conversation_id, "customer", read_n=changed.n)
    elif changed.delivery in ("failed", "parked"):
        await _unseen(centre, changed)


async def _unseen(centre: Centre, changed: outbox.Changed) -> None:
    row = await stored.by_id(centre.database, changed.conversation_id)
    if row is not None and row.state == "closed":
        key = f"{changed.delivery}:{changed.conversation_id}:{changed.n}"
        text = f"A message did not reach its customer, and the conversation is over: {changed.conversation_id}."
        await alerts.tell_supervisors(centre, key, text)


async def receipt(centre: Centre, account: str, receipt: Receipt) -> bool:
    """Note what became of a message of ours; False when no message has that id (yet)."""
    if not receipt.external_id and receipt.state == "failed":
        await _nameless(centre, account, receipt)
        return True
    if not receipt.external_id:
        for each in await outbox.receipts_up_to(
            centre.database, account, receipt.recipient, receipt.state, up_to=receipt.up_to or centre.now()
        ):
            await tell(centre, each)
        return True
    if receipt.reference:
        settled = await outbox.arrived(
            centre.database, account, receipt.reference, receipt.external_id, now=centre.now()
        )
        if settled is not None:
            await tell(centre, settled)
    changed = await outbox.receipt(
        centre.database, account, receipt.external_id, receipt.state, code=receipt.code, reason=receipt.reason
    )
    if changed == "unknown":
        return False
    if changed is not None:
        await _told(centre, account, changed, receipt.code)
    return True


async def _nameless(centre: Centre, account: str, receipt: Receipt) -> None:
    """Something we sent did not reach somebody: the last, if that was lately."""
    changed = await outbox.not_delivered(
        centre.database,
        account,
        receipt.recipient.lower(),
        since=centre.now() - LATELY_MS,
        code=receipt.code,
        reason=receipt.reason,
    )
    if changed is not None:
        await _told(centre, account, changed, receipt.code)


async def _told(centre: Centre, account: str, changed: outbox.Changed, code: str) -> None:
    if changed.delivery == "failed":
        log.warning("message failed", account=account, conversation_id=changed.conversation_id, code=code)
    await tell(centre, changed)
