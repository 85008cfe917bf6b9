"""Somebody else's web site that carries the widget: another origin, served for real."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = tuple[str, str]
"""Content type and text."""


@dataclass(kw_only=True)
class Site:
    """pages: by path. headers: sent with every page. url: without a slash at the end."""

    pages: dict[str, Page] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    url: str = ""


@contextlib.contextmanager
def served(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = site.pages.get(self.path)
            kind, text = found or ("text/plain", "no such page")
            body = text.encode()
            self.send_response(200 if found else 404)
            for name, value in {"content-type": kind, "content-length": str(len(body)), **site.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="host site")
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
