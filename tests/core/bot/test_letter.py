"""How the bot answers mails: one answer when it is sure, else a person, who also reads what is written back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.bot import actions
from router.core.bot.facts import Article, Heard, TimeUp
from router.core.bot.talk import Talk
from router.core.data_source import Facts
from router.core.understood import Candidate, Understood
from tests.core.bot.talking import Chat, fern

NORA = "nora@larkspur.example"
ORDER: Facts = {
    "number": "LS-10012",
    "status": "packing",
    "items": "A lamp",
    "due_on": "2026-11-30",
    "address": "Here 1",
}
SHOP: dict[str, Any] = {
    "order": ("found", (ORDER,)),
    "change_address": ("found", ({"address": "There 22, Berlin", "before": "Here 1"},)),
}
ANSWER, QUESTION = (fern().texts["en"][name] for name in ("mail_answer", "mail_question"))


def letters(*, proof: str = "shown", email: str = NORA) -> Chat:
    """A talk by mail with a sender who is proven so well."""
    talk = Talk(bot="fern", language="en")
    return Chat(answers=SHOP, customer={"email": email}, world={"mail": True, "proof": proof}, talk=talk)


def sure_of(intent: str, confidence: float = 0.95) -> Understood:
    return Understood(candidates=(Candidate(intent=intent, confidence=confidence),), accepted=True)


def writes(chat: Chat, text: str, understood: Understood | None = None, **facts: Any) -> str:
    """What goes back, if anything does: one mail at the most."""
    heard = Heard(n=chat.talk.heard_n + 1, text=text, understood=understood or Understood(), **facts)
    done = chat.hear(heard)
    chat.done += done
    mails = [each for each in done if isinstance(each, actions.Say)]
    assert len(mails) <= 1
    assert all(each.replies == () for each in mails)
    return mails[0].text if mails else ""


def test_what_it_is_sure_of_is_answered_in_one_mail_with_source_and_the_way_to_a_person() -> None:
    chat = letters()
    said = writes(chat, "Delivery\nHello, how much is it?", sure_of("delivery_cost"))
    greeting, answer, source, foot = said.split("\n\n")
    assert "not a person" in greeting
    assert "€5.90" in answer
    assert source == "More about it: Cost and time of delivery"
    assert foot == ANSWER


def test_an_article_is_given_only_when_it_is_what_is_surely_meant() -> None:
    article = Article(name="a1", title="Sowing", text="Sow in May.")
    assert "Sow in May." in writes(letters(), "When do I sow?", sure_of("article:a1"), article=article)
    unsure = letters()
    assert writes(unsure, "When do I sow?", sure_of("article:a1", 0.8), article=article) == ""
    assert unsure.handed_over is not None


@pytest.mark.parametrize(
    ("text", "facts"),
    [("How much is delivery, and can I pay by card?", {"understood": Understood(
        candidates=(Candidate(intent="delivery_cost", confidence=0.95),), accepted=True,
        also=(Candidate(intent="payment", confidence=0.9),))}),
     ("Delivery?", {"understood": sure_of("delivery_cost", 0.85)}),
     ("Delivery?", {"understood": sure_of("delivery_cost"), "files": True}),
     ("Delivery?", {"understood": sure_of("delivery_cost"), "stranger": True}),
     ("Delivery?\nI want to talk to a person about it", {"understood": sure_of("delivery_cost")}),
     ("", {}), ("zebras", {})],
)  # fmt: skip
def test_whatever_is_not_plain_goes_to_a_person_without_a_word(text: str, facts: dict[str, Any]) -> None:
    chat = letters()
    assert writes(chat, text, **facts) == ""
    assert chat.handed_over is not None
    assert chat.handed_over.unanswered


def test_who_writes_back_gets_a_person_and_who_thanks_is_done() -> None:
    for text, over in (("But to Crete?", "handed_over"), ("Thank you!", "ended")):
        chat = letters()
        writes(chat, "How much is delivery?", sure_of("delivery_cost"))
        assert writes(chat, text, sure_of("delivery_cost")) == ""
        assert chat.talk.stage == over
    silent = letters()
    writes(silent, "How much is delivery?", sure_of("delivery_cost"))
    assert [type(each) for each in silent.hear(TimeUp())] == [actions.Close]


def test_a_task_that_only_looks_is_done_for_the_address_it_is_about() -> None:
    chat = letters()
    said = writes(chat, "Where is LS-10012?\n\nNora", sure_of("order_status"))
    assert "is being packed" in said
    assert said.endswith(ANSWER)
    other = letters(email="eve@example.org")
    assert writes(other, f"Where is LS-10012? I am {NORA}", sure_of("order_status")) == ""
    assert other.handed_over is not None
    assert other.handed_over.reason == "not_proven"
    assert other.consulted("order") == []


def test_what_is_missing_is_asked_once() -> None:
    chat = letters()
    asked = writes(chat, "Where is my parcel?", sure_of("order_status"))
    assert asked.endswith(QUESTION)
    assert "is being packed" in writes(chat, "10012\n\nNora Larkspur\nHere 1, 10827 Berlin")
    puzzled = letters()
    writes(puzzled, "Where is my parcel?", sure_of("order_status"))
    writes(puzzled, "I do not know")
    assert puzzled.handed_over is not None


@pytest.mark.parametrize(("proof", "changed"), [("shown", False), ("channel", True)])
def test_a_change_is_made_only_for_who_answered_a_mail_of_ours(proof: str, changed: bool) -> None:
    chat = letters()
    writes(chat, "Please send LS-10012 elsewhere", sure_of("change_address"))
    for answer in ("There 22, 10827 Berlin", "yes"):
        chat.world = {**chat.world, "proof": proof}
        writes(chat, answer)
    assert bool(chat.consulted("change_address")) is changed
    assert (chat.handed_over is None) is changed


@given(
    texts=st.lists(
        st.one_of(st.text(max_size=40), st.sampled_from(["yes", "10012", "thanks", "cancel", NORA])),
        min_size=1,
        max_size=6,
    ),
    intent=st.sampled_from(["payment", "order_status", "return", "nothing", "change_address"]),
    proof=st.sampled_from(["shown", "channel"]),
)
def test_every_mail_is_answered_closed_or_given_to_a_person(texts: list[str], intent: str, proof: str) -> None:
    chat = letters(proof=proof)
    for text in texts:
        over = chat.talk.over
        said = writes(chat, text, sure_of(intent))
        assert over or bool(said) or chat.talk.over
