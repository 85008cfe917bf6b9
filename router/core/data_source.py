"""Data sources: what is known elsewhere (orders, loyalty, stock), asked over HTTP and turned into facts.

Pure: how a request is made from values and what of an answer is kept. Sending is `adapters/data_source.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

Scalar = str | int | float | bool
Facts = Mapping[str, Scalar]
State = Literal["found", "missing", "refused", "unavailable"]
"""missing: there is no such thing. refused: the source would not do it, and says why in `reason`. unavailable: no
answer in time, or none that can be used; asking again later may help.
"""
Method = Literal["GET", "POST", "PUT", "DELETE"]

MOST_ROWS = 20
MOST_FACT_CHARS = 500
MOST_NUMBER = 1e18
"""A number that is more, or is none, is left out: it cannot be kept, nor shown."""
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """url: with {names} that are filled in, percent-encoded. body: of a request that carries one, name → template.

    rows: path to the list in the answer whose entries are the rows; "": the answer is the only row. facts: name → path
    within a row. internal: it may be at an address of our own network. labels: what people read, by language and fact.
    beside: shown beside conversations of customers of whom all names of the url are known. token: shown as bearer.
    """

    key: str
    method: Method = "GET"
    url: str
    body: Mapping[str, str] = field(default_factory=dict)
    rows: str = ""
    facts: Mapping[str, str]
    timeout_s: float = 3.0
    cache_s: float = 0.0
    most_bytes: int = 262_144
    internal: bool = False
    beside: bool = False
    titles: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    token: str = field(default="", repr=False)

    @property
    def reads(self) -> bool:
        """Asking changes nothing there, so an answer may be kept and a question repeated."""
        return self.method == "GET"

    @property
    def needs(self) -> frozenset[str]:
        """Names of the values a request is made of."""
        templates = (self.url, *self.body.values())
        return frozenset(name for template in templates for name in PLACE.findall(template))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a source says. rows: found ones, in its order. reason: a word of the source's own where it refused."""

    source: str
    state: State
    rows: tuple[Facts, ...] = ()
    reason: str = ""

    @property
    def facts(self) -> Facts:
        return self.rows[0] if self.rows else {}


def url_of(source: DataSource, values: Mapping[str, str]) -> str:
    """The address for these values; nothing in a value can leave its place. Raises KeyError when one is missing."""
    return PLACE.sub(lambda place: quote(_sound(values[place[1]]), safe=""), source.url)


def body_of(source: DataSource, values: Mapping[str, str]) -> dict[str, str] | None:
    """The JSON body for these values; None when it has none. Raises KeyError."""
    if not source.body:
        return None
    return {name: PLACE.sub(lambda place: _sound(values[place[1]]), template) for name, template in source.body.items()}


def _sound(value: str) -> str:
    """A path's `.` and `..` mean folders, whatever they are encoded as."""
    plain = value.encode(errors="replace").decode()
    return plain if plain.strip(".") else plain.replace(".", "_")


def answer_of(source: DataSource, document: object) -> Answer:
    """The facts of a document; what is missing in a row is left out of it."""
    found = _at(document, source.rows)
    entries = found if isinstance(found, list) else [] if source.rows or found is None else [found]
    rows = tuple(row for entry in entries[:MOST_ROWS] if (row := dict(_facts(source, entry))))
    return Answer(source=source.key, state="found" if rows else "missing", rows=rows)


def _facts(source: DataSource, entry: object) -> Iterator[tuple[str, Scalar]]:
    for name, path in source.facts.items():
        value = _at(entry, path)
        if isinstance(value, list):
            value = ", ".join(str(each) for each in value[:MOST_ROWS] if isinstance(each, str | int | float))
        if isinstance(value, str):
            yield name, _line(value)
        elif isinstance(value, bool | int | float) and abs(value) < MOST_NUMBER:
            yield name, value


def _at(document: object, path: str) -> object:
    """The value at a dotted path; None when there is none."""
    for part in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def _line(text: str) -> str:
    """One line, bounded, and such that PostgreSQL can keep it."""
    plain = text.encode(errors="replace").decode().replace("\0", "")
    return " ".join(plain[: MOST_FACT_CHARS * 2].split())[:MOST_FACT_CHARS]
