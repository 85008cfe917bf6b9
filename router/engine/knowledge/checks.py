"""What may be written into quick texts and macros: refused when it is written, not in front of a customer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NoReturn, get_args

from router.core import template
from router.core.cases.policy import CasePriority, CaseStatus
from router.core.condition import ConditionInvalid, compile_condition
from router.core.policy import Policy
from router.engine.text import kept
from router.protocol.errors import BadRequest
from router.protocol.macros import MacroAction
from router.store.postgres import articles, quick_texts
from router.store.postgres.database import Database

TEXT_CHARS, SUBJECT_CHARS, LABEL_CHARS = 4_000, 150, 40
ME = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What actions may name. departments, agents: None: nobody knows here, so any will do."""

    database: Database
    policy: Policy
    departments: Collection[str] | None = None
    agents: Collection[str] | None = None


def text(written: str, field: str) -> str:
    """Raises BadRequest when it is too long, or its variables cannot be filled in."""
    try:
        template.check(kept(written, TEXT_CHARS))
    except template.TemplateInvalid as invalid:
        word = "unknown_variable" if invalid.name else "braces"
        raise BadRequest(
            "bad_value", str(invalid), field=field, word=word, name=invalid.name, near=invalid.near
        ) from None
    return written


def condition(source: str, field: str) -> None:
    try:
        compile_condition(source)
    except ConditionInvalid as invalid:
        raise BadRequest(
            "bad_value",
            str(invalid),
            field=field,
            word="condition",
            reason=invalid.reason,
            line=invalid.line,
            column=invalid.column,
        ) from None


def teams(known: Collection[str], named: Sequence[str]) -> list[str]:
    for team in named:
        _there(team, known, "team", "teams")
    return sorted(set(named))


async def action(known: Known, asked: MacroAction, field: str) -> None:
    """Raises BadRequest: what it names must be there, and every text can be filled."""
    condition(asked.when, f"{field}.when")
    text(asked.text, f"{field}.text")
    text(kept(asked.subject, SUBJECT_CHARS), f"{field}.subject")
    match asked.do:
        case "send" if asked.quick_text:
            if await quick_texts.by_short(known.database, asked.quick_text) is None:
                _none(asked.quick_text, "quick_text", field)
        case "send" | "note":
            _some(asked.text, f"{field}.text")
        case "open_step":
            _there(asked.value, known.departments, "department", field)
            _some(asked.subject, f"{field}.subject")
            _some(asked.text, f"{field}.text")
        case "link_article":
            if await articles.by_key(known.database, asked.value) is None:
                _none(asked.value, "article", field)
        case _:
            _value(known, asked, field)


def _value(known: Known, asked: MacroAction, field: str) -> None:
    policy, value = known.policy, asked.value
    match asked.do:
        case "hand_over" | "move":
            _there(value, policy.queues, "queue", field)
        case "close" | "close_case" if value:
            _there(value, [each.name for each in policy.dispositions], "disposition", field)
        case "set_status":
            _there(value, get_args(CaseStatus), "status", field)
        case "set_priority":
            _there(value, get_args(CasePriority), "priority", field)
        case "set_type" if value:
            _there(value, policy.cases.types, "case_type", field)
        case "assign" if value not in ("", ME):
            _there(value, known.agents, "agent", field)
        case "label":
            _some(kept(value, LABEL_CHARS), f"{field}.value")
        case _:
            pass


def _there(name: str, among: Collection[str] | None, kind: str, field: str) -> None:
    if among is not None and name not in among:
        _none(name, kind, field)


def _none(name: str, kind: str, field: str) -> NoReturn:
    called = kind.replace("_", " ")
    raise BadRequest("bad_value", f"There is no {called} {name!r}.", field=field, word=f"unknown_{kind}", name=name)


def _some(written: str, field: str) -> None:
    if not written.strip():
        raise BadRequest("bad_value", "There is nothing written.", field=field, word="empty")
