"""Settings: where they come from, what is refused, and that secrets stay secret."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec.structs import fields

from config import policy
from config.secret import Secret
from config.settings import Settings, SettingsInvalid, is_secret, lease_problem, load_settings, variable


def problems(environ: dict[str, str], file: Path | None = None, **overrides: object) -> tuple[str, ...]:
    with pytest.raises(SettingsInvalid) as invalid:
        load_settings(environ, file=file, overrides=overrides)
    return invalid.value.problems


def test_without_anything_said_the_defaults_hold() -> None:
    assert load_settings({}) == Settings()
    assert not load_settings({}).demo


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('port = 1\nhost = "file"\nlog_format = "json"\nallowed_origins = ["https://a.example"]\n')
    environ = {"USHER_SETTINGS": str(file), "USHER_PORT": "2", "USHER_HOST": "environment"}
    settings = load_settings(environ, overrides={"port": 3, "host": None, "data_dir": tmp_path})
    assert (settings.port, settings.host, settings.log_format) == (3, "environment", "json")
    assert settings.allowed_origins == ("https://a.example",)
    assert settings.data_dir == tmp_path


def test_values_of_the_environment_are_read_as_the_type_of_the_setting() -> None:
    settings = load_settings(
        {
            "USHER_DEMO": "true",
            "USHER_HEARTBEAT_S": "2.5",
            "USHER_ALLOWED_ORIGINS": "https://a.example, https://b.example",
            "USHER_POLICY": "/etc/usher/policy",
        }
    )
    assert settings.demo is True
    assert settings.heartbeat_s == 2.5
    assert settings.allowed_origins == ("https://a.example", "https://b.example")
    assert settings.policy == Path("/etc/usher/policy")


def test_every_wrong_setting_is_named_at_once_with_its_value_and_reason(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('prot = 1\nhost = ""\n')
    found = problems(
        {"USHER_PORT": "99999", "USHER_LOG_FORMAT": "xml", "USHER_DEMO": "maybe", "USHER_PUBLIC_URL": "http://a/b"},
        file,
        port=-1,
    )
    assert found == (
        f"{file}:1:1: unknown setting 'prot'; did you mean 'port'?",
        f"{file}:2:8: expected a string of length >= 1, got ''",
        "USHER_PORT: expected a number from 0 to 65,535, got '99999'",
        "USHER_PUBLIC_URL: 'http://a/b' is not a URL like https://chat.example, without a path",
        "USHER_DEMO: expected a boolean, got 'maybe'",
        "USHER_LOG_FORMAT: unknown value 'xml'; known: console, json",
        "--port: expected a number from 0 to 65,535, got -1",
    )


def test_a_misspelt_variable_is_refused_and_a_strange_one_is_not() -> None:
    assert problems({"USHER_HEARTBEATS": "1"}) == (
        "USHER_HEARTBEATS: unknown setting; did you mean USHER_HEARTBEAT_S?",
    )
    strange = {
        "USHER_SERVICE_HOST": "10.0.0.1",
        "USHER_PORT_80_TCP": "tcp://10.0.0.1:80",
        "USHER_DATA": "x",
        "PATH": "",
    }
    assert load_settings(strange) == Settings()


def test_a_secret_is_read_from_the_file_its_variable_names(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("k" * 40 + "\n")
    assert load_settings({"USHER_REDIS_URL_FILE": str(file)}).redis_url.reveal() == "k" * 40


def test_a_secret_from_two_places_or_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    both = {"USHER_REDIS_URL": "redis://a", "USHER_REDIS_URL_FILE": str(tmp_path / "x")}
    assert problems(both) == ("USHER_REDIS_URL and USHER_REDIS_URL_FILE are both set; keep one",)
    [unreadable] = problems({"USHER_REDIS_URL_FILE": str(tmp_path / "x")})
    assert "cannot be read: No such file or directory" in unreadable


def test_a_secret_is_never_shown(tmp_path: Path) -> None:
    hidden = "redis://:hunter2@host"
    settings = load_settings({"USHER_REDIS_URL": hidden, "USHER_POSTGRES_URL": "hunter2" * 5})
    assert settings.redis_url.reveal() == hidden
    assert "hunter2" not in f"{settings} {settings!r} {settings.redis_url} {settings.redis_url!r}"
    file = tmp_path / "settings.toml"
    file.write_text("postgres_url = ['hunter2']\n")
    found = problems({"USHER_REDIS_URL": "hunter2\0"}, file)
    assert len(found) == 2
    assert "hunter2" not in "".join(found)


def test_secrets_are_equal_by_what_they_hold_and_false_when_empty() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret()


def test_a_lease_must_outlast_two_heartbeats() -> None:
    centre = policy.load(policy.DEMO)
    assert lease_problem(Settings(), centre) is None
    short = replace(centre, presence=replace(centre.presence, lease_ms=20_000))
    assert lease_problem(Settings(heartbeat_s=10), short) is not None


def test_every_setting_has_a_meaning_and_every_number_a_range() -> None:
    for info in fields(Settings):
        text = str(info.type)
        assert "description=" in text, info.name
        if "int" in text.split("Annotated[")[1][:6] or "float" in text.split("Annotated[")[1][:6]:
            assert "ge=" in text, info.name
            assert "le=" in text, info.name
        if is_secret(info):
            assert variable(info.name).isupper()


def test_reading_the_settings_costs_a_command_little() -> None:
    code = (
        "import sys; from config.settings import load_settings; load_settings({});"
        "print('tree_sitter' in sys.modules, 'pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.split() == ["False", "False"]
