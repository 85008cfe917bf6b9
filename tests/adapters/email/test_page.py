"""docs/email.md: its example loads, and every option of an account is named."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from adapters.email.account import OPTIONS
from adapters.email.mailbox import mailboxes
from config.channel_accounts import load_channel_accounts
from config.policy import load
from router.core.outbound import Refused

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/email.md").read_text("utf-8")
EXAMPLE = next(iter(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)))


def loaded(tmp_path: Path, text: str) -> str:
    """The address of the mailbox it describes."""
    file = tmp_path / "channels.toml"
    file.write_text(text, "utf-8")
    accounts = load_channel_accounts(file, load(ROOT / "config/demo/policy"), environ={"HELP_PASSWORD": "secret"})
    (box,) = mailboxes(accounts.values(), httpx.AsyncClient(verify=False))
    return box.account.address


def test_the_example_is_whole(tmp_path: Path) -> None:
    assert loaded(tmp_path, EXAMPLE) == "help@shop.example"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("smtp_host", "smtp_hots", "unknown option 'smtp_hots'"),
        ('options.smtp_host = "smtp.shop.example"\n', "", "smtp_host is missing"),
        ('"help@shop.example"', '"help"', "no e-mail address"),
        ("options.name", 'options.smtp_tls = "ssl"\noptions.name', "smtp_tls is tls, starttls or none"),
        ("options.name", 'options.imap_port = "0"\noptions.name', "imap_port is no port"),
        ("options.name", 'options.oauth_url = "http://x.example"\noptions.name', "no address with https"),
        ("options.name", 'options.most_an_hour = "many"\noptions.name', "most_an_hour is a number"),
    ],
)
def test_what_is_wrong_with_a_mailbox_is_said_at_the_start(
    tmp_path: Path, before: str, after: str, reason: str
) -> None:
    with pytest.raises(Refused, match="not_configured") as refused:
        loaded(tmp_path, EXAMPLE.replace(before, after))
    assert reason in refused.value.reason


def test_every_option_is_named() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith(("| option", "| secret"))]
    named = {name: row for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])}
    assert set(named) == {option.name for option in OPTIONS}
    for option in OPTIONS:
        assert ("secret" if option.secret else "option") in named[option.name].split("|")[1]
