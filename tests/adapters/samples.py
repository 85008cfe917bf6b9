"""Payloads of providers collected by others, from USHER_DATA or ../shared/data; tests skip where they are absent."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DATA = Path(os.environ.get("USHER_DATA") or Path(__file__).parents[3] / "shared" / "data")

FOLDERS = {
    "sms": "twilio/webhooks",
    "messenger": "channels/meta_fba",
    "instagram": "channels/meta_ig",
    "whatsapp": "channels/meta_wac",
    "telegram": "channels/telegram",
    "viber": "channels/viber",
    "slack": "channels/slack",
    "line": "channels/line",
}
TWILIO_CASES = "twilio/webhooks/courier_twiml_inbound_cases.json"


def path(name: str) -> Path:
    found = DATA / name
    if not found.exists():
        pytest.skip(f"needs {name} of the shared data (USHER_DATA)")
    return found


def read(name: str) -> Any:
    return json.loads(path(name).read_bytes())


def files(channel: str) -> list[Path]:
    return sorted(path(FOLDERS[channel]).glob("*.json"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A body, and what another open server takes from it. None: it says nothing about that."""

    label: str
    body: bytes
    text: str | None
    sender: str | None
    external_id: str | None
    sender_name: str | None
    attachments: list[str] | None
    status: str | None
    at: str | None


def cases(name: str) -> list[Case]:
    return [_case(one) for one in read(name)]


def _case(one: dict[str, Any]) -> Case:
    expected = one["courier_expected"]
    urn = _literal(expected.get("ExpectedURN"))
    attachments = expected.get("ExpectedAttachments")
    status = re.search(r'"status":"([A-Z])"', expected.get("ExpectedBodyContains", ""))
    return Case(
        label=one["label"],
        body=(one.get("body") or one["form_body"]).encode(),
        text=_literal(expected.get("ExpectedMsgText")),
        sender=urn.partition(":")[2].partition("#")[0] if urn is not None else None,
        external_id=_literal(expected.get("ExpectedExternalID")),
        sender_name=_literal(expected.get("ExpectedContactName")),
        attachments=re.findall(r'"([^"]*)"', attachments) if attachments is not None else None,
        status=status[1] if status else None,
        at=_date(expected.get("ExpectedDate")),
    )


def _literal(written: str | None) -> str | None:
    """A Go string literal, alone or in Sp("…")."""
    if written is None:
        return None
    found = re.search(r'"(?:[^"\\]|\\.)*"', written)
    return str(json.loads(found[0])) if found else None


def _date(written: str | None) -> str | None:
    """time.Date(2016, 1, 30, 2, 07, 48, 0, time.UTC) → 2016-01-30T02:07:48."""
    if written is None:
        return None
    year, month, day, hour, minute, second, *_ = (int(part) for part in re.findall(r"\d+", written))
    return f"{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
