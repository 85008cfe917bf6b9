"""Data sources: services of the house that know orders, stock, loyalty: `data_sources.toml`.

A secret is never in the file: an entry says where it is, `env:NAME` or `file:PATH`; the address may be said so, too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from msgspec import Meta, Struct, field

from config.channel_accounts import IsSecretSource, secret_text
from config.document import Node, read
from config.fault import ConfigInvalid, Fault
from config.policy_shape import Language, Name, one_line
from config.shape import Complaint, Report, fill
from router.core.data_source import PLACE, DataSource, Method

DEMO = Path(__file__).with_name("demo") / "data_sources.toml"

_BASE = re.compile(r"^https?://[^\s/?#@{}]+[^\s?#{}]*\Z")
_PATH = re.compile(r"^/[^\s#]*\Z")
DottedPath = Annotated[str, Meta(pattern=r"^[^.\s]+(\.[^.\s]+)*\Z", max_length=200, title="a dotted path")]
FactName = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}\Z", title="a name in small letters")]
Short = Annotated[str, one_line(80, "")]


class IsBase:
    """http(s)://host[:port][/path], or env:NAME where that is written."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if not value.startswith("env:") and not _BASE.match(value):
            yield Complaint(f"{value!r} is not a URL like https://host/path, nor env:NAME")


class IsPath:
    """/path?query with {names} to fill in."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if not _PATH.match(value) or set("{}") & set(PLACE.sub("", value)):
            yield Complaint(f"{value!r} is not a path like /orders/{{number}}?email={{email}}")


class DataSourceShape(Struct, frozen=True, kw_only=True):
    """[[data_sources]]: one question a service can be asked, or one thing it can be told to do."""

    key: Annotated[Name, Meta(description="Its name here: in flows of the bot and beside conversations.")]
    base_url: Annotated[
        str, IsBase(), Meta(max_length=300, description="Where the service is; env:NAME: that variable says it.")
    ]
    path: Annotated[
        str,
        IsPath(),
        Meta(max_length=500, description="What is asked there; {name} is filled in with what is known, encoded."),
    ]
    method: Annotated[Method, Meta(description="GET asks; the others change something.")] = "GET"
    body: Annotated[
        dict[FactName, Annotated[str, Meta(max_length=500)]],
        Meta(description="Sent as JSON, each text with its {names} filled in."),
    ] = field(default_factory=dict)
    token: Annotated[
        str, Meta(max_length=300, description="Where the bearer token is: env:NAME or file:PATH; empty: none is shown.")
    ] = ""
    rows: Annotated[
        str, Meta(max_length=200, description="Path to the list in the answer; empty: the answer is one thing.")
    ] = ""
    facts: Annotated[
        dict[FactName, DottedPath], Meta(description="What is kept of each thing: name → dotted path in the JSON.")
    ] = field(default_factory=dict)
    timeout_s: Annotated[float, Meta(ge=0.1, le=10, description="How long an answer is waited for.")] = 3.0
    cache_s: Annotated[float, Meta(ge=0, le=3_600, description="How old an answer may be; only of GET.")] = 0.0
    most_bytes: Annotated[int, Meta(ge=1_000, le=5_000_000, description="The longest answer.")] = 262_144
    internal: Annotated[
        bool, Meta(description="It is in our own network; else addresses there are refused, whatever its name says.")
    ] = False
    beside: Annotated[
        bool, Meta(description="Staff see it beside conversations of customers whose {names} are known.")
    ] = False
    title: Annotated[dict[Language, Short], Meta(description="What staff read above it, by language.")] = field(
        default_factory=dict
    )
    labels: Annotated[
        dict[Language, dict[FactName, Short]], Meta(description="What people read before each fact, by language.")
    ] = field(default_factory=dict)


class DataSourcesFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    data_sources: tuple[DataSourceShape, ...]


def load_data_sources(path: Path, environ: Mapping[str, str] | None = None) -> Mapping[str, DataSource]:
    """Sources by key, in file order, secrets read. Raises ConfigInvalid with every fault; never with a secret."""
    environ = os.environ if environ is None else environ
    tree = read(path)
    report = Report()
    shape = fill(DataSourcesFile, tree, report)
    for fault in _judged(tree):
        report.add(fault)
    entries = list(tree.elements("data_sources"))
    bases = [_base(entry, environ, report) for entry in entries]
    tokens = [_token(entry, path, environ, report) for entry in entries]
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return {
        each.key: _source(each, base, token)
        for each, base, token in zip(shape.data_sources, bases, tokens, strict=True)
    }


def _source(shape: DataSourceShape, base: str, token: str) -> DataSource:
    return DataSource(
        key=shape.key,
        method=shape.method,
        url=base.rstrip("/") + shape.path,
        body=shape.body,
        rows=shape.rows,
        facts=shape.facts,
        timeout_s=shape.timeout_s,
        cache_s=shape.cache_s,
        most_bytes=shape.most_bytes,
        internal=shape.internal,
        beside=shape.beside,
        titles=shape.title,
        labels=shape.labels,
        token=token,
    )


def _judged(tree: Node) -> Iterator[Fault]:
    seen: set[object] = set()
    for entry in tree.elements("data_sources"):
        key, method = entry.at("key"), entry.at("method")
        if key is not None and key.value in seen:
            yield key.fault(f"data source {key.value!r} is there already")
        if key is not None:
            seen.add(key.value)
        reads = method is None or method.value == "GET"
        if reads and (body := entry.at("body")) is not None:
            yield body.fault("GET has no body", key=True)
        if not reads and (cache := entry.at("cache_s")) is not None and cache.value:
            yield cache.fault("only answers to GET are kept")
        if not reads and (beside := entry.at("beside")) is not None and beside.value:
            yield beside.fault("only what changes nothing is asked beside conversations")
        known = {name for name, _ in entry.items("facts")}
        if reads and not known:
            yield entry.fault("says no facts to keep of the answer")
        for _, labels in entry.items("labels"):
            for name, label in labels.items():
                if name not in known:
                    yield label.fault(f"there is no fact {name!r}", key=True)


def _base(entry: Node, environ: Mapping[str, str], report: Report) -> str:
    node = entry.at("base_url")
    written = node.value if node is not None and isinstance(node.value, str) else ""
    if node is None or not written.startswith("env:"):
        return written
    base = environ.get(written.removeprefix("env:"), "")
    if not _BASE.match(base):
        report.add(node.fault(f"{written.removeprefix('env:')} is not set to a URL like https://host/path"))
    return base


def _token(entry: Node, path: Path, environ: Mapping[str, str], report: Report) -> str:
    node = entry.at("token")
    if node is None or not isinstance(node.value, str) or not node.value:
        return ""
    complaints = list(IsSecretSource().complaints(node.value, report))
    if complaints:
        report.add(node.fault(complaints[0].reason))
        return ""
    text, problem = secret_text(node.value, path, environ)
    if problem:
        report.add(node.fault(problem))
    return text
