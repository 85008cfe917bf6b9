"""Channel accounts: our numbers, pages, bots and mailboxes, each with the secrets its provider gave us.

A secret is never in the file: an entry says where it is, `env:NAME` for a variable of the environment or `file:PATH`.
What an account of each provider needs is in docs/channels.md.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field, structs

from config.document import Node, read
from config.fault import ConfigInvalid, Fault
from config.policy_shape import Language, Name, one_line
from config.secret import Secret
from config.shape import Complaint, Names, Report, fill
from config.voice_line import VoiceShape
from config.voice_line import faults as voice_faults
from router.core.policy import Policy
from router.core.words import Channel

Provider = Literal["twilio", "meta", "telegram", "viber", "email", "slack"]

PROVIDERS: Mapping[str, tuple[Provider, ...]] = {
    "voice": ("twilio",),
    "sms": ("twilio",),
    "whatsapp": ("twilio", "meta"),
    "messenger": ("meta",),
    "instagram": ("meta",),
    "telegram": ("telegram",),
    "viber": ("viber",),
    "email": ("email",),
    "slack": ("slack",),
}
"""Who carries a channel; the first is meant when an account names none."""
STAFF_CHANNEL = "slack"
"""No customers there: other departments and alerts."""
DEPARTMENT_CHANNELS = (STAFF_CHANNEL, "email")
"""By which other departments are reached."""

_SOURCE = re.compile(r"^(env|file):(\S.*)\Z")
_MOST_SECRET_BYTES = 65_536


class IsSecretSource:
    """env:NAME or file:PATH."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if not _SOURCE.match(value):
            yield Complaint("a secret is not written here: say where it is, env:NAME or file:PATH")


class IsWebUrl:
    """http or https, with a host, without a path's end."""

    def complaints(self, value: Any, report: Report) -> Iterable[Complaint]:
        if value and not re.match(r"^https?://[^\s/?#]+[^\s?#]*\Z", value):
            yield Complaint(f"{value!r} is not a URL like https://host/path")


class MessageTemplate(Struct, frozen=True, kw_only=True):
    """[[channels.templates]]: a message the provider has approved, for when the reply window is closed."""

    name: Annotated[str, one_line(200, "As the provider knows it (WhatsApp by Twilio: the ContentSid).")]
    label: Annotated[str, one_line(80, "What agents choose it by.")]
    language: Annotated[str, one_line(12, "The language it was approved in, like en or pt_BR.")] = "en"
    text: Annotated[str, Meta(max_length=4_096, min_length=1, description="What it says; {1}, {2} … are variables.")]


class ChannelAccountShape(Struct, frozen=True, kw_only=True):
    """[[channels]]: one number, page, bot or mailbox of ours."""

    key: Annotated[
        Name, Meta(description="Its name here, in webhook addresses (/hooks/KEY) and in rules as `account`.")
    ]
    channel: Annotated[
        Literal["voice", "sms", "whatsapp", "messenger", "instagram", "telegram", "viber", "email", "slack"],
        Meta(description="The medium."),
    ]
    provider: Annotated[
        Literal["", "twilio", "meta", "telegram", "viber", "email", "slack"],
        Meta(description="Who carries it; empty: the one there is, or the first of several."),
    ] = ""
    address: Annotated[
        str,
        Meta(max_length=200, description="Ours, as the provider names it: +48…, a page's or number's id, a mailbox."),
    ]
    options: Annotated[
        dict[Annotated[str, Meta(max_length=64)], Annotated[str, Meta(max_length=1_000)]],
        Meta(description="What else the provider wants to be told, by name (docs/channels.md)."),
    ] = field(default_factory=dict)
    secrets: Annotated[
        dict[Annotated[str, Meta(max_length=64)], Annotated[str, IsSecretSource()]],
        Meta(description="By name (docs/channels.md); each says where it is: env:NAME or file:PATH."),
    ] = field(default_factory=dict)
    language: Annotated[Language, Meta(description="Of customers who say nothing else.")] = "en"
    department: Annotated[
        str, Names("queues", also=("",)), Meta(description="The department its customers mean, as rules see it.")
    ] = ""
    base_url: Annotated[
        str, IsWebUrl(), Meta(max_length=300, description="The provider's API, if not at its usual place.")
    ] = ""
    rate_per_s: Annotated[
        float, Meta(gt=0, le=1_000, description="Messages sent in a second at most; the provider's own limit.")
    ] = 20.0
    templates: tuple[MessageTemplate, ...] = ()
    bot: Annotated[
        str,
        Meta(pattern=r"^[A-Za-z0-9_.:-]{0,64}\Z", description="The bot that answers first; empty: a person does."),
    ] = ""
    voice: VoiceShape = VoiceShape()


