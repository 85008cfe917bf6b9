"""How the product is called: signatures, and the mishaps that are played."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from twilio.request_validator import RequestValidator

from tests.simulators.stage import CALLER, NUMBER, Stage, staged
from tests.simulators.twilio.fault import Dice, Faults
from tests.simulators.twilio.server import TOKEN
from tests.simulators.twiml_server import Asked

TOKEN_HEADER = "i-twilio-idempotency-token"
STEPS = ["initiated", "ringing", "answered", "completed"]


def genuine(asked: Asked) -> bool:
    params = asked.params if asked.method == "POST" else {}
    return bool(RequestValidator(TOKEN).validate(asked.url, dict(params), asked.headers["x-twilio-signature"]))


async def called_out(stage: Stage) -> None:
    given = {"StatusCallback": f"{stage.product.url}/steps", "StatusCallbackEvent": STEPS}
    answer = await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response><Say>Hi</Say></Response>", **given)
    await stage.over(stage.exchange.legs[answer.json()["sid"]])


async def test_every_request_is_signed_post_and_get(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Redirect method='GET'>/next?a=1&amp;b=%C5%82</Redirect>"
    stage.product.documents["/next"] = "<Say>Hi</Say>"
    await stage.over(stage.call())
    assert [(each.method, each.path) for each in stage.product.asked] == [
        ("POST", "/voice"),
        ("GET", "/next"),
        ("POST", "/status"),
    ]
    assert all(genuine(each) for each in stage.product.asked)


async def test_a_public_url_is_signed_and_its_local_address_is_called() -> None:
    async with staged() as stage:
        stage.exchange.webhooks.origins["https://centre.example"] = stage.product.url
        number = {"address": NUMBER, "voice_url": "https://centre.example/voice"}
        assert (await stage.api.put("/_sim/numbers", json=number)).status_code == 200
        await stage.over(stage.call())
    (asked,) = stage.product.asked
    assert asked.headers["host"] == "centre.example"
    signature = asked.headers["x-twilio-signature"]
    assert RequestValidator(TOKEN).validate("https://centre.example/voice", dict(asked.params), signature)


async def test_no_address_beyond_this_machine_is_ever_called(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Redirect>http://192.0.2.1/voice</Redirect>"
    await stage.over(stage.call())
    assert stage.violations == ["not an address of this machine: http://192.0.2.1/voice"] * 2


async def test_a_duplicate_carries_the_same_token_and_body() -> None:
    async with staged(faults=Faults(webhook_duplicated=1.0)) as stage:
        await stage.over(stage.call())
        await stage.until(lambda: len(stage.product.asked) == 4)
        first, second = (each for each in stage.product.asked if each.path == "/voice")
    assert (first.params, first.headers[TOKEN_HEADER]) == (second.params, second.headers[TOKEN_HEADER])


async def test_a_lost_answer_is_asked_for_again_and_the_second_counts() -> None:
    async with staged(faults=Faults(answer_lost=1.0)) as stage:
        stage.product.documents["/voice"] = lambda _: f"<Say>Answer {len(stage.product.of('/voice'))}</Say>"
        leg = await stage.over(stage.call())
    assert stage.said(leg) == ["Answer 2"]
    assert len({each.headers[TOKEN_HEADER] for each in stage.product.asked if each.path == "/voice"}) == 1


async def test_a_slow_product_is_asked_twice_then_its_fallback() -> None:
    async with staged(total_s=2.0) as stage:
        stage.product.silent.add("/voice")
        stage.product.documents["/fallback"] = "<Say>Sorry</Say>"
        leg = await stage.over(stage.call())
    assert (len(stage.product.of("/voice")), stage.said(leg)) == (2, ["Sorry"])


async def test_a_lost_callback_never_comes() -> None:
    async with staged(faults=Faults(callback_lost=1.0)) as stage:
        await called_out(stage)
        assert stage.product.of("/steps") == []
        assert stage.exchange.webhooks.lost == 4


async def test_callbacks_come_in_another_order_but_all_of_them() -> None:
    orders = set()
    for seed in range(4):
        async with staged(seed=seed, faults=Faults(callback_reordered=0.7, webhook_delay_s=0.1)) as stage:
            await called_out(stage)
            order = stage.product.events("/steps", "SequenceNumber")
        assert sorted(order) == ["0", "1", "2", "3"]
        orders.add(tuple(order))
    assert orders != {("0", "1", "2", "3")}


async def test_too_many_requests_and_errors_do_nothing() -> None:
    async with staged(faults=Faults(rest_429=1.0, retry_after_s=2)) as stage:
        answer = await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>")
        assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (429, "2", 20429)
        stage.exchange.dice.faults = Faults(rest_500=1.0)
        assert (await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>")).status_code == 500
        assert stage.exchange.legs == {}


async def test_an_answer_lost_was_done_all_the_same() -> None:
    async with staged(faults=Faults(rest_answer_lost=1.0)) as stage:
        answer = await stage.post("Calls", To=CALLER, From=NUMBER, Twiml="<Response/>")
        assert answer.status_code == 504
        assert len(stage.exchange.legs) == 1


def test_the_same_seed_rolls_the_same_dice() -> None:
    def rolled(seed: int, faults: Faults) -> list[bool]:
        dice = Dice(seed=seed, faults=faults)
        return [(dice.strikes("rest_429"), dice.strikes("callback_lost"))[1] for _ in range(50)]

    assert rolled(1, Faults(callback_lost=0.5)) == rolled(1, Faults(callback_lost=0.5, rest_429=0.5))
    assert rolled(1, Faults(callback_lost=0.5)) != rolled(2, Faults(callback_lost=0.5))


def test_the_simulator_imports_nothing_of_the_product() -> None:
    here = Path(__file__).parent / "twilio"
    imported = Counter(
        match
        for file in here.glob("*.py")
        for match in re.findall(r"^\s*(?:from|import) ([\w.]+)", file.read_text("utf-8"), re.MULTILINE)
    )
    assert not [name for name in imported if name.split(".")[0] in ("router", "adapters", "config", "loadtest")]
