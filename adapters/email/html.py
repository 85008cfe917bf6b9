"""HTML of a mail: made harmless to show, and turned into text. Never fails."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import nh3

from adapters.email.options import Limits

_rules: dict[str, Any] = tomllib.loads(files(__package__).joinpath("html.toml").read_text("utf-8"))
ATTRIBUTES = {tag: set(names) for tag, names in _rules["attributes"].items()}
BLOCKS, APART, VOID = (frozenset(_rules[name]) for name in ("blocks", "apart", "void"))
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})[^<>]{0,2000}>")
MARKUP = re.compile(r"<[^<>]*>?")
BLANKS = re.compile(r"[ \t\r\n\f]+")
CLOSED_BY_OTHERS = frozenset({"p", "li", "dt", "dd", "td", "th", "tr", "tbody", "thead", "tfoot", "colgroup", "option"})
MOST_CROSSED = 500
QUOTE_DEPTH = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Html:
    """safe: what may be shown in a sandbox: no script, no form, no frame, nothing fetched from elsewhere but links the
    reader follows; images only by cid. text: the same to read, quotations marked with ">". cut: it was too much, and
    `safe` is empty."""

    safe: str
    text: str
    cut: bool = False


def read_html(html: str, *, limits: Limits) -> Html:
    if len(html) > limits.html_bytes or is_tangled(html, depth=limits.html_depth):
        return Html(safe="", text=_bare(html[: limits.html_bytes]), cut=True)
    safe = nh3.clean(
        html,
        tags=set(_rules["tags"]),
        clean_content_tags=set(_rules["unseen"]),
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=set(_rules["schemes"]),
        link_rel="noopener noreferrer nofollow",
        filter_style_properties=set(_rules["styles"]),
        strip_comments=True,
    )
    return Html(safe=safe.strip(), text=_text(safe))


def is_tangled(html: str, *, depth: int) -> bool:
    """Whether elements are nested deeper than `depth` or closed in the wrong order all over.

    Cleaning takes time with the square of either, so it is looked at before. Elements that end by themselves (p, li,
    td …) do not count.
    """
    opened: list[str] = []
    crossed = 0
    for tag in TAG.finditer(html):
        name = tag[2].lower()
        if name in VOID or name in CLOSED_BY_OTHERS:
            continue
        if not tag[1]:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        else:
            crossed += 1
            if name in opened:
                while opened.pop() != name:
                    pass
        if len(opened) > depth or crossed > MOST_CROSSED:
            return True
    return False


def _kept(tag: str, name: str, value: str) -> str | None:
    """Images from elsewhere tell their sender who reads, when and where: only those of the mail itself stay."""
    if tag == "img" and name == "src":
        return value if value.lower().startswith("cid:") else None
    if name == "style" and ("url(" in value.lower() or "expression" in value.lower() or "\\" in value):
        return None
    return value


def _bare(html: str) -> str:
    """Text of HTML that is too much to be understood: without what is not text, all tags gone."""
    for begin, end in (("<!--", "-->"), ("<style", "</style"), ("<script", "</script")):
        html = _without(html, begin, end)
    lines = (BLANKS.sub(" ", line).strip() for line in unescape(MARKUP.sub("\n", html)).splitlines())
    return "\n".join(filter(None, lines))


def _without(html: str, begin: str, end: str) -> str:
    kept: list[str] = []
    lower, at = html.lower(), 0
    while (start := lower.find(begin, at)) >= 0:
        kept.append(html[at:start])
        stop = lower.find(end, start)
        at = stop + len(end) if stop >= 0 else len(html)
    return "".join((*kept, html[at:]))


def _text(safe: str) -> str:
    reader = _Reader()
    reader.feed(safe)
    reader.close()
    return reader.text()


class _Reader(HTMLParser):
    """Text of clean HTML. Lines are kept with the depth of quotation they stand in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[tuple[int, str]] = []
        self._line = ""
        self._quotes = 0
        self._preformatted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        match tag:
            case "br":
                self._end_line()
            case "td" | "th":
                self._line += " " if self._line else ""
            case "img":
                self._line += dict(attrs).get("alt") or ""
            case _ if tag in BLOCKS:
                self._end_block(apart=tag in APART)
        if tag == "hr":
            self._lines.append((self._quotes, "_" * 32))
        elif tag == "li":
            self._line = "- "
        self._quotes += tag == "blockquote"
        self._preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS:
            self._end_block(apart=tag in APART)
        self._quotes -= tag == "blockquote"
        self._preformatted -= tag == "pre"

    def handle_data(self, data: str) -> None:
        if self._preformatted:
            first, *rest = data.split("\n")
            self._line += first
            for line in rest:
                self._end_line()
                self._line = line
            return
        data = BLANKS.sub(" ", data)
        self._line += data.lstrip(" ") if not self._line or self._line.endswith(" ") else data

    def _end_line(self) -> None:
        self._lines.append((self._quotes, self._line.rstrip()))
        self._line = ""

    def _end_block(self, *, apart: bool) -> None:
        if self._line.strip():
            self._end_line()
        self._line = ""
        if apart and self._lines and self._lines[-1][1]:
            self._lines.append((self._quotes, ""))

    def text(self) -> str:
        self._end_block(apart=False)
        shown = ("> " * min(depth, QUOTE_DEPTH) + line for depth, line in self._lines)
        return re.sub(r"(?:\n(?:> )*[ \t]*){3,}", "\n\n", "\n".join(shown).replace("\xa0", " ")).strip("\n ")
