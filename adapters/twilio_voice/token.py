"""Access tokens with which an agent's browser may answer calls: short-lived, for incoming calls only.

https://www.twilio.com/docs/iam/access-tokens: calls out are made by the server, so no application is granted.
"""

from __future__ import annotations

from adapters.twilio_voice.options import VoiceAccount
from router.core.outbound import Refused
from router.core.words import AgentId


def access_token(account: VoiceAccount, agent: AgentId, *, lasts_s: int) -> str:
    """Raises Refused `not_configured` without an API key."""
    from twilio.jwt.access_token import AccessToken
    from twilio.jwt.access_token.grants import VoiceGrant

    if not account.api_key_sid:
        raise Refused("not_configured", f"voice account {account.key!r} has no API key for browsers")
    token = AccessToken(
        account.account_sid, account.api_key_sid, account.api_key_secret, identity=str(agent), ttl=lasts_s
    )
    token.add_grant(VoiceGrant(incoming_allow=True))
    return str(token.to_jwt())
