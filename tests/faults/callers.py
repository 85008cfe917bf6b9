"""Those who call a telephone number, as Twilio tells of them: asked again until it is acknowledged, some once more."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from urllib.parse import urlencode

import asyncpg
import httpx
from twilio.request_validator import RequestValidator

TOKEN = "a-secret-of-telephones"
LINE = "line"
ACCOUNT = f"""
[[channels]]
key = "{LINE}"
channel = "voice"
address = "+48221234567"
base_url = "http://127.0.0.1:9"
options = {{ account_sid = "AC{"0" * 32}" }}
secrets = {{ auth_token = "file:twilio-token" }}
[[channels.voice.menu]]
digit = "1"
language = "en"
labels = {{ en = "general" }}
"""
REPEATED = 0.1
LONGEST_PAUSE_S = 1.0
_ACTION = re.compile(r'action="([^"]+)"')
_tokens = count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """Somebody who calls in, by a number of theirs. url: as signed, of the product."""

    url: str
    number: int
    http: httpx.AsyncClient

    @property
    def sid(self) -> str:
        return f"CA{self.number:032}"

    async def call(self, *, called_back: bool) -> None:
        """They press 1, hear where they stand, and hang up; or ask to be called back before. People take their time."""
        top = f"/hooks/twilio/voice/{LINE}"
        menu = await self._tell(f"{top}/incoming", {"CallStatus": "ringing"})
        waiting = await self._tell(_action(menu), {"CallStatus": "in-progress", "Digits": "1"})
        if called_back:
            await self._tell(_action(waiting), {"CallStatus": "in-progress", "Digits": "1"})
        else:
            await self._tell(_action(waiting).partition("/heard")[0] + "/page", {"CallStatus": "in-progress"})
        await self._tell(f"{top}/status", {"CallStatus": "completed", "SequenceNumber": "1"})

    async def _tell(self, path: str, more: Mapping[str, str]) -> str:
        """Until it is acknowledged; the answer to it."""
        fields = {"CallSid": self.sid, "From": f"+48600{self.number:06}", "To": "+48221234567", **more}
        headers = {
            "x-twilio-signature": RequestValidator(TOKEN).compute_signature(self.url + path, fields),
            "i-twilio-idempotency-token": f"token-{next(_tokens)}",
            "content-type": "application/x-www-form-urlencoded",
        }
        await asyncio.sleep(random.uniform(0, LONGEST_PAUSE_S))
        while True:
            try:
                answer = await self.http.post(self.url + path, content=urlencode(fields), headers=headers)
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
                continue
            if answer.is_success and not _asks_for_patience(answer.text) and random.random() > REPEATED:
                return answer.text


def _asks_for_patience(twiml: str) -> bool:
    """Music, and the question again: the stores were away."""
    return "<Redirect" in twiml and "<Gather" not in twiml


def _action(twiml: str) -> str:
    """Where what is pressed goes, as a path."""
    found = _ACTION.search(twiml)
    assert found is not None, twiml
    return httpx.URL(found[1].replace("&amp;", "&")).raw_path.decode()


async def effects(connection: asyncpg.Connection) -> dict[str, tuple[str, list[str]]]:
    """What became of each call: how it ended, and the lines that its conversation has of that."""
    rows = await connection.fetch(
        """
        SELECT c.provider_sid, c.outcome, array_agg(m.text ORDER BY m.n) FILTER (WHERE m.text LIKE 'call.%') AS lines
        FROM calls c LEFT JOIN messages m ON m.conversation_id = c.conversation_id GROUP BY c.id
        """
    )
    return {row["provider_sid"]: (row["outcome"], row["lines"] or []) for row in rows}
