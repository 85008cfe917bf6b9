"""Web forms: as a page that needs no script, to be framed by other sites, and as JSON.

    GET  /form/<key>?language=        the page
    POST /form/<key>                  the page, sent: multipart or urlencoded; 303 to the thanks, or what is wrong
    GET  /api/forms/<key>?language=   what it asks
    POST /api/forms/<key>             the same as JSON

Anybody may send a form, so each address of the network may send few. Sites need to be among the form's
allowed_origins; what comes without an Origin comes from no browser.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import msgspec
import structlog
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from config.accounts import origin_matches
from router.api.answers import answer, guarded, read
from router.api.posted import MOST_FIELDS, client_id, posted
from router.api.server_pages import TEMPLATES, page, words
from router.core.form import MOST_CHARS, Form
from router.engine import forms
from router.engine.centre import Centre
from router.engine.limits import Buckets, Space
from router.protocol.base import Id
from router.protocol.errors import Forbidden, UsherError

log = structlog.get_logger()

READ_PER_S, READ_BURST = 0.5, 20.0
"""Bodies of an address: so many are read that people who are told to wait find again what they wrote."""
SENT_PER_S, SENT_BURST = 0.2, 10.0
BODIES_BYTES = 256 * 1024 * 1024
AUTOCOMPLETE = {"name": "name", "email": "email", "phone": "tel"}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One question. choices: value → label."""

    name: str
    kind: str
    label: str
    required: bool
    most_chars: int
    choices: dict[str, str] = {}


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """A form in one of its languages."""

    key: str
    language: str
    languages: list[str]
    title: str
    intro: str
    fields: list[Asked]


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """client_id: the same when it is sent again. values: by the field's name."""

    client_id: Id
    values: Annotated[dict[str, str], msgspec.Meta(max_length=MOST_FIELDS)]
    language: str = ""
    page_url: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """reference: what the customer may name when they write again."""

    reference: str


def routes(centre: Centre) -> Iterator[BaseRoute]:
    readers, senders = Buckets(READ_PER_S, READ_BURST), Buckets(SENT_PER_S, SENT_BURST)
    space = Space(BODIES_BYTES)

    async def shown(request: Request) -> Response:
        form = forms.known(centre, request.path_params["key"])
        if request.method == "GET":
            return _shown(centre, form, request.query_params)
        may_send(request, form)
        readers.take(request.client.host if request.client else "", centre.now() / 1000)
        with space.shared() as take:
            values, files = await posted(request, take, form.most_files)
        language = form.language(values.get("_language", ""))
        sent = forms.Submission(
            client_id=client_id(values.get("_client_id", "")), language=language, values=values, files=files
        )
        try:
            reference = "" if _trapped(form, values) else await taken(request, form, sent)
        except UsherError as error:
            return _page(centre, form, language, values, _faults(error), status=error.status)
        return RedirectResponse(f"/form/{form.key}?language={language}&sent={reference or '-'}", 303)

    async def described(request: Request) -> Response:
        form = forms.known(centre, request.path_params["key"])
        return answer(_described(form, form.language(request.query_params.get("language", ""))))

    async def submitted(request: Request) -> Response:
        form = forms.known(centre, request.path_params["key"])
        may_send(request, form)
        asked = await read(request, Sent)
        sent = forms.Submission(
            client_id=asked.client_id, language=asked.language, values=asked.values, page_url=asked.page_url
        )
        return answer(Taken(reference="" if _trapped(form, asked.values) else await taken(request, form, sent)))

    async def taken(request: Request, form: Form, sent: forms.Submission) -> str:
        senders.take(request.client.host if request.client else "", centre.now() / 1000)
        return forms.reference(centre, await forms.submit(centre, form, sent))

    def may_send(request: Request, form: Form) -> None:
        origin = request.headers.get("origin", "")
        if origin and not centre.own_origin(origin) and not _allowed(centre, form, origin):
            raise Forbidden("bad_origin")

    def across(endpoint: Callable[[Request], Any]) -> Callable[[Request], Any]:
        async def call(request: Request) -> Response:
            origin = request.headers.get("origin", "")
            form = centre.forms.by_key.get(request.path_params["key"])
            headers = {"vary": "origin"}
            if form is not None and origin and _allowed(centre, form, origin):
                headers["access-control-allow-origin"] = origin
            if request.method == "OPTIONS":
                preflight = {"access-control-allow-methods": "GET, POST", "access-control-max-age": "600"}
                preflight["access-control-allow-headers"] = "content-type"
                return Response(status_code=204, headers=headers | preflight)
            response = await guarded(endpoint)(request)
            response.headers.update(headers)
            return response

        return call

    async def style(request: Request) -> Response:
        return FileResponse(TEMPLATES / "pages.css", headers={"cache-control": "no-cache"})

    yield Route("/pages.css", style)
    yield Route("/form/{key}", guarded(shown), methods=["GET", "POST"])
    yield Route("/api/forms/{key}", across(described), methods=["GET", "OPTIONS"])
    yield Route("/api/forms/{key}", across(submitted), methods=["POST"])


# ---------------------------------------------------------------- the page


def _shown(centre: Centre, form: Form, query: Mapping[str, str]) -> Response:
    language = form.language(query.get("language", ""))
    if "sent" not in query:
        return _page(centre, form, language, {}, {})
    reference = query["sent"] if query["sent"].isalnum() and len(query["sent"]) <= 20 else ""
    return _html(
        centre, form, "form_sent.html", language=language, texts=form.texts[language], words=words(language),
        reference=reference,
    )  # fmt: skip


def _page(
    centre: Centre, form: Form, language: str, values: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> Response:
    return _html(
        centre,
        form,
        "form.html",
        status,
        form=form,
        language=language,
        texts=form.texts[language],
        words=words(language),
        labels={each.name: each.labels[language] for each in form.fields},
        values=values,
        faults=faults,
        client_id=values.get("_client_id", "") or secrets.token_urlsafe(18),
        most=MOST_CHARS,
        autocomplete=AUTOCOMPLETE,
    )


def _html(centre: Centre, form: Form, template: str, status: int = 200, /, **facts: object) -> Response:
    """Only the form's own sites may frame it."""
    sites = ("'self'", *centre.forms.origins.get(form.key, ()))
    return page(template, status, framed_by=sites, secret=False, **facts)


def _faults(error: UsherError) -> Mapping[str, str]:
    """By field; what is of no field is told of the whole form."""
    match error.code:
        case "form_invalid":
            return {name: str(code) for name, code in error.detail.items()}
        case "file_refused":
            return {"_files": "file_refused"}
        case "too_many_requests":
            return {"": "too_many"}
    return {"": "unavailable"}


# ---------------------------------------------------------------- what was posted


def _trapped(form: Form, values: Mapping[str, str]) -> bool:
    """A field people do not see is filled in by programs: they are thanked, and nothing is kept."""
    if not values.get("_website"):
        return False
    log.info("form filled in by a program", form=form.key)
    return True


def _allowed(centre: Centre, form: Form, origin: str) -> bool:
    return any(origin_matches(pattern, origin) for pattern in centre.forms.origins.get(form.key, ()))


def _described(form: Form, language: str) -> Described:
    texts = form.texts[language]
    return Described(
        key=form.key,
        language=language,
        languages=list(form.languages),
        title=texts.title,
        intro=texts.intro,
        fields=[
            Asked(
                name=each.name,
                kind=each.kind,
                label=each.labels[language],
                required=each.required,
                most_chars=MOST_CHARS[each.kind],
                choices={value: labels[language] for value, labels in each.choices.items()},
            )
            for each in form.fields
        ],
    )
