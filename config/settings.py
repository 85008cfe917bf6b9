"""Settings of the program: what differs between machines, not between centres (that is the policy).

Each comes from, the first that says something: the command line, the environment (`USHER_PORT`), a file named by the
environment (`USHER_SECRET_KEY_FILE`, for secrets), the TOML file `USHER_SETTINGS` names, the default here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_origin

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import FieldInfo, fields

from config.document import read
from config.fault import ConfigInvalid
from config.secret import Secret
from config.shape import bare, reason_for
from router.core.policy import Policy

PREFIX = "USHER_"
FILE_VARIABLE = "USHER_SETTINGS"
_OTHERS = frozenset({FILE_VARIABLE, "USHER_DATA"})
"""Variables of ours that are no settings; USHER_DATA is where the tests find their data."""
_MOST_SECRET_BYTES = 65_536


class SettingsInvalid(Exception):
    """The program cannot start with these settings. problems: one sentence each; never the value of a secret."""

    code: ClassVar[str] = "settings_invalid"

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class Settings(Struct, frozen=True, kw_only=True):
    """Durations in the unit of their name."""

    # Where it listens
    host: Annotated[str, Meta(min_length=1, description="Address to listen on.")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535, description="Port to listen on; 0 takes a free one.")] = 8080
    public_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s/?#]+)?\Z",
            title="a URL like https://chat.example, without a path",
            description="How browsers reach the server; empty: as it listens. https makes cookies secure.",
        ),
    ] = ""
    smtp_listen: Annotated[
        str,
        Meta(
            pattern=r"^(\S+:\d{1,5})?\Z",
            title="an address like 0.0.0.0:25",
            description="Where mails for the e-mail accounts are taken by SMTP; empty: nowhere.",
        ),
    ] = ""
    smtp_hostname: Annotated[
        str, Meta(max_length=255, description="What the SMTP listener calls itself; empty: localhost.")
    ] = ""
    smtp_certificate: Annotated[
        Path | None, Meta(description="Certificate and key (PEM) with which the SMTP listener offers STARTTLS.")
    ] = None
    allowed_origins: Annotated[
        tuple[str, ...],
        Meta(description="Further web origins of the agent client; its own is always allowed. Comma-separated."),
    ] = ()
    trusted_proxies: Annotated[
        tuple[str, ...], Meta(description="Addresses of proxies whose X-Forwarded-For is believed. Comma-separated.")
    ] = ()

    customers_for_agents: Annotated[
        Literal["all", "served"],
        Meta(description="Customers agents may look up; served: whom they work or worked for."),
    ] = "all"

    # What it keeps, and where
    data_dir: Annotated[Path, Meta(description="Folder of the embedded servers' data.")] = Path(".usher")
    redis_url: Annotated[
        Secret, Meta(description="Redis ≥ 7 or Valkey ≥ 8 (redis://, rediss://, unix://); empty: the embedded one.")
    ] = Secret()
    postgres_url: Annotated[Secret, Meta(description="PostgreSQL; empty: the embedded one.")] = Secret()
    policy: Annotated[
        Path | None, Meta(description="The policy: a TOML file or a folder of them; none: the demo centre's.")
    ] = None
    accounts: Annotated[Path | None, Meta(description="The widget accounts: a TOML file; none: the demo centre's.")] = (
        None
    )
    channels: Annotated[
        Path | None, Meta(description="The channel accounts: a TOML file (docs/channels.md); none: only the widget.")
    ] = None
    departments: Annotated[
        Path | None,
        Meta(description="Other departments in Slack: a TOML file (docs/departments.md); none: there are none."),
    ] = None
    data_sources: Annotated[
        Path | None,
        Meta(description="Services that know orders, stock …: a TOML file (docs/bot.md); none: there are none."),
    ] = None
    receivers: Annotated[
        Path | None,
        Meta(description="Programs told of cases' deadlines: a TOML file (docs/cases.md); none: there are none."),
    ] = None
    forms: Annotated[
        Path | None, Meta(description="Web forms: a TOML file (docs/forms.md); none: the demo centre's, in demo mode.")
    ] = None
    bots: Annotated[
        Path | None, Meta(description="The bot that answers first: a folder of TOML files (docs/bot.md); none: no bot.")
    ] = None
    llm_url: Annotated[
        str,
        Meta(
            pattern=r"^(https?://[^\s/?#@{}]+[^\s?#{}]*)?\Z",
            title="a URL like https://host/v1",
            description="A language model bots may ask (docs/bot.md), by OpenAI's chat completions; empty: nobody is.",
        ),
    ] = ""
    llm_model: Annotated[str, Meta(max_length=200, description="Which of its models.")] = ""
    llm_key: Annotated[Secret, Meta(description="What it is shown as bearer.")] = Secret()
    llm_may: Annotated[
        Literal["choose", "rephrase", "both"],
        Meta(description="Choose among what was found, say articles in other words, or both."),
    ] = "choose"
    llm_timeout_s: Annotated[float, Meta(ge=0.1, le=10, description="How long it is waited for.")] = 1.5
    llm_at_once: Annotated[int, Meta(ge=1, le=64, description="Questions under way; one more is not asked.")] = 8
    llm_internal: Annotated[
        bool, Meta(description="It is in our own network; else addresses there are refused, and plain http.")
    ] = False
    demo: Annotated[bool, Meta(description="Seed the demo centre, with its well-known passwords.")] = False

    # Who comes in
    session_lifetime_s: Annotated[int, Meta(ge=300, le=2_592_000, description="How long a sign-in lasts.")] = 43_200
    max_connections: Annotated[
        int, Meta(ge=1, le=200_000, description="Sockets a node accepts, of customers and of staff each.")
    ] = 10_000

    # Sockets
    heartbeat_s: Annotated[float, Meta(ge=0.5, le=60, description="How often a client is to be heard.")] = 10.0
    resume_window_s: Annotated[
        int, Meta(ge=5, le=3_600, description="How long a lost session can be resumed without a fresh snapshot.")
    ] = 120
    session_buffer_events: Annotated[
        int, Meta(ge=16, le=100_000, description="Events kept unacknowledged for a session before it must start anew.")
    ] = 1_000
    max_frame_bytes: Annotated[
        int, Meta(ge=4_096, le=1_048_576, description="The largest frame a client may send.")
    ] = 65_536
    max_message_chars: Annotated[int, Meta(ge=1, le=100_000, description="The longest chat message.")] = 10_000
    frames_per_s: Annotated[float, Meta(ge=1, le=10_000, description="Frames a client may send, for good.")] = 20.0
    frame_burst: Annotated[int, Meta(ge=1, le=100_000, description="Frames a client may send at once.")] = 60

    # Stores
    redis_in_flight: Annotated[
        int, Meta(ge=16, le=1_000_000, description="Calls to the store under way at once; further ones wait.")
    ] = 10_000
    redis_timeout_s: Annotated[float, Meta(ge=0.1, le=60, description="How long a call to the store may take.")] = 5.0
    postgres_pool: Annotated[
        int,
        Meta(
            ge=2, le=200, description="PostgreSQL connections for queries; one is held while the inbox is worked off."
        ),
    ] = 8
    postgres_writers: Annotated[int, Meta(ge=1, le=64, description="PostgreSQL connections for batched writes.")] = 4
    write_queue: Annotated[
        int, Meta(ge=16, le=1_000_000, description="Writes that may wait; further ones are refused at once.")
    ] = 10_000
    postgres_timeout_s: Annotated[float, Meta(ge=0.1, le=120, description="How long a statement may take.")] = 10.0

    # Running
    shutdown_s: Annotated[float, Meta(ge=0, le=300, description="How long open work may take when stopping.")] = 10.0
    log_format: Annotated[Literal["console", "json"], Meta(description="For people or for machines.")] = "console"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"], Meta(description="The least important lines to write.")
    ] = "info"


def load_settings(
    environ: Mapping[str, str] | None = None, *, file: Path | None = None, overrides: Mapping[str, object] | None = None
) -> Settings:
    """The settings in force. overrides: by field name, from the command line; None values count as not given.

    Raises SettingsInvalid with all problems at once.
    """
    environ = os.environ if environ is None else environ
    problems: list[str] = []
    named = file or (Path(environ[FILE_VARIABLE]) if environ.get(FILE_VARIABLE) else None)
    values: dict[str, Any] = _from_file(named, problems) if named else {}
    values |= _from_environment(environ, problems)
    values |= _from_command_line(overrides or {}, problems)
    problems += _misspelt(environ)
    if problems:
        raise SettingsInvalid(problems)
    return Settings(**values)


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def is_secret(info: FieldInfo) -> bool:
    return bare(info.type) is Secret


def lease_problem(settings: Settings, policy: Policy) -> str | None:
    """What is wrong between the two: a device must be able to miss one heartbeat and stay connected."""
    if policy.presence.lease_ms > 2 * settings.heartbeat_s * 1000:
        return None
    lease_s = policy.presence.lease_ms / 1000
    return f"presence.lease_s ({lease_s:g}) must be longer than two heartbeats (of {settings.heartbeat_s:g} s)"


def llm_problem(settings: Settings) -> str | None:
    """What is wrong between them: a key and customers' words do not go over open networks in plain text."""
    if settings.llm_url.startswith("http://") and not settings.llm_internal:
        return "llm_url must be https, or llm_internal true: the model is in our own network"
    return None


