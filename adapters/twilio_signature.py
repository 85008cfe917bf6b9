"""Twilio's signature on webhooks of voice and of messages alike.

https://www.twilio.com/docs/usage/security#validating-requests: base64 of HMAC-SHA1 by the auth token over the URL as it
was called and, for forms, the sorted fields. A JSON body is hashed instead: `bodySHA256` in the URL. The official
package's RequestValidator is the measure in the tests; it wants the body as a decoded dictionary, here it is raw bytes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit, urlunsplit

from adapters.form import Request, Verdict
from adapters.payload import MOST_FIELDS
from adapters.signature import compared, refused

HEADER = "x-twilio-signature"
SETTINGS_HEADER = "x-twilio-webhooks-signature-settings"
ALGORITHMS = {"HMAC_SHA1": hashlib.sha1, "HMAC_SHA256": hashlib.sha256}
USUAL_PORTS = {"https": 443, "http": 80}


def verify(request: Request, *, secrets: Sequence[str]) -> Verdict:
    """Is the request Twilio's, to this very URL and with this very body?"""
    given = request.headers.get(HEADER)
    if not given:
        return refused("missing_signature")
    try:
        urls = (request.url, *_spellings(urlsplit(request.url)))
        hashes = parse_qs(urlsplit(request.url).query).get("bodySHA256")
        signed = "" if hashes else _fields(request.body)
    except ValueError:
        return refused("unreadable")
    body_hash = hashlib.sha256(request.body).hexdigest()
    if hashes and not hmac.compare_digest(body_hash.encode(), hashes[0].lower().encode("utf-8", "replace")):
        return refused("body_hash")
    algorithm = ALGORITHMS.get(_algorithm(request.headers.get(SETTINGS_HEADER, "")))
    if algorithm is None:
        return refused("unreadable")
    expected = (
        base64.b64encode(
            hmac.digest(secret.encode(), (url + signed).encode("utf-8", "surrogateescape"), algorithm)
        ).decode()
        for secret in secrets
        if secret
        for url in urls
    )
    return compared(given, expected)


def _fields(body: bytes) -> str:
    """Names and values of a form, sorted, each pair once."""
    pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    return "".join(name + value for name, value in sorted(set(pairs)))


def _spellings(url: SplitResult) -> Iterable[str]:
    """The URL without its port and with it: Twilio signs either. Raises ValueError."""
    host = url.netloc if url.port is None else url.netloc.rpartition(":")[0]
    port = url.port or USUAL_PORTS.get(url.scheme, 80)
    yield urlunsplit(url._replace(netloc=host))
    yield urlunsplit(url._replace(netloc=f"{host}:{port}"))


def _algorithm(settings: str) -> str:
    """By `key=…,algorithm=HMAC_SHA256`, for accounts that sign with a shared key; usually SHA1."""
    for part in settings.split(","):
        name, _, value = part.partition("=")
        if name.strip() == "algorithm" and value.strip():
            return value.strip().upper()
    return "HMAC_SHA1"
