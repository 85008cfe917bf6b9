"""What a voice account of Twilio is configured with, and the addresses of ours that Twilio calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from adapters.form import Account, Option
from router.core.outbound import Capabilities, Refused
from router.core.words import Channel

BASE_URL = "https://api.twilio.com"
OPTIONS = (
    Option(name="account_sid", doc="The account's id, AC…."),
    Option(name="auth_token", doc="Signs webhooks; also for the REST API when there is no API key.", secret=True),
    Option(name="api_key_sid", doc="An API key, SK…: for the REST API, and for agents' browsers.", required=False),
    Option(name="api_key_secret", doc="Its secret.", secret=True, required=False),
)


def capabilities(channel: Channel) -> Capabilities:
    """A call carries nothing that is written."""
    return Capabilities(text_chars=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceAccount:
    """number: ours, callers are called from it. user, password: of the REST API. auth_tokens: one signs webhooks."""

    key: str
    account_sid: str
    number: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    user: str
    password: str = field(repr=False)
    api_key_sid: str = ""
    api_key_secret: str = field(default="", repr=False)
    base_url: str = BASE_URL


def voice_account(key: str, account: Account, auth_tokens: tuple[str, ...]) -> VoiceAccount:
    """Raises Refused `not_configured` when something is missing."""
    account_sid, api_key, secret = account.options.get("account_sid", ""), "", ""
    if account.options.get("api_key_sid"):
        api_key, secret = account.options["api_key_sid"], account.secret("api_key_secret")
    if not account_sid or not auth_tokens or (api_key and not secret):
        raise Refused("not_configured", f"voice account {key!r} needs account_sid, auth_token, and a secret per key")
    return VoiceAccount(
        key=key,
        account_sid=account_sid,
        number=account.address,
        auth_tokens=auth_tokens,
        user=api_key or account_sid,
        password=secret or auth_tokens[0],
        api_key_sid=api_key,
        api_key_secret=secret,
        base_url=account.base_url or BASE_URL,
    )


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where Twilio finds us. base: our public address, now."""

    base: Callable[[], str]

    def _of(self, *path: str, **query: object) -> str:
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.base()}/hooks/twilio/voice/{'/'.join(path)}{asked}"

    def incoming(self, account: str) -> str:
        return self._of(account, "incoming")

    def hold(self, account: str) -> str:
        return self._of(account, "hold")

    def music(self, account: str) -> str:
        return self._of(account, "music.wav")

    def page(self, account: str, call_id: str) -> str:
        return self._of(account, call_id, "page")

    def heard(self, account: str, call_id: str, stage: int) -> str:
        return self._of(account, call_id, "heard", stage=stage)

    def message(self, account: str, call_id: str) -> str:
        return self._of(account, call_id, "message")

    def leg(self, account: str, call_id: str, label: str) -> str:
        return self._of(account, call_id, "leg", label=label)

    def conference(self, account: str, call_id: str, room: str) -> str:
        return self._of(account, call_id, "conference", room=room.rpartition(".")[2])

    def recording(self, account: str, call_id: str, *, voicemail: bool) -> str:
        return self._of(account, call_id, "recording", voicemail=int(voicemail))

    def tones(self, account: str, call_id: str, digits: str) -> str:
        return self._of(account, call_id, "tones", digits=digits)
