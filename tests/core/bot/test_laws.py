"""Laws of the bot: whatever is said, in whatever order, somebody answers, and what is kept can be read again."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from router.core.bot import actions, slots, words
from router.core.bot.definition import SlotKind
from router.core.bot.phrasing import filled
from tests.core.bot.talking import TODAY, Chat

KNOWN = ["where is my parcel", "10012", "nora@larkspur.example", "yes", "no", "cancel", "undo", "1", "thanks", "hello",
         "I want to return my order", "order something", "pots", "2", "tomorrow", "That is not it", "That helped",
         "Something else", "how much is delivery?", "this is useless", "Hauptstraße 12 Berlin", "", "{order}",
         "reset my password", "book an appointment"]  # fmt: skip
TEXTS = st.one_of(st.sampled_from(KNOWN), st.text(max_size=60))
STATES = st.sampled_from(["found", "missing", "refused", "unavailable"])
SOURCES = ("order", "products", "place_order", "return_order", "free_hours", "reset_password", "cancel_order")
ROW = {"number": "1", "status": "delivered", "items": "a", "sku": "pot", "name": "Pots", "hour": "09:00", "id": "R-1",
       "price": 3.0, "total": 3.0, "due_on": "2026-12-01", "day": "2026-11-21", "send_by": "2026-12-01"}  # fmt: skip


@given(said=st.lists(TEXTS, max_size=12), states=st.tuples(*[STATES] * len(SOURCES)))
def test_every_message_is_answered_until_it_is_over_and_every_deed_has_its_own_key(
    said: list[str], states: tuple[str, ...]
) -> None:
    answers = {name: (state, (ROW,) if state == "found" else ()) for name, state in zip(SOURCES, states, strict=True)}
    chat = Chat(answers=answers)  # type: ignore[arg-type]  # states of the strategy
    for text in said:
        over = chat.talk.over
        answered = chat.say(text)
        assert bool(answered) != over
    keys = [action.key for action in chat.done]
    assert len(keys) == len(set(keys))
    handed = [action for action in chat.done if isinstance(action, actions.HandOver)]
    closed = [action for action in chat.done if isinstance(action, actions.Close)]
    assert len(handed) + len(closed) == chat.talk.over


@given(text=st.text(), kind=st.sampled_from(SlotKind.__args__))  # type: ignore[attr-defined]  # of a Literal
def test_slots_hold_what_can_be_kept_or_nothing(text: str, kind: SlotKind) -> None:
    value = slots.read(kind, text, TODAY)
    assert value is None or (0 < len(value) <= slots.MOST_CHARS and value == value.strip())
    if kind == "date" and value is not None:
        assert date.fromisoformat(value) >= TODAY


@given(text=st.text())
def test_words_are_told_of_any_text(text: str) -> None:
    assert words.plain(words.plain(text)) == words.plain(text)
    words.shouts(text)


@given(value=st.text())
def test_a_value_is_never_looked_into(value: str) -> None:
    assert filled("<{order.number}>", {"order": {"number": value or "-"}, "email": "secret"}) == f"<{value or '-'}>"
