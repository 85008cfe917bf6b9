"""Questions in the middle of a task: they are answered, and the task goes on where it stood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.bot import actions, words
from router.core.bot.facts import Article, Heard
from router.core.bot.talk import Talk
from router.core.understood import Candidate, Understood
from router.engine.bot.bots import NOTHING
from tests.core.bot.talking import Chat, fern

NORA = "nora@larkspur.example"
BACK = fern().texts["en"]["back"]
QUESTIONS = [
    "how much is delivery?",
    "which cards do you take",
    "are you open on sundays?",
    "what is your return policy",
]
BEGUN: dict[str, list[str]] = {
    "order number": ["where is my parcel"],
    "e-mail": ["where is my order LS-10012"],
    "free text": ["I want to order something"],
    "choice of goods": ["I want to order something", "pots"],
    "number": ["I want to order something", "pots", "1"],
    "address": ["I want to order something", "pots", "1", "2", NORA],
    "yes or no": ["I forgot my password", NORA],
    "day": ["book an appointment"],
}
GOODS = {"products": ("found", ({"sku": "pot", "name": "Three clay pots", "price": 31.0, "stock": 64},))}


def within(asked: str) -> Chat:
    """A talk in which this is asked for."""
    chat = Chat(answers=GOODS)  # type: ignore[arg-type]  # of the right shape
    for text in BEGUN[asked]:
        chat.say(text)
    return chat


def stands(talk: Talk) -> tuple[object, ...]:
    return (
        talk.flow,
        talk.place,
        talk.waiting,
        talk.slot,
        talk.tries,
        talk.details,
        [each.label for each in talk.offered],
    )


@given(asked=st.sampled_from(sorted(BEGUN)), questions=st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=4,
       unique=True))  # fmt: skip
def test_whatever_is_asked_between_the_task_stands_where_it_stood(asked: str, questions: list[str]) -> None:
    chat = within(asked)
    before, asking = stands(chat.talk), chat.done[-1]
    assert isinstance(asking, actions.Say)
    for question in questions:
        chat.say(question)
        assert chat.last is not None
        assert chat.last.decision == "answered"
        *_, answer, again = chat.done
        assert isinstance(answer, actions.Say)
        assert isinstance(again, actions.Say)
        assert answer.text.endswith(BACK)
        assert again.text == asking.text
        assert stands(chat.talk) == before
    chat.say("never mind")
    assert chat.talk.flow == ""


@pytest.mark.parametrize("asked", sorted(BEGUN))
def test_a_person_and_a_new_beginning_win_over_every_question(asked: str) -> None:
    chat = within(asked)
    flow = chat.talk.flow
    chat.say("can we start again")
    assert (chat.talk.flow, chat.talk.details) == (flow, {})
    chat.say("can I talk to a person?")
    assert chat.handed_over is not None


def test_an_article_answers_between_and_is_counted_as_one() -> None:
    chat = within("free text")
    article = Article(name="a1", title="Sowing", text="Sow in May.", link="https://x.example/sowing")
    done = chat.hear(Heard(n=9, text="when do I sow meadow seeds?", article=article))
    assert [each.text for each in done if isinstance(each, actions.Say)] == [
        f"Sow in May.\n\nMore about it: https://x.example/sowing\n\n{BACK}",
        "What would you like? Write a word of its name, such as “trowel” or “lantern”.",
    ]
    assert chat.last is not None
    assert (chat.last.decision, chat.last.intent, chat.talk.answered) == ("article", "article:a1", "article:a1")


def test_a_question_with_the_answer_in_it_gets_both() -> None:
    chat = within("order number")
    said = chat.say("how can I pay for LS-10012?")
    assert "PayPal" in said
    assert chat.talk.details["order"] == "LS-10012"
    assert "e-mail address" in said


def test_the_same_question_again_has_a_person_offered() -> None:
    chat = within("order number")
    chat.say("how much is delivery?")
    said = chat.say("but how much is delivery?")
    assert "a person?" in said
    assert chat.offered == ["Talk to a person"]
    assert chat.talk.waiting == "slot"


@pytest.mark.parametrize(
    ("asked", "text", "slot", "value"),
    [("free text", "delivery box", "product", "delivery box"), ("free text", "do you have pots?", "product", None),
     ("address", "Payment Road 5, 10827 Berlin", "address", "Payment Road 5, 10827 Berlin"),
     ("number", "two, no: 3", "count", "3"), ("order number", "my order is 10012", "order", "10012")],
)  # fmt: skip
def test_an_answer_that_only_sounds_like_something_else_stays_an_answer(
    asked: str, text: str, slot: str, value: str | None
) -> None:
    chat = within(asked)
    chat.say(text)
    assert chat.talk.details[slot] == (value or text)


def test_any_text_would_do_but_what_is_certainly_a_task_is_one() -> None:
    chat = within("free text")
    certain = Understood(candidates=(Candidate(intent="password_reset", confidence=0.95),), accepted=True)
    chat.hear(Heard(n=9, text="my password is not taken", understood=certain))
    assert chat.talk.flow == "password_reset"


def test_a_question_nobody_can_answer_is_no_digression() -> None:
    chat = within("order number")
    nothing = Understood(candidates=(Candidate(intent=NOTHING, confidence=0.99),), accepted=True)
    chat.hear(Heard(n=9, text="who won the match?", understood=nothing))
    assert (chat.talk.waiting, chat.talk.tries) == ("slot", 1)


@pytest.mark.parametrize(
    ("language", "text", "asked"),
    [("en", "how much is it", True), ("en", "pots", False), ("el", "πόσο κοστίζει", True), ("el", "τρία;", True),
     ("de", "Wie lange dauert das", True), ("pl", "ile kosztuje", True), ("ru", "сколько стоит", True),
     ("en", "", False), ("en", "howling wolves", False)],
)  # fmt: skip
def test_a_question_is_known_by_its_mark_or_its_first_words(language: str, text: str, asked: bool) -> None:
    assert words.asks(text, fern().words[language]) is asked
