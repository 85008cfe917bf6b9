"""Files of messages: taken in from people and providers, looked at for what they are, given out again.

What a file claims to be counts for nothing: its type is what its bytes say. It is only ever given out as a download,
or shown where its type can do no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import puremagic
import structlog

from router.core.inbound import Attachment
from router.core.outbound import NotSent, TryAgain
from router.core.words import ConversationId, Ms
from router.engine import records, talk
from router.engine.centre import Centre
from router.engine.exchange import woken
from router.engine.patience import attempt, backoff_ms, patiently
from router.protocol.errors import BadRequest, NotFound
from router.store.postgres import files as stored
from router.store.postgres import messages

log = structlog.get_logger()

MOST_BYTES = 25 * 1024 * 1024
"""The largest file taken in, from whomever."""
MOST_FILES = 10
"""Files of one message."""
FETCHED_AT_ONCE = 4
LOOKED_EVERY_S = 5.0
TRIES = 6
FIRST_AGAIN_MS, LONGEST_AGAIN_MS = 20_000, 640_000
SHOWN_TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/ogg", "audio/wav",
               "audio/wave", "audio/amr", "audio/mp4", "audio/aac", "video/mp4", "video/webm", "video/3gpp",
               "application/pdf")  # fmt: skip
"""Types a browser shows without running anything in them; all others are downloads."""
DOCUMENTS = ("application/vnd.openxmlformats-officedocument.", "application/vnd.oasis.opendocument.")
UNKNOWN = "application/octet-stream"
REFUSED_TYPES = ("application/x-msdownload", "application/x-dosexec", "application/vnd.microsoft.portable-executable",
                 "application/x-executable", "application/x-sharedlib", "application/x-mach-binary")  # fmt: skip
"""Programs, whatever they are called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A file that came with a message of a channel. file_id: the same at every try."""

    file_id: str
    conversation_id: ConversationId
    owner: str
    account: str
    attachment: Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a file is by its bytes. refused: why it cannot be kept; "" when it can."""

    media_type: str
    refused: str = ""


def look(content: bytes, claimed: str) -> Looked:
    """What the bytes are. Text has no marks of its own: it is text when it claims so and reads so."""
    try:
        media_type = puremagic.from_string(content[:8_192], mime=True) or UNKNOWN
    except (puremagic.PureError, ValueError):
        media_type = "text/plain" if _reads_as_text(content) else UNKNOWN
    if media_type in REFUSED_TYPES or content[:2] == b"MZ" or content[:4] == b"\x7fELF":
        return Looked(media_type=media_type, refused="program")
    if content.startswith(b"PK"):  # an archive, or a document that is one inside: only its sender knows which
        media_type = claimed if claimed.startswith(DOCUMENTS) else "application/zip"
    return Looked(media_type=media_type)


def _reads_as_text(content: bytes) -> bool:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return False
    return not any(character < " " and character not in "\t\n\r\f" for character in text[:4_096])


# ---------------------------------------------------------------- in


async def keep(centre: Centre, arrived: Arrived) -> None:
    """Keep a file of an inbound message: its bytes when they came with it, else where they can be fetched."""
    file, now = arrived.attachment, centre.now()
    row = stored.File(
        id=arrived.file_id,
        conversation_id=arrived.conversation_id,
        owner=arrived.owner,
        account=arrived.account,
        name=_name(file.name),
        claimed_type=_clean(file.media_type),
        state="fetching",
        source={"url": file.url, "provider_id": file.provider_id},
        next_at=now,
        created_at=now,
    )
    await stored.expect(centre.database, [row])
    if file.content is not None:
        await _settle(centre, row, file.content)
    else:
        centre.exchange.something_to_fetch.set()


async def upload(
    centre: Centre, conversation_id: str, owner: str, account: str, name: str, content: bytes
) -> stored.File:
    """Keep a file somebody wants to send. Raises BadRequest file_refused."""
    looked = look(content, "")
    if not content or len(content) > MOST_BYTES or looked.refused:
        raise BadRequest("file_refused", reason=looked.refused or ("empty" if not content else "too_large"))
    now = centre.now()
    row = stored.File(
        id="file_"
        + sha256(f"{conversation_id}\n{owner}\n{name}\n".encode() + sha256(content).digest()).hexdigest()[:32],
        conversation_id=ConversationId(conversation_id),
        owner=owner,
        account=account,
        name=_name(name),
        claimed_type="",
        media_type=looked.media_type,
        sha256=sha256(content).digest(),
        size_bytes=len(content),
        state="stored",
        next_at=now,
        created_at=now,
    )
    await stored.store(centre.database, row, content)
    return row