def _from_command_line(overrides: Mapping[str, object], problems: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for info in fields(Settings):
        value = overrides.get(info.name)
        if value is None:
            continue
        try:
            values[info.name] = _convert(info, value, strict=True)
        except msgspec.ValidationError as error:
            problems.append(f"--{info.name.replace('_', '-')}: {_reason(info, value, error)}")
    return values


def _from_environment(environ: Mapping[str, str], problems: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for info in fields(Settings):
        name = variable(info.name)
        text = environ.get(name)
        from_file = environ.get(f"{name}_FILE") if is_secret(info) else None
        if from_file and text is not None:
            problems.append(f"{name} and {name}_FILE are both set; keep one")
        elif from_file:
            text = _secret_text(f"{name}_FILE", Path(from_file), problems)
        if text is None:
            continue
        try:
            values[info.name] = _convert(info, text, strict=False)
        except msgspec.ValidationError as error:
            problems.append(f"{name}: {_reason(info, text, error)}")
    return values


def _from_file(path: Path, problems: list[str]) -> dict[str, object]:
    values: dict[str, object] = {}
    try:
        tree = read(path)
    except ConfigInvalid as invalid:
        problems += map(str, invalid.faults)
        return values
    known = {info.name: info for info in fields(Settings)}
    for key, node in tree.children.items():
        info = known.get(str(key))
        if info is None:
            near = get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            problems.append(str(node.fault(f"unknown setting {key!r}{hint}", key=True)))
            continue
        try:
            values[info.name] = _convert(info, node.value, strict=True)
        except msgspec.ValidationError as error:
            problems.append(str(node.fault(_reason(info, node.value, error))))
    return values


def _secret_text(name: str, path: Path, problems: list[str]) -> str | None:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_SECRET_BYTES).decode().strip()
    except (OSError, ValueError) as error:
        problems.append(f"{name}: {str(path)!r} cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8 text'}")
        return None


def _convert(info: FieldInfo, value: object, *, strict: bool) -> object:
    """The value as the setting's type; from the environment (not strict) everything is text."""
    if not strict and get_origin(bare(info.type)) is tuple:
        value = [part.strip() for part in str(value).split(",") if part.strip()]
    return msgspec.convert(value, info.type, strict=strict, dec_hook=_decode)


def _decode(kind: type, value: object) -> object:
    if isinstance(value, kind):
        return value
    if not isinstance(value, str) or "\0" in value:
        raise ValueError("expected a string")
    return kind(value)


def _reason(info: FieldInfo, value: object, error: msgspec.ValidationError) -> str:
    if is_secret(info):
        return "not a text that can be used (the value is not shown)"
    return reason_for(info.type, value, str(error))


def _misspelt(environ: Mapping[str, str]) -> Iterator[str]:
    """Only what is close to a setting: others may have variables of this prefix too, as Kubernetes sets them."""
    known = [variable(info.name) for info in fields(Settings)]
    files = {f"{variable(info.name)}_FILE" for info in fields(Settings) if is_secret(info)}
    for name in environ:
        if name.startswith(PREFIX) and name not in known and name not in files | _OTHERS:
            near = get_close_matches(name, known, n=1, cutoff=0.85)
            if near:
                yield f"{name}: unknown setting; did you mean {near[0]}?"
