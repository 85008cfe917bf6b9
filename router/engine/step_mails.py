"""Departments reached by mail: what they are written, and the page where they answer without an account.

The page's address is signed and lasts as long as a step may. Who has it has the step: its subject, what the agent wrote
into it and how it stands, nothing else of the conversation.
"""

from __future__ import annotations

from router.core.outbound import MailThread, OutboundMessage, TryAgain
from router.core.words import Ms
from router.engine import signed_paths
from router.engine.centre import Centre
from router.protocol.errors import NotFound
from router.store.postgres import steps as stored

KIND = "step"
LIFE_MS: Ms = 60 * 86_400_000


def mail(centre: Centre, post: stored.Post, step: stored.Step, words: str) -> OutboundMessage | None:
    """What is written there for a post; None: nothing, as they know it or did it themselves."""
    if post.kind != "open" and not step.posted_at:
        raise TryAgain("not_posted_yet", "The step itself was not mailed yet.")
    if post.kind == "update" and step.state != "cancelled":
        return None
    text = post.text if post.kind == "reply" else words.replace("*", "")
    where = address(centre, step.id)
    return OutboundMessage(
        id=post.key,
        recipient=post.place,
        text=f"{text}\n\n{where}" if where else text,
        reply_to=step.posted_at if post.kind != "open" else "",
        mail=MailThread(subject=step.subject, references=(step.posted_at,) if step.posted_at else ()),
    )


def address(centre: Centre, step_id: str) -> str:
    """Where a department answers; "" when the centre has no public address."""
    base, expires_at = centre.settings.public_url, centre.now() + LIFE_MS
    signed = signed_paths.signature(centre, KIND, step_id, expires_at)
    return f"{base}/step/{step_id}/{expires_at}/{signed}" if base else ""


async def opened(centre: Centre, step_id: str, expires_at: str, given: str) -> stored.Step:
    """The step of an address. Raises NotFound unknown_step when it is not ours, or too old."""
    genuine = signed_paths.genuine(centre, KIND, step_id, expires_at, given)
    step = await stored.by_id(centre.database, step_id) if genuine else None
    if step is None:
        raise NotFound("unknown_step")
    return step
