"""Whether somebody is proven well enough for what a task would do for them."""

from __future__ import annotations

from collections.abc import Mapping

from router.core.bot.definition import Ask, Consult, Flow
from router.core.bot.draft import Draft
from router.core.identity import PROOFS, Proof


def weaker(one: Proof, other: Proof) -> bool:
    return PROOFS.index(one) < PROOFS.index(other)


def suffices(draft: Draft, flow: Flow, step: Consult) -> bool:
    """Whether this may be asked, or done, for whoever writes.

    The sender of a mail can be made up, but not who reads the answer. So by mail only the sender's own address opens
    anything, and a change is made only for who answered a mail of ours.
    """
    world = draft.world
    if weaker(world.proof, flow.proof):
        return False
    if not world.mail:
        return True
    if step.changes and weaker(world.proof, "channel"):
        return False
    return _is_own(flow, draft.talk.details, world.customer.get("email", ""))


def _is_own(flow: Flow, details: Mapping[str, object], address: str) -> bool:
    asked = [step.slot for step in flow.steps if isinstance(step, Ask) and step.kind == "email"]
    return all(str(details[slot]).lower() == address.lower() for slot in asked if slot in details)
