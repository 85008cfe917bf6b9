"""The tables of docs/configuration.md, made from the settings and shapes themselves.

    python -m config.reference        rewrites them in place; a test says when they are stale

A table stands between two comment lines, `<!-- settings -->` and `<!-- end -->`; the text around is written by hand.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta
from msgspec.structs import FieldInfo, fields

from config import (
    accounts,
    bot,
    cases_shape,
    channel_accounts,
    data_sources,
    departments,
    forms,
    hours_shape,
    overflow_shape,
    policy_shape,
    receivers,
    retention_shape,
    voice_line,
    workflow_shape,
)
from config.policy import DEFAULT
from config.secret import Secret
from config.settings import Settings, is_secret, variable
from config.shape import OneOf, bare, notes
from router.core.condition import ATTRIBUTES

PAGE = Path(__file__).parent.parent / "docs" / "configuration.md"

_TABLE = re.compile(r"(<!-- ([a-z_]+) -->\n).*?(<!-- end -->)", re.DOTALL)
_KINDS: Mapping[object, str] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "true or false",
    Path: "path",
    Secret: "secret",
}


def refresh(page: str) -> str:
    """The page with every table made anew."""
    return _TABLE.sub(lambda found: f"{found[1]}{_TABLES[found[2]]()}\n{found[3]}", page)


def settings_table() -> str:
    head = ["Variable", "Takes", "Default", "Meaning"]
    return _table(head, ([f"`{_variables(info)}`", *_columns(info)] for info in fields(Settings)))


def shape_table(shape: type[msgspec.Struct], shipped: Mapping[str, object] = MappingProxyType({})) -> str:
    """shipped: what `default.toml` says; it stands where the shape itself has no default."""
    rows = ([f"`{info.name}`", *_columns(info, shipped.get(info.name))] for info in fields(shape))
    return _table(["Key", "Takes", "Default", "Meaning"], rows)


def attributes_table() -> str:
    return _table(["Name", "Type", "Meaning"], ([f"`{name}`", kind, doc] for name, (kind, doc) in ATTRIBUTES.items()))


def _variables(info: FieldInfo) -> str:
    name = variable(info.name)
    return f"{name}`, `{name}_FILE" if is_secret(info) else name


def _columns(info: FieldInfo, shipped: object = None) -> tuple[str, str, str]:
    return _takes(info.type), _default(info, shipped), _meaning(info.type)


def _meaning(kind: Any) -> str:
    """The annotation's description; of a table, the first sentence of what its shape says."""
    docs = [note.description for note in notes(kind) if isinstance(note, Meta) and note.description]
    kind_only = bare(kind)
    if docs:
        return docs[-1]
    if _is_struct(kind_only):
        sentence = (kind_only.__doc__ or "").partition("\n")[0].rpartition("]: ")[2]
        return sentence[:1].upper() + sentence[1:]
    inner = [arg for arg in get_args(kind_only) if arg is not Ellipsis]
    return _meaning(inner[-1]) if inner else ""


def _takes(kind: Any) -> str:
    words = next((note.words for note in notes(kind) if isinstance(note, OneOf)), ())
    kind_only = bare(kind)
    origin, args = get_origin(kind_only), get_args(kind_only)
    if words:
        return "a channel"
    if origin is Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if origin is tuple:
        return f"array of {_takes(args[0])}"
    if origin is dict:
        return f"table of {_takes(args[1])}"
    if _is_struct(kind_only):
        return "table"
    return f"{_KINDS[kind_only]}{_limits(kind)}"


def _limits(kind: Any) -> str:
    for note in notes(kind):
        if isinstance(note, Meta) and note.ge is not None and note.le is not None:
            return f", {note.ge:,} to {note.le:,}"
        if isinstance(note, Meta) and note.max_length is not None:
            return f", at most {note.max_length:,} characters"
    return ""


