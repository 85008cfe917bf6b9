"""The laws of docs/adapters.md: every adapter has the form, keeps the promises of it, and tells its quality truly."""

from __future__ import annotations

import json
import re
import tomllib
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from adapters.form import REASONS, Adapter, Request
from adapters.registry import FOLDERS, adapter
from router.core.inbound import Attachment
from router.core.outbound import Refused
from router.core.words import CHANNELS
from tests.adapters.sending import PICTURE, Account, client, message

ROOT = Path(__file__).parents[2]
MESSENGERS = sorted({folder for folders in FOLDERS.values() for folder in folders.values()} - {"adapters.twilio_voice"})
ADAPTERS = [*MESSENGERS, "tests.adapters.pigeon"]
SENDING = [name for name in ADAPTERS if name not in ("adapters.slack", "adapters.line")]
FILES = ("options.py", "webhook.py", "parse.py", "quality.toml")
LEVELS = ("reads", "answers", "converses")

each = pytest.mark.parametrize("name", ADAPTERS)
each_sending = pytest.mark.parametrize("name", SENDING)


def found(name: str) -> Adapter:
    one = import_module(name).ADAPTER
    assert isinstance(one, Adapter)
    return one


def folder(name: str) -> Path:
    return ROOT / name.replace(".", "/")


def secrets(one: Adapter) -> dict[str, str]:
    return {option.name: f"secret of {option.name}" for option in one.options if option.secret}


def account(one: Adapter, channel: str, base_url: str = "") -> Account:
    options = {"account_sid": "AC1"}
    return Account(channel=channel, address="1234", options=options, base_url=base_url, secrets=secrets(one))


@each
def test_the_files_are_where_they_are_in_all(name: str) -> None:
    wanted = (*FILES, "render.py", "send.py") if name in SENDING else FILES
    assert [file for file in wanted if not (folder(name) / file).exists()] == []


@each
def test_webhooks_are_signed_with_a_secret_that_is_configured(name: str) -> None:
    one = found(name)
    options = {option.name: option for option in one.options}
    assert len(options) == len(one.options)
    assert options[one.signed_with].secret
    assert all(option.doc.endswith(".") for option in one.options)


@each
def test_nobody_gets_in_without_a_signature_and_what_was_kept_is_answered(name: str) -> None:
    webhook = found(name).webhook
    for body in (b"", b"{}", b"\xff", b"a=b"):
        request = Request(method="POST", url="https://a.example/hooks/x", headers={}, body=body)
        verdict = webhook.verify(request, secrets=("s",), now_ms=0)
        assert (verdict.valid, verdict.reason) == (False, "missing_signature")
        assert verdict.reason in REASONS
    assert webhook.accepted.status == 200


@each
def test_bytes_that_mean_nothing_are_an_error_that_says_so(name: str) -> None:
    one = found(name)
    for body in (b"", b"\xff\xfe\x00", b"[]"):
        parsed = one.webhook.parse(body, headers={}, channel=one.channels[0])
        assert (parsed.kind, bool(parsed.error)) == ("error", True)
        assert one.webhook.dedupe_ids(body, headers={}) == ()


@each
def test_capabilities_are_those_of_a_channel(name: str) -> None:
    one = found(name)
    for channel in one.channels:
        carries = one.capabilities(channel)
        assert carries.text_chars > 0
        assert bool(carries.media_types) == bool(carries.media_bytes)
        assert set(carries.receipts) <= {"sent", "delivered", "read", "failed"}
        assert carries.reply_window_ms is None or carries.reply_window_ms >= 3_600_000


@each_sending
async def test_an_account_that_lacks_a_secret_is_refused_before_anything_is_sent(name: str) -> None:
    one = found(name)
    assert one.connect is not None
    async with client() as http:
        for channel in one.channels:
            with pytest.raises(Refused, match="not_configured"):
                one.connect(Account(channel=channel), http)
            assert one.connect(account(one, channel), http)


@each_sending
async def test_nothing_is_said_of_secrets_when_nobody_is_there(name: str) -> None:
    """Sending to a port where nobody listens: the reason names neither address nor secret."""
    one = found(name)
    known = secrets(one)
    assert one.connect is not None
    async with client() as http:
        for channel in one.channels:
            out = one.connect(account(one, channel, "http://127.0.0.1:9"), http)
            with pytest.raises(Exception, match="unreachable") as refused:
                await out.send(message("1", "Hello"))
            assert not [text for text in (*known.values(), "127.0.0.1") if text in str(refused.value)]


