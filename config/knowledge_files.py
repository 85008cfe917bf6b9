"""A knowledge base as a folder: articles as Markdown, what else there is as TOML. To ship, to edit, to keep in git.

    categories.toml     the tree of categories, in order
    quick_texts.toml    everybody's quick texts
    macros.toml         macros
    articles/KEY.md     one article in all its languages: for each a head between lines of +++, in TOML, then Markdown

The head of the first language also says `category` and `audience`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from msgspec import Meta, Struct, to_builtins

from config.document import parse, read
from config.fault import ConfigInvalid, Fault
from config.shape import Names, Report, fill

DEMO = Path(__file__).with_name("demo") / "knowledge"
FENCE = "+++"
Key = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=64, title="small letters, digits and dashes")
]
Language = Annotated[str, Meta(pattern=r"^[a-z]{2}\Z", title="a language's two letters")]
Title = Annotated[str, Meta(min_length=1, max_length=150)]


class CategoryFile(Struct, frozen=True, kw_only=True):
    """[[categories]]: parents before their children."""

    key: Key
    parent: str = ""
    labels: dict[Language, str]


class CategoriesFile(Struct, frozen=True, kw_only=True):
    """categories.toml"""

    categories: tuple[CategoryFile, ...]


class Head(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What stands above one language of an article. examples: questions people ask."""

    language: Language
    title: Title
    category: Annotated[str, Names("category")] = ""
    audience: Literal["public", "agents"] = "public"
    examples: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...] = ()


Team = Annotated[str, Meta(min_length=1, max_length=80)]


class QuickTextFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """[[quick_texts]]. teams: whose agents may use it; none: everybody."""

    short: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*\Z", max_length=32)]
    title: Annotated[str, Meta(min_length=1, max_length=100)]
    texts: dict[Language, Annotated[str, Meta(min_length=1, max_length=4_000)]]
    teams: tuple[Team, ...] = ()


class QuickTextsFile(Struct, frozen=True, kw_only=True):
    """quick_texts.toml"""

    quick_texts: tuple[QuickTextFile, ...]


class ActionFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """[[macros.actions]]: as in the protocol's `macro.put`."""

    do: (
        Literal["send", "note", "hand_over", "wrap_up", "close", "set_status", "set_priority", "set_type"]
        | Literal["assign", "move", "label", "open_step", "link_article", "close_case"]
    )
    text: str = ""
    subject: str = ""
    quick_text: str = ""
    value: str = ""
    when: str = ""


