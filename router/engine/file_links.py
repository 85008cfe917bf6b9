"""Short-lived addresses of files for providers, who fetch what we send from us: signed, so that nobody guesses one."""

from __future__ import annotations

from router.core.words import Ms
from router.engine import signed_paths
from router.engine.centre import Centre

KIND = "file"
LIFE_MS = 3_600_000


def public(centre: Centre, file_id: str) -> str:
    """An address anybody may fetch the file from for LIFE_MS; "" when the centre has no public address."""
    base = centre.settings.public_url
    if not base:
        return ""
    expires_at = centre.now() + LIFE_MS
    return f"{base}/files/{file_id}/{expires_at}/{signed_paths.signature(centre, KIND, file_id, expires_at)}"


def genuine(centre: Centre, file_id: str, expires_at: Ms, given: str) -> bool:
    """Whether the address is ours and not too old."""
    return signed_paths.genuine(centre, KIND, file_id, expires_at, given)
