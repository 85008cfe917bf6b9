"""How Slack calls: events as JSON, buttons and commands as forms, all signed the same way with a time.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from adapters.form import Answer, Request, Verdict
from adapters.payload import Unreadable, ident, text
from adapters.signature import compared, refused
from adapters.slack.parse import parse, payload
from router.core.inbound import Parsed
from router.core.words import Channel, Ms

SIGNATURE, TIMESTAMP = "x-slack-signature", "x-slack-request-timestamp"
OLDEST_S = 300


class SlackWebhook:
    """The three addresses of a Slack app: events, interactivity, commands."""

    accepted = Answer()

    def verify(self, request: Request, *, secrets: Sequence[str], now_ms: Ms) -> Verdict:
        verdict = _signed(request, secrets)
        if verdict.valid and abs(now_ms / 1000 - int(request.headers[TIMESTAMP])) > OLDEST_S:
            return refused("old_timestamp")
        return verdict

    def handshake(self, request: Request, *, secrets: Sequence[str], verify_token: str) -> Answer | None:
        """`url_verification`, signed like everything: its challenge is given back, whenever it was asked."""
        try:
            found = payload(request.body)
        except Unreadable:
            return None
        if text(found, "type") != "url_verification":
            return None
        genuine = _signed(request, secrets).valid
        return Answer(body=text(found, "challenge").encode()) if genuine else Answer(status=403)

    def parse(self, body: bytes, *, headers: Mapping[str, str], channel: Channel) -> Parsed:
        return parse(body)

    def dedupe_ids(self, body: bytes, *, headers: Mapping[str, str]) -> tuple[str, ...]:
        try:
            found = payload(body)
        except Unreadable:
            return ()
        one = ident(found, "event_id") or ident(found, "trigger_id") or ident(found, "action_ts")
        return (one,) if one else ()


def _signed(request: Request, secrets: Sequence[str]) -> Verdict:
    """Is it Slack's, whenever it was made? Valid only with a timestamp of digits."""
    given, stamp = request.headers.get(SIGNATURE), request.headers.get(TIMESTAMP, "")
    if not given:
        return refused("missing_signature")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        return refused("bad_timestamp")
    signed = f"v0:{stamp}:".encode() + request.body
    return compared(given, (f"v0={hmac.digest(one.encode(), signed, hashlib.sha256).hex()}" for one in secrets if one))