async def shown(
    centre: Centre, conversation_id: str, file_ids: Sequence[str], *, owner: str | None = None
) -> Mapping[str, Any] | None:
    """What a message with these files keeps of them. Raises NotFound unknown_file.

    owner: who must have brought them; None: whoever.
    """
    if not file_ids:
        return None
    if len(file_ids) > MOST_FILES:
        raise BadRequest("bad_value", f"At most {MOST_FILES} files.", field="file_ids")
    known = await stored.by_ids(centre.database, file_ids)
    for file_id in file_ids:
        file = known.get(file_id)
        if file is None or file.conversation_id != conversation_id or (owner is not None and file.owner != owner):
            raise NotFound("unknown_file")
    return {"files": list(dict.fromkeys(file_ids))}


# ---------------------------------------------------------------- fetched from providers


async def run(centre: Centre) -> None:
    """Fetch what providers keep for us, for ever."""

    async def once() -> None:
        await woken(centre.exchange.something_to_fetch, LOOKED_EVERY_S)
        while await fetch_due(centre):
            pass

    await patiently("files", once)


async def fetch_due(centre: Centre) -> int:
    """Fetch files whose time has come; how many were tried."""
    rows = await stored.claim(centre.database, now=centre.now(), limit=FETCHED_AT_ONCE)
    await asyncio.gather(*(_fetch(centre, row) for row in rows))
    return len(rows)


async def _fetch(centre: Centre, row: stored.File) -> None:
    wanted = Attachment(
        name=row.name,
        media_type=row.claimed_type,
        url=str(row.source.get("url", "")),
        provider_id=str(row.source.get("provider_id", "")),
    )
    carrier = centre.carriers.get(row.account)
    content: bytes | NotSent
    if carrier is None:  # another node may know it already, while accounts are changed
        content = TryAgain("unknown_account", "there is no such account here")
    else:
        fetching = carrier.fetch(wanted, most_bytes=MOST_BYTES)
        content = await attempt("files", fetching, file_id=row.id, account=row.account)
    if not isinstance(content, NotSent):
        await _settle(centre, row, content)
        return
    again_at = None
    if isinstance(content, TryAgain) and row.attempts < TRIES:
        wait_ms = backoff_ms(row.attempts, first_ms=FIRST_AGAIN_MS, longest_ms=LONGEST_AGAIN_MS, trouble=content)
        again_at = centre.now() + wait_ms
    await _given_up(centre, row, content.code, again_at)


async def _settle(centre: Centre, row: stored.File, content: bytes) -> None:
    looked = look(content, row.claimed_type)
    refused = looked.refused or ("too_large" if len(content) > MOST_BYTES else "")
    if refused:
        await _given_up(centre, row, refused, None)
        return
    fetched = await stored.fetched(
        centre.database, row.id, content, media_type=looked.media_type, sha256=sha256(content).digest()
    )
    if fetched is not None:
        await _tell(centre, fetched)


async def _given_up(centre: Centre, row: stored.File, reason: str, again_at: Ms | None) -> None:
    failed = await stored.not_fetched(centre.database, row.id, reason=reason, again_at=again_at)
    if failed is not None and again_at is None:
        log.warning("file not fetched", file_id=row.id, account=row.account, reason=reason)
        await _tell(centre, failed)


async def _tell(centre: Centre, row: stored.File) -> None:
    message = await messages.with_file(centre.database, row.conversation_id, row.id)
    if message is not None:
        await centre.say(talk.MessageChangedSaid(conversation_id=row.conversation_id, message=records.message(message)))


def _name(name: str) -> str:
    """A file's name without path and without what terminals and file systems take for something else."""
    plain = _clean(name).replace("\\", "/").rpartition("/")[2]
    return "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*').strip(". ")[: stored.NAME_CHARS]


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode().replace("\0", "")
