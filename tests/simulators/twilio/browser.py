"""Access tokens of browsers: what the voice SDK would be let in with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from tests.simulators.twilio.account import Account

LONGEST_S = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """application_sid: whose TwiML its outgoing calls get, "" for none; incoming: whether it may be rung."""

    identity: str
    application_sid: str
    incoming: bool
    lasts_s: int


class BadToken(Exception):
    """Twilio's error code is the first argument, the reason the second."""


def admitted(account: Account, token: str) -> Browser:
    """Raises BadToken: 20101 unreadable, 20103 unknown issuer, 20104 expired, 20106 wrong grants, 20107 wrong key."""
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise BadToken(20101, str(error)) from error
    if header.get("cty") != "twilio-fpa;v=1" or header.get("alg") != "HS256":
        raise BadToken(20102, f"header {header}")
    secret = account.api_keys.get(str(claims.get("iss")))
    if secret is None or claims.get("sub") != account.sid:
        raise BadToken(20103, "no such API key or account")
    try:
        jwt.decode(token, secret, algorithms=["HS256"], issuer=claims["iss"])
    except jwt.ExpiredSignatureError as error:
        raise BadToken(20104, "expired") from error
    except jwt.InvalidTokenError as error:
        raise BadToken(20107, str(error)) from error
    lasts_s = int(claims["exp"]) - int(claims.get("nbf", claims.get("iat", claims["exp"])))
    if lasts_s > LONGEST_S:
        raise BadToken(20157, f"lasts {lasts_s} s")
    return _granted(claims.get("grants", {}), lasts_s)


def _granted(grants: Mapping[str, Any], lasts_s: int) -> Browser:
    voice, identity = grants.get("voice"), grants.get("identity")
    if not isinstance(voice, dict) or not identity:
        raise BadToken(20106, f"grants {sorted(grants)}")
    return Browser(
        identity=str(identity),
        application_sid=str(voice.get("outgoing", {}).get("application_sid", "")),
        incoming=voice.get("incoming", {}).get("allow") is True,
        lasts_s=lasts_s,
    )
