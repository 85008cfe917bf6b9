"""Files of messages: given to people who may see their conversation, taken from people who want to send them.

    GET  /api/files/<id>                       staff, by their cookie
    POST /api/files?conversation_id=&name=     staff: the body is the file
    GET  /api/widget/files/<id>                the customer, by their visitor token
    POST /api/widget/files?account=&…          the customer, likewise
    GET  /files/<id>/<expires_at>/<signature>  providers, by the signed address

A file is a download unless its bytes are of a type that does nothing by itself; nothing in it may run or be framed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from urllib.parse import quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded
from router.api.staff import same_origin
from router.api.widget import across_origins, origin_of
from router.core.words import ConversationId
from router.engine import conversations, file_links, history, media, records, sign_in, visitors
from router.engine.cases import judging as case_rights
from router.engine.centre import Centre
from router.engine.limits import Buckets, Space
from router.protocol.errors import BadRequest, Forbidden, NotFound, NotSignedIn
from router.store.postgres import conversations as stored
from router.store.postgres import files

BODY_S = 60.0
UPLOADS_PER_S, UPLOADS_BURST = 0.5, 20.0
UPLOADS_BYTES = 256 * 1024 * 1024
"""Of all files being brought together."""
READ_ELSEWHERE = ("application/pdf",)
"""Types browsers refuse to show in a sandbox, as HARMLESS has them: read from where they were saved."""
HARMLESS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'self'",
    "cross-origin-resource-policy": "cross-origin",
    "referrer-policy": "no-referrer",
}


def routes(centre: Centre) -> Iterator[BaseRoute]:
    uploads, space = Buckets(UPLOADS_PER_S, UPLOADS_BURST), Space(UPLOADS_BYTES)

    async def staff_file(request: Request) -> Response:
        colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        file = await _known(centre, request)
        await history.may_see(centre, colleague.agent_id, file.conversation_id)
        return await _given(centre, file, "private, max-age=3600")

    async def staff_upload(request: Request) -> Response:
        same_origin(centre, request)
        colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        conversation_id = _conversation(request)
        if not await conversations.has(centre, colleague.agent_id, conversation_id) and not await case_rights.reaches(
            centre, colleague.agent_id, conversation_id
        ):
            raise Forbidden("not_yours")
        return await taken(request, conversation_id, colleague.agent_id)

    async def customer_file(request: Request) -> Response:
        visitor = await _visitor(centre, request)
        file = await _known(centre, request)
        await conversations.of_visitor(centre, visitor.visitor_id, file.conversation_id)
        return await _given(centre, file, "private, max-age=3600")

    async def customer_upload(request: Request) -> Response:
        visitor = await _visitor(centre, request)
        conversation_id = _conversation(request)
        await conversations.of_visitor(centre, visitor.visitor_id, conversation_id)
        return await taken(request, conversation_id, visitor.customer_id)

    async def provider_file(request: Request) -> Response:
        file_id, signature = request.path_params["file_id"], request.path_params["signature"]
        if not file_links.genuine(centre, file_id, request.path_params["expires_at"], signature):
            raise NotFound("unknown_file")
        return await _given(centre, await _known(centre, request), "private, no-store")

    async def taken(request: Request, conversation_id: str, owner: str) -> Response:
        uploads.take(owner, centre.now() / 1000)
        row = await stored.by_id(centre.database, ConversationId(conversation_id))
        if row is None:
            raise NotFound("unknown_conversation")
        name = request.query_params.get("name", "")
        with space.shared() as take:
            file = await media.upload(centre, conversation_id, owner, row.account, name, await _body(request, take))
        return answer(records.file(file))

    yield Route("/api/files", guarded(staff_upload), methods=["POST"])
    yield Route("/api/files/{file_id}", guarded(staff_file), methods=["GET"])
    yield Route("/api/widget/files", across_origins(centre, customer_upload), methods=["POST", "OPTIONS"])
    yield Route("/api/widget/files/{file_id}", across_origins(centre, customer_file), methods=["GET", "OPTIONS"])
    yield Route("/files/{file_id}/{expires_at:int}/{signature}", guarded(provider_file), methods=["GET"])


def _conversation(request: Request) -> str:
    """Where the file goes. Raises NotFound."""
    conversation_id = request.query_params.get("conversation_id", "")
    if "\0" in conversation_id:  # PostgreSQL would not look for it
        raise NotFound("unknown_conversation")
    return conversation_id


async def _visitor(centre: Centre, request: Request) -> visitors.Visitor:
    account = request.query_params.get("account", "")
    visitors.account_for(centre, account, origin_of(request))
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("not_signed_in")
    return await visitors.known(centre, token, account)


async def _known(centre: Centre, request: Request) -> files.File:
    file_id = request.path_params["file_id"]
    found = (await files.by_ids(centre.database, [file_id])).get(file_id)
    if found is None or found.state != "stored":
        raise NotFound("unknown_file")
    return found


async def given(centre: Centre, file_id: str, cache: str) -> Response:
    """The file, whoever asks. Raises NotFound unknown_file."""
    file = (await files.by_ids(centre.database, [file_id])).get(file_id)
    if file is None or file.state != "stored":
        raise NotFound("unknown_file")
    return await _given(centre, file, cache)


async def _given(centre: Centre, file: files.File, cache: str) -> Response:
    content = await files.content(centre.database, file.id)
    if content is None:
        raise NotFound("unknown_file")
    harmless = file.media_type in media.SHOWN_TYPES
    inline = harmless and file.media_type not in READ_ELSEWHERE
    name = quote(file.name or file.id, safe="")
    return Response(
        content,
        media_type=file.media_type if harmless else media.UNKNOWN,
        headers={
            **HARMLESS,
            "content-disposition": f"{'inline' if inline else 'attachment'}; filename*=UTF-8''{name}",
            "cache-control": cache,
        },
    )


async def _body(request: Request, take: Callable[[int], None]) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                take(len(part))
                body += part
                if len(body) > media.MOST_BYTES:
                    raise BadRequest("file_refused", reason="too_large", most_bytes=media.MOST_BYTES)
    except (TimeoutError, ClientDisconnect):
        raise BadRequest("bad_value", "The body did not come to its end.") from None
    return bytes(body)
