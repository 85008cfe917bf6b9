"""How far a mail is followed, what an e-mail account can carry, and where its servers are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from router.core.outbound import Capabilities

CAPABILITIES = Capabilities(
    text_chars=1_000_000, media_types=("*/*",), media_bytes=20 * 1024 * 1024, receipts=("sent", "failed", "read")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where reading stops. Nothing is refused: what lies beyond is left out and named in InboundMessage.notes.

    mail_bytes: of the raw mail. header_bytes, header_fields: of one header. parts, depth: of the MIME tree.
    text_chars: of the text shown. html_bytes: of the HTML cleaned; html_depth: of its nesting (cleaning is quadratic
    in depth). attachments: how many are kept. addresses: of To and Cc each.
    """

    mail_bytes: int = 64 * 1024 * 1024
    header_bytes: int = 256 * 1024
    header_fields: int = 1_000
    parts: int = 500
    depth: int = 20
    text_chars: int = 200_000
    html_bytes: int = 600_000
    html_depth: int = 1_000
    attachments: int = 200
    addresses: int = 500


LIMITS = Limits()

Tls = Literal["tls", "starttls", "none"]
"""tls: from the first byte. starttls: asked for, and without it nothing goes on. none: for servers beside us only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where to connect, and as whom. user: "" where the server wants nobody's name.

    ca_file: whom to trust beside the system's authorities. connect_s, answer_s: how long is waited.
    """

    host: str
    port: int
    tls: Tls = "tls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    connect_s: float = 15.0
    answer_s: float = 60.0
