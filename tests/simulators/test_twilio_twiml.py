"""What a call does with TwiML."""

from __future__ import annotations

from tests.simulators.stage import CALLER, NUMBER, Stage
from tests.simulators.twilio.audio import Sound


async def test_a_call_is_answered_by_its_first_verb_and_ends_after_the_last(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Say>Welcome</Say><Play digits='1'/><Say>Bye</Say>"
    leg = await stage.over(stage.call())
    assert (leg.status, stage.said(leg)) == ("completed", ["Welcome", "tones 1", "Bye"])
    asked = stage.product.of("/voice")[0]
    assert (asked["From"], asked["To"], asked["CallStatus"], asked["Direction"]) == (
        CALLER,
        NUMBER,
        "ringing",
        "inbound",
    )
    assert stage.product.of("/status")[0]["CallStatus"] == "completed"
    assert stage.violations == []


async def test_reject_ends_an_unanswered_call_busy(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Reject reason='busy'/>"
    leg = await stage.over(stage.call())
    assert (leg.status, leg.answered) == ("busy", None)


async def test_keys_pressed_during_the_prompt_reach_the_action(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Gather numDigits='1' action='/menu'><Say>Press one or two</Say></Gather>"
    stage.product.documents["/menu"] = lambda params: f"<Say>You chose {params['Digits']}</Say>"
    leg = await stage.over(stage.call(replies=[{"digits": "2"}]))
    assert stage.said(leg) == ["Press one or two", "You chose 2"]


async def test_speech_comes_with_its_confidence(stage: Stage) -> None:
    stage.product.documents["/voice"] = (
        "<Gather input='dtmf speech' action='/menu'><Say>Say why you call</Say></Gather>"
    )
    leg = stage.call(replies=[{"speech": "my parcel", "confidence": 0.75}])
    await stage.over(leg)
    said = stage.product.of("/menu")[0]
    assert (said["SpeechResult"], float(said["Confidence"])) == ("my parcel", 0.75)


async def test_a_person_answers_the_prompt_they_hear_each_time_it_is_said(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Gather action='/one'><Say>First name</Say></Gather><Redirect>/next</Redirect>"
    stage.product.documents["/next"] = "<Gather numDigits='1' action='/two'><Say>Press one now</Say></Gather>"
    stage.product.documents["/two"] = "<Gather numDigits='1' action='/three'><Say>Press one again</Say></Gather>"
    await stage.over(stage.call(replies=[{"hears": "Press one", "digits": "1"}]))
    assert [len(stage.product.of(path)) for path in ("/one", "/two", "/three")] == [0, 1, 1]


async def test_nothing_pressed_leads_to_the_next_verb(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Gather action='/menu'><Say>Press</Say></Gather><Say>Nothing heard</Say>"
    leg = await stage.over(stage.call())
    assert stage.said(leg) == ["Press", "Nothing heard"]
    assert stage.product.of("/menu") == []


async def test_nothing_pressed_reaches_the_action_when_it_asks_for_that(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Gather action='/menu' actionOnEmptyResult='true' timeout='1'/>"
    await stage.over(stage.call())
    assert stage.product.of("/menu")[0]["Digits"] == ""


async def test_finish_on_key_ends_a_longer_number(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Gather action='/menu'/>"
    await stage.over(stage.call(replies=[{"digits": "1234#9"}]))
    given = stage.product.of("/menu")[0]
    assert (given["Digits"], given["FinishedOnKey"]) == ("1234", "#")


async def test_a_message_left_is_recorded_and_told_twice(stage: Stage) -> None:
    stage.product.documents["/voice"] = (
        "<Record action='/left' maxLength='60' timeout='3' recordingStatusCallback='/recorded'/>"
    )
    stage.product.documents["/left"] = "<Say>Thank you</Say>"
    leg = await stage.over(stage.call(speaks_s=7))
    left, recorded = stage.product.of("/left")[0], stage.product.of("/recorded")[0]
    assert stage.said(leg) == ["Thank you"]
    assert int(left["RecordingDuration"]) >= 7 + 3  # phone seconds: a stalled machine adds to them
    assert (recorded["RecordingStatus"], recorded["RecordingSid"]) == ("completed", left["RecordingSid"])
    early = await stage.api.get(left["RecordingUrl"])
    assert early.status_code == 404, "it is told of before it is there"
    media = await stage.api.get(left["RecordingUrl"])
    assert media.content.startswith(b"RIFF")


async def test_hanging_up_while_recording_still_reaches_the_action(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Record action='/left' timeout='3'/>"
    await stage.over(stage.call(speaks_s=5, message_and_gone=True))
    assert stage.product.of("/left")[0]["Digits"] == "hangup"


async def test_a_redirect_loop_is_heard_until_somebody_hangs_up_or_patience_ends(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Redirect>/wait</Redirect>"
    stage.product.documents["/wait"] = "<Say>You are next</Say><Redirect/>"
    patient = stage.call()
    await stage.until(lambda: len(stage.product.of("/wait")) > 2)
    patient.hang_up()
    for leg in (patient, stage.call(patience_s=10)):
        assert (await stage.over(leg)).status == "completed"
    assert stage.violations == []


async def test_documents_that_lead_nowhere_are_a_violation(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Redirect/>"
    await stage.over(stage.call())
    assert stage.violations == ["documents lead to each other without a sound"]


async def test_unknown_verbs_attributes_and_nesting_are_violations(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Shout>Hi</Shout><Say mood='good'>Hi</Say><Gather><Dial/></Gather><Leave/>"
    await stage.over(stage.call())
    assert stage.violations == [
        "unknown: Response > Shout",
        "Say has no attribute mood",
        "misplaced: Gather > Dial",
        "misplaced: Response > Leave",
    ]


async def test_an_error_of_the_product_is_asked_of_the_fallback_url(stage: Stage) -> None:
    stage.product.broken.add("/voice")
    stage.product.documents["/fallback"] = "<Say>Sorry</Say>"
    leg = await stage.over(stage.call())
    asked = stage.product.of("/fallback")[0]
    assert (asked["ErrorCode"], asked["ErrorUrl"]) == ("11200", f"{stage.product.url}/voice")
    assert stage.said(leg) == ["Sorry"]


async def test_a_document_that_cannot_be_had_later_in_the_call_is_asked_of_the_fallback_url_too(stage: Stage) -> None:
    stage.product.documents |= {"/voice": "<Redirect>/later</Redirect>", "/fallback": "<Say>Sorry</Say>"}
    stage.product.broken.add("/later")
    leg = await stage.over(stage.call())
    assert stage.product.of("/fallback")[0]["ErrorUrl"] == f"{stage.product.url}/later"
    assert stage.said(leg) == ["Sorry"]


async def test_without_any_document_the_call_ends_with_an_apology(stage: Stage) -> None:
    stage.product.broken |= {"/voice", "/fallback"}
    leg = await stage.over(stage.call())
    assert stage.said(leg) == ["an application error has occurred"]
    assert [each.code for each in stage.exchange.alerts.mishaps] == [11200, 11200]


async def test_enqueue_plays_its_document_again_and_again_until_leave(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Enqueue waitUrl='/wait' action='/after'>sales</Enqueue>"
    stage.product.documents["/wait"] = lambda params: (
        "<Leave/>" if len(stage.product.of("/wait")) > 2 else f"<Say>Position {params['QueuePosition']}</Say>"
    )
    leg = await stage.over(stage.call())
    assert stage.said(leg) == ["Position 1", "Position 1"]
    assert stage.product.of("/after")[0]["QueueResult"] == "leave"


async def test_a_bridged_number_and_its_caller_hear_each_other(stage: Stage) -> None:
    stage.product.documents["/voice"] = "<Dial action='/dialled'><Number>+48700000001</Number></Dial>"
    leg = await stage.over(stage.call(talk_s=10))
    (other,) = (each for each in stage.exchange.legs.values() if each is not leg)
    for one, another in ((leg, other), (other, leg)):
        assert (Sound.PEOPLE, (another.sid,)) in [(each.sound, each.of) for each in one.ear.heard]
    assert other.status == "completed"


async def test_a_client_that_does_not_answer_leads_to_the_action(stage: Stage) -> None:
    stage.answers("client:anna", picks_up_s=None)
    stage.product.documents["/voice"] = "<Say>Hi</Say><Dial action='/dialled' timeout='5'><Client>anna</Client></Dial>"
    leg = await stage.over(stage.call())
    sounds = [each.sound for each in leg.ear.heard]
    assert sounds[sounds.index(Sound.SPEECH) + 1] is Sound.RINGBACK
    assert stage.product.of("/dialled")[0]["DialCallStatus"] == "no-answer"


async def test_the_caller_hanging_up_cancels_what_rings(stage: Stage) -> None:
    stage.answers("client:anna", picks_up_s=None)
    stage.product.documents["/voice"] = "<Dial timeout='600'><Client>anna</Client></Dial>"
    leg = stage.call()
    await stage.until(lambda: len(stage.exchange.legs) == 2)
    leg.hang_up()
    await stage.over(leg)
    (other,) = (each for each in stage.exchange.legs.values() if each is not leg)
    await stage.over(other)
    assert other.status == "canceled"


async def test_what_is_played_must_be_there(stage: Stage) -> None:
    stage.product.files["/music"] = ("audio/mpeg", b"music")
    stage.product.documents["/voice"] = "<Play>/music</Play><Play>/nothing</Play>"
    leg = await stage.over(stage.call())
    assert [each.sound for each in leg.ear.heard if each.sound in (Sound.MUSIC, Sound.SILENCE)] == ["music", "silence"]
    assert stage.violations == [f"cannot play {stage.product.url}/nothing: 'text/xml'"]
