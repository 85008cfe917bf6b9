"""docs/channels.md: its example loads, and what adapters want to be told is what it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.registry import adapter
from config.channel_accounts import load_channel_accounts
from config.policy import load
from tests.adapters.sending import client

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/channels.md").read_text("utf-8")
PROVIDERS = {"Twilio": "sms", "Meta": "messenger", "Telegram": "telegram", "Viber": "viber"}


async def test_the_example_is_whole(tmp_path: Path) -> None:
    example = next(one for one in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if "twilio" in one.lower())
    file = tmp_path / "channels.toml"
    file.write_text(example, "utf-8")
    environ = {name: f"value of {name}" for name in re.findall(r'"env:(\w+)"', example)}
    accounts = load_channel_accounts(file, load(ROOT / "config/demo/policy"), environ=environ)
    assert {account.provider for account in accounts.values()} == {"twilio", "meta", "telegram", "viber"}
    async with client() as http:
        for account in accounts.values():
            known = adapter(account.channel, account.provider)
            named = {*account.options, *account.secrets}
            assert named <= {option.name for option in known.options}
            assert {option.name for option in known.options if option.required} <= named
            assert known.connect is not None
            assert known.connect(account, http)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_option_is_named_where_its_provider_is(provider: str) -> None:
    section = re.search(rf"^{provider}[ .]", PAGE, re.MULTILINE)
    assert section is not None
    rows = [line for line in PAGE[section.start() :].split("\n\n")[1].splitlines() if line.startswith("| ")]
    named = {name: row for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[2])}
    options = adapter(PROVIDERS[provider]).options
    assert set(named) == {option.name for option in options}
    for option in options:
        assert ("secret" if option.secret else "option") in named[option.name].split("|")[1]


def test_the_table_of_channels_says_what_the_channels_say() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| ")]
    known = {row[0]: row for row in rows if len(row) == 6}
    channels = {
        "SMS": ("sms", ""),
        "WhatsApp by Twilio": ("whatsapp", "twilio"),
        "WhatsApp by Meta": ("whatsapp", "meta"),
        **{name: (name.lower(), "") for name in ("Messenger", "Instagram", "Telegram", "Viber")},
    }
    for name, (channel, provider) in channels.items():
        carries, row = adapter(channel, provider).capabilities(channel), known[name]
        assert row[1].split()[0] == f"{carries.text_chars:,}", name
        assert f"{carries.media_bytes // 1_000_000} MB" in row[2], name
        assert row[3] == (", ".join(carries.receipts) or "none"), name
        assert row[4] == (str(carries.quick_replies) if carries.quick_replies else "a list"), name
        assert row[5].startswith("no window") == (carries.reply_window_ms is None), name
        assert row[5].startswith("a template") == carries.templates, name
