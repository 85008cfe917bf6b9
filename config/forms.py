"""Web forms: what they ask, in which words, where their answers go: `forms.toml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, field

from config.accounts import IsOriginPattern
from config.document import Node, read
from config.fault import ConfigInvalid, Fault
from config.policy_shape import Language, Name, one_line
from config.shape import Names, OneOf, Report, fill
from router.core.form import FIELD_KINDS, Field, FieldKind, Form, FormTexts
from router.core.policy import Policy

DEMO = Path(__file__).with_name("demo") / "forms.toml"

CHANNEL = "webform"
_ONCE = ("name", "email", "phone", "order", "subject")
"""Kinds a form asks for once."""
Short = Annotated[str, one_line(120, "")]


class ChoiceShape(Struct, frozen=True, kw_only=True):
    """[[forms.fields.choices]]: one of the answers to choose from."""

    value: Annotated[Name, Meta(description="What rules know it by.")]
    labels: Annotated[dict[Language, Short], Meta(description="What people read, by language.")]


class FieldShape(Struct, frozen=True, kw_only=True):
    """[[forms.fields]]: one question."""

    name: Annotated[
        str,
        Meta(pattern=r"^[a-z][a-z0-9_]{0,40}\Z", title="a name in small letters", description="Rules: details.NAME."),
    ]
    kind: Annotated[
        FieldKind,
        OneOf(FIELD_KINDS, "kind"),
        Meta(
            description="name, email, phone, order: of the customer; subject, text: of the message; line, number, date,"
            " choice, check: any other answer."
        ),
    ]
    required: Annotated[bool, Meta(description="The form is not taken without it.")] = False
    labels: Annotated[dict[Language, Short], Meta(description="The question, by language.")]
    choices: tuple[ChoiceShape, ...] = ()


class FormTextsShape(Struct, frozen=True, kw_only=True):
    """[forms.texts.<language>]: what people read around the questions."""

    title: Annotated[str, one_line(80, "Head of the form.")]
    intro: Annotated[str, Meta(max_length=500, description="Below it.")] = ""
    thanks: Annotated[str, Meta(max_length=500, description="What is shown once it is sent.")] = ""


class FormShape(Struct, frozen=True, kw_only=True):
    """[[forms]]: one form."""

    key: Annotated[Name, Meta(description="Its name, in addresses (/form/KEY) and in rules as `account`.")]
    allowed_origins: Annotated[
        tuple[Annotated[str, IsOriginPattern()], ...],
        Meta(description="Sites that may show or send it; our own always may."),
    ] = ()
    portals: Annotated[
        tuple[Annotated[str, Names("accounts")], ...],
        Meta(description="Widget accounts whose portal (/portal?account=KEY) leads to it."),
    ] = ()
    default_language: Annotated[Language, Meta(description="For people whose own it does not speak.")] = "en"
    department: Annotated[str, Names("queues", also=("",)), Meta(description="The department its customers mean.")] = ""
    answers_by: Annotated[
        str,
        Names("mailboxes", also=("",)),
        Meta(description="The e-mail account it is answered by; empty: by none, and customers read answers here only."),
    ] = ""
    country: Annotated[
        str, Meta(pattern=r"^([A-Z]{2})?\Z", title="a country like PL", description="Of numbers that name none.")
    ] = ""
    most_files: Annotated[int, Meta(ge=0, le=10, description="Files that may be sent along.")] = 0
    fields: Annotated[tuple[FieldShape, ...], Meta(min_length=1)]
    texts: dict[Language, FormTextsShape] = field(default_factory=dict)


class FormsFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    forms: tuple[FormShape, ...]


class Forms(Struct, frozen=True, kw_only=True):
    """All forms, by key; who may show each, and which widget accounts' portals lead to it."""

    by_key: Mapping[str, Form] = field(default_factory=dict)
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    portals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of_portal(self, account: str) -> list[Form]:
        """Those the account's portal leads to, in file order."""
        return [form for form in self.by_key.values() if account in self.portals.get(form.key, ())]


def load_forms(
    path: Path, policy: Policy, *, accounts: tuple[str, ...], mailboxes: tuple[str, ...], taken: frozenset[str]
) -> Forms:
    """Forms in file order. accounts, mailboxes: keys of our widget and e-mail accounts. taken: keys of all accounts,
    which share their names. Raises ConfigInvalid with every fault found."""
    tree = read(path)
    report = Report(names={"queues": tuple(policy.queues), "accounts": accounts, "mailboxes": mailboxes})
    shape = fill(FormsFile, tree, report)
    for fault in _judged(tree, policy, set(taken)):
        report.add(fault)
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return Forms(
        by_key={each.key: _form(each) for each in shape.forms},
        origins={each.key: each.allowed_origins for each in shape.forms},
        portals={each.key: each.portals for each in shape.forms},
    )


def _form(shape: FormShape) -> Form:
    return Form(
        key=shape.key,
        fields=tuple(
            Field(
                name=each.name,
                kind=each.kind,
                labels=each.labels,
                required=each.required,
                choices={choice.value: choice.labels for choice in each.choices},
            )
            for each in shape.fields
        ),
        texts={
            language: FormTexts(title=texts.title, intro=texts.intro, thanks=texts.thanks)
            for language, texts in shape.texts.items()
        },
        default_language=shape.default_language,
        department=shape.department,
        answers_by=shape.answers_by,
        country=shape.country,
        most_files=shape.most_files,
    )


def _judged(tree: Node, policy: Policy, taken: set[object]) -> Iterator[Fault]:
    """Faults between values."""
    if CHANNEL not in policy.channels and (forms := list(tree.elements("forms"))):
        yield forms[0].fault(f"the policy has no [channels.{CHANNEL}]: nobody could be offered its items")
    for entry in tree.elements("forms"):
        key = entry.at("key")
        if key is not None and key.value in taken:
            yield key.fault(f"account {key.value!r} is there already")
        if key is not None:
            taken.add(key.value)
        languages = [name for name, _ in entry.items("texts")]
        default = entry.at("default_language")
        if (default.value if default else "en") not in languages:
            yield (default or entry).fault("there are no texts in the default language")
        yield from _questions(entry, languages)


def _questions(entry: Node, languages: list[str]) -> Iterator[Fault]:
    names: set[object] = set()
    kinds: set[object] = set()
    for asked in entry.elements("fields"):
        name, kind = asked.at("name"), asked.at("kind")
        if name is not None and name.value in names:
            yield name.fault(f"field {name.value!r} is there already")
        if kind is not None and kind.value in _ONCE and kind.value in kinds:
            yield kind.fault(f"a form asks for one {kind.value}")
        names.add(name.value if name else None)
        kinds.add(kind.value if kind else None)
        choices = list(asked.elements("choices"))
        if kind is not None and (kind.value == "choice") != bool(choices):
            yield kind.fault("a choice has choices, and nothing else has")
        for labelled in (asked, *choices):
            missing = [each for each in languages if each not in dict(labelled.items("labels"))]
            if missing:
                yield labelled.fault(f"no label in {', '.join(missing)}")
