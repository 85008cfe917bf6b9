"""The switchboard of a node, from the configured accounts."""

from __future__ import annotations

from collections.abc import Iterable

import httpx

from adapters.twilio_voice.options import Addresses, voice_account
from adapters.twilio_voice.send import TwilioTelephone
from config.channel_accounts import ChannelAccount
from router.core.call.answers import Known, answer
from router.core.outbound import Refused
from router.engine.calls.switchboard import AnswerFirst, Switchboard
from router.store.postgres import calls
from router.store.postgres.database import Database


def switchboard(
    accounts: Iterable[ChannelAccount], http: httpx.AsyncClient, public_url: str, database: Database
) -> Switchboard | None:
    """None without voice accounts. Raises Refused `not_configured`."""
    voice = [account for account in accounts if account.channel == "voice"]
    if not voice:
        return None
    if not public_url:
        raise Refused("not_configured", "voice accounts need public_url: Twilio calls us there")
    at = Addresses(lambda: public_url)
    opened = {each.key: voice_account(each.key, each, each.secrets_for("auth_token")) for each in voice}
    lines = {
        each.key: each.voice.line(account=each.key, number=each.address, department=each.department) for each in voice
    }
    known = tuple(known for each in voice for known in each.voice.known())
    return Switchboard(
        lines=lines,
        telephone=TwilioTelephone(opened, http, at),
        calls=calls.gathered(database),
        claims=calls.claims(database),
        answer_first=_answering(known),
    )


def _answering(known: tuple[Known, ...]) -> AnswerFirst:
    async def answer_first(text: str, language: str) -> str | None:
        return answer(known, text, language)

    return answer_first
