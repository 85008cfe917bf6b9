"""Widget accounts: which pages may open a session, and accounts that do not fit the policy."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import accounts, policy
from config.fault import ConfigInvalid, Fault

CENTRE = policy.load(policy.DEMO)
ACCOUNT = """\
[[accounts]]
key = "shop"
allowed_origins = [{origins}]
languages = ["en"]
departments = ["sales"]
[accounts.texts.en]
title = "Shop"
welcome = "Hello"
departments = {{ sales = "Advice" }}
"""


def account(folder: Path, *origins: str) -> accounts.Account:
    file = folder / "accounts.toml"
    file.write_text(ACCOUNT.format(origins=", ".join(f'"{origin}"' for origin in origins)))
    return accounts.load_accounts(file, CENTRE)["shop"]


def faults_of(folder: Path, text: str) -> list[Fault]:
    file = folder / "accounts.toml"
    file.write_text(text)
    with pytest.raises(ConfigInvalid) as invalid:
        accounts.load_accounts(file, CENTRE)
    return list(invalid.value.faults)


@pytest.mark.parametrize(
    ("allowed", "origin"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example", "https://shop.example:443"),
        ("https://shop.example:443", "https://shop.example"),
        ("http://localhost:*", "http://localhost:5173"),
        ("http://localhost:*", "http://localhost"),
        ("https://*.shop.example", "https://de.shop.example"),
        ("https://*.shop.example", "https://a.b.shop.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_a_page_of_an_allowed_origin_may_open_a_session(tmp_path: Path, allowed: str, origin: str) -> None:
    assert account(tmp_path, allowed).allows(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://shop.example",
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "https://shop.example:8443",
        "https://shop.example/",
        "https://shop.example@evil.example",
        "https://SHOP.example",
        "https://*.shop.example",
        "https://shop.example\n",
        "https://sub.shop.example",
        "https://cdn.net",
        "https://.cdn.net",
        "https://evilcdn.net",
    ],
)
def test_a_page_of_any_other_origin_may_not(tmp_path: Path, origin: str) -> None:
    assert not account(tmp_path, "https://shop.example", "https://*.cdn.net").allows(origin)


@pytest.mark.parametrize("origin", ["*", "shop.example", "https://", "https://*", "ftp://a.b", "https://a.b/path"])
def test_what_is_no_origin_is_refused(tmp_path: Path, origin: str) -> None:
    [fault] = faults_of(tmp_path, ACCOUNT.format(origins=f'"{origin}"'))
    assert (fault.line, fault.column) == (3, 20)
    assert "is not an origin" in fault.reason


def test_an_account_that_does_not_fit_itself_or_the_policy_is_refused_with_all_faults(tmp_path: Path) -> None:
    text = (
        '[[accounts]]\nkey = "a"\nallowed_origins = []\nlanguages = ["pl", "fr"]\n'
        'departments = ["sales", "vip", "sails"]\n[accounts.texts.pl]\ntitle = "A"\nwelcome = "B"\ndepartments = {}\n'
        '[[accounts]]\nkey = "a"\nallowed_origins = []\nlanguages = ["en"]\naccent = "green"\n'
        '[accounts.texts.en]\ntitle = "A"\nwelcome = "B"\ndepartments = {}\n'
    )
    found = [(fault.line, fault.column, fault.reason.partition("'")[0]) for fault in faults_of(tmp_path, text)]
    assert found == [
        (1, 3, "the default language must be one of the languages"),
        (4, 20, "no texts for language "),
        (5, 25, "queue "),
        (5, 32, "undefined queue "),
        (6, 2, "no label in "),
        (11, 7, "account "),
        (14, 10, ""),
    ]


def with_secret(source: str) -> str:
    return ACCOUNT.format(origins="").replace('languages = ["en"]', f'languages = ["en"]\nidentity_secret = "{source}"')


def test_the_key_a_site_signs_with_is_read_from_where_it_is_said_to_be_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 32 + "\n")
    (tmp_path / "accounts.toml").write_text(with_secret("file:key"))
    shop = accounts.load_accounts(tmp_path / "accounts.toml", CENTRE)["shop"]
    assert shop.identity_secret == "k" * 32
    assert "kkk" not in repr(shop)


@pytest.mark.parametrize(
    ("source", "reason"),
    [("file:nowhere", "cannot be read"), ("file:short", "at least 32 bytes"), ("kkk", "a secret is not written here")],
)
def test_a_key_that_is_not_there_too_short_or_written_down_is_told(tmp_path: Path, source: str, reason: str) -> None:
    (tmp_path / "short").write_text("k" * 31)
    (fault,) = faults_of(tmp_path, with_secret(source))
    assert reason in fault.reason
    assert fault.line == 5
