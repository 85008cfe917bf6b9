"""All that is kept of a customer, as one file: a JSON document and the files beside it, in a ZIP.

It is written to disk a conversation and a file at a time, so that a customer of ten years costs no memory.
"""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from router.core.words import AgentId, ConversationId, CustomerId
from router.engine import audited, records
from router.engine.calls import log as call_log
from router.engine.cases import shown
from router.engine.centre import Centre
from router.engine.customers import looking, permission
from router.store.postgres import audit, calls, conversations, files, merges, messages, timeline
from router.store.postgres.cases import lists

PAGE = 100
MOST_LOOKS = 10_000
MOST_FILES = 10_000
"""Of a conversation."""
PART_BYTES = 65_536


async def export(centre: Centre, me: AgentId, customer_id: str) -> AsyncIterator[bytes]:
    """The bytes of the ZIP; supervisors only. Raises Forbidden, NotFound before the first of them."""
    permission.supervising(centre, me)
    ids = await permission.theirs(centre, me, customer_id)
    await audited.note(centre, me, "customer.export", ids[0])
    return _bytes(centre, me, ids)


async def _bytes(centre: Centre, me: AgentId, ids: list[CustomerId]) -> AsyncIterator[bytes]:
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            document = await _document(centre, me, ids, archive)
            archive.writestr("customer.json", msgspec.json.format(msgspec.json.encode(document), indent=2))
        file.seek(0)
        while part := await asyncio.to_thread(file.read, PART_BYTES):
            yield part


async def _document(centre: Centre, me: AgentId, ids: list[CustomerId], archive: zipfile.ZipFile) -> dict[str, Any]:
    """What the ZIP holds beside the files it puts there."""
    found: dict[str, Any] = {"customer": await looking.page_of(centre, ids), "merges": []}
    places: dict[str, list[str]] = {"conversation": [], "case": [], "call": []}
    async for entry in _everything(centre, ids):
        places.setdefault(entry.place.kind, []).append(entry.place.id)
    # A case's own conversation has the notes of staff on it: they are about the customer, too.
    cases = await lists.rows(centre.database, places["case"])
    own = [row.matter.conversation_id for row in cases]
    found["conversations"] = [
        await _conversation(centre, ConversationId(each), archive) for each in (*places["conversation"], *own)
    ]
    found["cases"] = [shown.record(centre, row) for row in cases]
    logged = await call_log.logged(centre, me, await calls.by_ids(centre.database, places["call"]))
    found["calls"] = [
        {"call": call, "conversation": await _conversation(centre, ConversationId(call.conversation_id), archive)}
        for call in logged
    ]
    found["merges"] = await merges.standing(centre.database, ids)
    looks = await audit.of_subjects(centre.database, ids, limit=MOST_LOOKS)
    found["seen_and_changed"] = [
        {"at": each.at, "by": looking.name_of(centre, each.actor_id), "action": each.action} for each in looks
    ]
    return found


async def _everything(centre: Centre, ids: list[CustomerId]) -> AsyncIterator[timeline.Entry]:
    before: timeline.Place | None = None
    while page := await timeline.page(centre.database, ids, before=before, limit=PAGE):
        for entry in page:
            yield entry
        before = page[-1].place


async def _conversation(
    centre: Centre, conversation_id: ConversationId, archive: zipfile.ZipFile
) -> dict[str, Any] | None:
    """One with all its messages; its files go into the archive by their ids, those no message shows among them."""
    row = await conversations.by_id(centre.database, conversation_id)
    if row is None:
        return None
    said: list[messages.Message] = []
    while page := await messages.page(
        centre.database, row.id, before_n=said[0].n if said else None, limit=messages.PAGE_AT_MOST
    ):
        said = [*page, *said]
    kept = await files.of_conversations(centre.database, [row.id], limit=MOST_FILES)
    for file in kept:
        content = await files.content(centre.database, file.id) if file.state == "stored" else None
        if content is not None:
            await asyncio.to_thread(archive.writestr, _path(file), content)
    return {
        "conversation": records.conversation(row, said),
        "subject": row.subject,
        "rating_comment": row.rating_comment,
        "files": {file.id: _path(file) for file in kept},
    }


def _path(file: files.File) -> str:
    """In the archive; the name is the sender's, so nothing in it may be a folder."""
    name = "".join(c if c.isalnum() or c in "._- " else "_" for c in file.name).strip(". ")[:100]
    return f"files/{file.id}/{name or 'file'}"
