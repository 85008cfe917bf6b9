"""The REST API as its clients see it: credentials, errors, the contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.simulators.stage import CALLER, DATA, NUMBER, Stage, staged
from tests.simulators.twilio.contract import DOCUMENT, NOT_CHECKED, load

needs_contract = pytest.mark.skipif(
    not (DATA / DOCUMENT).is_file(), reason=f"Twilio's OpenAPI document is not at USHER_DATA ({DATA / DOCUMENT})"
)


async def test_without_credentials_nothing_is_told(stage: Stage) -> None:
    answer = await stage.api.get(stage.exchange.account.path("Calls"), auth=("AC" + "5" * 32, "wrong"))
    assert answer.status_code == 401
    assert answer.json() == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


async def test_an_api_key_is_as_good_as_the_token() -> None:
    async with staged(api_keys={"SK1": "secret"}) as stage:
        answer = await stage.api.get(stage.exchange.account.path("Calls"), auth=("SK1", "secret"))
    assert answer.status_code == 200


async def test_a_call_out_is_told_of_step_by_step(stage: Stage) -> None:
    stage.product.documents["/out"] = "<Say>Your callback</Say>"
    answer = await stage.post(
        "Calls",
        To=CALLER,
        From=NUMBER,
        Url=f"{stage.product.url}/out",
        StatusCallback=f"{stage.product.url}/steps",
        StatusCallbackEvent=["initiated", "ringing", "answered", "completed"],
    )
    leg = await stage.over(stage.exchange.legs[answer.json()["sid"]])
    assert stage.product.events("/steps", "CallStatus") == ["initiated", "ringing", "in-progress", "completed"]
    assert stage.product.events("/steps", "SequenceNumber") == ["0", "1", "2", "3"]
    assert stage.said(leg) == ["Your callback"]
    fetched = (await stage.get("Calls", leg.sid)).json()
    assert (fetched["status"], fetched["direction"]) == ("completed", "outbound-api")
    assert stage.violations == []


async def test_a_call_that_is_over_cannot_be_changed(stage: Stage) -> None:
    leg = await stage.over(stage.call())
    answer = await stage.post("Calls", leg.sid, Twiml="<Response/>")
    assert (answer.status_code, answer.json()["code"]) == (400, 21220)


async def test_a_ringing_call_is_canceled(stage: Stage) -> None:
    stage.answers(CALLER, picks_up_s=None)
    answer = await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>", Timeout="600")
    leg = stage.exchange.legs[answer.json()["sid"]]
    await stage.until(lambda: leg.rings)
    await stage.post("Calls", leg.sid, Status="canceled")
    assert (await stage.over(leg)).status == "canceled"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": NUMBER, "Url": "http://127.0.0.1/"}, 21201),
        ({"To": "12", "From": NUMBER, "Url": "http://127.0.0.1/"}, 21211),
        ({"To": CALLER, "From": NUMBER}, 21205),
        ({"To": CALLER, "From": NUMBER, "Url": "/relative"}, 21205),
    ],
)
async def test_a_call_that_cannot_be_made_says_why(stage: Stage, form: dict[str, str], code: int) -> None:
    answer = await stage.post("Calls", **form)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


async def test_what_is_not_there_is_not_found(stage: Stage) -> None:
    answer = await stage.get("Conferences", "CF" + "0" * 32)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


async def test_pages_follow_one_another(stage: Stage) -> None:
    for _ in range(3):
        await stage.over(stage.call())
    first = (await stage.get("Calls", PageSize="2")).json()
    second = (await stage.api.get(first["next_page_uri"])).json()
    assert (len(first["calls"]), len(second["calls"]), second["next_page_uri"]) == (2, 1, None)


@needs_contract
async def test_what_the_document_does_not_name_is_a_violation(stage: Stage) -> None:
    await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>", Colour="red", Timeout="soon", Record="True")
    assert sorted(stage.violations) == [
        "CreateCall: Additional properties are not allowed ('Colour' was unexpected)",
        "CreateCall: Record: 'True' is not of type 'boolean'",
        "CreateCall: Timeout: 'soon' is not of type 'integer'",
    ]


@needs_contract
async def test_a_relative_callback_url_is_a_violation(stage: Stage) -> None:
    await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>", StatusCallback="/steps")
    assert stage.violations[0].startswith("CreateCall: StatusCallback:")


@needs_contract
def test_the_published_examples_of_calls_and_conferences_keep_the_contract() -> None:
    document = json.loads((DATA / DOCUMENT).read_text("utf-8"))
    contract, checked, wrong = load(DATA), 0, set[str]()
    for template, methods in document["paths"].items():
        if not any(word in template for word in ("/Calls", "/Conferences", "/Recordings", "/Messages")):
            continue
        for method in ("get", "post", "delete"):
            for status, answer in methods.get(method, {}).get("responses", {}).items():
                examples = answer.get("content", {}).get("application/json", {}).get("examples", {})
                for example in examples.values():
                    wrong |= set(contract.answer(method.upper(), template, int(status), example["value"]))
                    checked += 1
    assert checked > 50
    contradicts_itself = {each for each in wrong if "price: " in each and "is not of type 'number'" in each}
    assert wrong == contradicts_itself


async def test_without_the_document_the_state_says_that_nothing_was_checked(tmp_path: Path) -> None:
    async with staged(data=tmp_path) as stage:
        await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>", Colour="red")
        state = (await stage.api.get("/_sim/state")).json()
    assert (state["contract"], state["violations"]) == (NOT_CHECKED, [])
