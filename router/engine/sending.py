"""Messages on their way out: sent by their carrier, in order within a conversation, tried again, or parked.

A message is in the outbox by the same commit that made it durable; any node sends it. What the provider refuses for
good is parked with the reason until an agent sends it again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog

from config.channel_accounts import ChannelAccount
from router.core.outbound import NotSent, OutboundFile, OutboundMessage, Refused, Template, TryAgain
from router.core.words import ConversationId, Ms
from router.engine import alerts, deliveries, file_links, mail_answers
from router.engine.carriers import Carrier
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.limits import Bucket
from router.engine.patience import attempt, backoff_ms, patiently
from router.protocol.errors import Conflict, UsherError
from router.store.postgres import files, outbox

log = structlog.get_logger()

LOOKED_EVERY_S = 1.0
AT_ONCE, OF_AN_ACCOUNT = 32, 8
"""Messages on their way at once; of one account about so many, that a slow provider holds up no other's."""
TRIES = 8
ALERT_AGAIN_MS: Ms = 3_600_000
KEPT_EVERY_S = outbox.CLAIMED_MS / 3_000
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 1_000, 300_000


@dataclass(slots=True)
class Pace:
    """What is on its way, how fast each account may send, and until when a provider asked for quiet."""

    on_their_way: list[outbox.Outgoing] = field(default_factory=list)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    quiet_until: dict[str, Ms] = field(default_factory=dict)

    def held_back(self, now: Ms) -> list[str]:
        """Accounts to leave alone for now."""
        self.quiet_until = {key: until for key, until in self.quiet_until.items() if until > now}
        busy = Counter(one.account for one in self.on_their_way)
        return [*self.quiet_until, *(account for account, count in busy.items() if count >= OF_AN_ACCOUNT)]

    async def wait(self, account: ChannelAccount) -> None:
        per_s, now = account.rate_per_s, time.monotonic
        bucket = self.buckets.setdefault(account.key, Bucket(per_s, max(1.0, per_s), now()))
        while not bucket.take(now()):  # noqa: ASYNC110 - time is what is waited for
            await asyncio.sleep(1 / account.rate_per_s)


async def run(centre: Centre) -> None:
    """Send what is to be sent, for ever."""
    pace = Pace()
    async with asyncio.TaskGroup() as tasks:

        async def once() -> None:
            await woken(centre.exchange.something_to_send, LOOKED_EVERY_S)
            while await _begin(centre, pace, tasks):
                pass

        await patiently("outbox", once)


async def _begin(centre: Centre, pace: Pace, tasks: asyncio.TaskGroup) -> int:
    """Begin to send the next message of each conversation that has one, as far as there is room; how many."""
    room, now = min(OF_AN_ACCOUNT, AT_ONCE - len(pace.on_their_way)), centre.now()
    if room <= 0:
        return 0
    claimed = await outbox.claim(centre.database, now=now, limit=room, held_back=pace.held_back(now))
    pace.on_their_way += claimed
    for one in claimed:
        tasks.create_task(_carry(centre, pace, one), name="send message")
    return len(claimed)


async def _carry(centre: Centre, pace: Pace, one: outbox.Outgoing) -> None:
    """Send one; whatever happens, the next of its conversation is looked for."""
    keeping = asyncio.create_task(_keep(centre, one), name="keep claimed message")
    try:
        await _send(centre, pace, one)
    except UsherError as error:
        log.info("message sent later", conversation_id=one.conversation_id, reason=str(error))
    except Exception:
        log.exception("task failed", task="outbox")
    finally:
        keeping.cancel()
        pace.on_their_way.remove(one)
        centre.exchange.something_to_send.set()


async def _keep(centre: Centre, one: outbox.Outgoing) -> None:
    """Hold it until it is sent: a slow provider, many files or the account's pace may take longer than a claim, and
    another node would send it a second time."""
    while True:
        await asyncio.sleep(KEPT_EVERY_S)
        try:
            await outbox.keep(centre.database, [one], now=centre.now())
        except UsherError as error:
            log.info("claim not kept", reason=str(error))


