"""Where a server is: its origin, taken apart once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    host: str
    port: int
    secure: bool

    @classmethod
    def of(cls, url: str) -> Address:
        """The address in `url`; its path is ignored. ValueError: not an http or https URL."""
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{url!r} is not an http or https URL")
        secure = parts.scheme == "https"
        return cls(host=parts.hostname, port=parts.port or (443 if secure else 80), secure=secure)

    @property
    def origin(self) -> str:
        """Scheme, host and port as browsers write them in `Origin`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.secure else 80
        return f"http{'s' if self.secure else ''}://{host}" + ("" if self.port == default else f":{self.port}")

    def socket_url(self, path: str) -> str:
        return "ws" + self.origin.removeprefix("http") + path
