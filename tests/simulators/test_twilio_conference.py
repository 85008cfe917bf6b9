"""Who sits in a conference, who hears whom, and what the product is told of it."""

from __future__ import annotations

from tests.simulators.stage import NUMBER, Stage
from tests.simulators.twilio.audio import Sound
from tests.simulators.twilio.leg import Leg

AGENT, SUPERVISOR = "client:anna", "client:boss"
EVENTS = "start end join leave mute hold modify speaker announcement"
ROOM = (
    "<Dial><Conference {more} statusCallback='/room' statusCallbackEvent='" + EVENTS + "' "
    "participantLabel='customer' waitUrl='/music'>room</Conference></Dial><Say>It is over</Say>"
)


async def seated(stage: Stage, more: str = "", **person: object) -> Leg:
    """A customer in the room, alone, with music."""
    stage.product.files["/song"] = ("audio/mpeg", b"song")
    stage.product.documents["/music"] = "<Play loop='0'>/song</Play>"
    stage.product.documents["/voice"] = ROOM.format(more=more)
    leg = stage.call(**person)
    await stage.hears(leg, Sound.MUSIC, f"{stage.product.url}/song")
    return leg


async def invited(stage: Stage, to: str = AGENT, **wishes: str) -> Leg:
    """An agent, rung by REST, who has joined the room of the customer."""
    given = {"To": to, "From": NUMBER, "Label": to.removeprefix("client:"), **wishes}
    answer = await stage.post("Conferences", stage.room().sid, "Participants", **given)
    assert answer.status_code == 201, answer.text
    leg = stage.exchange.legs[answer.json()["call_sid"]]
    await stage.until(lambda: (seat := stage.room().seat(leg.sid)) is not None and seat.status == "connected")
    return leg


async def change(stage: Stage, who: str, **given: str) -> None:
    answer = await stage.post("Conferences", stage.room().sid, "Participants", who, **given)
    assert answer.status_code == 200, answer.text


async def test_one_alone_hears_the_wait_until_a_second_joins(stage: Stage) -> None:
    customer = await seated(stage)
    assert stage.room().status == "init"
    agent = await invited(stage)
    await stage.hears(customer, Sound.PEOPLE, agent.sid)
    await stage.hears(agent, Sound.PEOPLE, customer.sid)
    assert stage.room().status == "in-progress"
    agent.hang_up()
    await stage.hears(customer, Sound.SILENCE, "alone")
    customer.hang_up()
    await stage.over(customer)
    assert stage.product.events("/room") == [
        *("participant-join", "participant-join", "conference-start"),
        *("participant-leave", "participant-leave", "conference-end"),
    ]
    assert [params["SequenceNumber"] for params in stage.product.of("/room")] == ["1", "2", "3", "4", "5", "6"]
    assert stage.product.of("/room")[-1]["ReasonConferenceEnded"] == "last-participant-left"


async def test_two_who_may_not_start_it_go_on_waiting(stage: Stage) -> None:
    customer = await seated(stage, "startConferenceOnEnter='false'")
    await invited(stage, StartConferenceOnEnter="false")
    assert stage.room().status == "init"
    assert customer.ear.sound is Sound.MUSIC


