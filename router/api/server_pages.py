"""Pages the server makes itself: they need no script, and nothing can run in them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from router.core.words import Ms
from router.engine.cases import zones

TEMPLATES = Path(__file__).with_name("templates")


def page(
    template: str, status: int = 200, /, *, framed_by: Iterable[str] = (), secret: bool = True, **facts: object
) -> Response:
    """framed_by: sites that may show it in a frame. facts: what the template speaks of, `language` among them.

    secret: its address is a key, so nobody is told it as a referrer. Browsers send such a page's forms with
    `Origin: null` (Fetch, "serializing a request origin"): who checks the Origin of a form must not make it secret.
    """
    framers = " ".join(framed_by) or "'none'"
    policy = (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none';"
        f" frame-ancestors {framers}"
    )
    headers = {
        "content-security-policy": policy,
        "cache-control": "no-store",
        "referrer-policy": "no-referrer" if secret else "same-origin",
        "x-content-type-options": "nosniff",
    }
    return HTMLResponse(templates().get_template(template).render(**facts), status, headers=headers)


@cache
def templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clock"] = _time
    return made


def _time(at: Ms, zone: ZoneInfo) -> Markup:
    """For people by this zone's clock, which is named; for programs exactly."""
    exact = datetime.fromtimestamp(at / 1_000, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(exact, zones.clock(at, zone))


def words(language: str) -> Mapping[str, str]:
    """What the pages say, in English where they do not speak the language."""
    known = _catalogue()
    return known.get(language, known["en"])


def accepted_language(request: Request) -> str:
    """Asked for, or the first of the browser's that the pages speak."""
    accepted = request.headers.get("accept-language", "").split(",")[:10]
    wanted = [request.query_params.get("language", ""), *(part.partition(";")[0].strip()[:2] for part in accepted)]
    return next((each for each in wanted if each in _catalogue()), "en")


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((TEMPLATES / "words.toml").read_text("utf-8"))
