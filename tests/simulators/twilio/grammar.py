"""Which TwiML there is: verbs, nouns, attributes, and what may stand in what, from Twilio's TwiML reference.

Written as data; `twiml` reads documents by it. What Twilio would let pass with a warning is a violation here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """text: whether it may hold text; needed: whether it must. required: attributes it cannot do without."""

    attributes: Mapping[str, Check] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: bool = False
    needed: bool = False
    required: tuple[str, ...] = ()


def anything(_: str) -> bool:
    return True


def boolean(value: str) -> bool:
    return value in ("true", "false")


def url(value: str) -> bool:
    """Absolute or relative; never with blanks in it."""
    return bool(value) and re.fullmatch(r"\S+", value) is not None


def url_or_empty(value: str) -> bool:
    return value == "" or url(value)


def whole(low: int, high: int) -> Check:
    return lambda value: re.fullmatch(r"\d{1,9}", value) is not None and low <= int(value) <= high


def one_of(*words: str) -> Check:
    return lambda value: value in words


def words_of(*words: str) -> Check:
    """Any of them, with spaces between."""
    return lambda value: bool(value.split()) and set(value.split()) <= set(words)


def call_sid(value: str) -> bool:
    return re.fullmatch(r"CA[0-9a-fA-F]{32}", value) is not None


def label(value: str) -> bool:
    return 0 < len(value) <= 128


METHOD = one_of("GET", "POST")
TIMES = whole(0, 1000)
CALL_EVENTS = words_of("initiated", "ringing", "answered", "completed")
RECORDING_EVENTS = words_of("in-progress", "completed", "absent")
CONFERENCE_EVENTS = words_of("start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement")
DIAL_RECORD = one_of(
    "true", "false", "do-not-record", "record-from-answer", "record-from-ringing",
    "record-from-answer-dual", "record-from-ringing-dual",
)  # fmt: skip
TRIM = one_of("trim-silence", "do-not-trim")
SSML = frozenset(
    {"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"}
    | {"amazon:effect", "amazon:domain"}
)

_RECORDING = {
    "recordingStatusCallback": url,
    "recordingStatusCallbackMethod": METHOD,
    "recordingStatusCallbackEvent": RECORDING_EVENTS,
}
_ENDPOINT = {
    "url": url,
    "method": METHOD,
    "statusCallback": url,
    "statusCallbackMethod": METHOD,
    "statusCallbackEvent": CALL_EVENTS,
}
_SPOKEN = frozenset({"Say", "Play", "Pause"})

VERBS: Mapping[str, Rule] = {
    "Say": Rule(
        attributes={"voice": anything, "language": anything, "loop": TIMES}, children=SSML, text=True, needed=True
    ),
    "Play": Rule(attributes={"loop": TIMES, "digits": anything}, text=True),
    "Pause": Rule(attributes={"length": whole(0, 180)}),
    "Gather": Rule(
        attributes={
            "action": url, "method": METHOD, "timeout": lambda value: value == "auto" or whole(1, 600)(value),
            "speechTimeout": lambda value: value == "auto" or whole(1, 600)(value),
            "finishOnKey": lambda value: re.fullmatch(r"[0-9*#]?", value) is not None,
            "numDigits": whole(1, 1000), "input": words_of("dtmf", "speech"), "language": anything, "hints": anything,
            "partialResultCallback": url, "partialResultCallbackMethod": METHOD, "bargeIn": boolean,
            "profanityFilter": boolean, "actionOnEmptyResult": boolean, "dtmfDetection": anything,
            "minSpeech": anything, "speechModel": anything,
            "enhanced": boolean, "maxSpeechTime": whole(1, 60), "debug": boolean,
        },
        children=_SPOKEN,
    ),
    "Record": Rule(
        attributes={
            "action": url, "method": METHOD, "timeout": whole(0, 600), "maxLength": whole(1, 14_400),
            "finishOnKey": lambda value: re.fullmatch(r"[0-9*#]*|-1", value) is not None, "playBeep": boolean,
            "trim": TRIM, "transcribe": boolean, "transcribeCallback": url, **_RECORDING,
        }
    ),
    "Dial": Rule(
        attributes={
            "action": url, "method": METHOD, "timeout": whole(1, 600), "hangupOnStar": boolean,
            "timeLimit": whole(1, 86_400),
            "callerId": anything, "record": DIAL_RECORD, "trim": TRIM, "answerOnBridge": boolean, "sequential": boolean,
            "ringTone": anything, "recordingTrack": one_of("inbound", "outbound", "both"), "referUrl": url,
            "referMethod": METHOD, **_RECORDING,
        },
        children=frozenset({"Number", "Client", "Sip", "Conference", "Queue"}),
        text=True,
    ),
    "Enqueue": Rule(
        attributes={
            "action": url, "method": METHOD, "waitUrl": url_or_empty, "waitUrlMethod": METHOD,
            "maxQueueSize": whole(1, 5000), "workflowSid": anything,
        },
        text=True, needed=True,
    ),
    "Leave": Rule(),
    "Redirect": Rule(attributes={"method": METHOD}, text=True),
    "Hangup": Rule(),
    "Reject": Rule(attributes={"reason": one_of("rejected", "busy")}),
}  # fmt: skip

NOUNS: Mapping[str, Rule] = {
    "Number": Rule(attributes={"sendDigits": anything, "byoc": anything, **_ENDPOINT}, text=True, needed=True),
    "Client": Rule(attributes=_ENDPOINT, children=frozenset({"Identity", "Parameter"}), text=True),
    "Identity": Rule(text=True, needed=True),
    "Parameter": Rule(attributes={"name": label, "value": anything}, required=("name", "value")),
    "Sip": Rule(attributes={"username": anything, "password": anything, **_ENDPOINT}, text=True, needed=True),
    "Queue": Rule(
        attributes={"url": url, "method": METHOD, "reservationSid": anything, "postWorkActivitySid": anything},
        text=True,
        needed=True,
    ),
    "Conference": Rule(
        attributes={
            "muted": boolean, "beep": one_of("true", "false", "onEnter", "onExit"), "startConferenceOnEnter": boolean,
            "endConferenceOnExit": boolean, "participantLabel": label, "waitUrl": url_or_empty, "waitMethod": METHOD,
            "maxParticipants": whole(1, 250), "record": one_of("do-not-record", "record-from-start"), "trim": TRIM,
            "coach": call_sid, "statusCallback": url, "statusCallbackMethod": METHOD,
            "statusCallbackEvent": CONFERENCE_EVENTS, "eventCallbackUrl": url,
            "jitterBufferSize": one_of("small", "medium", "large", "off"),
            "region": one_of("us1", "us2", "ie1", "de1", "sg1", "br1", "au1", "jp1", "in1"), **_RECORDING,
        },
        text=True, needed=True,
    ),
}  # fmt: skip

MESSAGING: Mapping[str, Rule] = {
    "Message": Rule(
        attributes={"to": anything, "from": anything, "action": url, "method": METHOD, "statusCallback": url},
        children=frozenset({"Body", "Media"}),
        text=True,
    ),
    "Redirect": VERBS["Redirect"],
}
MESSAGE_NOUNS: Mapping[str, Rule] = {"Body": Rule(text=True), "Media": Rule(text=True, needed=True)}

ANYWHERE = frozenset(VERBS) - {"Leave"}
WHILE_WAITING = frozenset({"Say", "Play", "Pause", "Redirect"})
"""In documents a conference plays: waitUrl, holdUrl, announceUrl (error 13238)."""
IN_A_QUEUE = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"})
WHISPERED = frozenset({"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"})
"""To the called party before it is connected (`url` of a noun in Dial)."""
