"""A task goes on where its customer writes now, if they are proven as well there."""

from __future__ import annotations

import pytest

from router.core.bot import actions, moving
from router.core.identity import PROOFS, Proof
from router.core.words import Channel
from tests.core.bot.talking import Chat, fern

NORA = "nora@larkspur.example"


def within(*texts: str, proof: Proof = "said") -> Chat:
    chat = Chat(world={"proof": proof})
    for text in texts:
        chat.say(text)
    return chat


def elsewhere(chat: Chat, proof: Proof = "said") -> Chat:
    """The talk where it goes on."""
    on, _ = moving.moved(chat.talk, fern(), proof, told=True)
    return Chat(answers=chat.answers, world={"proof": proof}, talk=on)


@pytest.mark.parametrize("began", PROOFS)
@pytest.mark.parametrize("now", PROOFS)
def test_only_who_is_proven_as_well_goes_on(began: Proof, now: Proof) -> None:
    talk = within("where is my parcel", proof=began).talk
    assert moving.may_move(talk, now, to="telegram") is (PROOFS.index(now) >= PROOFS.index(began))


@pytest.mark.parametrize("channel", ["email", "voice", "webform"])
def test_mails_and_calls_begin_afresh(channel: Channel) -> None:
    assert not moving.may_move(within("where is my parcel").talk, "signed", to=channel)


def test_outside_of_a_task_there_is_nothing_to_go_on_with() -> None:
    for texts in (("how much is delivery",), ("where is my parcel", "never mind"), ("where is my parcel", "operator")):
        assert not moving.may_move(within(*texts).talk, "signed", to="webchat")


def test_what_was_known_stays_known_and_what_was_asked_is_asked_again() -> None:
    chat = elsewhere(within("where is my order LS-10012"))
    said = chat.say("Hello, it is me again")
    assert "not a person" in said
    assert "We go on here with this: Where my order is." in said
    assert said.endswith("Which e-mail address did you order with?")
    assert (chat.talk.tries, chat.talk.heard_n) == (0, 1)
    chat.say(NORA)
    assert chat.consulted("order") == [{"order": "LS-10012", "email": NORA}]


def test_an_answer_or_another_matter_needs_no_words_about_it() -> None:
    chat = elsewhere(within("where is my order LS-10012"))
    assert "We go on" not in chat.say(NORA)
    other = elsewhere(within("where is my order LS-10012"))
    assert "€5.90" in other.say("how much is delivery?")


@pytest.mark.parametrize("texts", [("I want to order something",), ("I forgot my password", NORA)])
def test_a_first_word_elsewhere_is_no_answer_by_chance(texts: tuple[str, ...]) -> None:
    before = within(*texts)
    chat = elsewhere(before)
    assert "We go on here" in chat.say("good evening to you")
    assert chat.talk.place == before.talk.place
    assert [each.label for each in chat.talk.offered] == [each.label for each in before.talk.offered]


def test_what_is_left_ends_with_a_word_and_a_person_reads_what_comes_after_it() -> None:
    _, left = moving.moved(within("where is my parcel").talk, fern(), "said", told=True)
    assert left.over
    assert [type(each) for each in left.todo] == [actions.Say, actions.Close]
    _, silent = moving.moved(within("where is my parcel").talk, fern(), "said", told=False)
    assert [type(each) for each in silent.todo] == [actions.Close]
    (deed,) = moving.written_to(left, fern()).todo
    assert isinstance(deed, actions.HandOver)
    assert "Where my order is" in deed.note


def test_staff_read_of_the_talk_that_stayed() -> None:
    chat = Chat()
    chat.talk = chat.talk.__class__(
        bot="fern", language="en", beside=moving.beside(within("where is my parcel").talk, fern(), "webchat")
    )
    chat.say("operator")
    assert chat.handed_over is not None
    assert "⇄ webchat: Where my order is" in chat.handed_over.note
