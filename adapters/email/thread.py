"""How mails find their conversation: by the Message-IDs they answer, else by a token in subject or address."""

from __future__ import annotations

import re

IDS = re.compile(r"<([^<>\s]{1,250})>")
SUBJECT_TOKEN = re.compile(r"\[ref:([A-Za-z0-9]{6,32})\]", re.IGNORECASE)
ADDRESS_TOKEN = re.compile(r"\+ref-([A-Za-z0-9]{6,32})@", re.IGNORECASE)
OWN_ID = re.compile(r"usher\.([A-Za-z0-9_-]{1,100})\.[a-z0-9]{1,16}@")
MOST_IDS = 100


def message_ids(value: str) -> tuple[str, ...]:
    """The Message-IDs of a field, without their brackets, each once; a bare word counts as one."""
    found = IDS.findall(value) or [word.strip("<>,;") for word in value.split() if "@" in word]
    return tuple(dict.fromkeys(found))[:MOST_IDS]


def own_message_id(message_id: str, *, domain: str, attempt: str = "0") -> str:
    """The Message-ID, without brackets, of an outbound message: the same at every attempt, so that a receiver who got
    it twice keeps it once."""
    safe = re.sub(r"[^A-Za-z0-9_-]", "-", message_id)[:100]
    return f"usher.{safe}.{attempt}@{domain}"


def is_own(message_id: str) -> bool:
    """Whether a Message-ID is one of ours: a mail with it came back by a loop."""
    return OWN_ID.match(message_id) is not None


def token_of(subject: str, recipients: tuple[str, ...]) -> str:
    """The token of the conversation a mail belongs to, in upper case; "" when it carries none."""
    for text, pattern in ((subject, SUBJECT_TOKEN), *((address, ADDRESS_TOKEN) for address in recipients)):
        if found := pattern.search(text):
            return found[1].upper()
    return ""


def with_token(subject: str, token: str) -> str:
    """The subject with the token, once."""
    return subject if not token or SUBJECT_TOKEN.search(subject) else f"{subject} [ref:{token}]".strip()
