"""Until somebody is found: menu, bot, waiting in line, callback and voicemail."""

from __future__ import annotations

import msgspec

from router.core.call import actions
from router.core.call.draft import Draft
from router.core.call.ending import finish, spoken_ms
from router.core.call.facts import BotTurn, Heard, RecordingIs
from router.core.call.line import Choice, Line
from router.core.call.state import CUSTOMER, BotTalk, Recorded

MOST_TRIES = 2
"""So often the menu is said before somebody who says nothing is put in line all the same."""
CALLBACK, VOICEMAIL, PERSON = "1", "2", "0"
"""What those in line press, and in the menu for a person."""
THANKED_MS = 20_000
"""Longer than the thanks take; what is said before them takes its own time."""
VOICEMAIL_COMES_MS = 60_000
"""How long after the caller hung up a recording may still come."""
SILENT_MS = 300_000
"""Whoever is asked for a message so long and says none has put the receiver down beside the telephone."""
LEAST_VOICEMAIL_S = 1
SAID_CHARS = 500
MOST_SAID_CHARS = 3_000
"""Of what the bot says at a time: nobody listens longer, and the provider reads out no more than 4,096."""


def heard(draft: Draft, fact: Heard) -> None:
    call = draft.call
    if fact.stage != call.stage:
        return
    match call.state:
        case "menu" | "bot":
            _chosen(draft, fact)
        case "queued":
            if fact.digits == CALLBACK and may_be_called_back(draft):
                _call_back_later(draft)
            elif fact.digits == VOICEMAIL and draft.line.voicemail:
                _take_message(draft)
        case _:
            return


def _call_back_later(draft: Draft, said: str = "") -> None:
    """Thanked, the customer hangs up; should nobody tell of it, the call is over a while later all the same."""
    draft.turn("callback", said=said)
    draft.do(actions.KeepCallback, key="keep_callback")
    draft.due("thanked", THANKED_MS + spoken_ms(said))


def _take_message(draft: Draft, said: str = "") -> None:
    """Asked for again and again, but not for ever: a message begun in time has time to come."""
    draft.turn("voicemail", said=said)
    draft.due("voicemail", SILENT_MS + 1_000 * draft.line.most_voicemail_s)


def no_message_came(draft: Draft) -> None:
    if draft.call.state == "voicemail":
        finish(draft, "abandoned", end_item=draft.call.lined_up)


def called_back(draft: Draft) -> None:
    if draft.call.state == "callback":
        finish(draft, "callback", end_item=False)


def may_be_called_back(draft: Draft) -> bool:
    return draft.line.callback and bool(draft.call.number)


def _chosen(draft: Draft, fact: Heard) -> None:
    call, speech = draft.call, fact.speech.strip()[:SAID_CHARS]
    if speech and not call.first_words:
        draft.set(first_words=speech)
    if fact.turn is not None:
        _talked(draft, fact.turn)
        return
    choice = chosen(draft.line, fact.digits, speech, call.language)
    if choice is not None:
        draft.set(language=choice.language or call.language)
        if choice.again:
            draft.turn("menu", tries=0)
        else:
            line_up(draft, queue=choice.queue)
    elif fact.digits == PERSON:
        line_up(draft)
    elif fact.reply:
        draft.turn("bot", said=fact.reply, tries=0, bot=_listening_no_more(call.bot))
    elif speech or call.tries + 1 >= MOST_TRIES:
        line_up(draft)
    else:
        draft.turn("menu", tries=call.tries + 1)


def _talked(draft: Draft, turn: BotTurn) -> None:
    """The bot said something: to be answered, or before a person comes, or as the last word."""
    draft.set(bot=turn.bot)
    said = turn.say[:MOST_SAID_CHARS]
    match turn.then:
        case "person":
            line_up(draft, said=said)
        case "end":
            finish(draft, "bot", end_item=False, say=said)
        case "caller":
            draft.turn("bot", said=said, tries=0)


def _listening_no_more(bot: BotTalk | None) -> BotTalk | None:
    return msgspec.structs.replace(bot, listens=None) if bot is not None else None


def chosen(line: Line, digits: str, speech: str, language: str) -> Choice | None:
    """By the key pressed, or by a word said."""
    said = f" {speech.lower()} "
    for choice in line.menu:
        words = choice.words.get(language, ())
        if (digits and choice.digit == digits) or any(f" {word} " in said.replace(".", " ") for word in words):
            return choice
    return None


def line_up(draft: Draft, *, queue: str = "", said: str = "") -> None:
    """Ask for a person: the line, or what is done instead while it is closed. said: before all else."""
    draft.set(queue=queue or draft.call.queue or draft.line.department)
    place = draft.context.place(draft.call)
    draft.set(queue=place.queue)
    match place.shut:
        case "announce":
            closed = place.text or draft.line.text("closed", draft.call.language)
            finish(draft, "closed", end_item=False, say=closed)
        case "callback" if may_be_called_back(draft):
            draft.do(actions.LineUp, key="line_up")
            _call_back_later(draft, said=place.text)
        case "voicemail" | "callback":
            _take_message(draft, said=place.text)
        case "":
            draft.turn("queued", said=said)
            draft.do(actions.LineUp, key="line_up")


def recording_is(draft: Draft, fact: RecordingIs) -> None:
    """A recording of the talk, or the caller's message."""
    if fact.voicemail:
        _voicemail(draft, fact)
        return
    if fact.status == "completed":
        _remember(draft, Recorded(sid=fact.sid, duration_s=fact.duration_s))
        draft.do(actions.KeepRecording, key=f"recorded:{fact.sid}", sid=fact.sid, ready=True)
    elif fact.status in ("absent", "failed") and fact.sid == draft.call.recording_sid:
        draft.set(recording="off", recording_sid="", notice="recording_failed")


def _remember(draft: Draft, recorded: Recorded) -> None:
    others = tuple(known for known in draft.call.recorded if known.sid != recorded.sid)
    if recorded not in draft.call.recorded:
        draft.set(recorded=(*others, recorded))


def _voicemail(draft: Draft, fact: RecordingIs) -> None:
    """The message is there; the item goes on without its caller."""
    call = draft.call
    if call.state != "voicemail" or fact.status != "completed" or fact.duration_s < LEAST_VOICEMAIL_S:
        return
    _remember(draft, Recorded(sid=fact.sid, duration_s=fact.duration_s, voicemail=True))
    draft.do(actions.LineUp, key="line_up")
    draft.do(actions.KeepVoicemail, key=f"voicemail:{fact.sid}", sid=fact.sid, duration_s=fact.duration_s)
    customer = call.leg(CUSTOMER)
    thanks = draft.line.text("voicemail_thanks", call.language) if customer is not None and customer.live else ""
    finish(draft, "voicemail", end_item=False, say=thanks)


def customer_left(draft: Draft) -> None:
    """The caller hung up before anybody was found."""
    call = draft.call
    match call.state:
        case "queued":
            finish(draft, "abandoned", end_item=True)
        case "callback":
            finish(draft, "callback", end_item=False)
        case "voicemail":
            draft.due("voicemail", VOICEMAIL_COMES_MS)
        case "bot":
            finish(draft, "bot", end_item=False)
        case _:
            finish(draft, "abandoned", end_item=call.lined_up)