def _default(info: FieldInfo, shipped: object) -> str:
    value = shipped if info.required else info.default
    if isinstance(value, dict):
        return "see `default.toml`"
    if info.required and value is None:
        return "required"
    if value is NODEFAULT or value is None or value in ("", ()) or isinstance(value, Secret | msgspec.Struct):
        return "–"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _shipped(section: str | None = None) -> Mapping[str, object]:
    whole: dict[str, Any] = tomllib.loads(DEFAULT.read_text("utf-8"))
    return whole[section] if section else whole


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


_TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "attributes": attributes_table,
    "policy": lambda: shape_table(policy_shape.PolicyShape, _shipped()),
    "agents": lambda: shape_table(policy_shape.AgentsShape, _shipped("agents")),
    "channels": lambda: shape_table(policy_shape.ChannelShape),
    "statuses": lambda: shape_table(policy_shape.StatusShape),
    "queues": lambda: shape_table(policy_shape.QueueShape),
    "relax": lambda: shape_table(policy_shape.RelaxShape),
    "callback": lambda: shape_table(overflow_shape.CallbackShape),
    "overflow": lambda: shape_table(overflow_shape.OverflowShape),
    "rules": lambda: shape_table(policy_shape.RuleShape),
    "workflows": lambda: shape_table(workflow_shape.WorkflowShape),
    "filters": lambda: shape_table(workflow_shape.FilterShape),
    "targets": lambda: shape_table(workflow_shape.TargetShape),
    "hours": lambda: shape_table(hours_shape.HoursShape),
    "when_closed": lambda: shape_table(hours_shape.WhenClosedShape),
    "presence": lambda: shape_table(policy_shape.PresenceShape, _shipped("presence")),
    "offers": lambda: shape_table(policy_shape.OffersShape, _shipped("offers")),
    "dispositions": lambda: shape_table(policy_shape.DispositionShape),
    "cases": lambda: shape_table(cases_shape.CasesShape),
    "case_types": lambda: shape_table(cases_shape.CaseTypeShape),
    "case_keywords": lambda: shape_table(cases_shape.KeywordShape),
    "case_openings": lambda: shape_table(cases_shape.OpeningShape),
    "receivers": lambda: shape_table(receivers.ReceiverShape),
    "retention": lambda: shape_table(retention_shape.RetentionShape),
    "case_targets": lambda: shape_table(cases_shape.TargetsShape),
    "sla_plans": lambda: shape_table(cases_shape.PlanShape),
    "sla_goals": lambda: shape_table(cases_shape.GoalShape),
    "sla_actions": lambda: shape_table(cases_shape.ActionShape),
    "accounts": lambda: shape_table(accounts.Account),
    "channel_accounts": lambda: shape_table(channel_accounts.ChannelAccountShape),
    "departments": lambda: shape_table(departments.Department),
    "bot": lambda: shape_table(bot.BotShape),
    "bot_mail": lambda: shape_table(bot.MailShape),
    "flows": lambda: shape_table(bot.FlowShape),
    "flow_steps": lambda: shape_table(bot.StepShape),
    "replies": lambda: shape_table(bot.ReplyShape),
    "data_sources": lambda: shape_table(data_sources.DataSourceShape),
    "forms": lambda: shape_table(forms.FormShape),
    "form_fields": lambda: shape_table(forms.FieldShape),
    "form_texts": lambda: shape_table(forms.FormTextsShape),
    "alerts": lambda: shape_table(departments.Alerts),
    "templates": lambda: shape_table(channel_accounts.MessageTemplate),
    "voice": lambda: shape_table(voice_line.VoiceShape),
    "voice_menu": lambda: shape_table(voice_line.ChoiceShape),
    "voice_answers": lambda: shape_table(voice_line.AnswerShape),
    "pre_chat": lambda: shape_table(accounts.PreChat),
    "texts": lambda: shape_table(accounts.WidgetTexts),
}


if __name__ == "__main__":
    PAGE.write_text(refresh(PAGE.read_text("utf-8")), "utf-8")
    sys.stdout.write(f"{PAGE.name} is fresh\n")
