"""What a page's form sends: answers by name, and files; bounded in size, number and time."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping

import msgspec
from starlette.datastructures import UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from router.core.inbound import Attachment
from router.engine import media
from router.protocol.base import Id
from router.protocol.errors import BadRequest

FILES = "_files"
"""The field files are sent in."""
MOST_FIELDS, FIELD_BYTES = 100, 64_000
BODY_S = 60.0


async def posted(
    request: Request, take: Callable[[int], None], most_files: int
) -> tuple[Mapping[str, str], list[Attachment]]:
    """Answers by name, and files. Raises BadRequest."""

    async def bounded() -> AsyncGenerator[bytes, None]:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > media.MOST_BYTES:
                raise BadRequest("file_refused", reason="too_large", most_bytes=media.MOST_BYTES)
            take(len(part))
            yield part

    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    parser: MultiPartParser | FormParser
    try:
        async with asyncio.timeout(BODY_S):
            if kind == "multipart/form-data":
                parser = MultiPartParser(
                    request.headers, bounded(), max_files=max(most_files, 1), max_fields=MOST_FIELDS,
                    max_part_size=FIELD_BYTES,
                )  # fmt: skip
            elif kind == "application/x-www-form-urlencoded":
                parser = FormParser(request.headers, bounded())
            else:
                raise BadRequest("bad_value", "The body must be a form.")
            posted = await parser.parse()
            files = [each for each in posted.getlist(FILES) if isinstance(each, UploadFile) and each.filename]
            attached = [await _attached(each) for each in files]
    except (MultiPartException, KeyError, UnicodeDecodeError):
        raise BadRequest("bad_value", "The body is not a form.") from None
    except (TimeoutError, ClientDisconnect):
        raise BadRequest("bad_value", "The body did not come to its end.") from None
    values = {name: value for name, value in posted.items() if isinstance(value, str)}
    return values, attached


async def _attached(file: UploadFile) -> Attachment:
    content = await file.read()
    await file.close()
    return Attachment(name=file.filename or "", media_type=file.content_type or "", content=content)


def client_id(text: str) -> str:
    """As the page had it; a new one when it cannot be used."""
    try:
        known: str = msgspec.convert(text, Id)
    except msgspec.ValidationError:
        return secrets.token_urlsafe(18)
    return known
