"""Mails as they came, to be looked at: a page of its own, made harmless, for a frame without any rights.

    GET /api/mails/<conversation_id>/<n>           staff, by their cookie: the mail as a page
    GET /api/mails/<conversation_id>/<n>?raw=1     the same as a file, as it came

Nothing in it runs, nothing is fetched from elsewhere: images are those of the mail, written into the page.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import Iterator, Mapping
from html import escape
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import guarded
from router.api.files import HARMLESS
from router.core.inbound import Attachment, InboundMessage
from router.core.words import ConversationId
from router.engine import history, sign_in
from router.engine.centre import Centre
from router.protocol.errors import NotFound
from router.store.postgres import conversations as stored
from router.store.postgres import files, messages

PAGE_HEADERS = {
    **HARMLESS,
    "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox allow-popups"
    " allow-popups-to-escape-sandbox; frame-ancestors 'self'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "private, max-age=3600",
}
IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp")
IMAGES_BYTES = 10 * 1024 * 1024
"""Of all images written into one page."""
CID = re.compile(r'(<img\b[^>]*?\bsrc=")cid:([^"]{1,250})(")')
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;margin:16px;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}pre{white-space:pre-wrap;font:inherit;margin:0}table{max-width:100%}"
)


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def original(request: Request) -> Response:
        colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        conversation_id = ConversationId(request.path_params["conversation_id"])
        await history.may_see(centre, colleague.agent_id, conversation_id)
        file_id = await _file_of(centre, conversation_id, request.path_params["n"])
        raw = await files.content(centre.database, file_id)
        if raw is None:
            raise NotFound("unknown_file")
        if "raw" in request.query_params:
            return await _as_it_came(centre, file_id, raw)
        row = await stored.by_id(centre.database, conversation_id)
        carrier = centre.carriers.get(row.account) if row is not None else None
        if carrier is None:
            return await _as_it_came(centre, file_id, raw)
        found = (await asyncio.to_thread(carrier.parse, raw, {})).messages
        if not found:
            return await _as_it_came(centre, file_id, raw)
        return Response(page(found[0]), media_type="text/html", headers=PAGE_HEADERS)

    yield Route("/api/mails/{conversation_id}/{n:int}", guarded(original), methods=["GET"])


async def _file_of(centre: Centre, conversation_id: ConversationId, n: int) -> str:
    """Raises NotFound unknown_file when the message did not come by mail."""
    message = await messages.by_number(centre.database, conversation_id, min(n, 2**31 - 2))
    mail: Mapping[str, str] = (message.extra or {}).get("mail", {}) if message is not None else {}
    if "original" not in mail:
        raise NotFound("unknown_file")
    return mail["original"]


async def _as_it_came(centre: Centre, file_id: str, raw: bytes) -> Response:
    file = (await files.by_ids(centre.database, [file_id])).get(file_id)
    name = quote(file.name if file is not None else file_id, safe="")
    disposition = f"attachment; filename*=UTF-8''{name}"
    return Response(
        raw, media_type="application/octet-stream", headers={**HARMLESS, "content-disposition": disposition}
    )


def page(message: InboundMessage) -> str:
    """A mail as a page: its HTML where it has some, else all of its text."""
    mail = message.mail
    html = mail.html if mail is not None else ""
    text = mail.full_text if mail is not None and mail.full_text else message.text
    shown = _with_images(html, message.attachments) if html else f"<pre>{escape(text)}</pre>"
    title = escape(message.subject)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><base target="_blank">'
        f"<style>{STYLE}</style></head><body>{shown}</body></html>"
    )


def _with_images(html: str, attachments: tuple[Attachment, ...]) -> str:
    by_id = {file.content_id: file for file in attachments if file.content_id and file.media_type in IMAGES}
    room = IMAGES_BYTES

    def written(found: re.Match[str]) -> str:
        nonlocal room
        file = by_id.get(found[2])
        content = file.content if file is not None else None
        if file is None or content is None or len(content) > room:
            return f"{found[1]}{found[3]}"
        room -= len(content)
        return f"{found[1]}data:{file.media_type};base64,{base64.b64encode(content).decode()}{found[3]}"

    return CID.sub(written, html)
