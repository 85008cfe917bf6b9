"""Only Twilio is listened to, and it is answered well whatever it sends."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx
import pytest
from twilio.request_validator import RequestValidator

from router.store.postgres import calls
from tests.patience import PATIENCE_S
from tests.simulators.twilio.server import TOKEN
from tests.voice.centre import Room

pytestmark = pytest.mark.asyncio(loop_scope="module")


FORM = "application/x-www-form-urlencoded"


async def post(
    room: Room, path: str, fields: dict[str, str], *, token: str = TOKEN, media_type: str = FORM, body: str = ""
) -> httpx.Response:
    """body: in place of the fields that were signed."""
    url = f"{room.centre.url}/hooks/twilio/voice/{path}"
    signature = RequestValidator(token).compute_signature(url, fields)
    headers = {"x-twilio-signature": signature, "content-type": media_type}
    async with httpx.AsyncClient(trust_env=False, verify=False, timeout=PATIENCE_S) as http:
        return await http.post(url, content=body or urlencode(fields), headers=headers)


async def test_what_is_not_signed_by_twilio_is_refused_and_changes_nothing(room: Room) -> None:
    fields = {"CallSid": "CA" + "0" * 32, "From": "+48600700800", "CallStatus": "ringing"}
    refused = await post(room, f"line-{room.number}/incoming", fields, token="guessed")
    assert refused.status_code == 403
    found = await room.centre.database.fetch_value(
        "SELECT count(*) FROM calls WHERE provider_sid = $1", fields["CallSid"]
    )
    assert found == 0


async def test_the_same_call_reported_twice_is_one_call(room: Room) -> None:
    fields = {"CallSid": "CA" + f"{room.number:032}", "From": "anonymous", "CallStatus": "ringing"}
    first = await post(room, f"line-{room.number}/incoming", fields)
    second = await post(room, f"line-{room.number}/incoming", fields)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "<Gather" in first.text
    found = await room.centre.database.fetch_value(
        "SELECT count(*) FROM calls WHERE provider_sid = $1", fields["CallSid"]
    )
    assert found == 1


async def test_what_nobody_knows_of_is_answered_so(room: Room) -> None:
    assert (await post(room, "nowhere/incoming", {"CallSid": "CA1"})).status_code == 404
    assert (await post(room, f"line-{room.number}/call_none/page", {"CallSid": "CA1"})).status_code == 404
    assert (await post(room, f"line-{room.number}/incoming", {"From": "x"})).status_code == 400
    assert (await post(room, f"line-{room.number}/status", {"CallSid": "CA1", "CallStatus": "x"})).status_code == 204


async def test_nobody_is_told_of_a_call_by_the_number_of_another(room: Room) -> None:
    leg = room.calls()
    await room.in_line(leg)
    before = await calls.of_sid(room.centre.database, leg.sid)
    assert before is not None
    other = f"line-{room.number + 1}/{before.id}"
    gone = {"CallSid": leg.sid, "CallStatus": "completed"}
    for path in ("leg?label=customer", "page", "heard?stage=9"):
        assert (await post(room, f"{other}/{path}", gone)).status_code == 404
    after = await calls.by_id(room.centre.database, before.id)
    assert after is not None
    assert (after.state, after.legs) == (before.state, before.legs)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/json", '{"CallSid": "CA1"}'),
        ("text/plain", ""),
        ("", ""),
        (FORM, "%%%=&=&\x00"),
        (FORM, "a=b&" * 5_000),
    ],
    ids=["json", "another type", "no type", "no form", "very many fields"],
)
async def test_what_is_no_form_of_twilio_is_refused_in_order(room: Room, media_type: str, body: str) -> None:
    """Never 500, and nothing comes of it; a form signed rightly is taken for one whatever it is called."""
    sid = "CA" + f"{room.number}".zfill(31) + "f"
    fields = {"CallSid": sid, "From": "anonymous", "CallStatus": "ringing"}
    answer = await post(room, f"line-{room.number}/incoming", fields, media_type=media_type, body=body)
    assert answer.status_code in ((400, 403, 413, 415) if body else (200, 400, 403, 415))
    found = await calls.of_sid(room.centre.database, sid)
    assert (found is not None) == (answer.status_code == 200)
