"""What is made of an article's Markdown: HTML that is safe to show, plain text by parts, and what is searched.

The Markdown is CommonMark with tables; raw HTML in it is text like any other, and images are left out. What is shown
has passed a sanitiser besides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
SCHEMES = {"https", "http", "mailto", "tel"}
EXCERPT_CHARS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What stands under one heading; heading: empty before the first."""

    heading: str
    text: str


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def html(body: str) -> str:
    """Safe to show anywhere: no scripts, styles, images or forms; links open in a new window and tell nobody whence."""
    tokens = _markdown().parse(body)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):  # the title is the only h1
            token.tag = f"h{min(4, max(2, int(token.tag[1])))}"
    shown: str = _markdown().renderer.render(tokens, _markdown().options, {})
    return nh3.clean(
        shown,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def parts(body: str) -> tuple[Part, ...]:
    """The article as plain text, as it reads in a message, cut at its headings."""
    found: list[Part] = []
    heading, lines, lists = "", _Lines(), list[int | None]()
    tokens = iter(_markdown().parse(body))
    for token in tokens:
        match token.type:
            case "heading_open":
                found += _part(heading, lines)
                heading, lines = _inline(next(tokens)), _Lines()
            case "bullet_list_open" | "ordered_list_open":
                lines.gap = not lists
                lists.append(int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else None)
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                lines.gap = not lists
            case "table_open" | "table_close":
                lines.gap = True
            case "list_item_open":
                lines.mark = "  " * (len(lists) - 1) + ("• " if lists[-1] is None else f"{lists[-1]}. ")
                if lists[-1] is not None:
                    lists[-1] += 1
            case "inline":
                lines.add(_inline(token), close=bool(lists))
            case "fence" | "code_block":
                lines.add(token.content.rstrip("\n"), close=False)
            case "tr_open":
                lines.row = True
            case "td_open" | "th_open":
                lines.cell = True
            case _:
                pass
    return (*found, *_part(heading, lines))


def plain(body: str) -> str:
    """All of it as plain text."""
    return "\n\n".join(text for part in parts(body) for text in (part.heading, part.text) if text)


def excerpt(body: str) -> str:
    """Its first words, on one line."""
    line = " ".join(plain(body[: EXCERPT_CHARS * 8]).split())
    return line if len(line) <= EXCERPT_CHARS else line[: EXCERPT_CHARS - 1].rsplit(" ", 1)[0] + "…"


def passages(title: str, body: str, examples: Sequence[str]) -> tuple[str, ...]:
    """The texts that say what it is about: its title, each question, and each part; none of them twice."""
    told = (f"{part.heading}. {part.text}" if part.heading else part.text for part in parts(body))
    return tuple(dict.fromkeys(text for text in (title, *examples, *told) if text.strip()))


class _Lines:
    """Text as it grows: paragraphs apart, items of a list and rows of a table together. gap: an empty line is due."""

    def __init__(self) -> None:
        self.text, self.mark = "", ""
        self.gap = self.row = self.cell = False

    def add(self, text: str, *, close: bool) -> None:
        """close: it is part of a list."""
        between = "\n" if (close or self.cell) and not self.gap else "\n\n"
        if self.cell and not self.row:
            between = " | "
        self.text += (between if self.text else "") + self.mark + text
        self.mark, self.gap, self.row, self.cell = "", False, False, False


def _part(heading: str, lines: _Lines) -> Iterator[Part]:
    if heading or lines.text:
        yield Part(heading=heading, text=lines.text)


def _inline(token: Token) -> str:
    """The words of a line; a link's address behind its words, unless they are the address."""
    said: list[str] = []
    links: list[tuple[str, int]] = []
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline":
                said.append(child.content)
            case "softbreak":
                said.append(" ")
            case "hardbreak":
                said.append("\n")
            case "link_open":
                links.append((str(child.attrGet("href") or ""), len(said)))
            case "link_close":
                href, start = links.pop()
                words = "".join(said[start:])
                if href.partition(":")[0] in SCHEMES and href.removeprefix("mailto:").removeprefix("tel:") != words:
                    said.append(f" ({href})")
            case _:
                pass
    return "".join(said)
