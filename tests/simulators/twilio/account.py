"""Whose calls these are: credentials, phone numbers, TwiML applications; SIDs and signatures are made here."""

from __future__ import annotations

import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from twilio.request_validator import RequestValidator


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A URL of the product's, and how it is asked."""

    url: str
    method: str = "POST"

    @classmethod
    def of(cls, url: str | None, method: str | None = None) -> Self | None:
        return cls(url=url, method=(method or "POST").upper()) if url else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A phone number, a WhatsApp sender (`whatsapp:+…`) or a TwiML application (`AP…`), and who is told of its traffic.

    status: told when a call to it ends. service_sid: the Messaging Service it belongs to, or "".
    """

    address: str
    voice: Hook | None = None
    voice_fallback: Hook | None = None
    status: Hook | None = None
    message: Hook | None = None
    message_fallback: Hook | None = None
    service_sid: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Self:
        """From the words of Twilio's IncomingPhoneNumber resource."""
        return cls(
            address=given["address"],
            voice=Hook.of(given.get("voice_url"), given.get("voice_method")),
            voice_fallback=Hook.of(given.get("voice_fallback_url"), given.get("voice_fallback_method")),
            status=Hook.of(given.get("status_callback"), given.get("status_callback_method")),
            message=Hook.of(given.get("sms_url"), given.get("sms_method")),
            message_fallback=Hook.of(given.get("sms_fallback_url"), given.get("sms_fallback_method")),
            service_sid=given.get("messaging_service_sid", ""),
        )


@dataclass(slots=True, kw_only=True)
class Account:
    """sid, token: of the account; api_keys: SID → secret, good for REST but not for signatures."""

    sid: str
    token: str
    seed: int
    api_keys: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(f"{self.seed}/sid")

    def mint(self, prefix: str) -> str:
        """A SID: two letters and 32 hexadecimal digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def token_of_request(self) -> str:
        """For I-Twilio-Idempotency-Token."""
        return f"{self._random.getrandbits(128):032x}"

    def signature(self, url: str, params: Mapping[str, str]) -> str:
        return str(RequestValidator(self.token).compute_signature(url, dict(params)))

    def admits(self, user: str, secret: str) -> bool:
        known = self.token if user == self.sid else self.api_keys.get(user, "")
        return bool(known) and hmac.compare_digest(known.encode(), secret.encode())

    def path(self, *rest: str) -> str:
        """Of a resource of the account's: path("Calls", sid) → /2010-04-01/Accounts/AC…/Calls/CA….json"""
        return "/".join(("/2010-04-01/Accounts", self.sid, *rest)) + ".json"
