"""Requests and answers against Twilio's published OpenAPI document (`twilio_api_v2010.json`), in both directions.

Form values are strings on the wire: each is first read as the type its schema names, then validated with the rest.
What Twilio would silently ignore (an unknown parameter) is wrong here. Our own answers may hold nothing that the
document does not name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

DOCUMENT = "twilio/openapi/twilio_api_v2010.json"
FORM = "application/x-www-form-urlencoded"
NOT_CHECKED = "contract not checked"


@dataclass(frozen=True)
class Operation:
    """One method of one path. form, query: names → schemas. answers: status → schema, or None for no body."""

    name: str
    form: Mapping[str, Any]
    query: Mapping[str, Any]
    required: Sequence[str]
    answers: Mapping[str, Any]

    @cached_property
    def asked(self) -> Draft202012Validator:
        properties = {**self.query, **self.form}
        shape = {"type": "object", "properties": properties, "required": self.required, "additionalProperties": False}
        return Draft202012Validator(shape)

    @cached_property
    def answered(self) -> dict[str, Draft202012Validator]:
        return {status: Draft202012Validator(_closed(schema)) for status, schema in self.answers.items() if schema}


@dataclass(slots=True, kw_only=True)
class Contract:
    """document: as published; None: nothing is checked, and the state says so."""

    document: Mapping[str, Any] | None
    _paths: list[tuple[re.Pattern[str], str]] = field(default_factory=list)
    _operations: dict[tuple[str, str], Operation] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in self.document["paths"] if self.document else ():
            self._paths.append((re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path))), path))

    @property
    def state(self) -> str:
        return "checked" if self.document else NOT_CHECKED

    def request(self, method: str, path: str, given: Mapping[str, Sequence[str]]) -> list[str]:
        """What is wrong with it; given: query and form, each name with all its values."""
        operation = self._operation(method, path)
        if operation is None:
            return [] if self.document is None else [f"no such operation: {method} {path}"]
        schemas = {**operation.query, **operation.form}
        value = {name: _read(schemas.get(name, {}), values) for name, values in given.items()}
        return [f"{operation.name}: {_told(error)}" for error in operation.asked.iter_errors(value)]

    def answer(self, method: str, path: str, status: int, body: object) -> list[str]:
        operation = self._operation(method, path)
        if operation is None or status >= 400:
            return []
        if str(status) not in operation.answers:
            return [f"{operation.name}: no answer {status}"]
        validator = operation.answered.get(str(status))
        if validator is None:
            return [] if body is None else [f"{operation.name}: an answer {status} has no body"]
        return [f"{operation.name} answer: {_told(error)}" for error in validator.iter_errors(body)]

    def _operation(self, method: str, path: str) -> Operation | None:
        template = next((template for pattern, template in self._paths if pattern.fullmatch(path)), None)
        if template is None or self.document is None or method.lower() not in self.document["paths"][template]:
            return None
        key = (method, template)
        if key not in self._operations:
            self._operations[key] = self._read_operation(self.document["paths"][template][method.lower()])
        return self._operations[key]

    def _read_operation(self, given: Mapping[str, Any]) -> Operation:
        form = given.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
        query = [each for each in given.get("parameters", ()) if each["in"] == "query"]
        answers = {
            status: answer.get("content", {}).get("application/json", {}).get("schema")
            for status, answer in given["responses"].items()
        }
        return Operation(
            name=given["operationId"],
            form={name: self._plain(schema) for name, schema in form.get("properties", {}).items()},
            query={each["name"]: self._plain(each["schema"]) for each in query},
            required=tuple(form.get("required", ())) + tuple(each["name"] for each in query if each.get("required")),
            answers={status: self._plain(schema) if schema else None for status, schema in answers.items()},
        )

    def _plain(self, schema: Any) -> Any:
        """JSON Schema: references followed, `nullable` as a type; an enum by reference may be null."""
        if isinstance(schema, list):
            return [self._plain(each) for each in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            assert self.document is not None
            target = self._plain(self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
            return _nullable(target) if "enum" in target else target
        plain = {
            key: self._plain(value)
            for key, value in schema.items()
            if key not in ("description", "examples", "nullable")
        }
        return _nullable(plain) if schema.get("nullable") else plain


def load(data: Path | None) -> Contract:
    """data: the folder with Twilio's documents; without it nothing is checked."""
    path = data / DOCUMENT if data else None
    return Contract(document=json.loads(path.read_text("utf-8")) if path and path.is_file() else None)


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    wider = dict(schema)
    if isinstance(schema.get("type"), str):
        wider["type"] = [schema["type"], "null"]
    if "enum" in schema and None not in schema["enum"]:
        wider["enum"] = [*schema["enum"], None]
    return wider


def _closed(schema: Any) -> Any:
    """Nothing beside what is named."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


def _read(schema: Mapping[str, Any], values: Sequence[str]) -> object:
    """A form value as its schema's type; as it is when it is none of that type, for the validator to refuse."""
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "array" in kinds:
        return list(values)
    if len(values) > 1:
        return list(values)
    value = values[0]
    if "boolean" in kinds and value in ("true", "false"):
        return value == "true"
    if "integer" in kinds and re.fullmatch(r"-?\d+", value):
        return int(value)
    if "number" in kinds and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    if schema.get("format") == "uri" and not re.fullmatch(r"https?://\S+", value):
        return {"not an absolute URL": value}
    return value


def _told(error: Any) -> str:
    where = ".".join(str(each) for each in error.absolute_path)
    return f"{where}: {error.message}"[:300] if where else str(error.message)[:300]
