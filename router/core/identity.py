"""Who somebody is: what identifies them, how far that is proven, and what two customers are who share an identity.

Two customers are one person for certain only when both proved the same identity. What anybody can write into a form or
forge in a header is a reason to ask, never to act.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from router.core.words import Channel

Proof = Literal["said", "shown", "channel", "signed"]
"""said: somebody wrote it. shown: the channel shows it, but a sender can make it up: the From of a mail, the number of
a caller. channel: the provider knows its user. signed: the site they are signed in at vouches for it."""

PROOFS: tuple[Proof, ...] = ("said", "shown", "channel", "signed")
"""Weakest first."""

PHONE, EMAIL, ORDER, MEMBER = "phone", "email", "order", "member"
"""Kinds that are no channel's own. member: an account at a site of ours, as "<widget account>:<its id there>"."""

PHONES: tuple[Channel, ...] = ("sms", "whatsapp", "voice")
"""Channels that know people by their telephone number: one person, whichever of them they use."""
FORGEABLE: tuple[Channel, ...] = ("email", "voice", "webform")

Stage = Literal["unknown", "order", "profile", "person"]
"""How well a customer is known: by a browser only; by an order they named; by one identity of theirs; by several."""

Verdict = Literal["same", "suggest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    kind: str
    value: str
    proof: Proof

    @property
    def proven(self) -> bool:
        return self.proof in ("channel", "signed")


def of_sender(channel: Channel, sender: str) -> Identity:
    """What a channel knows a person by: WhatsApp's digits are a telephone number, too."""
    proof: Proof = "shown" if channel in FORGEABLE else "channel"
    if channel in PHONES:
        number = f"+{sender}" if channel == "whatsapp" and sender.isdigit() else sender
        kind = PHONE if number.startswith("+") or channel != "whatsapp" else channel
        return Identity(kind=kind, value=number, proof=proof)
    if channel == "email":
        return Identity(kind=EMAIL, value=sender.lower(), proof=proof)
    return Identity(kind=channel, value=sender, proof=proof)


def member(account: str, member_id: str) -> Identity:
    """Somebody signed in at the site of a widget account."""
    return Identity(kind=MEMBER, value=f"{account}:{member_id}", proof="signed")


def stronger(one: Proof, other: Proof) -> Proof:
    return max(one, other, key=PROOFS.index)


def stage(identities: Iterable[Identity]) -> Stage:
    known = list(identities)
    kinds = {identity.kind for identity in known if identity.proof != "said"}
    if len(kinds) > 1:
        return "person"
    if kinds or any(identity.kind in (EMAIL, PHONE) for identity in known):
        return "profile"
    return "order" if known else "unknown"


def verdict(one: Collection[Identity], other: Collection[Identity]) -> Verdict | None:
    """What two customers are to each other, by all their identities; None: they share nothing.

    same: both proved an identity they share, and nothing speaks against it.
    """
    shared = {(a.kind, a.value) for a in one} & {(b.kind, b.value) for b in other}
    if not shared:
        return None
    proven = {(a.kind, a.value) for a in one if a.proven} & {(b.kind, b.value) for b in other if b.proven}
    return "same" if proven and not contradict(one, other) else "suggest"


def contradict(one: Iterable[Identity], other: Iterable[Identity]) -> bool:
    """Whether a site knows them as two: different members of one account."""
    return any(mine != theirs for site, mine in _members(one) for there, theirs in _members(other) if site == there)


def _members(identities: Iterable[Identity]) -> list[tuple[str, str]]:
    """Account and id there."""
    values = (identity.value for identity in identities if identity.kind == MEMBER)
    return [(account, own) for account, _, own in (value.partition(":") for value in values)]