class MacroFile(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """[[macros]]. teams: whose agents may use it; none: everybody."""

    key: Key
    title: Annotated[str, Meta(min_length=1, max_length=100)]
    keys: Annotated[str, Meta(pattern=r"^[1-9]?\Z", title="a digit from 1 to 9")] = ""
    condition: str = ""
    actions: tuple[ActionFile, ...]
    teams: tuple[Team, ...] = ()


class MacrosFile(Struct, frozen=True, kw_only=True):
    """macros.toml"""

    macros: tuple[MacroFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    head: Head
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFile:
    """category and audience: of its first text. texts: one a language."""

    key: str
    texts: tuple[ArticleText, ...]

    @property
    def category(self) -> str:
        return self.texts[0].head.category

    @property
    def audience(self) -> Literal["public", "agents"]:
        return self.texts[0].head.audience


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeFiles:
    """A whole folder."""

    categories: tuple[CategoryFile, ...] = ()
    articles: tuple[ArticleFile, ...] = ()
    quick_texts: tuple[QuickTextFile, ...] = ()
    macros: tuple[MacroFile, ...] = ()


# ---------------------------------------------------------------- reading


def load_knowledge(folder: Path) -> KnowledgeFiles:
    """All of a folder; files that are not there are empty. Raises ConfigInvalid with every fault found."""
    report = Report(names={})
    categories = _file(CategoriesFile, folder / "categories.toml", report)
    quick_texts = _file(QuickTextsFile, folder / "quick_texts.toml", report)
    macros = _file(MacrosFile, folder / "macros.toml", report)
    report.names = {"category": [category.key for category in categories.categories] if categories else []}
    articles = [_article(path, report) for path in sorted((folder / "articles").glob("*.md"))]
    if report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return KnowledgeFiles(
        categories=categories.categories if categories else (),
        articles=tuple(article for article in articles if article is not None),
        quick_texts=quick_texts.quick_texts if quick_texts else (),
        macros=macros.macros if macros else (),
    )


def _file(shape: type[Any], path: Path, report: Report) -> Any:
    if not path.exists():
        return None
    try:
        return fill(shape, read(path), report)
    except ConfigInvalid as invalid:
        for fault in invalid.faults:
            report.add(fault)
        return None


def _article(path: Path, report: Report) -> ArticleFile | None:
    """None: it has faults."""
    before = len(report.faults)
    try:
        texts = list(_texts(path, report))
    except ConfigInvalid as invalid:
        for fault in invalid.faults:
            report.add(fault)
    if len(report.faults) == before and (reason := _fault_of(path, texts)):
        report.add(Fault(str(path), 1, 1, reason))
    return ArticleFile(key=path.stem, texts=tuple(texts)) if len(report.faults) == before else None


def _texts(path: Path, report: Report) -> Iterator[ArticleText]:
    """The parts of a file, each a head and what follows it."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise ConfigInvalid([Fault(str(path), 1, 1, "not UTF-8 text")]) from None
    fences = [number for number, line in enumerate(lines) if line.rstrip() == FENCE]
    if len(fences) % 2 or not fences or any(line.strip() for line in lines[: fences[0]]):
        raise ConfigInvalid([Fault(str(path), 1, 1, f"each language begins with a head between two lines of {FENCE}")])
    for begin, end, after in zip(fences[::2], fences[1::2], [*fences[2::2], len(lines)], strict=True):
        above = "\n" * (begin + 1)  # so that faults are told at their lines
        node = parse(str(path), (above + "\n".join(lines[begin + 1 : end])).encode())
        head = fill(Head, node, report)
        body = "\n".join(lines[end + 1 : after]).strip("\n")
        if head is not None:
            yield ArticleText(head=head, body=body + "\n")
        if not body.strip():
            report.add(Fault(str(path), end + 1, 1, "there is no text below this head"))


def _fault_of(path: Path, texts: list[ArticleText]) -> str:
    """What is wrong with an article as a whole; "" when nothing is."""
    languages = [text.head.language for text in texts]
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", path.stem):
        return "an article's file is named in small letters, digits and dashes"
    if len(set(languages)) < len(languages):
        return "a language is there twice"
    return "" if texts[0].head.category else "the first head must say the category"


# ---------------------------------------------------------------- writing


def files_of(knowledge: KnowledgeFiles) -> Mapping[str, str]:
    """The folder's files: name → content. Reading them gives the same again."""
    tables: dict[str, Any] = {
        "categories.toml": CategoriesFile(categories=knowledge.categories),
        "quick_texts.toml": QuickTextsFile(quick_texts=knowledge.quick_texts),
        "macros.toml": MacrosFile(macros=knowledge.macros),
    }
    written = {name: tomli_w.dumps(to_builtins(table), multiline_strings=True) for name, table in tables.items()}
    return written | {f"articles/{article.key}.md": _written(article) for article in knowledge.articles}


def _written(article: ArticleFile) -> str:
    return "\n".join(
        f"{FENCE}\n{tomli_w.dumps(to_builtins(text.head))}{FENCE}\n\n{_unfenced(text.body)}" for text in article.texts
    )


def _unfenced(body: str) -> str:
    """A body's own lines of +++ would be taken for heads: a space before them changes nothing in Markdown."""
    return "\n".join(f" {line}" if line.rstrip() == FENCE else line for line in body.strip("\n").split("\n")) + "\n"
