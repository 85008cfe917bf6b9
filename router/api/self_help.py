"""Self-help: what widgets, portals and other pages ask of the public articles.

    GET  /api/help/articles?account=&language=         all of them by category, most helpful first
    GET  /api/help/articles/<key>?account=&language=   one, as HTML that is safe to show
    GET  /api/help/portal?account=&language=           what a portal leads to beside them: forms, the customer's cases
    POST /api/help/search                              what is about a text; in the body, as people write all sorts of
                                                       things there and addresses are logged on the way
    POST /api/help/visit                               read, helped, not_helped, person: what came of it

Only for pages an account allows. What is fetched has an ETag and may be kept for a minute.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from config.accounts import Account
from router.api.answers import Endpoint, answer, read
from router.api.widget import across_origins, origin_of
from router.core import article_text
from router.engine import visitors
from router.engine.centre import Centre
from router.engine.knowledge import self_help as helping
from router.engine.limits import Buckets
from router.store.postgres import articles

ASKED_PER_S, ASKED_BURST = 4.0, 60.0
KEPT = "public, max-age=60"
VisitId = Annotated[str, Meta(pattern=r"^[0-9a-f]{16,64}\Z")]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z")]


class Search(msgspec.Struct, frozen=True, kw_only=True):
    account: str
    visit: VisitId
    language: Language
    text: str


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """key: the article; empty for person."""

    account: str
    visit: VisitId
    what: Literal["read", "helped", "not_helped", "person"]
    key: str = ""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """language: of title and excerpt, which may be another than the one asked for."""

    key: str
    title: str
    excerpt: str
    language: str


class Hits(msgspec.Struct, frozen=True, kw_only=True):
    hits: list[Found]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """html: made by the server from Markdown, sanitised. languages: all it can be had in."""

    key: str
    title: str
    html: str
    language: str
    languages: list[str]
    category: str
    updated_at: int


class Titled(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    title: str
    language: str


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """A category, with what is in it; parent: empty at the top."""

    key: str
    parent: str
    label: str
    articles: list[Titled]


class Shelves(msgspec.Struct, frozen=True, kw_only=True):
    shelves: list[Shelf]


class FormTitled(msgspec.Struct, frozen=True, kw_only=True):
    """At /form/<key>."""

    key: str
    title: str
    intro: str


class Portal(msgspec.Struct, frozen=True, kw_only=True):
    """cases: /my tells customers the address of theirs. forms: in the order of their file."""

    cases: bool
    forms: list[FormTitled]


def routes(centre: Centre) -> Iterator[BaseRoute]:
    addresses = Buckets(ASKED_PER_S, ASKED_BURST)

    async def everything(request: Request) -> Response:
        account = _account(centre, request, request.query_params.get("account", ""))
        return _kept(request, await _shelves(centre, _language(request, account), account.default_language))

    async def article(request: Request) -> Response:
        account = _account(centre, request, request.query_params.get("account", ""))
        language = _language(request, account)
        found = await helping.article(centre, request.path_params["key"], language, account.default_language)
        return _kept(request, _shown(found))

    async def portal(request: Request) -> Response:
        account = _account(centre, request, request.query_params.get("account", ""))
        language = _language(request, account)
        forms = [
            FormTitled(key=form.key, title=texts.title, intro=texts.intro)
            for form in centre.forms.of_portal(account.key)
            for texts in [form.texts[form.language(language)]]
        ]
        told = bool(centre.settings.public_url and centre.policy.cases.address)
        return _kept(request, Portal(cases=told, forms=forms))

    async def search(request: Request) -> Response:
        asked = await read(request, Search)
        account = _account(centre, request, asked.account)
        hits = await helping.search(centre, account.key, asked.visit, asked.text, asked.language)
        return answer(
            Hits(hits=[Found(key=h.key, title=h.title, excerpt=h.excerpt, language=h.language) for h in hits])
        )

    async def visit(request: Request) -> Response:
        asked = await read(request, Happened)
        account = _account(centre, request, asked.account)
        await helping.happened(centre, account.key, asked.visit, asked.what, asked.key)
        return answer({"ok": True})

    yield Route(
        "/api/help/articles",
        across_origins(centre, _limited(centre, addresses, everything)),
        methods=["GET", "OPTIONS"],
    )
    yield Route(
        "/api/help/articles/{key}",
        across_origins(centre, _limited(centre, addresses, article)),
        methods=["GET", "OPTIONS"],
    )
    yield Route(
        "/api/help/portal", across_origins(centre, _limited(centre, addresses, portal)), methods=["GET", "OPTIONS"]
    )
    yield Route(
        "/api/help/search", across_origins(centre, _limited(centre, addresses, search)), methods=["POST", "OPTIONS"]
    )
    yield Route(
        "/api/help/visit", across_origins(centre, _limited(centre, addresses, visit)), methods=["POST", "OPTIONS"]
    )


def _limited(centre: Centre, addresses: Buckets, endpoint: Endpoint) -> Endpoint:
    async def limited(request: Request) -> Response:
        addresses.take(request.client.host if request.client else "", centre.now() / 1000)
        return await endpoint(request)

    return limited


def _account(centre: Centre, request: Request, key: str) -> Account:
    visitors.account_for(centre, key, origin_of(request))
    return centre.accounts[key]


def _language(request: Request, account: Account) -> str:
    asked = request.query_params.get("language", "")[:2]
    return asked if asked.isascii() and asked.isalpha() else account.default_language


def _kept(request: Request, body: object) -> Response:
    """An answer browsers keep for a minute, and then ask whether it is still the same."""
    content = msgspec.json.encode(body)
    tag = f'"{blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": KEPT, "x-content-type-options": "nosniff"}
    known = [each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")]
    if tag in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def _shown(found: articles.Shown) -> Shown:
    return Shown(
        key=found.article.key,
        title=found.title,
        html=article_text.html(found.body),
        language=found.language,
        languages=found.languages,
        category=found.article.category,
        updated_at=found.published_at,
    )


async def _shelves(centre: Centre, language: str, fallback: str) -> Shelves:
    rows = await articles.titles(centre.database, language, ("public",), fallback)
    shelves = []
    for category in await articles.categories(centre.database):
        inside = [
            Titled(key=row.key, title=row.title, language=row.language) for row in rows if row.category == category.key
        ]
        label = category.labels.get(language) or category.labels.get(fallback) or next(iter(category.labels.values()))
        shelves.append(Shelf(key=category.key, parent=category.parent, label=label, articles=inside))
    below = {shelf.parent for shelf in shelves if shelf.articles}
    return Shelves(shelves=[shelf for shelf in shelves if shelf.articles or shelf.key in below])
