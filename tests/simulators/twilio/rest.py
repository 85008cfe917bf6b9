"""The REST API: who may ask, what is asked, the mishaps, and errors as Twilio words them.

A request passes: basic auth → contract → faults → its handler → contract again. Handlers do not wait for anything,
so that what each changes is changed at once.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.simulators.twilio.account import Hook
from tests.simulators.twilio.contract import Contract
from tests.simulators.twilio.exchange import Exchange

PAGE = 50
DESCRIBED = ".json"
"""How a path ends that Twilio's document describes: media is fetched beside it."""
PREFIX = "/2010-04-01/Accounts/{account_sid}"


class Refused(Exception):
    """An error of Twilio's: HTTP status, its code, its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def not_found(path: str) -> Refused:
    return Refused(404, 20404, f"The requested resource {path} was not found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """where: names in the path; given: query and form, all values of each name."""

    path: str
    where: Mapping[str, str]
    given: Mapping[str, Sequence[str]]

    def text(self, name: str, default: str = "") -> str:
        return self.given[name][0] if name in self.given else default

    def flag(self, name: str, default: bool = False) -> bool:
        return self.text(name, str(default)).lower() == "true"

    def maybe(self, name: str) -> bool | None:
        """None when it is not given."""
        return self.flag(name) if name in self.given else None

    def number(self, name: str, default: float) -> float:
        value = self.text(name)
        return float(value) if value.isdecimal() else default

    def words(self, name: str, default: str) -> frozenset[str]:
        """Repeated, or with spaces between."""
        return frozenset(" ".join(self.given.get(name, (default,))).split())

    def hook(self, url: str, method: str = "", otherwise: str = "POST") -> Hook | None:
        """Raises Refused when it is not an absolute URL."""
        there = self.text(url)
        if there and not there.startswith(("http://", "https://")):
            raise Refused(400, 21205, f"Url is not a valid URL: {there}")
        return Hook.of(there, self.text(method, otherwise))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """body: of JSON; bytes with a media type for what is fetched; None for 204."""

    status: int = 200
    body: Mapping[str, Any] | bytes | None = None
    media_type: str = "application/json"
    location: str = ""


Handler = Callable[[Exchange, Asked], Answered]


def page(asked: Asked, path: str, key: str, items: Sequence[Mapping[str, Any]]) -> Answered:
    """A list resource's page."""
    size, number = int(asked.number("PageSize", PAGE)), int(asked.number("Page", 0))
    shown = items[number * size : (number + 1) * size]

    def uri(of: int) -> str:
        kept = {name: values for name, values in asked.given.items() if name not in ("Page", "PageToken", "PageSize")}
        return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': of}, doseq=True)}"

    more = (number + 1) * size < len(items)
    return Answered(
        body={
            key: shown,
            "page": number,
            "page_size": size,
            "start": number * size,
            "end": number * size + max(len(shown) - 1, 0),
            "uri": uri(number),
            "first_page_uri": uri(0),
            "next_page_uri": uri(number + 1) if more else None,
            "previous_page_uri": uri(number - 1) if number else None,
        }
    )


@dataclass(slots=True, kw_only=True)
class Rest:
    exchange: Exchange
    contract: Contract
    asked: int = 0

    def route(self, method: str, path: str, handler: Handler) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self._answer(request, handler)

        return Route(PREFIX + path, endpoint, methods=[method])

    async def _answer(self, request: Request, handler: Handler) -> Response:
        self.asked += 1
        try:
            self._admit(request)
            asked = await _asked(request)
            self._check(request, asked.given)
            lost = await self._mishap()
            answered = handler(self.exchange, asked)
        except Refused as refused:
            headers = {"Retry-After": str(self.exchange.dice.faults.retry_after_s)} if refused.status == 429 else {}
            return JSONResponse(_error(refused), status_code=refused.status, headers=headers)
        if lost:
            return Response("upstream request timeout", status_code=504, media_type="text/plain")
        return self._response(request, answered)

    def _admit(self, request: Request) -> None:
        kind, _, coded = request.headers.get("authorization", "").partition(" ")
        try:
            user, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            user = secret = ""
        account = self.exchange.account
        right = kind.lower() == "basic" and account.admits(user, secret)
        if not right or request.path_params["account_sid"] != account.sid:
            self.exchange.alerts.violation(20003, "refused credentials", request.url.path)
            raise Refused(401, 20003, "Authenticate")

    def _check(self, request: Request, given: Mapping[str, Sequence[str]]) -> None:
        if request.method == "POST" and not request.headers.get("content-type", "").startswith(
            "application/x-www-form-urlencoded"
        ):
            self.exchange.alerts.violation(0, "a POST that is not form-encoded", request.url.path)
        if request.url.path.endswith(DESCRIBED):
            for wrong in self.contract.request(request.method, request.url.path, given):
                self.exchange.alerts.violation(0, wrong, request.url.path)

    async def _mishap(self) -> bool:
        """Whether the answer is to be lost. Raises Refused."""
        dice = self.exchange.dice
        if dice.strikes("rest_delayed"):
            await asyncio.sleep(dice.up_to_s("rest_delayed", dice.faults.rest_delay_s))
        if dice.strikes("rest_429"):
            raise Refused(429, 20429, "Too Many Requests")
        if dice.strikes("rest_500"):
            raise Refused(500, 20500, "Internal Server Error")
        return dice.strikes("rest_answer_lost")

    def _response(self, request: Request, answered: Answered) -> Response:
        if isinstance(answered.body, bytes):
            return Response(answered.body, status_code=answered.status, media_type=answered.media_type)
        if answered.location:
            return Response(status_code=answered.status, headers={"Location": answered.location})
        for wrong in self.contract.answer(request.method, request.url.path, answered.status, answered.body):
            self.exchange.alerts.violation(0, f"the simulator's own: {wrong}", request.url.path)
        if answered.body is None:
            return Response(status_code=answered.status)
        return JSONResponse(answered.body, status_code=answered.status)


async def _asked(request: Request) -> Asked:
    given = parse_qs(request.url.query, keep_blank_values=True)
    body = (await request.body()).decode()
    return Asked(
        path=request.url.path,
        where={name: str(value) for name, value in request.path_params.items()},
        given=given | (parse_qs(body, keep_blank_values=True) if body else {}),
    )


def _error(refused: Refused) -> dict[str, Any]:
    return {
        "code": refused.code,
        "message": refused.message,
        "more_info": f"https://www.twilio.com/docs/errors/{refused.code}",
        "status": refused.status,
    }


def refusal(status: int, message: str) -> JSONResponse:
    """For the simulator's own pages."""
    return JSONResponse({"error": message}, status_code=status)
