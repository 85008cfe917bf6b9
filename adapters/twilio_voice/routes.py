"""Where Twilio calls about calls: `/hooks/twilio/voice/<account>/…`.

A caller waits for each answer, so each is one transaction: apply what is told, commit it with what follows from it, and
answer with what the caller's leg is to do by the state just committed. When the stores are away the caller hears music
and asks again: nobody is hung up on.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from adapters import form
from adapters.payload import Unreadable
from adapters.payload import form as fields_of
from adapters.twilio_voice import music, parse, render
from adapters.twilio_voice.options import Addresses, VoiceAccount
from adapters.twilio_voice.send import TwilioTelephone
from adapters.twilio_voice.webhook import VoiceWebhook
from router.core.call.facts import Fact
from router.core.call.page import Waiting, page
from router.core.call.state import CUSTOMER, Call
from router.engine.calls import callers
from router.engine.calls.hearing import hear
from router.engine.calls.numbers import of_caller
from router.engine.centre import Centre
from router.protocol.errors import UsherError

log = structlog.get_logger()

BODY_BYTES = 65_536
BODY_S = 5.0
ANSWER_S = 8.0
"""Twilio waits 15 s in all, for both tries."""
TWIML = "text/xml"
UNAVAILABLE = (UsherError, TimeoutError)
Fields = Mapping[str, str]
Asked = Callable[[Request, VoiceAccount, Fields], Awaitable[Response]]


@dataclass(slots=True)
class Refusals:
    """How often a request was not taken, by account and reason."""

    by_reason: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What the routes of a node work with."""

    centre: Centre
    accounts: Mapping[str, VoiceAccount]
    at: Addresses
    refusals: Refusals = field(default_factory=Refusals)
    webhook: VoiceWebhook = field(default_factory=VoiceWebhook)

    # ------------------------------------------------------------ the caller's leg asks what to do

    async def incoming(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        """A call comes in, or asks anew after a failure."""
        again = self.at.incoming(account.key)
        sid = fields.get("CallSid", "")
        if not sid:
            return _plain(400, "CallSid is missing")
        try:
            async with asyncio.timeout(ANSWER_S):
                call = await callers.arrive(self.centre, account.key, sid=sid, number=of_caller(fields.get("From", "")))
                return await self._answer(call)
        except UNAVAILABLE as error:
            return self._patience(account, again, error)

    async def page(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        call_id = request.path_params["call"]
        try:
            async with asyncio.timeout(ANSWER_S):
                return self._twiml(*await callers.asks(self.centre, account.key, call_id))
        except UNAVAILABLE as error:
            return self._patience(account, self.at.page(account.key, call_id), error)

    async def heard(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        heard, call_id = parse.heard(fields, request.query_params.get("stage", "")), request.path_params["call"]
        try:
            async with asyncio.timeout(ANSWER_S):
                call = await callers.said(self.centre, account.key, call_id, heard, token=_repeat(request))
                return await self._answer(call)
        except UNAVAILABLE as error:
            return self._patience(account, self.at.page(account.key, call_id), error)

    async def message(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        """A voicemail ended: what was recorded, and what comes next."""
        call_id, told = request.path_params["call"], parse.recording(fields, voicemail=True)
        try:
            async with asyncio.timeout(ANSWER_S):
                call = await hear(self.centre, call_id, *told, asks=True, account=account.key)
                return await self._answer(call)
        except UNAVAILABLE as error:
            return self._patience(account, self.at.page(account.key, call_id), error)

    async def _answer(self, call: Call | None) -> Response:
        return self._twiml(call, await callers.waiting(self.centre, call) if call is not None else Waiting())

    def _twiml(self, call: Call | None, waiting: Waiting) -> Response:
        """What the caller's leg is to do by the state that was just committed."""
        line = self.centre.switchboard.lines.get(call.account) if call is not None else None
        if call is None or line is None:
            return _plain(404, "unknown call")
        return Response(render.page(page(call, line, waiting), call, self.at), media_type=TWIML)

    def _patience(self, account: VoiceAccount, again: str, error: Exception) -> Response:
        log.warning("caller waits for us", account=account.key, reason=str(error) or "time-out")
        return Response(render.patience(self.at.music(account.key), again), media_type=TWIML)

    # ------------------------------------------------------------ we are told

    async def leg(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        told = parse.leg(fields, request.query_params.get("label", ""))
        return await self._told(account, request.path_params["call"], told, parse.token(fields, "leg"))

    async def conference(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        told = parse.conference(fields, request.query_params.get("room", ""))
        return await self._told(account, request.path_params["call"], told, parse.token(fields, "conference"))

    async def recording(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        told = parse.recording(fields, voicemail=request.query_params.get("voicemail") == "1")
        return await self._told(account, request.path_params["call"], told, parse.token(fields, "recording"))

    async def status(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        """Of the number: an incoming call ended."""
        try:
            known = await callers.of_sid(self.centre, fields.get("CallSid", ""))
        except UNAVAILABLE as error:
            return self._not_kept("", error)
        if known is None:
            return Response(status_code=204)
        return await self._told(account, known.id, parse.leg(fields, CUSTOMER), parse.token(fields, "leg"), known)

    async def _told(
        self, account: VoiceAccount, call_id: str, facts: list[Fact], token: str, known: Call | None = None
    ) -> Response:
        if not facts:
            return Response(status_code=204)
        try:
            async with asyncio.timeout(ANSWER_S):
                call = await hear(self.centre, call_id, *facts, token=token, account=account.key, known=known)
        except UNAVAILABLE as error:
            return self._not_kept(call_id, error)
        return Response(status_code=204) if call is not None else _plain(404, "unknown call")

    def _not_kept(self, call_id: str, error: Exception) -> Response:
        log.warning("call fact not kept", call_id=call_id, reason=str(error) or "time-out")
        return _plain(503, "unavailable")

    # ------------------------------------------------------------ what is played

    async def hold(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        line = self.centre.switchboard.lines[account.key]
        return Response(render.music(line.music_url or self.at.music(account.key)), media_type=TWIML)

    async def tones(self, request: Request, account: VoiceAccount, fields: Fields) -> Response:
        digits = "".join(key for key in request.query_params.get("digits", "") if key in "0123456789*#w")
        return Response(render.tones(digits), media_type=TWIML)

    # ------------------------------------------------------------ only Twilio may ask

    def signed(self, asked: Asked) -> Callable[[Request], Awaitable[Response]]:
        """403 and one counted log line for what is not signed as it should be."""

        async def check(request: Request) -> Response:
            account = self.accounts.get(request.path_params["account"])
            if account is None:
                return self._refused("", "unknown_account", 404)
            try:
                async with asyncio.timeout(BODY_S):
                    body = await _body(request)
            except (TimeoutError, ClientDisconnect):
                return self._refused(account.key, "body_late", 408)
            if body is None:
                return self._refused(account.key, "body_too_large", 413)
            url = self.at.base() + request.url.path + (f"?{request.url.query}" if request.url.query else "")
            signed = form.Request(method=request.method, url=url, headers=dict(request.headers), body=body)
            verdict = self.webhook.verify(signed, secrets=account.auth_tokens, now_ms=self.centre.now())
            if not verdict.valid:
                return self._refused(account.key, verdict.reason, 403)
            try:
                fields = fields_of(body)
            except Unreadable:
                return self._refused(account.key, "unreadable", 400)
            return await asked(request, account, fields)

        return check

    def _refused(self, account: str, reason: str, status: int) -> Response:
        self.refusals.by_reason[account, reason] += 1
        log.warning("webhook refused", account=account, reason=reason, times=self.refusals.by_reason[account, reason])
        return _plain(status, reason)


def routes(centre: Centre) -> Iterator[BaseRoute]:
    """None when no calls come by Twilio."""
    telephone = centre.calls.telephone if centre.calls is not None else None
    if not isinstance(telephone, TwilioTelephone):
        return
    hooks = Hooks(centre=centre, accounts=telephone.accounts, at=telephone.at)

    async def melody(request: Request) -> Response:
        return Response(music.melody(), media_type=music.MEDIA_TYPE, headers={"cache-control": "public, max-age=86400"})

    top = "/hooks/twilio/voice/{account}"
    yield Route(f"{top}/music.wav", melody, methods=["GET"])
    for path, asked in {
        "incoming": hooks.incoming,
        "status": hooks.status,
        "hold": hooks.hold,
        "{call}/page": hooks.page,
        "{call}/heard": hooks.heard,
        "{call}/message": hooks.message,
        "{call}/leg": hooks.leg,
        "{call}/conference": hooks.conference,
        "{call}/recording": hooks.recording,
        "{call}/tones": hooks.tones,
    }.items():
        yield Route(f"{top}/{path}", hooks.signed(asked), methods=["POST"])


def _repeat(request: Request) -> str:
    """The same request, sent again, has the same token."""
    token = request.headers.get("i-twilio-idempotency-token", "")
    return f"heard/{token}"[:300] if token else ""


async def _body(request: Request) -> bytes | None:
    """None: larger than BODY_BYTES; it is not read to its end then."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_BYTES:
            return None
    return bytes(body)


def _plain(status: int, text: str) -> Response:
    return Response(text, status, media_type="text/plain")
