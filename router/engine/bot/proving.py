"""How well it is proven that whoever writes to a bot is who they seem, message by message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.core.identity import Proof, of_sender
from router.engine.centre import Centre
from router.store.postgres import mails
from router.store.postgres.bot_talks import Claimed, Said


def mail_of(said: Said) -> Mapping[str, Any]:
    """What is known of the mail a message came in; nothing for what is none."""
    found: Mapping[str, Any] = (said.extra or {}).get("mail", {})
    return found


async def proof_of(centre: Centre, claimed: Claimed, said: Said) -> Proof:
    """A chat by whether the site signed them in; a mail by whether it answers one that went to the customer."""
    row = claimed.conversation
    if row.channel == "webchat":
        return "signed" if claimed.signed else "said"
    if row.channel == "email":
        references = mail_of(said).get("references", ())
        return "channel" if await mails.answers_ours(centre.database, row.id, references) else "shown"
    return of_sender(row.channel, row.address).proof


def is_stranger(claimed: Claimed, said: Said) -> bool:
    """Whether somebody else wrote this mail, or wants it answered elsewhere."""
    mail, address = mail_of(said), claimed.conversation.address.lower()
    return any(str(mail[name]).lower() != address for name in ("from", "answer_to") if name in mail)


def is_machines(said: Said) -> bool:
    """Whether no machine may answer it: it comes from one, or from a list."""
    mail = mail_of(said)
    return bool(mail.get("silent") or mail.get("automatic"))
