"""What is to be done about calls, by Twilio's REST API.

The client of the `twilio` package is synchronous (its asynchronous one brings a second HTTP library): this one sends
forms by the node's own client, for the eight requests there are. https://www.twilio.com/docs/voice/api
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from adapters.twilio_voice import token
from adapters.twilio_voice.options import Addresses, VoiceAccount
from adapters.twilio_voice.parse import leg_status
from router.core.call import actions, facts
from router.core.call.facts import Done, Fact
from router.core.call.state import CUSTOMER, IN_ROOM, Call, Leg
from router.core.outbound import Refused, TryAgain
from router.core.words import AgentId
from router.engine.calls.telephone import GONE, ProviderAction

API = "/2010-04-01/Accounts"
REQUEST_S = 4.0
MOST_RECORDING_BYTES = 25 * 1024 * 1024
LABEL_TAKEN, NOT_IN_PROGRESS, NOT_FOUND = 16025, 21220, 20404
CALL_EVENTS = ("initiated", "ringing", "answered", "completed")
CONFERENCE_EVENTS = ("start", "end", "join", "leave", "mute", "hold")
Form = Mapping[str, object]
Answer = dict[str, Any]


class TwilioTelephone:
    """All voice accounts of a node: a `router.engine.calls.telephone.Telephone`."""

    def __init__(self, accounts: Mapping[str, VoiceAccount], http: httpx.AsyncClient, at: Addresses) -> None:
        self.accounts, self.at = accounts, at
        self._http = http

    def token(self, account: str, agent: AgentId, *, lasts_s: int) -> str:
        return token.access_token(self.accounts[account], agent, lasts_s=lasts_s)

    # ------------------------------------------------------------ doing

    async def carry_out(self, call: Call, action: ProviderAction, *, again: bool) -> Done:
        match action:
            case actions.DialLeg():
                return await self._dial(call, action, again=again)
            case actions.Redirect():
                sid = _sid(call, CUSTOMER)
                url = self.at.page(call.account, call.id)
                await self._post(call, f"Calls/{sid}", {"Url": url, "Method": "POST"}, ends=True)
                return Done(key=action.key, label=CUSTOMER)
            case actions.EndLeg():
                sid = action.sid or await self._sid_of(call, action.room, action.label)
                await self._post(call, f"Calls/{sid}", {"Status": "completed"}, ends=True)
                return Done(key=action.key, label=action.label)
            case actions.SetLeg():
                await self._participant(call, action.room, action.label, self._wishes(call, action.label))
                return Done(key=action.key, label=action.label)
            case actions.PlayTones():
                tones = self.at.tones(call.account, call.id, action.digits)
                announced = {"AnnounceUrl": tones, "AnnounceMethod": "POST"}
                await self._participant(call, action.room, action.label, announced)
                return Done(key=action.key, label=action.label)
            case actions.Record():
                return await self._record(call, action, again=again)

    async def _dial(self, call: Call, action: actions.DialLeg, *, again: bool) -> Done:
        """Labels are unique in a conference: a leg that was called already is found by its own."""
        found = await self._find(call, action.room, action.label) if again else None
        if found is None:
            path = f"Conferences/{quote(action.room)}/Participants"
            try:
                found = await self._post(call, path, self._dialed(call, action))
            except Refused as refused:
                if refused.code != str(LABEL_TAKEN):
                    raise
                found = await self._find(call, action.room, action.label)
                if found is None:
                    raise TryAgain("label_taken", refused.reason) from None
        return Done(
            key=action.key,
            label=action.label,
            room=action.room,
            sid=str(found.get("call_sid", "")),
            conference_sid=str(found.get("conference_sid", "")),
        )

    def _dialed(self, call: Call, action: actions.DialLeg) -> Form:
        account = self.accounts[call.account]
        return {
            "From": account.number,
            "To": action.to,
            "Label": action.label,
            "Timeout": max(5, round(action.ring_ms / 1_000)),
            "Beep": "false",
            "Muted": action.muted,
            "StartConferenceOnEnter": True,
            "EndConferenceOnExit": False,
            "WaitUrl": self.at.hold(call.account),
            "WaitMethod": "POST",
            "StatusCallback": self.at.leg(call.account, call.id, action.label),
            "StatusCallbackMethod": "POST",
            "StatusCallbackEvent": CALL_EVENTS,
            "ConferenceStatusCallback": self.at.conference(call.account, call.id, action.room),
            "ConferenceStatusCallbackMethod": "POST",
            "ConferenceStatusCallbackEvent": CONFERENCE_EVENTS,
            **({"Coaching": True, "CallSidToCoach": _sid(call, action.coach)} if action.coach else {}),
        }

    def _wishes(self, call: Call, label: str) -> Form:
        """Mute, hold and coaching of a leg as the call wants them now."""
        leg = call.leg(label)
        if leg is None:
            raise Refused("absent", f"no leg {label}")
        wishes: dict[str, object] = {"Muted": leg.muted or leg.mode == "listen"}
        if label == CUSTOMER:
            wishes["Hold"] = leg.held
            if leg.held:
                wishes |= {"HoldUrl": self.at.hold(call.account), "HoldMethod": "POST"}
        elif leg.role == "supervisor" or leg.label.startswith("supervisor"):
            agent = call.of_agent(call.owner) if call.owner else None
            coaching = leg.mode == "whisper" and agent is not None and bool(agent.sid)
            wishes["Coaching"] = coaching
            if coaching and agent is not None:
                wishes["CallSidToCoach"] = agent.sid
        return wishes

    async def _recorded_now(self, call: Call, path: str) -> str:
        """The recording that is on; empty: there is none."""
        listed = await self._get(call, path)
        on = ("in-progress", "paused")
        return next((str(each["sid"]) for each in listed.get("recordings", ()) if each.get("status") in on), "")

    async def _record(self, call: Call, action: actions.Record, *, again: bool) -> Done:
        sid, recording = _sid(call, CUSTOMER), call.recording_sid
        path = f"Calls/{sid}/Recordings"
        if action.to == "on" and not recording:
            if again and (found := await self._recorded_now(call, path)):
                return Done(key=action.key, sid=found)
            made = await self._post(
                call,
                path,
                {
                    "RecordingStatusCallback": self.at.recording(call.account, call.id, voicemail=False),
                    "RecordingStatusCallbackEvent": ("in-progress", "completed", "absent"),
                    "RecordingChannels": "dual",
                },
            )
            return Done(key=action.key, sid=str(made.get("sid", "")))
        if recording:
            status = {"on": "in-progress", "paused": "paused", "off": "stopped"}[action.to]
            wanted = {"Status": status} | ({"PauseBehavior": "skip"} if status == "paused" else {})
            await self._post(call, f"{path}/{recording}", wanted)
        return Done(key=action.key, sid="" if action.to == "off" else recording)

    # ------------------------------------------------------------ looking

    async def look(self, call: Call) -> Sequence[Fact]:
        found: list[Fact] = []
        up: list[Leg] = []
        for leg in call.legs:
            if leg.state != "gone" and leg.sid:
                status = await self._status(call, leg.sid)
                if status is not None:
                    found.append(facts.LegIs(label=leg.label, sid=leg.sid, status=status))
                    if status == "in-progress":
                        up.append(leg)
        if up and call.state in (*IN_ROOM, "connecting", "dialing"):
            found += await self._room(call, up)
        return found

    async def _status(self, call: Call, sid: str) -> facts.LegStatus | None:
        try:
            return leg_status(str((await self._get(call, f"Calls/{sid}")).get("status", "")))
        except Refused as refused:
            return "completed" if refused.code == str(NOT_FOUND) else None

    async def _room(self, call: Call, up: Sequence[Leg]) -> list[Fact]:
        """Who is in the conference, against who should be."""
        conference = next(iter(await self._conferences(call, call.room_name)), "")
        listed = (await self._get(call, f"Conferences/{conference}/Participants")) if conference else {}
        there = {str(each.get("call_sid")): each for each in listed.get("participants", ())}
        found: list[Fact] = []
        for leg in up:
            seen = there.get(leg.sid)
            if seen is None:
                found += _missing(call, leg)
            elif leg.state != "joined":
                found.append(facts.Joined(label=leg.label, room=call.room, n=0, sid=leg.sid, conference_sid=conference))
            elif seen.get("hold") != leg.held or seen.get("muted") != (leg.muted or leg.mode == "listen"):
                found.append(facts.Differs(label=leg.label))
        return found

    async def _find(self, call: Call, room: str, label: str) -> Answer | None:
        """A participant by its label, whether or not we know the conference's sid."""
        for conference in await self._conferences(call, room):
            try:
                return await self._get(call, f"Conferences/{conference}/Participants/{quote(label)}")
            except Refused:
                continue
        return None

    async def _conferences(self, call: Call, room: str) -> list[str]:
        """Those of this name that are on: one mostly; for a moment two when everybody left and came again."""
        listed = await self._get(call, "Conferences", {"FriendlyName": room})
        return [
            str(each.get("sid", ""))
            for each in listed.get("conferences", ())
            if each.get("friendly_name") == room and each.get("status") != "completed"
        ]

    async def _sid_of(self, call: Call, room: str, label: str) -> str:
        found = await self._find(call, room, label)
        if found is None:
            raise Refused(GONE, f"nobody labelled {label} in {room}")
        return str(found.get("call_sid", ""))

    async def _participant(self, call: Call, room: str, label: str, wishes: Form) -> None:
        """Where we think the room is; else in whichever conference it has become."""
        thought = call.conference_sid if room == call.room_name else ""
        if thought:
            with contextlib.suppress(Refused):
                await self._post(call, f"Conferences/{thought}/Participants/{quote(label)}", wishes)
                return
        others = [each for each in await self._conferences(call, room) if each != thought]
        if not others:
            raise Refused("absent", f"nobody labelled {label} in {room}")
        await self._post(call, f"Conferences/{others[0]}/Participants/{quote(label)}", wishes)

    async def recording(self, account: str, sid: str) -> tuple[bytes, str]:
        known = self.accounts[account]
        url = f"{known.base_url}{API}/{known.account_sid}/Recordings/{quote(sid)}.mp3"
        try:
            async with self._http.stream("GET", url, auth=(known.user, known.password), timeout=REQUEST_S) as answer:
                _refuse(answer.status_code, answer.headers, {})
                content = bytearray()
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > MOST_RECORDING_BYTES:
                        raise Refused("too_large", "the recording is longer than we keep")
                return bytes(content), answer.headers.get("content-type", "audio/mpeg").partition(";")[0]
        except httpx.HTTPError as error:
            raise TryAgain("unreachable", type(error).__name__) from None

    async def forget_recording(self, account: str, sid: str) -> None:
        try:
            await self._ask(account, "DELETE", f"Recordings/{quote(sid)}")
        except Refused as refused:
            if refused.code != str(NOT_FOUND):
                raise

    # ------------------------------------------------------------ requests

    async def _get(self, call: Call, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return await self._ask(call.account, "GET", path, query=query)

    async def _post(self, call: Call, path: str, form: Form, *, ends: bool = False) -> Answer:
        """ends: that what it is about is not there any more is an end, told as such."""
        try:
            return await self._ask(call.account, "POST", path, form=form)
        except Refused as refused:
            if ends and refused.code in (str(NOT_IN_PROGRESS), str(NOT_FOUND)):
                raise Refused(GONE, refused.reason) from None
            raise

    async def _ask(
        self, account: str, method: str, path: str, *, form: Form | None = None, query: Mapping[str, str] | None = None
    ) -> Answer:
        known = self.accounts[account]
        url = f"{known.base_url}{API}/{known.account_sid}/{path}.json"
        try:
            answer = await self._http.request(
                method,
                url,
                data=dict(_fields(form)) if form is not None else None,
                params=query,
                auth=(known.user, known.password),
                timeout=REQUEST_S,
            )
        except httpx.HTTPError as error:
            raise TryAgain("unreachable", type(error).__name__) from None
        try:
            body = answer.json() if answer.content else {}
        except ValueError:
            body = {}
        _refuse(answer.status_code, answer.headers, body)
        return body if isinstance(body, dict) else {}


def _refuse(status: int, headers: Mapping[str, str], body: object) -> None:
    """Raise what an answer that is no success means."""
    if status < 300:
        return
    said = body if isinstance(body, dict) else {}
    reason = str(said.get("message", f"HTTP {status}"))[:300]
    if status == 429 or status >= 500:
        after = headers.get("retry-after", "")
        raise TryAgain(f"http_{status}", reason, after_s=float(after) if after.isdecimal() else None)
    code = said.get("code") or (NOT_FOUND if status == 404 else f"http_{status}")
    raise Refused(str(code), reason)


def _fields(form: Form) -> Iterator[tuple[str, str | list[str]]]:
    for name, value in form.items():
        if isinstance(value, bool):
            yield name, str(value).lower()
        elif isinstance(value, tuple):
            yield name, [str(each) for each in value]
        else:
            yield name, str(value)


def _sid(call: Call, label: str) -> str:
    leg = call.leg(label)
    if leg is None or not leg.sid:
        raise TryAgain("not_yet", f"the leg {label} is not known to the provider yet")
    return leg.sid


def _missing(call: Call, leg: Leg) -> list[Fact]:
    """A leg that is up but not in the conference: staff are only ever there, the customer is sent there again."""
    if leg.label == CUSTOMER:
        return [facts.Absent()]
    if leg.state != "joined":
        return []
    return [facts.Left(label=leg.label, room=call.room, n=0, sid=leg.sid, conference_sid=call.conference_sid)]
