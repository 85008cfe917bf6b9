"""Web forms: what a form asks, and what a submission says.

What somebody writes into a form is what they say of themselves, no more: an address proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

FieldKind = Literal["name", "email", "phone", "order", "subject", "text", "line", "number", "date", "choice", "check"]
"""name, email, phone, order: who writes, and about which order. subject, text: what becomes subject and message. The
others are answers, shown below the text and known to rules as `details.<name>`."""
FIELD_KINDS: tuple[FieldKind, ...] = (
    "name", "email", "phone", "order", "subject", "text", "line", "number", "date", "choice", "check",
)  # fmt: skip
FaultCode = Literal["missing", "too_long", "bad_text", "bad_email", "bad_phone", "bad_number", "bad_date", "no_choice"]

MOST_CHARS: Mapping[FieldKind, int] = {
    "name": 100, "email": 254, "phone": 40, "order": 60, "subject": 200, "text": 10_000, "line": 500, "number": 30,
    "date": 10, "choice": 100, "check": 5,
}  # fmt: skip
CHECKED = ("true", "on", "yes", "1")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+\Z")
_PHONE = re.compile(r"\+?[\d\s()./-]{5,39}\Z")
_NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,9})?\Z")
_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One question. labels: by language. choices: value → labels by language; only of a choice."""

    name: str
    kind: FieldKind
    labels: Mapping[str, str]
    required: bool = False
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTexts:
    """What people read around the questions. thanks: once it is sent."""

    title: str
    intro: str = ""
    thanks: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of ours. answers_by: the e-mail account that answers what comes by it; "": it is read, and answered by no
    channel. department: the one its customers mean. most_files: what may be sent along."""

    key: str
    fields: tuple[Field, ...]
    texts: Mapping[str, FormTexts]
    default_language: str
    department: str = ""
    answers_by: str = ""
    country: str = ""
    """ISO 3166, of telephone numbers without one."""
    most_files: int = 0

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    def language(self, wanted: str) -> str:
        return wanted if wanted in self.texts else self.default_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A submission in the house's words. details: the other answers by the field's name; text: all there is to read."""

    name: str
    email: str
    phone: str
    order: str
    subject: str
    text: str
    details: Mapping[str, str]


def fill(form: Form, values: Mapping[str, str], language: str) -> Filled | Mapping[str, FaultCode]:
    """What the submission says, or what is wrong with it by the field's name. Values of no field are passed over."""
    said = {each.name: _plain(values.get(each.name, ""), each) for each in form.fields}
    faults = {each.name: fault for each in form.fields if (fault := _fault(each, said[each.name]))}
    if faults:
        return faults
    answers = {each: said[each.name] for each in form.fields if said[each.name]}
    text = "\n\n".join(value for each, value in answers.items() if each.kind == "text")
    return Filled(
        name=_of_kind(answers, "name"),
        email=_of_kind(answers, "email"),
        phone=_of_kind(answers, "phone"),
        order=_of_kind(answers, "order"),
        subject=_of_kind(answers, "subject") or form.texts[language].title,
        text="\n\n".join(filter(None, (text, "\n".join(_lines(answers, language))))) or form.texts[language].title,
        details={each.name: value for each, value in answers.items() if each.kind not in _NO_DETAIL},
    )


_NO_DETAIL = ("name", "email", "phone", "subject", "text")


def _plain(value: str, asked: Field) -> str:
    """Without what only a keyboard or a browser added."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    value = value.strip() if asked.kind == "text" else " ".join(value.split())
    if asked.kind == "check":
        return "true" if value.lower() in CHECKED else ""
    return value


def _fault(asked: Field, value: str) -> FaultCode | None:
    if not value:
        return "missing" if asked.required else None
    if len(value) > MOST_CHARS[asked.kind]:
        return "too_long"
    if _BROKEN.search(value):
        return "bad_text"
    match asked.kind:
        case "email" if not _EMAIL.match(value):
            return "bad_email"
        case "phone" if not _PHONE.match(value):
            return "bad_phone"
        case "number" if not _NUMBER.match(value):
            return "bad_number"
        case "date" if not _is_date(value):
            return "bad_date"
        case "choice" if value not in asked.choices:
            return "no_choice"
    return None


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == MOST_CHARS["date"]


def _of_kind(answers: Mapping[Field, str], kind: FieldKind) -> str:
    return next((value for each, value in answers.items() if each.kind == kind), "")


def _lines(answers: Mapping[Field, str], language: str) -> Iterator[str]:
    """`Question: answer` for all that has no place of its own; a label's own question mark (Greek: `;`) is dropped."""
    for each, value in answers.items():
        if each.kind in ("text", "subject", "name", "email"):
            continue
        shown = each.choices[value].get(language, value) if each.kind == "choice" else value
        yield f"{each.labels[language].rstrip(' ?;:')}: {'✓' if each.kind == 'check' else shown}"