class ChannelsFile(Struct, frozen=True, kw_only=True):
    """Keys at the top of the file."""

    channels: tuple[ChannelAccountShape, ...]


NO_VOICE = VoiceShape()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelAccount:
    """An account as its file describes it, provider named and secrets read; fields as there."""

    key: str
    channel: Channel
    provider: Provider
    address: str
    options: Mapping[str, str]
    secrets: Mapping[str, Secret]
    language: str
    department: str
    base_url: str
    rate_per_s: float
    templates: tuple[MessageTemplate, ...]
    voice: VoiceShape = NO_VOICE
    bot: str = ""

    def secret(self, name: str) -> str:
        """The secret's text, "" when there is none."""
        return self.secrets.get(name, Secret()).reveal()

    def secrets_for(self, name: str) -> tuple[str, ...]:
        """The secret and, while it is being changed, `<name>_old`."""
        return tuple(text for text in (self.secret(name), self.secret(f"{name}_old")) if text)

    def option(self, name: str, default: str = "") -> str:
        return self.options.get(name, default)


def load_channel_accounts(
    path: Path, policy: Policy, *, taken: Iterable[str] = (), environ: Mapping[str, str] | None = None
) -> Mapping[str, ChannelAccount]:
    """Accounts by key, in file order, secrets read. taken: keys of widget accounts, which share their names.

    Raises ConfigInvalid with every fault found; never with a secret's value.
    """
    tree = read(path)
    report = Report(names={"queues": tuple(policy.queues)})
    shape = fill(ChannelsFile, tree, report)
    for fault in _judged(tree, policy, set(taken)):
        report.add(fault)
    environ = os.environ if environ is None else environ
    secrets = [_secrets(entry, path, environ, report) for entry in tree.elements("channels")]
    if shape is None or report.faults:
        raise ConfigInvalid(sorted(report.faults))
    return {account.key: _account(account, known) for account, known in zip(shape.channels, secrets, strict=True)}


def _account(shape: ChannelAccountShape, secrets: Mapping[str, Secret]) -> ChannelAccount:
    said = structs.asdict(shape) | {"provider": shape.provider or PROVIDERS[shape.channel][0], "secrets": secrets}
    return ChannelAccount(**said)


def _judged(tree: Node, policy: Policy, taken: set[object]) -> Iterator[Fault]:
    """Faults between values."""
    for entry in tree.elements("channels"):
        yield from voice_faults(entry)
        key, channel, provider = entry.at("key"), entry.at("channel"), entry.at("provider")
        if key is not None and key.value in taken:
            yield key.fault(f"account {key.value!r} is there already")
        if key is not None:
            taken.add(key.value)
        if channel is None or not isinstance(channel.value, str):
            continue
        carriers = PROVIDERS.get(channel.value, ())
        if provider is not None and provider.value and carriers and provider.value not in carriers:
            yield provider.fault(f"{channel.value} is not carried by {provider.value}; by {' or '.join(carriers)}")
        if channel.value in PROVIDERS and channel.value not in (*policy.channels, STAFF_CHANNEL):
            yield channel.fault(f"the policy has no [channels.{channel.value}]: nobody could be offered its items")


def _secrets(entry: Node, path: Path, environ: Mapping[str, str], report: Report) -> dict[str, Secret]:
    found: dict[str, Secret] = {}
    for name, node in entry.items("secrets"):
        if not isinstance(node.value, str) or not _SOURCE.match(node.value):
            continue
        text, problem = secret_text(node.value, path, environ)
        if problem:
            report.add(node.fault(problem))
        found[name] = Secret(text)
    return found


def secret_text(source: str, path: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """The secret that a source names and "", or "" and why it cannot be had. path: of the file that names it."""
    kind, _, where = source.partition(":")
    text = environ.get(where, "") if kind == "env" else _text_of(path.parent / where)
    if text:
        return text, ""
    return "", f"{where} is not set" if kind == "env" else f"{where} cannot be read, or is empty"


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_SECRET_BYTES).decode().strip()
    except (OSError, ValueError):
        return ""
