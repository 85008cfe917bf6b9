"""The people at the telephones, played from outside, and what the report says of it all."""

from __future__ import annotations

import re
from typing import Any

import pytest
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from tests.simulators.stage import CALLER, NUMBER, Stage, staged
from tests.simulators.twilio.report import problems
from tests.simulators.twilio.server import SID

APPLICATION, AGENT = "AP" + "3" * 32, "client:anna"
KEY, SECRET = "SK" + "1" * 32, "a secret that is long enough for HS256 to take"


async def placed(stage: Stage, **given: Any) -> str:
    answer = await stage.api.post("/_sim/calls", json={"from": CALLER, "to": NUMBER, **given})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["call_sid"])


async def test_a_call_is_played_from_outside_key_by_key(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Gather numDigits='1' timeout='600' action='/menu'><Say>Press</Say></Gather>"
    stage.product.documents["/menu"] = "<Dial><Conference>room</Conference></Dial>"
    call = await placed(stage)
    pressed = await stage.api.post(f"/_sim/calls/{call}/press", json={"digits": "1"})
    assert pressed.json() == {"heard": True}
    shown = (await stage.api.get(f"/_sim/calls/{call}", params={"until": "music"})).json()
    assert shown["hears"]["sound"] == "music"
    await stage.api.post(f"/_sim/calls/{call}/hang_up")
    ended = (await stage.api.get(f"/_sim/calls/{call}", params={"until": "ended"})).json()
    assert ended["status"] == "completed"


async def test_an_agent_picks_up_in_the_browser_when_told(stage: Stage) -> None:
    stage.answers(AGENT, picks_up_s=None)
    stage.product.documents["/voice"] = "<Dial timeout='600'><Client>anna</Client></Dial>"
    call = await placed(stage)
    answered = await stage.api.post(f"/_sim/addresses/{AGENT}/answer")
    shown = (await stage.api.get(f"/_sim/calls/{call}", params={"until": "people"})).json()
    assert shown["hears"]["of"] == [answered.json()["call_sid"]]


async def test_what_does_not_happen_in_time_is_said(stage: Stage) -> None:
    answer = await stage.api.post(f"/_sim/addresses/{AGENT}/answer", params={"wait_s": "0.01"})
    assert (answer.status_code, answer.json()["error"]) == (408, f"nothing rings at {AGENT}")


@pytest.mark.parametrize(
    ("path", "body"),
    [("calls", {"from": CALLER, "to": "+100"}), ("calls", {"from": CALLER, "to": NUMBER, "person": {"mood": "good"}})],
)
async def test_a_test_that_asks_for_nonsense_is_told(stage: Stage, path: str, body: dict[str, Any]) -> None:
    assert (await stage.api.post(f"/_sim/{path}", json=body)).status_code == 400


async def test_a_browser_calls_out_through_its_application(stage: Stage) -> None:
    stage.product.documents["/app"] = "<Say>Connecting</Say>"
    application = {"address": APPLICATION, "voice_url": f"{stage.product.url}/app"}
    await stage.api.put("/_sim/numbers", json=application)
    call = await placed(stage, **{"from": AGENT, "to": APPLICATION, "params": {"number": CALLER}})
    await stage.over(stage.exchange.legs[call])
    asked = stage.product.of("/app")[0]
    assert (asked["From"], asked["ApplicationSid"], asked["number"]) == (AGENT, APPLICATION, CALLER)


async def test_silence_open_calls_and_double_calls_are_problems(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Say>Hi</Say>" + "<Pause length='180'/>" * 10
    stage.answers(AGENT, picks_up_s=None)
    call = await placed(stage)
    await stage.until(lambda: stage.exchange.legs[call].ear.of == ("pause",))
    for _ in range(2):
        await stage.post("Calls", To=AGENT, From=NUMBER, Twiml="<Response><Say>Hi</Say></Response>")
    assert f"{call} is still in-progress" in problems(stage.exchange, longest_quiet_s=10)
    for leg in list(stage.exchange.legs.values()):
        leg.hang_up()
        await stage.over(leg)
    assert [re.sub(r"[\d.]+ s", "… s", each) for each in problems(stage.exchange, longest_quiet_s=0.0)] == [
        f"{call} heard nothing for … s: silence pause",
        f"{AGENT} had more than one call for … s",
    ]


async def test_the_state_tells_of_every_webhook(stage: Stage) -> None:
    await stage.over(stage.exchange.legs[await placed(stage)])
    told = (await stage.api.get("/_sim/state")).json()["webhooks"]
    assert (told["count"], told["statuses"], told["under_way"]) == (2, {"200": 2}, 0)
    assert 0 < told["latency_ms"]["p50"] <= told["latency_ms"]["most"]


def token(secret: str = SECRET, *, ttl: int = 600, grant: VoiceGrant | None = None) -> str:
    made = AccessToken(SID, KEY, secret, identity="anna", ttl=ttl)
    made.add_grant(grant or VoiceGrant(outgoing_application_sid=APPLICATION, incoming_allow=True))
    return str(made.to_jwt())


async def test_a_browser_is_let_in_by_its_token_and_by_nothing_else() -> None:
    async with staged(api_keys={KEY: SECRET}) as stage:
        answer = await stage.api.post("/_sim/clients", json={"token": token()})
        known = {"identity": "anna", "application_sid": APPLICATION, "incoming": True, "lasts_s": 600}
        assert answer.json() == known
        for wrong, code in (
            (token("another secret that is long enough"), 20107),
            (token(ttl=-60), 20104),
            (token(ttl=90_000), 20157),
            ("no token", 20101),
        ):
            answer = await stage.api.post("/_sim/clients", json={"token": wrong})
            assert (answer.status_code, answer.json()["code"]) == (401, code)
