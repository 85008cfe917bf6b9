"""Where a department that was asked by mail answers, without an account.

GET  /step/<step>/<expires>/<sign>    the step; POST: name, text, and what is done: say, take, done or info
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from router.api.answers import guarded
from router.api.posted import client_id, posted
from router.api.server_pages import accepted_language, page, words
from router.engine import departments, step_mails
from router.engine.cases import zones
from router.engine.centre import Centre
from router.engine.limits import Buckets, Space
from router.engine.text import kept, one_line
from router.protocol.errors import BadRequest, NotFound, UsherError
from router.store.postgres import steps

SAID_PER_S, SAID_BURST = 0.2, 20.0
BODIES_BYTES = 64 * 1024 * 1024
NAME_CHARS = 80
STATES = {word: state for word, state, _ in departments.CHOICES}
FAULTS = {"text_empty": "text_empty", "text_too_long": "too_long", "bad_text": "bad_text", "bad_value": "missing",
          "too_many_requests": "too_many"}  # fmt: skip


def routes(centre: Centre) -> Iterator[BaseRoute]:
    writers, space = Buckets(SAID_PER_S, SAID_BURST), Space(BODIES_BYTES)

    async def opened(request: Request) -> Response:
        asked = request.path_params
        try:
            step = await step_mails.opened(centre, asked["step_id"], asked["expires_at"], asked["signature"])
        except NotFound as gone:
            return _shown(centre, request, None, gone)
        if request.method == "GET":
            return _shown(centre, request, step)
        values: dict[str, str] = {}
        try:
            writers.take(step.id, centre.now() / 1000)
            with space.shared() as take:
                found, _ = await posted(request, take, 0)
            values |= found
            await _done(step, values)
        except UsherError as error:
            return _shown(centre, request, step, error, name=values.get("name", ""), text=values.get("text", ""))
        return RedirectResponse(f"{request.url.path}?told=1", 303)

    async def _done(step: steps.Step, values: dict[str, str]) -> None:
        """Raises BadRequest text_empty, text_too_long, bad_text, bad_value (no name)."""
        name = one_line(values.get("name", ""), NAME_CHARS, field="name")
        text, word = kept(values.get("text", "").strip(), departments.EXCERPT_CHARS), values.get("do", "say")
        if not name:
            raise BadRequest("bad_value", field="name")
        if not text and word not in STATES:
            raise BadRequest("text_empty")
        once = f"{step.id}:{client_id(values.get('_client_id', ''))}"
        if text:
            await departments.say(centre, step, text, by=name, once=once)
        if word in STATES:
            await departments.press(centre, step, STATES[word], by=name, once=once)

    yield Route("/step/{step_id}/{expires_at}/{signature}", guarded(opened), methods=["GET", "POST"])


def _shown(
    centre: Centre,
    request: Request,
    step: steps.Step | None,
    error: UsherError | None = None,
    *,
    name: str = "",
    text: str = "",
) -> Response:
    language = accepted_language(request)
    return page(
        "step.html",
        error.status if error is not None else 200,
        language=language,
        words=words(language),
        step=step,
        zone=zones.of_centre(centre),
        over=step is not None and step.state in steps.OVER,
        told="told" in request.query_params and error is None,
        fault=FAULTS.get(error.code, "unavailable") if error is not None else "",
        name=name,
        text=text,
        client_id=secrets.token_urlsafe(18),
    )
