"""What others collected parses: whole collections, with what their owners expect of them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from adapters.email.parse import parse
from router.core.inbound import InboundMessage
from tests.adapters.email.corpora import DATA, mails, text
from tests.adapters.email.mails import facts, message, parsed

FORWARDED = "john.doe@acme.com", "Integer consequat non purus"
NO_FORWARDS = "_en_body_variant_4"

# Mails broken on purpose that this parser reads by the RFC and the other by its own lights.
OTHERWISE = {
    "malformed_003": "a part that never ends is text, not a file",
    "malformed_004": "a part that never ends is text, not a file",
    "malformed_006": "a part that never ends is text, not a file",
    "malformed_009": "the outer boundary ends the inner multipart (RFC 2046 §5.1.2)",
    "malformed_016": "a part that never ends is text, not a file",
    "malformed_017": "a file keeps its name though its disposition has no type",
    "malformed_021": "of two content types the one with a boundary counts",
    "thirdparty_000": "a text has no NUL",
    "thirdparty_002": "base64 ends with its padding; what is none is left as it is",
}


def test_every_mail_parses_and_none_is_an_error() -> None:
    paths = [path for folder in sorted(DATA.glob("*")) if folder.is_dir() for path in sorted(folder.glob("*"))]
    if not paths:
        pytest.skip("needs the e-mail data (USHER_DATA)")
    for path in paths:
        result = parse(path.read_bytes())
        assert result.kind != "error", path.name
        assert result.messages or result.events == ("empty",), path.name


def test_what_another_parser_expects_is_found() -> None:
    for expected in mails("stalwart", "*.json"):
        if expected.stem in OTHERWISE:
            continue
        oracle = json.loads(expected.read_text())
        found = parse(expected.with_suffix(".eml").read_bytes()).messages[0]
        assert _told(found) == _expected(oracle), expected.name


def _told(message: InboundMessage) -> dict[str, Any]:
    mail = facts(message)
    at = message.sent_at
    return {
        "subject": message.subject,
        "sender": (message.sender_name, message.sender),
        "recipients": [*mail.to, *mail.cc],
        "date": None if at is None else datetime.fromtimestamp(at / 1000, UTC),
        "text": message.text.split(),
        "files": [file.name for file in message.attachments if file.name],
    }


def _expected(oracle: dict[str, Any]) -> dict[str, Any]:
    parts = oracle["parts"]
    fields = {field["name"]: field["value"] for field in parts[0]["headers"] if isinstance(field["name"], str)}
    bodies = [parts[at]["body"] for at in oracle["text_body"]]
    texts = [body["Text"] if "Text" in body else _unmarked(body.get("Html", "")) for body in bodies]
    sender = (_people(fields.get("from")) or [("", "")])[0]
    files = [_name_of_file(parts[at]) for at in oracle["attachments"]]
    return {
        "subject": " ".join(_value(fields.get("subject"), "Text", "").split()),
        "sender": sender,
        "recipients": [who for _, who in [*_people(fields.get("to")), *_people(fields.get("cc"))] if who],
        "date": _date(_value(fields.get("date"), "DateTime", None)),
        "text": " ".join(texts).split(),
        "files": [name for name in files if name],
    }


def _value(value: Any, kind: str, default: Any) -> Any:
    return value.get(kind, default) if isinstance(value, dict) else default


def _people(value: Any) -> list[tuple[str, str]]:
    listed = _value(_value(value, "Address", {}), "List", [])
    return [(person["name"] or "", person["address"] or "") for person in listed]


def _date(value: Any) -> datetime | None:
    if value is None:
        return None
    away = timedelta(hours=value["tz_hour"], minutes=value["tz_minute"])
    zone = timezone(-away if value["tz_before_gmt"] else away)
    at = (value[unit] for unit in ("year", "month", "day", "hour", "minute", "second"))
    return datetime.strptime(" ".join(map(str, at)), "%Y %m %d %H %M %S").replace(tzinfo=zone)


def _name_of_file(part: dict[str, Any]) -> str:
    names: dict[str, str] = {}
    for field in part["headers"]:
        for attribute in _value(_value(field["value"], "ContentType", {}), "attributes", None) or []:
            if attribute["name"] in {"name", "filename"}:
                names[attribute["name"]] = attribute["value"]
    return names.get("filename") or names.get("name") or ""


def _unmarked(html: str) -> str:
    return re.sub(r"<[^>]*>", " ", html.partition("<body")[2].partition(">")[2] or html)


@pytest.mark.parametrize("folder", ["sisimai_bounces", "sisimai_err"])
def test_every_bounce_is_one_and_nobody_answers_it(folder: str) -> None:
    for path in mails(folder):
        result = parse(path.read_bytes())
        assert result.kind == "bounce", path.name
        assert facts(result.messages[0]).silent, path.name
        assert not result.messages[0].opens, path.name


def test_most_bounces_say_which_mail_did_not_arrive() -> None:
    paths = mails("sisimai_bounces")
    told = [parse(path.read_bytes()).receipts for path in paths]
    assert sum(any(receipt.external_id for receipt in receipts) for receipts in told) >= 0.6 * len(paths)
    assert sum(any("@" in receipt.recipient for receipt in receipts) for receipts in told) >= 0.8 * len(paths)


def test_a_forwarded_mail_is_its_writers() -> None:
    for path in mails("crisp_forward", "*body*.txt"):
        if NO_FORWARDS in path.name:
            continue
        found = message(text(path), Subject=_subject(path))
        assert (found.sender, found.subject) == FORWARDED, path.name
        assert found.text.startswith("Aenean quis diam urna."), path.name
        assert facts(found).forwarded_by == "ann@example.org", path.name
        above = "Praesent suscipit" in text(path).partition("Aenean")[0]
        assert facts(found).comment.startswith("Praesent") == above, path.name


def _subject(body: Path) -> str:
    beside = body.with_name(body.name.replace("_body", "_subject"))
    return text(beside).strip() if beside.exists() else "Fwd: Integer consequat non purus"


def test_an_answer_with_a_copied_header_is_no_forward() -> None:
    for path in mails("crisp_forward", f"*{NO_FORWARDS}.txt"):
        found = message(text(path), Subject="Re: Integer consequat non purus")
        assert found.sender == "ann@example.org", path.name
        assert found.text.startswith("That's true!"), path.name
        assert "Unicum" not in found.text, path.name


QUOTED = re.compile(
    "Etiam non sagittis|Loader seems|Was this caching|Steps 0-2|Proin cursus, nibh|Beste Praesent|Ok. Thanks.|imdb.com"
    "|Previous message|very long quote header|Oh yes I see|Java sucks|good query|You have a new message|my quote"
    "|A new comment has|Google Apps Sync was|Merci pour votre|Thanks for forwarding|What is the best way to clear a"
    " Riak|previous mail|option A[?]|quoted section|odd issue"
)
WITHOUT_QUOTATION = {"email_1.txt", "email_zoho.txt", "email_with_date_headers.txt"}


def test_an_answer_loses_what_it_quotes_and_nothing_else() -> None:
    for path in [*mails("crisp_reply"), *mails("email_reply_parser")]:
        whole = text(path)
        found = message(whole, Subject="Re: Hello")
        assert found.text.strip(), path.name
        if path.name not in WITHOUT_QUOTATION:
            assert not QUOTED.search(found.text), path.name
        if whole.startswith("Fusce"):
            assert "Fusce sed odio id arcu varius aliquet nec nec nibh." in found.text, path.name


def test_what_mail_programs_quote_in_html_is_left_out() -> None:
    for path in mails("talon", "html_replies_*"):
        found = message(path.read_text("utf-8"), Content_Type="text/html; charset=utf-8", Subject="Re: Test")
        assert found.text.split() == ["Hi.", "I", "am", "fine.", "Thanks,", "Alex"], path.name


def test_replies_end_where_their_collectors_say() -> None:
    for expected in mails("talon", "*_reply_text"):
        mail = expected.with_name(expected.name.removesuffix("_reply_text") + ".eml")
        assert parse(mail.read_bytes()).messages[0].text.split() == text(expected).split(), expected.name


def test_mails_of_other_kinds_stay_messages() -> None:
    machines = {"auto_reply.eml", "auto_reply_with_auto_submitted.eml", "bounced_with_no_from.eml"}
    for path in mails("chatwoot"):
        assert (parse(path.read_bytes()).kind == "message") == (path.name not in machines), path.name
    assert parsed().kind == "message"
