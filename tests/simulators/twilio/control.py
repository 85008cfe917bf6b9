"""/_sim/: ours, not Twilio's: play the people at the telephones, change the faults, read what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from json import JSONDecodeError
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.twilio import message, report
from tests.simulators.twilio.account import Number
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.browser import BadToken, admitted
from tests.simulators.twilio.exchange import Exchange
from tests.simulators.twilio.fault import Faults
from tests.simulators.twilio.leg import Leg
from tests.simulators.twilio.message import Recipient
from tests.simulators.twilio.person import Person, Reply
from tests.simulators.twilio.rest import Rest, refusal

PATIENCE_S = 30.0
STEP_S = 0.005
Page = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True, kw_only=True)
class Control:
    exchange: Exchange
    rest: Rest

    def routes(self) -> list[Route]:
        return [
            Route("/_sim/state", self.state, methods=["GET"]),
            Route("/_sim/problems", self.problems, methods=["GET"]),
            Route("/_sim/numbers", self.guarded(self.number), methods=["PUT"]),
            Route("/_sim/people", self.guarded(self.person), methods=["PUT"]),
            Route("/_sim/recipients", self.guarded(self.recipient), methods=["PUT"]),
            Route("/_sim/faults", self.guarded(self.faults), methods=["PUT"]),
            Route("/_sim/calls", self.guarded(self.call), methods=["POST"]),
            Route("/_sim/calls/{sid}", self.guarded(self.shown), methods=["GET"]),
            Route("/_sim/calls/{sid}/press", self.guarded(self.press), methods=["POST"]),
            Route("/_sim/calls/{sid}/hang_up", self.guarded(self.hang_up), methods=["POST"]),
            Route("/_sim/addresses/{address}/{decision}", self.guarded(self.decide), methods=["POST"]),
            Route("/_sim/clients", self.guarded(self.register), methods=["POST"]),
            Route("/_sim/messages", self.guarded(self.message), methods=["POST"]),
            Route("/_sim/settle", self.guarded(self.settle), methods=["POST"]),
            Route("/_media/{message_sid}/{media_sid}", self.media, methods=["GET"]),
        ]

    def guarded(self, page: Page) -> Page:
        """Mistakes of a test's author are told in words."""

        async def guard(request: Request) -> Response:
            try:
                return await page(request)
            except (TypeError, ValueError, KeyError, JSONDecodeError) as error:
                return refusal(400, f"{type(error).__name__}: {error}")

        return guard

    async def state(self, request: Request) -> Response:
        contract, asked = self.rest.contract.state, self.rest.asked
        return JSONResponse(report.state(self.exchange, contract=contract, rest_requests=asked))

    async def problems(self, request: Request) -> Response:
        longest_s = float(request.query_params.get("longest_quiet_s", "5"))
        return JSONResponse({"problems": report.problems(self.exchange, longest_quiet_s=longest_s)})

    async def number(self, request: Request) -> Response:
        """address, voice_url, voice_fallback_url, status_callback, sms_url, sms_fallback_url, messaging_service_sid."""
        number = Number.of(await request.json())
        self.exchange.account.numbers[number.address] = number
        return JSONResponse({"address": number.address})

    async def person(self, request: Request) -> Response:
        """address, and the fields of Person."""
        given = await request.json()
        address = given.pop("address")
        self.exchange.people[address] = Person.of(given)
        return JSONResponse({})

    async def recipient(self, request: Request) -> Response:
        """address, and the fields of Recipient."""
        given = await request.json()
        address = given.pop("address")
        self.exchange.recipients[address] = Recipient.of(given)
        return JSONResponse({})

    async def faults(self, request: Request) -> Response:
        self.exchange.dice.faults = Faults.of(await request.json())
        return JSONResponse({})

    async def call(self, request: Request) -> Response:
        """from, to (a number, or a TwiML application for a browser's call), person, params."""
        given = await request.json()
        person = Person.of(given["person"]) if "person" in given else None
        leg = self.exchange.call_in(from_=given["from"], to=given["to"], person=person, params=given.get("params"))
        return JSONResponse({"call_sid": leg.sid}, status_code=201)

    async def shown(self, request: Request) -> Response:
        """`?until=people&wait_s=5`: once that is heard, or `ended`; 408 when it is not."""
        leg = self._leg(request)
        until, wait_s = request.query_params.get("until", ""), float(request.query_params.get("wait_s", PATIENCE_S))
        if until:
            sound = None if until == "ended" else Sound(until)
            if not await _soon(wait_s, lambda: leg.over if sound is None else leg.ear.sound == sound):
                return refusal(408, f"not {until}: {leg.status}, hears {leg.ear.sound.value}")
        return JSONResponse(report.call(self.exchange, leg))

    async def press(self, request: Request) -> Response:
        """digits or speech (confidence); wait_s: until somebody listens."""
        given = await request.json()
        wait_s = float(given.pop("wait_s", PATIENCE_S))
        heard = await self._leg(request).press_when_heard(Reply(**given), wait_s)
        return JSONResponse({"heard": heard})

    async def hang_up(self, request: Request) -> Response:
        self._leg(request).hang_up()
        return JSONResponse({})

    async def decide(self, request: Request) -> Response:
        """answer, busy, no-answer or failed: the call that rings at the address, or that will within `wait_s`."""
        address, decision = request.path_params["address"], request.path_params["decision"]
        wait_s = float(request.query_params.get("wait_s", PATIENCE_S))
        if not await _soon(wait_s, lambda: self._ringing(address) is not None):
            return refusal(408, f"nothing rings at {address}")
        leg = self._ringing(address)
        assert leg is not None
        leg.decide(decision)
        return JSONResponse({"call_sid": leg.sid})

    async def register(self, request: Request) -> Response:
        """A browser comes with its access token."""
        try:
            browser = admitted(self.exchange.account, (await request.json())["token"])
        except BadToken as bad:
            return JSONResponse({"code": bad.args[0], "message": bad.args[1]}, status_code=401)
        return JSONResponse(asdict(browser))

    def _ringing(self, address: str) -> Leg | None:
        return next((leg for leg in self.exchange.legs.values() if leg.to == address and leg.rings), None)

    async def message(self, request: Request) -> Response:
        sent = await message.receive(self.exchange, await request.json())
        return JSONResponse({"message_sid": sent.sid}, status_code=201)

    async def settle(self, request: Request) -> Response:
        """Until every status callback has been sent."""
        async with asyncio.timeout(PATIENCE_S):
            await self.exchange.webhooks.settle()
        return JSONResponse({})

    async def media(self, request: Request) -> Response:
        sent = self.exchange.messages.get(request.path_params["message_sid"])
        for each in sent.attachments if sent else ():
            if each.sid == request.path_params["media_sid"]:
                return Response(each.content, media_type=each.media_type)
        return refusal(404, "no such media")

    def _leg(self, request: Request) -> Leg:
        """Raises KeyError."""
        return self.exchange.legs[request.path_params["sid"]]


async def _soon(wait_s: float, done: Callable[[], Any]) -> bool:
    try:
        async with asyncio.timeout(wait_s):
            while not done():
                await asyncio.sleep(STEP_S)
    except TimeoutError:
        return False
    return True
