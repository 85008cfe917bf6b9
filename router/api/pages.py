"""The pages and files people's browsers load: agent client, widget, portal and, in demo mode, the shop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from router.front_ends import built

STRICT_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:;"
    " connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
PAGE_HEADERS = {
    "content-security-policy": STRICT_CSP,
    "cache-control": "no-cache",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "permissions-policy": "camera=(), geolocation=(), payment=()",
}
FOREVER = "public, max-age=31536000, immutable"


class Files(StaticFiles):
    """Files with fixed headers; those with a hash in their name may be kept for ever. Pages are not among them."""

    def __init__(self, directory: Path, headers: dict[str, str], *, hashed: bool) -> None:
        super().__init__(directory=directory, check_dir=False)
        self._headers, self._hashed = headers, hashed

    async def get_response(self, path: str, scope: Scope) -> Response:
        if path.endswith(".html"):  # each has an address of its own, where it has the headers of a page
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        response.headers.update(self._headers)
        response.headers["x-content-type-options"] = "nosniff"
        response.headers["cache-control"] = FOREVER if self._hashed and response.status_code == 200 else "no-cache"
        return response


class Shop(StaticFiles):
    """The demo's shop: as strict as a site with a widget may be."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(PAGE_HEADERS)
        return response


def routes(*, shop: Path | None) -> Iterator[BaseRoute]:
    """shop: the folder of the demo shop, in demo mode."""
    agent, widget = built("agent_client"), built("widget")
    anywhere = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}

    async def agent_page(request: Request) -> Response:
        return FileResponse(agent / "index.html", headers=PAGE_HEADERS)

    async def portal_page(request: Request) -> Response:
        return FileResponse(widget / "portal.html", headers=PAGE_HEADERS)

    async def loader(request: Request) -> Response:
        headers = {**anywhere, "cache-control": "no-cache", "x-content-type-options": "nosniff"}
        return FileResponse(widget / "widget.js", headers=headers)

    async def home(request: Request) -> Response:
        return RedirectResponse("/shop/" if shop else "/agent/")

    yield Route("/", home)
    yield Route("/widget.js", loader)
    yield Mount("/widget/app", Files(widget / "app", anywhere, hashed=True))
    yield Mount("/widget", Files(widget, anywhere, hashed=False))
    yield Route("/portal", portal_page)
    yield Mount("/agent/assets", Files(agent / "assets", {}, hashed=True))
    yield Route("/agent", agent_page)
    yield Route("/agent/{path:path}", agent_page)
    if shop:
        yield Route("/shop", lambda request: RedirectResponse("/shop/"))
        yield Mount("/shop", Shop(directory=shop, html=True, check_dir=False))
