"""What the engine asks of a channel's adapter: one carrier an account, made by the composition root."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from config.channel_accounts import ChannelAccount
from router.core.inbound import Attachment, Parsed
from router.core.outbound import Capabilities, OutboundMessage


class Carrier(Protocol):
    """One number, page, bot or mailbox: its way in and out. Its calls end in time; errors: TryAgain, Refused."""

    @property
    def account(self) -> ChannelAccount: ...

    @property
    def capabilities(self) -> Capabilities: ...

    def parse(self, body: bytes, headers: Mapping[str, str]) -> Parsed:
        """What a request of the provider holds; never raises."""

    async def send(self, message: OutboundMessage, *, sent: Sequence[str] = ()) -> Sequence[str]:
        """The provider's ids of its parts, in order. sent: of those an earlier attempt got through."""

    async def typing(self, recipient: str, *, in_reply_to: str = "") -> None:
        """Show that somebody writes, where the channel can."""

    async def mark_read(self, recipient: str, external_id: str) -> None:
        """The agent has seen the customer's message."""

    async def name_of(self, person: str) -> str:
        """What a person is called on the channel; "" when it does not tell."""

    async def fetch(self, attachment: Attachment, *, most_bytes: int) -> bytes:
        """The bytes of an inbound file."""


class Carriers:
    """All carriers of the centre, by the key of their account."""

    def __init__(self, carriers: Iterable[Carrier] = ()) -> None:
        self._by_key = {carrier.account.key: carrier for carrier in carriers}
        self.mark_read = any(carrier.capabilities.read_marks for carrier in self._by_key.values())
        """Whether there is a channel whose customers see what was read."""
        self._by_address = {
            (carrier.account.channel, carrier.account.address): carrier for carrier in self._by_key.values()
        }

    def get(self, key: str) -> Carrier | None:
        return self._by_key.get(key)

    def __iter__(self) -> Iterator[Carrier]:
        return iter(self._by_key.values())

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def addressed(self, own: Carrier, address: str) -> Carrier | None:
        """Whose message it is that came through the webhook of `own`: apps of Meta have one for all their pages.

        None: no account of ours has that address.
        """
        if address in ("", own.account.address):
            return own
        other = self._by_address.get((own.account.channel, address))
        if other is None and own.account.provider != "meta":
            return own  # a number of a messaging service, a bot known by id and by name
        return other
