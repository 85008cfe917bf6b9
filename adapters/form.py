"""The form every channel adapter has: one folder, the same file names, an `ADAPTER` in its `__init__`.

    options.py   what an account of the channel is configured with, and its capabilities
    webhook.py   is a request the provider's? (or poll.py: fetch instead of being called)
    parse.py     a raw request body → `router.core.inbound.Parsed`; never raises on any bytes
    render.py    `router.core.outbound.OutboundMessage` → the provider's requests
    send.py      those requests over HTTP: the provider's ids, or TryAgain, or Refused
    quality.toml what of docs/adapters.md it fulfils

`webhook`, `parse` and `render` are pure: bytes and values in, values out. Adapters are found in `adapters.registry`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from router.core.inbound import Attachment, Parsed
from router.core.outbound import Capabilities, OutboundMessage
from router.core.words import Channel, Ms

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A webhook as it came. url: as the provider called it (rebuilt behind trusted proxies only), query included.
    headers: names in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a request is the provider's own. reason: "" when valid, else one of the words of `REASONS`."""

    valid: bool
    reason: str = ""


REASONS = ("missing_signature", "bad_signature", "old_timestamp", "bad_timestamp", "body_hash", "unreadable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider is told."""

    status: int = 200
    body: bytes = b""
    media_type: str = "text/plain"


class Webhook(Protocol):
    """How one provider calls us."""

    accepted: Answer
    """What a webhook that was kept is answered with."""

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        """By any of the secrets (two while one is being changed), in constant time, on the raw bytes. An empty secret
        is none: anybody could sign with it.

        A genuine request sent a second time is genuine: repeats are refused by `dedupe_ids`, in the inbox.
        """

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """The answer to a provider asking whether this address is ours; None for every other request.

        Asked before `verify`: some of these questions carry no signature. It checks itself what there is to check.
        """

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed: ...

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        """The provider's ids of what is inside: the same request sent again has the same.

        () when there are none, as in news of the account: then two requests with the same body are the same.
        """


class Account(Protocol):
    """One number, page or bot of ours, as it is configured."""

    @property
    def channel(self) -> Channel: ...
    @property
    def address(self) -> str:
        """As the provider names it: `InboundMessage.account`."""

    @property
    def options(self) -> Mapping[str, str]: ...
    @property
    def base_url(self) -> str:
        """Where the provider's API is; "" at its usual place."""

    def secret(self, name: str) -> str:
        """ "" when there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something an account is configured with. secret: it belongs among the account's secrets."""

    name: str
    doc: str
    secret: bool = False
    required: bool = True


class Sender(Protocol):
    """The way out of one account. Every call ends in time, and raises nothing but TryAgain and Refused."""

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> tuple[str, ...]:
        """The provider's ids of its parts, in order. sent: of those an earlier attempt got through, from NotSent.sent.

        Where the provider offers a key of idempotence it is made of message.id, so that an attempt whose answer was
        lost does not say things twice; where it offers none, that cannot be helped.
        """

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Show that somebody writes; it fades by itself. in_reply_to: the customer's last message."""

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """The agent has seen the customer's message."""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        """The bytes of an inbound attachment, from the provider's own hosts only. Refused `too_large` beyond."""


Connect = Callable[[Account, "httpx.AsyncClient"], Sender]
"""The sender of an account over a shared HTTP client. Raises Refused `not_configured` when options are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """All of a channel adapter. signed_with: the option whose secrets webhooks are verified by."""

    name: str
    channels: tuple[Channel, ...]
    webhook: Webhook
    signed_with: str
    options: tuple[Option, ...]
    capabilities: Callable[[Channel], Capabilities]
    connect: Connect | None = None