async def test_it_ends_for_everybody_when_the_one_leaves_who_ends_it(stage: Stage) -> None:
    customer = await seated(stage)
    agent = await invited(stage, EndConferenceOnExit="true")
    agent.hang_up()
    await stage.over(customer)
    assert stage.said(customer) == ["It is over"]
    last = stage.product.of("/room")[-1]
    assert last["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert (last["CallSidEndingConference"], last["ParticipantLabelEndingConference"]) == (agent.sid, "anna")
    reasons = {each["CallSid"]: each.get("ReasonParticipantLeft") for each in stage.product.of("/room")[-3:-1]}
    assert reasons == {agent.sid: "participant_hung_up", customer.sid: "moderator_ended_conference"}


async def test_the_held_hears_its_music_and_nobody_hears_the_held(stage: Stage) -> None:
    customer = await seated(stage)
    agent = await invited(stage)
    stage.product.documents["/hold"] = "<Play loop='0'>/song</Play>"
    await change(stage, "customer", Hold="true", HoldUrl=f"{stage.product.url}/hold")
    await stage.hears(customer, Sound.MUSIC, f"{stage.product.url}/song")
    await stage.hears(agent, Sound.SILENCE, "everybody else is held or coaches another")
    await change(stage, customer.sid, Hold="false")
    await stage.hears(customer, Sound.PEOPLE, agent.sid)
    await stage.exchange.webhooks.settle()
    assert stage.product.events("/room")[-2:] == ["participant-hold", "participant-unhold"]


async def test_a_hold_document_that_runs_out_leaves_silence(stage: Stage) -> None:
    customer = await seated(stage)
    await invited(stage)
    stage.product.documents["/hold"] = "<Say>One moment</Say>"
    await change(stage, "customer", Hold="true", HoldUrl=f"{stage.product.url}/hold")
    await stage.hears(customer, Sound.SILENCE, "the waiting document ran out")


async def test_verbs_that_take_keys_are_no_music(stage: Stage) -> None:
    customer = await seated(stage)
    await invited(stage)
    stage.product.documents["/hold"] = "<Gather/>"
    await change(stage, "customer", Hold="true", HoldUrl=f"{stage.product.url}/hold")
    await stage.hears(customer, Sound.SILENCE)
    assert stage.violations == ["not allowed while waiting: Response > Gather"]


async def test_the_muted_is_there_but_not_heard(stage: Stage) -> None:
    customer = await seated(stage)
    agent = await invited(stage)
    await change(stage, "anna", Muted="true")
    await stage.hears(customer, Sound.MUTED, agent.sid)
    await stage.hears(agent, Sound.PEOPLE, customer.sid)
    await change(stage, "anna", Muted="true")
    await stage.exchange.webhooks.settle()
    assert stage.product.events("/room").count("participant-mute") == 1


async def test_a_supervisor_monitors_whispers_and_barges(stage: Stage) -> None:
    customer = await seated(stage)
    agent = await invited(stage)
    boss = await invited(stage, SUPERVISOR, Muted="true", EndConferenceOnExit="false")
    await stage.hears(boss, Sound.PEOPLE, customer.sid, agent.sid)
    assert set(customer.ear.of) == {agent.sid}
    await change(stage, "boss", Muted="false", Coaching="true", CallSidToCoach=agent.sid)
    await stage.hears(agent, Sound.PEOPLE, customer.sid, boss.sid)
    assert set(customer.ear.of) == {agent.sid}
    await change(stage, "boss", Coaching="false")
    await stage.hears(customer, Sound.PEOPLE, agent.sid, boss.sid)


async def test_an_invitation_nobody_answers_is_told_as_a_participant_who_left(stage: Stage) -> None:
    customer = await seated(stage)
    stage.answers(AGENT, picks_up_s=None)
    given = {"To": AGENT, "From": NUMBER, "Label": "anna", "Timeout": "5", "StatusCallback": f"{stage.product.url}/leg"}
    answer = await stage.post("Conferences", stage.room().sid, "Participants", **given)
    await stage.over(stage.exchange.legs[answer.json()["call_sid"]])
    await stage.until(lambda: stage.product.events("/room")[-1:] == ["participant-leave"])
    left = stage.product.of("/room")[-1]
    assert (left["ReasonParticipantLeft"], left["ParticipantCallStatus"]) == ("participant_add_failed", "no-answer")
    assert stage.product.of("/leg")[0]["CallStatus"] == "no-answer"
    assert customer.ear.sound is Sound.MUSIC


async def test_one_left_alone_hears_the_next_one_ringing(stage: Stage) -> None:
    customer = await seated(stage)
    (await invited(stage)).hang_up()
    await stage.hears(customer, Sound.SILENCE, "alone")
    stage.answers(SUPERVISOR, picks_up_s=None)
    given = {"To": SUPERVISOR, "From": NUMBER, "Timeout": "600"}
    await stage.post("Conferences", stage.room().sid, "Participants", **given)
    await stage.hears(customer, Sound.RINGBACK)


async def test_who_is_removed_goes_on_with_the_next_verb(stage: Stage) -> None:
    customer = await seated(stage)
    await invited(stage)
    path = stage.exchange.account.path("Conferences", stage.room().sid, "Participants", "customer")
    assert (await stage.api.delete(path)).status_code == 204
    await stage.over(customer)
    assert stage.said(customer) == ["It is over"]
    assert (await stage.api.delete(path)).status_code == 404


async def test_a_call_given_new_twiml_leaves_the_conference(stage: Stage) -> None:
    customer = await seated(stage)
    agent = await invited(stage)
    answer = await stage.post("Calls", customer.sid, Twiml="<Response><Say>Please hold</Say></Response>")
    assert answer.status_code == 200
    await stage.over(customer)
    assert stage.said(customer) == ["Please hold"]
    left = next(each for each in stage.product.of("/room") if each["StatusCallbackEvent"] == "participant-leave")
    assert left["ReasonParticipantLeft"] == "participant_updated_via_api"
    assert agent.ear.of == ("alone",)


async def test_ending_it_by_rest_ends_every_seat(stage: Stage) -> None:
    customer = await seated(stage)
    agent, room = await invited(stage), stage.room()
    await stage.post("Conferences", room.sid, Status="completed")
    await stage.over(customer)
    await stage.over(agent)
    assert (room.status, room.reason_ended) == ("completed", "conference-ended-via-api")
    listed = (await stage.get("Conferences", FriendlyName="room", Status="in-progress")).json()
    assert listed["conferences"] == []


async def test_a_recorded_conference_is_told_of_and_can_pause(stage: Stage) -> None:
    customer = await seated(stage, "record='record-from-start' recordingStatusCallback='/recorded'")
    await invited(stage)
    (recording,) = stage.exchange.recordings.values()
    path = ("Conferences", stage.room().sid, "Recordings", "Twilio.CURRENT")
    paused = await stage.post(*path, Status="paused", PauseBehavior="skip")
    assert paused.json()["status"] == "paused"
    assert (await stage.post(*path, Status="in-progress")).json()["sid"] == recording.sid
    await stage.post("Conferences", stage.room().sid, Status="completed")
    await stage.over(customer)
    assert [each["RecordingStatus"] for each in stage.product.of("/recorded")] == ["completed"]


async def test_an_announcement_is_heard_over_everything_and_told(stage: Stage) -> None:
    customer = await seated(stage)
    agent = await invited(stage)
    stage.product.documents["/beware"] = "<Say>This call is recorded for a good reason</Say>"
    await change(stage, "customer", AnnounceUrl=f"{stage.product.url}/beware")
    await stage.until(lambda: "announcement-end" in stage.product.events("/room"))
    assert stage.said(customer) == ["This call is recorded for a good reason"]
    assert stage.said(agent) == []
    await stage.hears(customer, Sound.PEOPLE, agent.sid)


async def test_tones_are_played_to_one_seat(stage: Stage) -> None:
    customer = await seated(stage)
    await invited(stage)
    stage.product.documents["/tones"] = "<Play digits='1w2'/>"
    await change(stage, "customer", AnnounceUrl=f"{stage.product.url}/tones")
    await stage.until(lambda: "announcement-end" in stage.product.events("/room"))
    assert [each.detail for each in customer.moments if each.what == "tones"] == ["1w2"]


async def test_a_label_is_taken_once(stage: Stage) -> None:
    await seated(stage)
    answer = await stage.post("Conferences", stage.room().sid, "Participants", To=AGENT, From=NUMBER, Label="customer")
    assert answer.status_code == 409