async def _send(centre: Centre, pace: Pace, one: outbox.Outgoing) -> None:
    sent = await attempt(
        "outbox", _hand_over(centre, pace, one), account=one.account, conversation_id=one.conversation_id
    )
    match sent:
        case TryAgain():
            changed = await _later(centre, pace, one, sent)
        case NotSent():
            changed = await _park(centre, one, sent, sent.reason)
            if sent.code == "not_configured":  # so will be every other message of the account
                await _alert(centre, one.account)
        case external_ids:
            changed = await outbox.sent(centre.database, one, external_ids, now=centre.now())
    if changed is not None:
        await deliveries.tell(centre, changed)


async def _hand_over(centre: Centre, pace: Pace, one: outbox.Outgoing) -> Sequence[str]:
    """Give it to its carrier; the provider's ids of it. Raises NotSent."""
    carrier = centre.carriers.get(one.account)
    if carrier is None:
        raise Refused("unknown_account", "This channel account is not configured any more.")
    late = _is_late(carrier, one, centre.now())
    message = await _message(centre, carrier, one, late=late)
    await pace.wait(carrier.account)
    return await carrier.send(message, sent=one.external_ids)


async def _park(centre: Centre, one: outbox.Outgoing, why: NotSent, reason: str) -> outbox.Changed | None:
    log.warning("message parked", account=one.account, conversation_id=one.conversation_id, code=why.code)
    sent = why.sent or one.external_ids
    return await outbox.park(centre.database, one, now=centre.now(), code=why.code, reason=reason, external_ids=sent)


async def _alert(centre: Centre, account: str) -> None:
    text = f"Messages of {account} are refused: look at the account's name, password and settings."
    await alerts.tell_supervisors(centre, f"not_configured:{account}:{centre.now() // ALERT_AGAIN_MS}", text)


async def _later(centre: Centre, pace: Pace, one: outbox.Outgoing, again: TryAgain) -> outbox.Changed | None:
    if one.attempts >= TRIES:
        return await _park(centre, one, again, f"Given up after {one.attempts} tries: {again.reason}")
    now, sent = centre.now(), again.sent or one.external_ids
    wait_ms = backoff_ms(one.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS, trouble=again)
    if again.after_s is not None:
        pace.quiet_until[one.account] = now + round(again.after_s * 1_000)
    return await outbox.again(
        centre.database, one, at=now + wait_ms, code=again.code, reason=again.reason, external_ids=sent
    )


def _is_late(carrier: Carrier, one: outbox.Outgoing, now: Ms) -> bool:
    """Whether only staff may write it by now. Raises Refused reply_window_closed: not even they."""
    window_ms, human_ms = carrier.capabilities.reply_window_ms, carrier.capabilities.human_window_ms
    age_ms = now - (one.customer_at or 0)
    if window_ms is None or one.content.get("template") or age_ms <= window_ms:
        return False
    if one.author != "agent" or age_ms > (human_ms or window_ms):
        raise Refused("reply_window_closed", "The reply window is closed; an approved template can still be sent.")
    return True


async def _message(centre: Centre, carrier: Carrier, one: outbox.Outgoing, *, late: bool) -> OutboundMessage:
    wanted = list(one.content.get("files", ()))
    known = await files.by_ids(centre.database, wanted) if wanted else {}
    attached = []
    for file_id in wanted:
        file, content = known.get(file_id), await files.content(centre.database, file_id)
        if file is None or content is None:
            raise Refused("unknown_file", "A file of the message is not there any more.")
        attached.append(
            OutboundFile(
                name=file.name, media_type=file.media_type, url=file_links.public(centre, file_id), content=content
            )
        )
    template = one.content.get("template")
    message = OutboundMessage(
        id=f"{one.conversation_id}.{one.n}",
        recipient=one.recipient,
        text=one.text,
        files=tuple(attached),
        quick_replies=tuple(one.content.get("quick_replies", ())),
        template=Template(name=template["name"], language=template["language"], variables=tuple(template["variables"]))
        if template
        else None,
        author_name=one.author_name,
        late=late,
    )
    if carrier.account.channel != "email":
        return message
    return await mail_answers.addressed(centre, carrier.account, one, message)


async def resend(centre: Centre, conversation_id: str, n: int) -> None:
    """Raises Conflict wrong_state when it is neither parked nor failed."""
    changed = await outbox.resend(centre.database, ConversationId(conversation_id), n, now=centre.now())
    if changed is None:
        raise Conflict("wrong_state", "The message is neither parked nor failed.")
    centre.exchange.something_to_send.set()
    await deliveries.tell(centre, changed)
