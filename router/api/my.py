"""The customer's own pages: how a case stands, what was said, more to say, a rating.

    GET  /my                             ask for the address of a case, by number and e-mail
    GET  /my/<case>/<expires>/<sign>     the case; POST: a message (text, _files) or a rating (score, comment)
    GET  …/files/<id>                    a file of what was said

The address itself is the key (`router.engine.cases.visiting`): it is never passed on as a referrer, nor kept in caches.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from router.api.answers import guarded
from router.api.files import given
from router.api.posted import client_id, posted
from router.api.server_pages import accepted_language, page, words
from router.engine.cases import visiting
from router.engine.centre import Centre
from router.engine.limits import Buckets, Space
from router.protocol.errors import NotFound, TooMuch, UsherError

ASKED_PER_S, ASKED_BURST = 1 / 30, 5.0
SAID_PER_S, SAID_BURST = 0.1, 20.0
BODIES_BYTES = 128 * 1024 * 1024
MOST_FILES = 5
ALIKE_S = 0.25
"""Longer than it takes to look for a case and to tell its address."""


def routes(centre: Centre) -> Iterator[BaseRoute]:
    askers, writers = Buckets(ASKED_PER_S, ASKED_BURST), Buckets(SAID_PER_S, SAID_BURST)
    space = Space(BODIES_BYTES)

    async def find(request: Request) -> Response:
        language = accepted_language(request)
        if request.method == "GET":
            return _find(language)
        try:
            askers.take(request.client.host if request.client else "", centre.now() / 1000)
            with space.shared() as take:
                values, _ = await posted(request, take, 0)
        except TooMuch as busy:
            return _find(language, busy.status, busy=True)
        number = values.get("number", "").strip().lstrip("#")
        if number.isascii() and number.isdigit() and len(number) < 16:
            looked = visiting.send_address(centre, int(number), values.get("email", "").strip())
            await asyncio.gather(looked, alike())
        return _find(language, asked=True)

    async def case(request: Request) -> Response:
        try:
            case_id = _opened(centre, request)
        except NotFound as gone:
            return _find(accepted_language(request), gone.status, gone=True)
        if request.method == "GET":
            return await _shown(centre, request, case_id)
        return await _said(request, case_id)

    async def file(request: Request) -> Response:
        case_id, file_id = _opened(centre, request), request.path_params["file_id"]
        if not await visiting.has_file(centre, case_id, file_id):
            raise NotFound("unknown_file")
        return await given(centre, file_id, "private, no-store")

    async def _said(request: Request, case_id: str) -> Response:
        values: Mapping[str, str] = {}
        try:
            writers.take(case_id, centre.now() / 1000)
            with space.shared() as take:
                values, files = await posted(request, take, MOST_FILES)
            if "score" in values:
                score = int(values["score"]) if values["score"] in _SCORES else -1
                await visiting.rate(centre, case_id, score, values.get("comment", ""))
                told = "rated"
            else:
                once = client_id(values.get("_client_id", ""))
                await visiting.write(centre, case_id, client_id=once, text=values.get("text", ""), files=files)
                told = "written"
        except UsherError as error:
            return await _shown(centre, request, case_id, error, values.get("text", ""))
        return RedirectResponse(f"{request.url.path}?told={told}", 303)

    yield Route("/my", guarded(find), methods=["GET", "POST"])
    yield Route("/my/{case_id}/{expires_at}/{signature}", guarded(case), methods=["GET", "POST"])
    yield Route("/my/{case_id}/{expires_at}/{signature}/files/{file_id}", guarded(file))


async def alike() -> None:
    """So long an answer takes at least, that nobody learns from it whether there is such a case, and whose it is."""
    await asyncio.sleep(ALIKE_S)


_SCORES = tuple(map(str, range(11)))
_FAULTS = {
    "text_empty": "text_empty",
    "text_too_long": "too_long",
    "bad_text": "bad_text",
    "file_refused": "file_refused",
    "bad_value": "no_choice",
    "too_many_requests": "too_many",
}
"""What people read for an error, by its code."""


async def _shown(
    centre: Centre, request: Request, case_id: str, error: UsherError | None = None, text: str = ""
) -> Response:
    seen = await visiting.visit(centre, case_id)
    told = request.query_params.get("told", "")
    return page(
        "my_case.html",
        error.status if error is not None else 200,
        language=seen.language,
        words=words(seen.language),
        case=seen,
        told=told if told in ("rated", "written") and error is None else "",
        fault=_FAULTS.get(error.code, "unavailable") if error is not None else "",
        text=text,
        here=request.url.path,
        client_id=secrets.token_urlsafe(18),
    )


def _opened(centre: Centre, request: Request) -> str:
    """Whose case the address is of. Raises NotFound."""
    told = request.path_params
    visiting.known(centre, told["case_id"], told["expires_at"], told["signature"])
    return str(told["case_id"])


def _find(
    language: str, status: int = 200, /, *, asked: bool = False, gone: bool = False, busy: bool = False
) -> Response:
    return page("my_find.html", status, language=language, words=words(language), asked=asked, gone=gone, busy=busy)
