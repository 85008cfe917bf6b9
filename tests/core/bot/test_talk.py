"""How the bot talks: what it answers, when it asks, when a person takes over."""

from __future__ import annotations

import pytest

from router.core.bot import actions
from router.core.bot.facts import Article, Failed, Heard, TimeUp
from router.core.bot.talk import Talk
from router.core.understood import Candidate, Understood
from tests.core.bot.talking import Chat, fern


@pytest.mark.parametrize(
    "text",
    ["Talk to a person", "can I please speak to a human being", "operator", "Porozmawiaj z człowiekiem",
     "poproszę z konsultantem", "позовите человека", "Поговорить с человеком", "Μιλήστε με άνθρωπο",
     "θέλω να μιλήσω με κάποιον", "Mit einem Menschen sprechen", "einen Mitarbeiter bitte"],
)  # fmt: skip
@pytest.mark.parametrize("before", ["", "where is my parcel"])
def test_a_person_comes_when_one_is_wanted_in_any_language_at_any_moment(text: str, before: str) -> None:
    chat = Chat()
    if before:
        chat.say(before)
    chat.say(text)
    assert chat.handed_over is not None
    assert chat.handed_over.reason == "asked"


def test_it_says_first_of_all_that_it_is_a_bot() -> None:
    chat = Chat(talk=Talk(bot="fern", language="de"))
    assert "kein Mensch" in chat.say("was kostet die lieferung")
    assert "kein Mensch" not in chat.say("welche karten nehmen sie")


@pytest.mark.parametrize("text", ["Are you a bot?", "am I talking to a human"])
def test_asked_whether_it_is_a_bot_it_says_so(text: str) -> None:
    assert "not a person" in Chat().say(text)


def test_an_answer_is_followed_by_whether_it_helped() -> None:
    chat = Chat()
    chat.say("how much is delivery")
    assert chat.offered == ["That helped", "That is not it", "Talk to a person"]
    assert "goodbye" in chat.say("That helped")
    assert isinstance(chat.done[-1], actions.Close)


def test_a_yes_after_an_answer_is_one_though_it_is_surely_about_nothing_the_bot_does() -> None:
    chat = Chat()
    chat.say("how much is delivery")
    nothing = Understood(candidates=(Candidate(intent="nothing", confidence=0.9),))
    chat.hear(Heard(n=chat.talk.heard_n + 1, text="Yes", understood=nothing))
    assert chat.last is not None
    assert (chat.last.decision, chat.last.intent) == ("helped", "delivery_cost")


def test_a_wrong_answer_is_noted_as_wrong() -> None:
    chat = Chat()
    chat.say("how much is delivery")
    assert "other words" in chat.say("That is not it")
    assert chat.last is not None
    assert (chat.last.decision, chat.last.intent) == ("wrong", "delivery_cost")


def test_two_things_in_one_message_are_both_seen_to() -> None:
    chat = Chat()
    both = Understood(
        candidates=(Candidate(intent="payment", confidence=0.9),),
        accepted=True,
        also=(Candidate(intent="order_status", confidence=0.9),),
    )
    done = chat.hear(Heard(n=1, text="How can I pay? And where is my order?", understood=both))
    texts = [each.text for each in done if isinstance(each, actions.Say)]
    assert [word in text for word, text in zip(["PayPal", "Where my order is", "order number"], texts, strict=True)]


def test_between_two_near_meanings_it_asks() -> None:
    chat = Chat()
    near = Understood(
        candidates=(Candidate(intent="return", confidence=0.5), Candidate(intent="return_policy", confidence=0.45)),
        accepted=True,
    )
    chat.hear(Heard(n=1, text="returning", understood=near))
    assert chat.offered == ["Send something back", "Return conditions", "Something else", "Talk to a person"]
    chat.say("Return conditions")
    assert chat.talk.answered == "return_policy"


def test_an_article_is_given_with_its_source() -> None:
    article = Article(name="roses", title="Pruning roses", text="Cut above a bud.", link="https://x.example/roses")
    said = Chat().say("when do I prune my roses", article=article)
    assert said == "Cut above a bud.\n\nMore about it: https://x.example/roses"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("Yes", "goodbye"),
        ("No, that was all", "goodbye"),
        ("no thanks", "goodbye"),
        ("no", "sorry that was not it"),
    ],
)
def test_yes_and_no_after_an_answer_tell_whether_it_helped(said: str, answer: str) -> None:
    chat = Chat()
    chat.say("when do I prune my roses", article=Article(name="roses", title="Pruning roses", text="Cut above a bud."))
    assert answer in chat.say(said)


def test_a_task_goes_before_an_article_about_the_same() -> None:
    chat = Chat()
    article = Article(name="a1", title="Where is my order?", text="See the link.")
    near = Understood(
        candidates=(Candidate(intent="article:a1", confidence=0.6), Candidate(intent="order_status", confidence=0.35)),
        accepted=True,
    )
    chat.hear(Heard(n=1, text="Wo ist meine Bestellung?", understood=near, article=article))
    assert chat.talk.flow == "order_status"
    far = Understood(
        candidates=(Candidate(intent="article:a1", confidence=0.9), Candidate(intent="return", confidence=0.05)),
        accepted=True,
    )
    read = Chat()
    read.hear(Heard(n=1, text="When do I sow?", understood=far, article=article))
    assert read.talk.answered == "article:a1"


def test_it_never_guesses_and_does_not_let_anybody_repeat_themselves_for_ever() -> None:
    chat = Chat()
    assert "other words" in chat.say("zebras quietly ponder")
    assert "a person?" in chat.say("quantum xylophones")
    chat.say("once more with feeling")
    assert chat.handed_over is not None


def test_whoever_has_enough_is_offered_a_person_and_then_gets_one() -> None:
    chat = Chat()
    chat.say("this is ridiculous")
    assert chat.offered == ["Talk to a person"]
    chat.say("WHAT IS THIS NONSENSE")
    assert chat.handed_over is not None
    assert chat.handed_over.reason == "upset"


def test_saying_the_same_again_shows_that_it_did_not_help() -> None:
    chat = Chat()
    chat.say("the moon rises")
    assert "a person?" in chat.say("The moon rises!")


def test_thanks_and_goodbye_are_kept_short() -> None:
    chat = Chat()
    assert chat.say("hello") == "Hello! What can I do for you?"
    assert "welcome" in chat.say("thanks!")
    assert "goodbye" in chat.say("bye")
    assert chat.talk.stage == "ended"


def test_it_goes_on_in_the_language_it_is_spoken_to() -> None:
    chat = Chat()
    german = Understood(candidates=(Candidate(intent="payment", confidence=0.9),), accepted=True, language="de")
    done = chat.hear(Heard(n=1, text="Wie kann ich denn bezahlen?", understood=german))
    assert isinstance(done[0], actions.Say)
    assert "Überweisung" in done[0].text


def test_files_go_to_a_person() -> None:
    chat = Chat()
    chat.done += chat.hear(Heard(n=1, text="", files=True))
    assert chat.handed_over is not None


def test_silence_ends_it_and_a_failure_leads_to_a_person() -> None:
    assert isinstance(Chat().hear(TimeUp())[-1], actions.Close)
    assert isinstance(Chat().hear(Failed())[-1], actions.HandOver)


def test_what_is_over_is_over() -> None:
    chat = Chat()
    chat.say("operator")
    assert chat.say("hello?") == ""


def test_every_language_has_every_word_and_text() -> None:
    for language in ("en", "pl", "ru", "el", "de"):
        assert all(fern().words[language].values())
        assert all(fern().texts[language].values())
