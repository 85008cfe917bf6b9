"""Widget accounts: what the chat widget of a site shows, asks and is allowed.

A site names its account by key (`data-account="demo"`); everything else about it is here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from config.channel_accounts import IsSecretSource, secret_text
from config.document import Node, read
from config.fault import ConfigInvalid, Fault, did_you_mean
from config.policy_shape import Language, Name, one_line
from config.shape import Complaint, Names, Report, fill
from router.core.policy import Policy

DEMO = Path(__file__).with_name("demo") / "accounts.toml"

SECRET_BYTES = 32
"""RFC 7518, 3.2: a key of HS256 is as long as its hash."""

Ask = Literal["hidden", "optional", "required"]

_ORIGIN = re.compile(r"^(https?)://(\*\.)?([a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:]+\])(?::(\d{1,5}|\*))?\Z")


class IsOriginPattern:
    """scheme://host[:port]; `*.` before the host allows its subdomains, `*` as port any port."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if not _ORIGIN.match(value):
            yield Complaint(f"{value!r} is not an origin: https://host, https://*.host or http://host:*")


class PreChat(Struct, frozen=True, kw_only=True):
    """What a customer is asked before the conversation starts."""

    name: Annotated[Ask, Meta(description="The customer's name.")] = "optional"
    email: Annotated[Ask, Meta(description="The customer's e-mail address.")] = "optional"


class WidgetTexts(Struct, frozen=True, kw_only=True):
    """[accounts.texts.<language>]: words of this account; the widget's own catalogue has the rest."""

    title: Annotated[str, one_line(60, "Head of the widget.")]
    welcome: Annotated[str, one_line(300, "First thing the customer reads.")]
    departments: Annotated[
        dict[Annotated[str, Names("queues")], Annotated[str, one_line(60, "")]],
        Meta(description="What a customer sees for each department."),
    ]


class Account(Struct, frozen=True, kw_only=True):
    """[[accounts]]: one widget account."""

    key: Annotated[Name, Meta(description="What the site gives as data-account.")]
    allowed_origins: Annotated[
        tuple[Annotated[str, IsOriginPattern()], ...],
        Meta(description="Sites that may show the widget; *. before the host for subdomains, :* for any port."),
    ]
    languages: Annotated[tuple[Language, ...], Meta(description="Offered to the customer, the best known first.")]
    default_language: Annotated[Language, Meta(description="For customers whose own is not among them.")] = "en"
    departments: Annotated[
        tuple[Annotated[str, Names("queues")], ...],
        Meta(description="Queues the customer may choose from, in this order; none: no choice is asked."),
    ] = ()
    pre_chat: PreChat = PreChat()
    accent: Annotated[
        str, Meta(pattern=r"^#[0-9a-f]{6}\Z", title="a colour like #2f6b4f", description="Colour of the widget.")
    ] = "#2f6b4f"
    identity_secret: Annotated[
        str,
        IsSecretSource(),
        Meta(description="Where the key is that the site signs its customers' names with: env:NAME or file:PATH."),
    ] = ""
    """Once loaded, the key itself; "": nobody is known by signature."""
    bot: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9_.:-]{0,64}\Z", description="The bot that answers first; empty: a person does."),
    ] = ""
    texts: dict[Language, WidgetTexts]

    def __repr__(self) -> str:
        return f"Account({self.key!r})"

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin (the header's value, or "") may open a session."""
        return any(origin_matches(pattern, origin) for pattern in self.allowed_origins)

    def texts_for(self, language: str) -> WidgetTexts:
        """In the language asked for, else in the account's own."""
        return self.texts.get(language) or self.texts[self.default_language]


class AccountsFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    accounts: tuple[Account, ...]


def load_accounts(path: Path, policy: Policy) -> Mapping[str, Account]:
    """Accounts by key, in file order. Raises ConfigInvalid with every fault found."""
    tree = read(path)
    report = Report(names={"queues": tuple(policy.queues)})
    shape = fill(AccountsFile, tree, report)
    for fault in _judged(tree, policy):
        report.add(fault)
    accounts = [_with_secret(account, tree, path, report) for account in shape.accounts] if shape is not None else []
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return {account.key: account for account in accounts}


def _with_secret(account: Account, tree: Node, path: Path, report: Report) -> Account:
    """The account with its key in place of where that is."""
    if not account.identity_secret:
        return account
    secret, problem = secret_text(account.identity_secret, path, os.environ)
    if secret and len(secret.encode()) < SECRET_BYTES:
        problem = f"a key has at least {SECRET_BYTES} bytes"
    if problem:
        entry = next(each for each in tree.elements("accounts") if _is(each, account.key))
        report.add((entry.at("identity_secret") or entry).fault(problem))
    return replace(account, identity_secret=secret)


def _is(entry: Node, key: str) -> bool:
    named = entry.at("key")
    return named is not None and named.value == key


def _judged(tree: Node, policy: Policy) -> Iterator[Fault]:
    """Faults between values: doubled keys, languages without texts, departments without a label or not to be chosen."""
    keys: set[object] = set()
    for entry in tree.elements("accounts"):
        key = entry.at("key")
        if key is not None and isinstance(key.value, str):
            if key.value in keys:
                yield key.fault(f"account {key.value!r} is there already")
            keys.add(key.value)
        yield from _languages(entry)
        yield from _departments(entry, policy)


def _languages(entry: Node) -> Iterator[Fault]:
    texts = [name for name, _ in entry.items("texts")]
    offered = list(entry.elements("languages"))
    for node in offered:
        if node.value not in texts:
            yield node.fault(f"no texts for language {node.value!r}")
    default = entry.at("default_language")
    if (default.value if default else "en") not in [node.value for node in offered]:
        yield (default or entry).fault("the default language must be one of the languages")


def _departments(entry: Node, policy: Policy) -> Iterator[Fault]:
    shown = [node for node in entry.elements("departments") if isinstance(node.value, str)]
    for node in shown:
        queue = policy.queues.get(str(node.value))
        if queue is not None and not queue.department:
            choices = [name for name, queue in policy.queues.items() if queue.department]
            yield node.fault(f"queue {node.value!r} is not a department{did_you_mean(str(node.value), choices)}")
    for language, texts in entry.items("texts"):
        labelled = {name for name, _ in texts.items("departments")}
        missing = [str(node.value) for node in shown if node.value not in labelled]
        if missing:
            yield texts.fault(f"no label in {language!r} for {', '.join(missing)}", key=True)


def origin_matches(pattern: str, origin: str) -> bool:
    wanted, given = _ORIGIN.match(pattern), _ORIGIN.match(origin)
    if wanted is None or given is None or "*" in origin:
        return False
    scheme, any_subdomain, host, port = wanted.groups()
    if scheme != given[1] or (port != "*" and _port(scheme, port) != _port(scheme, given[4])):
        return False
    return given[3].endswith(f".{host}") if any_subdomain else given[3] == host


def _port(scheme: str, port: str | None) -> int:
    return int(port) if port else {"http": 80, "https": 443}[scheme]
