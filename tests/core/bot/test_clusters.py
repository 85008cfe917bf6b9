"""Questions that are alike stand together, and what a change to a bot changes is told."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from router.core.bot.clusters import clustered
from router.core.understood import Candidate, Understood
from router.engine.bot.comparison import compare
from router.store.postgres.bot_report import Heard
from tests.core.bot.talking import fern


def test_alike_questions_are_one_gathering_the_largest_first() -> None:
    texts = ["do you sell gnomes", "gift wrapping?", "sell you garden gnomes", "Gnomes: do you sell them?"]
    assert clustered(texts) == [[0, 2, 3], [1]]


@given(texts=st.lists(st.text(max_size=30), max_size=30))
def test_every_question_is_in_one_gathering(texts: list[str]) -> None:
    assert sorted(place for places in clustered(texts) for place in places) == list(range(len(texts)))


def always(intent: str, confidence: float = 0.9) -> Understood:
    return Understood(candidates=(Candidate(intent=intent, confidence=confidence),), accepted=True)


def test_a_change_is_told_by_what_is_answered_only_before_or_only_after_it() -> None:
    meanings = {"pay": ("payment", "payment"), "gnome": ("nothing", "return"), "hours": ("opening_hours", "nothing"),
                "back": ("return", "return_policy")}  # fmt: skip

    def engine(place: int) -> object:
        return lambda texts: [always(meanings[text][place]) for text in texts]

    said: Sequence[str] = ["pay", "gnome", "gnome", "hours", "back"]
    heard = [Heard(text=text, language="en", decision="unsure", intent="") for text in said]
    found = compare(heard, (fern(), engine(0)), (fern(), engine(1)))  # type: ignore[arg-type]  # of the right shape
    assert (found.messages, found.same, found.gained, found.lost, found.other) == (5, 1, 2, 1, 1)
    assert (found.differences[0].text, found.differences[0].before, found.differences[0].after) == (
        "gnome",
        "",
        "return",
    )
