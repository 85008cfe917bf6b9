"""Talking by voice: what recognition writes is read as what was meant, and keys choose what was read out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.bot import slots, spoken
from router.core.bot.definition import SlotKind
from router.core.bot.facts import Silence
from router.core.bot.spoken import Listening
from router.core.data_source import Facts
from tests.core.bot.talking import TODAY, Answers, Chat, fern

NORA = "nora@larkspur.example"
DELIVERED: Facts = {"number": "LS-10007", "status": "delivered", "items": "A lantern", "due_on": "2026-11-14"}
SHOP: Answers = {
    "order": ("found", (DELIVERED,)),
    "return_order": ("found", ({"id": "R-3000", "send_by": "2026-12-04"},)),
}


def caller(**customer: str) -> Chat:
    return Chat(answers=SHOP, customer=customer, world={"voice": True, "proof": "shown"})


@pytest.mark.parametrize(
    ("language", "kind", "said", "value"),
    [("en", "order_number", "one zero zero one two", "10012"), ("en", "order_number", "it is 1 00 12, thanks", "10012"),
     ("en", "number", "two please", "2"), ("pl", "number", "trzy", "3"),
     ("de", "order_number", "eins null null eins zwo", "10012"),
     ("ru", "order_number", "один ноль ноль один два", "10012"), ("el", "number", "δύο", "2"),
     ("en", "email", "my address is nora at larkspur dot example", NORA),
     ("en", "email", "it is n o r a at larkspur dot example thank you", NORA), ("en", "email", NORA, NORA),
     ("de", "email", "nora punkt lark ät larkspur punkt example", "nora.lark@larkspur.example"),
     ("pl", "email", "nora małpa larkspur kropka example", NORA), ("en", "email", "I have none", None),
     ("en", "phone", "plus 4 8 six 0 1 22 33 44", "4860122334 4".replace(" ", ""))],
)  # fmt: skip
def test_what_is_said_is_read_as_it_would_be_written(
    language: str, kind: SlotKind, said: str, value: str | None
) -> None:
    assert slots.read(kind, spoken.written(said, kind, fern().spoken[language]), TODAY) == value


@given(said=st.text(), kind=st.sampled_from(SlotKind.__args__))  # type: ignore[attr-defined]  # of a Literal
def test_whatever_is_recognised_can_be_read(said: str, kind: SlotKind) -> None:
    slots.read(kind, spoken.written(said, kind, fern().spoken["en"]), TODAY)


def test_a_task_is_done_by_keys_alone() -> None:
    chat = caller(email="jan@larkspur.example")
    chat.say("I want to return my order")
    assert spoken.listening(chat.talk, fern()) == Listening(keyed=True)
    chat.say("10007")
    heard = spoken.listening(chat.talk, fern())
    assert heard is not None
    assert heard.choices[:2] == ("It is broken", "It is the wrong thing")
    assert "Shall I register" in chat.say("1")
    assert spoken.listening(chat.talk, fern()) == Listening(choices=("Yes", "No, cancel"))
    assert "R-3000" in chat.say("1")
    assert spoken.listening(chat.talk, fern()) is None


def test_silence_is_as_little_use_as_what_is_not_understood() -> None:
    for said in (["where is my parcel"], ["I forgot my password", NORA]):
        chat = caller()
        for text in said:
            chat.say(text)
        assert chat.talk.waiting
        for _ in range(3):
            assert chat.handed_over is None
            chat.done += chat.hear(Silence())
        assert chat.handed_over is not None
        assert "→" in chat.handed_over.note


def test_addresses_of_pages_are_not_spoken_and_the_language_of_the_line_stays() -> None:
    chat = caller()
    assert "€5.90" in chat.say("how much is delivery")
    assert spoken.listening(chat.talk, fern()) is None
    chat.say("wie kann ich bitte bezahlen")
    assert chat.talk.language == "en"