@each_sending
async def test_files_are_fetched_from_the_provider_only(name: str) -> None:
    one = found(name)
    assert one.connect is not None

    def nobody(request: httpx.Request) -> httpx.Response:
        assert request.url.host in ("api.twilio.com", "graph.facebook.com", "api.telegram.org", "chatapi.viber.com")
        said = {"ok": True, "url": "https://evil.example/x", "result": {}}
        return httpx.Response(200, stream=httpx.ByteStream(json.dumps(said).encode()))

    async with httpx.AsyncClient(transport=httpx.MockTransport(nobody)) as http:
        for channel in one.channels:
            out = one.connect(account(one, channel), http)
            for attachment in (Attachment(url="http://169.254.169.254/"), Attachment(url="x", provider_id="../me")):
                with pytest.raises(Refused):
                    await out.fetch(attachment, most_bytes=10)


@each_sending
async def test_a_message_without_anything_is_refused(name: str) -> None:
    one = found(name)
    assert one.connect is not None
    async with client() as http:
        out = one.connect(account(one, one.channels[0]), http)
        with pytest.raises(Refused, match="empty"):
            await out.send(message("1", " \n "))
        if not one.capabilities(one.channels[0]).media_types:
            with pytest.raises(Refused, match="no_files"):
                await out.send(message("1", files=(PICTURE,)))


def quality(name: str) -> dict[str, str]:
    """Every rule's answer, by level and name."""
    with (folder(name) / "quality.toml").open("rb") as file:
        stated = tomllib.load(file)
    assert set(stated) == {"level", *LEVELS}
    return {
        "level": stated["level"],
        **{f"{level}.{rule}": stated[level][rule] for level in LEVELS for rule in stated[level]},
    }


def rules() -> set[str]:
    """As the page has them."""
    page = (ROOT / "docs/adapters.md").read_text("utf-8").partition("## The quality scale")[2]
    level, named = "", set()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) >= 4 and "`" in cells[2]:
            level = cells[1].strip("`") or level
            named |= {f"{level}.{rule}" for rule in re.findall(r"`(\w+)`", cells[2])}
    return named


@each
def test_the_level_is_what_the_rules_come_to(name: str) -> None:
    stated = quality(name)
    answers = {rule: answer for rule, answer in stated.items() if rule != "level"}
    assert set(answers) == rules()
    assert [rule for rule, answer in answers.items() if not re.match(r"yes$|(none|no): \w", answer)] == []
    missed = {rule.partition(".")[0] for rule, answer in answers.items() if answer.startswith("no:")}
    reached = next((n for n, level in enumerate(LEVELS) if level in missed), len(LEVELS))
    assert stated["level"] == ("none", *LEVELS)[reached]


@each
def test_what_is_claimed_is_what_the_channel_says_it_carries(name: str) -> None:
    one, stated = found(name), quality(name)
    carried = [one.capabilities(channel) for channel in one.channels]
    claims = {
        "answers.sends": one.connect is not None,
        "converses.receipts": any(each.receipts for each in carried),
        "converses.buttons": any(each.quick_replies for each in carried),
        "converses.templates": any(each.templates for each in carried),
        "converses.typing": any(each.typing for each in carried),
    }
    assert {rule: stated[rule] == "yes" for rule in claims} == claims


@each
def test_what_is_tested_has_tests(name: str) -> None:
    """Parsing and sending of each provider have a file of tests of their own."""
    stem = name.rpartition(".")[2].removesuffix("_messaging")
    wanted = ["parsing", *(["sending"] if name in SENDING else [])]
    missing = [one for one in wanted if not list((ROOT / "tests/adapters").glob(f"test_{stem}*{one}.py"))]
    assert missing == [] or name == "tests.adapters.pigeon"


def test_every_channel_of_messages_has_a_carrier_that_knows_it() -> None:
    without = {"webchat", "voice", "email", "webform", "manual", "case"}
    assert set(CHANNELS) - without <= set(FOLDERS)
    for channel, folders in FOLDERS.items():
        for provider in folders:
            assert channel == "voice" or channel in adapter(channel, provider).channels
    with pytest.raises(KeyError):
        adapter("sms", "meta")
    with pytest.raises(KeyError):
        adapter("pigeon")
