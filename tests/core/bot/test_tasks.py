"""What the bot does with tasks: slots, consultations, confirmation, undo, cancel, questions between."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from router.core.bot import actions
from router.core.bot.definition import Consult
from router.core.bot.facts import Silence, Told
from router.core.bot.guessing import TOO_OFTEN, may_go_on
from router.core.bot.talk import Talk
from router.core.data_source import Answer, Facts
from tests.core.bot.talking import Answers, Chat, fern

NORA = "nora@larkspur.example"
FOUND: Facts = {
    "number": "LS-10012",
    "status": "on_its_way",
    "items": "Fern watering can, 5 l",
    "due_on": "2026-11-21",
    "tracking": "PX1",
    "address": "Hauptstraße 12",
}
ORDER: Answers = {"order": ("found", (FOUND,))}


def test_what_was_said_is_not_asked() -> None:
    chat = Chat(answers=ORDER)
    said = chat.say(f"Where is my order ls 10012? I am {NORA}")
    assert "on its way" in said
    assert chat.consulted("order") == [{"order": "LS-10012", "email": NORA}]


def test_what_is_known_of_the_customer_is_not_asked() -> None:
    chat = Chat(answers=ORDER, customer={"email": NORA})
    assert "order number" in chat.say("where is my parcel")
    assert "on its way" in chat.say("10012")


def test_an_answer_that_cannot_be_used_is_asked_again_and_then_a_person_helps() -> None:
    chat = Chat()
    chat.say("where is my parcel")
    assert "looks like LS-10012" in chat.say("I do not have it at hand")
    assert "Talk to a person" in chat.offered
    chat.say("really not")
    assert chat.handed_over is None
    chat.say("no idea at all")
    assert chat.handed_over is not None
    assert chat.handed_over.reason == "not_understood"


def test_a_source_that_knows_no_such_thing_has_both_asked_again() -> None:
    chat = Chat(customer={"email": NORA})
    said = chat.say("where is my order 99999")
    assert "cannot find an order" in said
    assert "order number" in said


def test_who_guesses_other_peoples_orders_comes_to_a_person_however_the_task_is_begun() -> None:
    chat = Chat(customer={"email": NORA})
    for number in range(10_000, 10_040):
        chat.say(f"where is my order {number}")
    assert len(chat.consulted("order")) == 6
    assert chat.handed_over is not None


def test_who_guessed_too_often_today_is_given_to_a_person_before_any_source_is_asked() -> None:
    chat = Chat(world={"may_guess": False}, answers=ORDER)
    chat.say(f"where is my order 10012, {NORA}")
    assert chat.consulted("order") == []
    assert chat.handed_over is not None
    assert chat.handed_over.reason == "too_many_guesses"


def test_the_bound_on_guesses_is_anybodys_own_and_a_networks() -> None:
    assert may_go_on({"customer:1": 11, "network:x": 59})
    assert not may_go_on({"customer:1": 12})
    assert not may_go_on({"customer:1": 0, "network:x": 60})


def test_a_source_that_says_nothing_leads_to_a_person_with_what_is_known() -> None:
    chat = Chat(answers={"order": ("unavailable", ())})
    said = chat.say(f"where is my order 10012, {NORA}")
    assert "cannot look that up" in said
    assert chat.handed_over is not None
    assert chat.handed_over.details == {"order": "10012", "email": NORA}
    assert chat.handed_over.intent == "order_status"
    assert "Order: 10012" in chat.handed_over.note


ORDERING: Answers = {
    "products": ("found", ({"sku": "pot", "name": "Three clay pots", "price": 31.0, "stock": 64},)),
    "place_order": ("found", ({"number": "LS-20004", "total": 62.0, "due_on": "2026-11-24"},)),
    "cancel_order": ("found", ({"done": True},)),
}


def ordering(chat: Chat) -> str:
    for text in ("I want to order something", "pots", "Three clay pots, 31 €", "2", NORA):
        chat.say(text)
    return chat.say("Hauptstraße 12, 10827 Berlin")


def test_nothing_is_changed_without_a_yes() -> None:
    chat = Chat(answers=ORDERING)
    asked = ordering(chat)
    assert "2 × Three clay pots, 31 € each, to Hauptstraße 12, 10827 Berlin" in asked
    assert chat.consulted("place_order") == []
    assert "nothing was done" in chat.say("no")
    assert chat.consulted("place_order") == []


def test_what_was_done_can_be_undone() -> None:
    chat = Chat(answers=ORDERING)
    ordering(chat)
    assert "LS-20004" in chat.say("yes please")
    assert chat.offered == ["Undo that", "No, that was all", "Talk to a person"]
    assert "undone" in chat.say("Undo that")
    assert chat.consulted("cancel_order") == [{"order": "LS-20004", "email": NORA}]
    assert "nothing I could undo" in chat.say("undo")


def test_a_change_has_a_key_of_its_own_that_a_repeat_shares() -> None:
    chat = Chat(answers=ORDERING)
    ordering(chat)
    before = chat.talk
    chat.say("yes")
    again = Chat(answers=ORDERING, talk=before)
    again.say("yes")
    keys = {each.key for each in (*chat.done, *again.done) if isinstance(each, actions.Consult) and each.changes}
    assert len(keys) == 1


def test_a_task_is_given_up_at_any_question() -> None:
    chat = Chat()
    chat.say("I want to order something")
    assert "nothing was done" in chat.say("never mind")
    assert chat.talk.flow == ""


def test_a_question_between_is_answered_and_the_task_goes_on() -> None:
    chat = Chat()
    chat.say("where is my parcel")
    said = chat.say("how much is delivery?")
    assert "€5.90" in said
    assert said.endswith("in the e-mail we sent you.")


def test_another_task_takes_its_place() -> None:
    chat = Chat()
    chat.say("where is my parcel")
    assert "account" in chat.say("I forgot my password")
    assert chat.talk.flow == "password_reset"


def test_a_choice_is_taken_by_label_number_or_part() -> None:
    for text in ("It is broken", "1", "broken"):
        chat = Chat(answers={"order": ("found", ({**FOUND, "status": "delivered"},))}, customer={"email": NORA})
        chat.say("I want to return my order 10012")
        assert chat.offered[:3] == ["It is broken", "It is the wrong thing", "I do not want it any more"]
        assert "Shall I register" in chat.say(text)
        assert chat.talk.details["reason"] == "broken"


def test_who_is_upset_at_a_question_still_has_its_choices() -> None:
    chat = Chat(answers=ORDERING)
    ordering(chat)
    asked = chat.offered
    assert "sorry" in chat.say("THIS TAKES FOR EVER AND EVER!!!").lower()
    assert chat.offered == [*asked, "Talk to a person"]
    chat.say("1")
    assert len(chat.consulted("place_order")) == 1


@pytest.mark.parametrize("text", ["tomorrow", "21.11.", "2026-11-21", "Saturday please"])
def test_a_day_is_understood(text: str) -> None:
    hours: tuple[Facts, ...] = ({"day": "2026-11-21", "hour": "09:00"}, {"day": "2026-11-21", "hour": "13:00"})
    chat = Chat(answers={"free_hours": ("found", hours)})
    chat.say("book an appointment")
    assert "Which hour on 2026-11-21?" in chat.say(text)
    assert chat.offered == ["09:00", "13:00"]


def test_done_again_it_is_about_something_else() -> None:
    chat = Chat(answers=ORDER, customer={"email": NORA})
    chat.say("where is my order 10012")
    assert "order number" in chat.say("where is my parcel")


def test_what_was_done_too_often_today_is_for_a_person() -> None:
    chat = Chat(refusals={"reset_password": TOO_OFTEN}, customer={"email": NORA})
    chat.say("I forgot my password")
    said = chat.say("yes")
    [asked] = [each for each in chat.done if isinstance(each, actions.Consult)]
    assert (asked.source, asked.most_a_day) == ("reset_password", 3)
    assert chat.handed_over is not None
    assert chat.handed_over.reason == "too_often"
    assert "on its way" not in said


def test_a_yes_that_was_written_before_the_question_is_none() -> None:
    chat = Chat(answers=ORDERING)
    asked = ordering(chat)
    chat.talk = replace(chat.talk, told_n=chat.talk.heard_n + 2)
    assert chat.say("yes, please") == asked
    assert chat.consulted("place_order") == []
    assert "LS-20004" in chat.say("yes, please")


@pytest.mark.parametrize(
    ("moved_to", "said"),
    [(("slot", "quantity"), "2"), (("slot", "address"), "Long Street 12"), (("confirm", ""), "yes")],
)
def test_no_answer_counts_for_a_step_that_was_changed_meanwhile(moved_to: tuple[Any, str], said: str) -> None:
    """The files of the bot say something else at its place now; as the answer, nothing is kept and nothing is done."""
    chat = Chat(answers=ORDERING)
    ordering(chat)
    steps = fern().flows[chat.talk.flow].steps
    place = next(place for place, step in enumerate(steps) if isinstance(step, Consult) and step.changes)
    waiting, slot = moved_to
    chat.talk = replace(chat.talk, place=place, waiting=waiting, slot=slot, offered=())
    before = dict(chat.talk.details)
    silent = Chat(answers=ORDERING, talk=chat.talk, world={"voice": True})
    silent.hear(Silence())
    assert silent.talk.flow == ""
    assert chat.say(said)
    assert chat.last is not None
    assert chat.last.decision != "done"
    assert (chat.talk.flow, chat.talk.waiting, chat.talk.details) == ("", "", before)
    assert chat.consulted("place_order") == []


def test_an_answer_of_a_source_to_a_step_that_was_changed_meanwhile_is_for_a_person() -> None:
    chat = Chat(talk=Talk(bot="fern", language="en", flow="order_status", waiting="source"))
    told = chat.hear(Told(key="bot:1", answer=Answer(source="order", state="found")))
    assert [type(each) for each in told] == [actions.Say, actions.HandOver]
