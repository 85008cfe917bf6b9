"""Posts on their way to departments: sent, tried again, or parked, of which the agent is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import structlog

from router.core.outbound import Button, NotSent, OutboundMessage, Refused, TryAgain
from router.engine import departments, step_mails
from router.engine.carriers import Carrier
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import attempt, backoff_ms, patiently
from router.store.postgres import steps as stored

log = structlog.get_logger()

LOOKED_EVERY_S = 1.0
AT_ONCE = 16
TRIES = 10
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 2_000, 300_000


async def run(centre: Centre) -> None:
    """Post what is to be posted, for ever."""

    async def once() -> None:
        await woken(centre.exchange.something_to_post, LOOKED_EVERY_S)
        while due := await stored.claim(centre.database, now=centre.now(), limit=AT_ONCE):
            await asyncio.gather(*(_carry(centre, one) for one in due))

    await patiently("posts", once)


async def _carry(centre: Centre, due: stored.Due) -> None:
    post = due.post
    posted = await attempt("posts", _hand_over(centre, post), key=post.key, account=post.account)
    if not isinstance(posted, NotSent):
        opened = await stored.posted(centre.database, post, posted)
        if opened is not None:
            await departments.tell(centre, opened)
        return
    again_at = None
    if isinstance(posted, TryAgain) and due.attempts < TRIES:
        wait_ms = backoff_ms(due.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS, trouble=posted)
        again_at = centre.now() + wait_ms
    await stored.not_posted(centre.database, post, reason=posted.reason, again_at=again_at)
    if again_at is None:
        log.warning("post parked", key=post.key, account=post.account, code=posted.code)
        await _not_reached(centre, post, posted)


async def _hand_over(centre: Centre, post: stored.Post) -> str:
    """Give it to its carrier; the provider's id of it, "" when there was nothing to say. Raises NotSent."""
    carrier = centre.carriers.get(post.account)
    if carrier is None:
        raise Refused("unknown_account", "This channel account is not configured any more.")
    message = await _message(centre, carrier, post)
    (external_id,) = await carrier.send(message) if message is not None else ("",)
    return external_id


async def _not_reached(centre: Centre, post: stored.Post, why: NotSent) -> None:
    """The agent is told that the department was not."""
    step = await stored.by_id(centre.database, post.step_id) if post.step_id else None
    if step is not None:
        text = f"{departments.label_of(centre, step)} was not reached: {why.reason}"
        await departments.note(centre, step, text, "", once=departments.digest(f"{post.key}:not_reached"))


async def _message(centre: Centre, carrier: Carrier, post: stored.Post) -> OutboundMessage | None:
    """None: there is nothing to be said there."""
    if post.step_id is None:
        return OutboundMessage(id=post.key, recipient=post.place, text=post.text)
    step = await stored.by_id(centre.database, post.step_id)
    if step is None:
        raise Refused("unknown_step", "The step is gone.")
    if carrier.account.channel == "email":
        return step_mails.mail(centre, post, step, _words(step))
    if post.kind == "open":
        return OutboundMessage(id=post.key, recipient=post.place, text=_words(step), buttons=_buttons(step))
    if not step.posted_at:
        raise TryAgain("not_posted_yet", "The step itself was not posted yet.")
    if post.kind == "update":
        return OutboundMessage(
            id=post.key, recipient=post.place, text=_words(step), buttons=_buttons(step), replaces=step.posted_at
        )
    return OutboundMessage(id=post.key, recipient=post.place, text=post.text, reply_to=step.posted_at)


def _words(step: stored.Step) -> str:
    """The post itself: what the agent wrote, until when, and how it stands."""
    due = datetime.fromtimestamp(step.due_at / 1_000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    standing = {
        "open": "",
        "taken": f"Taken by {step.owner_name}.",
        "info_needed": "Waiting for more information from the agent.",
        "done": "Done.",
        "cancelled": "Not needed any more.",
    }[step.state]
    return "\n".join(part for part in (f"*{step.subject}*", step.excerpt, f"Due {due}", standing) if part)


def _buttons(step: stored.Step) -> tuple[Button, ...]:
    if step.state in stored.OVER:
        return ()
    choices = [(word, label) for word, state, label in departments.CHOICES if state != step.state]
    return tuple(Button(label=label, value=f"{word}:{step.id}") for word, label in choices)
