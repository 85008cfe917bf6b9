"""A talk and a fact → the talk after it and what is to be done. Pure: the same always gives the same.

What is looked at first decides: a choice that was offered; a person is wanted; what the flow waits for; short words;
what the text means. Nothing here raises for any text, and every message of the customer is answered or goes to a
person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from router.core.bot import aside, flow, letter, meaning, words
from router.core.bot.actions import AnyAction
from router.core.bot.definition import Ask, Reply
from router.core.bot.draft import ALL, ELSE, HELPED, NO, PERSON, UNDO, WRONG, YES, Decision, Draft, World
from router.core.bot.facts import Article, Fact, Failed, Heard, Silence, TimeUp, Told
from router.core.bot.meaning import ARTICLE
from router.core.bot.talk import Talk

UNSURE_OFFERS, UNSURE_HANDS_OVER = 2, 3
"""Messages in a row that are not understood: then a person is offered, then one takes over."""
UPSET_HANDS_OVER = 2
LANGUAGE_WORDS = 3
"""Fewer do not show which language somebody wants to go on in."""
MOST_LATER = 3
MOST_KEPT_CHARS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped:
    """decision, intent, confidence: for the journal of the turn."""

    talk: Talk
    actions: tuple[AnyAction, ...]
    decision: Decision
    intent: str
    confidence: float


def step(talk: Talk, fact: Fact, world: World) -> Stepped:
    draft = Draft(talk, world)
    if not talk.over:
        if isinstance(fact, Heard | Silence) and flow.astray(draft):
            flow.leave(draft)
            draft.put(offered=())
        match fact:
            case Heard():
                _hear(draft, fact)
            case Told():
                _told(draft, fact)
            case Silence():
                _silent(draft)
            case TimeUp():
                draft.decision = "closed"
                draft.close("silence")
            case Failed():
                draft.hand_over("failed", say=draft.house("unavailable"))
        _then(draft)
    return Stepped(
        talk=draft.talk,
        actions=letter.sealed(draft) if world.mail else tuple(draft.actions),
        decision=draft.decision,
        intent=draft.intent,
        confidence=draft.confidence,
    )


def _told(draft: Draft, fact: Told) -> None:
    if draft.talk.waiting != "undo":
        flow.told(draft, fact)
        return
    draft.put(waiting="", undo=None)
    if fact.answer.state == "unavailable":
        draft.hand_over("unavailable", say=draft.house("unavailable"))
        return
    done = fact.answer.state == "found"
    draft.decision = "undone"
    draft.say(draft.house("undone" if done else "undo_failed"), (draft.house("that_is_all"), ALL), draft.person_offer())


def _hear(draft: Draft, heard: Heard) -> None:
    talk, text = draft.talk, heard.text
    understood = meaning.own_first(draft.world.bot, heard.understood)
    heard = replace(heard, understood=understood)
    if (best := understood.best) is not None:
        draft.intent, draft.confidence = best.intent, best.confidence
    if (
        not draft.world.voice
        and understood.language in draft.world.bot.languages
        and words.plain(text).count(" ") >= LANGUAGE_WORDS - 1
    ):
        draft.put(language=understood.language)
    repeated = bool(talk.last_text) and words.plain(text) == words.plain(talk.last_text)
    draft.put(heard_n=heard.n, last_text=text[:MOST_KEPT_CHARS], proof=draft.world.proof)
    if draft.world.mail:
        letter.hear(draft, heard)
        return
    means = _offered(talk, text)
    if means == PERSON or (not means and _wants_person(draft, text)):
        draft.hand_over("asked")
    elif not text.strip():
        draft.hand_over("files", say=draft.house("no_files") if heard.files else "")
    elif means:
        _chose(draft, means)
    elif words.says("upset", text, draft.words) or words.shouts(text) or (repeated and talk.waiting == ""):
        _upset(draft, heard)
    else:
        _answer(draft, heard)


def _wants_person(draft: Draft, text: str) -> bool:
    """In whichever language it is said; to ask whether this is one is something else."""
    known = draft.world.bot.words.values()
    return any(words.says("person", text, each) for each in known) and not words.says("who", text, draft.words)


def _offered(talk: Talk, text: str) -> str:
    """What a choice means that is said as it was offered, or by its number."""
    said = words.plain(text)
    for number, offer in enumerate(talk.offered, 1):
        if said and (said == words.plain(offer.label) or (said == str(number) and talk.waiting != "slot")):
            return offer.means
    return ""


def _chose(draft: Draft, means: str) -> None:
    asked = flow.asked_now(draft)
    if means.startswith("value:") and asked is not None:
        flow.chosen(draft, asked, means)
    elif means.startswith("intent:"):
        draft.put(unsure=0)
        _begin(draft, means.removeprefix("intent:"), draft.talk.opening)
    elif means == YES:
        _confirmed(draft)
    elif means == NO:
        _cancel(draft)
    elif means == UNDO:
        _undo(draft)
    elif means == WRONG:
        draft.decision = "wrong"
        draft.intent = draft.talk.answered
        draft.say(draft.house("not_helped_reply"), draft.person_offer())
    elif means in (ALL, HELPED):
        _bye(draft)
        if means == HELPED:
            draft.decision, draft.intent = "helped", draft.talk.answered
    else:
        draft.decision = "unsure"
        draft.say(draft.house("again"), draft.person_offer())


def _upset(draft: Draft, heard: Heard) -> None:
    """Somebody has enough: a person is offered, and the second time there is one. What can be answered is."""
    draft.put(upset=draft.talk.upset + 1)
    if draft.talk.upset >= UPSET_HANDS_OVER:
        draft.hand_over("upset", say=draft.house("sorry"))
        return
    still: list[tuple[str, str]] = []
    if draft.talk.waiting or meaning.answerable(draft.world.bot, heard.understood):
        _answer(draft, heard)
        if draft.talk.over:
            return
        still = [(offer.label, offer.means) for offer in draft.talk.offered if offer.means != PERSON]
    draft.decision = "offered_person"
    draft.say(f"{draft.house('sorry')} {draft.house('offer_person')}", *still, draft.person_offer())


def _answer(draft: Draft, heard: Heard) -> None:
    text, said = heard.text, draft.words
    asked, confirming = flow.asked_now(draft), draft.talk.waiting == "confirm"
    if (asked is not None or confirming) and words.merely("cancel", text, said):
        _cancel(draft)
    elif draft.talk.flow and words.merely("restart", text, said):
        flow.start_again(draft)
    elif confirming:
        _confirm(draft, heard)
    elif asked is not None:
        _slot(draft, heard, asked)
    elif words.merely("undo", text, said) or (draft.talk.undo is not None and words.merely("cancel", text, said)):
        _undo(draft)
    elif not _small_talk(draft, text, heard):
        _meant(draft, heard)


# ---------------------------------------------------------------- within a flow


def _slot(draft: Draft, heard: Heard, asked: Ask) -> None:
    value, beside = flow.value_in(draft, asked, heard.text), aside.about(draft, heard)
    if draft.talk.resumed and asked.kind == "text":  # any first word here would do as an answer
        value = None
    if beside and not aside.answers(draft, asked, heard, value):
        aside.take(draft, heard, beside, value)
    elif value is not None:
        flow.fill(draft, asked, value)
    else:
        flow.not_usable(draft, asked)


def _confirm(draft: Draft, heard: Heard) -> None:
    if words.merely("yes", heard.text, draft.words):
        _confirmed(draft)
    elif words.merely("no", heard.text, draft.words):
        _cancel(draft)
    elif beside := aside.about(draft, heard):
        aside.take(draft, heard, beside)
    else:
        _confirm_again(draft)


def _confirm_again(draft: Draft) -> None:
    if draft.talk.resumed:
        flow.resume(draft)
        return
    tries = draft.talk.tries + 1
    draft.decision = "unsure"
    if tries >= flow.MOST_TRIES:
        draft.hand_over("not_understood")
        return
    flow.go_on(draft)
    draft.put(tries=tries)


def _silent(draft: Draft) -> None:
    """Nothing was said to a question: as little use as what is not understood."""
    asked = flow.asked_now(draft)
    if asked is not None:
        flow.not_usable(draft, asked)
    elif draft.talk.waiting == "confirm":
        _confirm_again(draft)
    else:
        _unsure(draft)


def _confirmed(draft: Draft) -> None:
    if draft.talk.waiting != "confirm":
        draft.say(draft.house("again"), draft.person_offer())
        return
    if draft.talk.early:  # a yes to something else
        _confirm_again(draft)
        return
    draft.decision = "asked"
    draft.put(waiting="", tries=0, offered=(), place=draft.talk.place + 1)
    flow.go_on(draft)


def _cancel(draft: Draft) -> None:
    draft.decision = "cancelled"
    flow.leave(draft)
    draft.say(draft.house("cancelled"), (draft.house("that_is_all"), ALL), draft.person_offer())


def _undo(draft: Draft) -> None:
    undo = draft.talk.undo
    if undo is None:
        draft.decision = "small_talk"
        draft.say(draft.house("nothing_to_undo"), draft.person_offer())
        return
    draft.decision = "undone"
    draft.put(waiting="undo", offered=())
    draft.consult(undo.source, dict(undo.values), changes=True)


# ---------------------------------------------------------------- what a text means


def _small_talk(draft: Draft, text: str, heard: Heard) -> bool:
    """Short words, answered shortly; a text that also means something is not among them."""
    who, known = words.says("who", text, draft.words), draft.talk.answered or draft.talk.wanted
    surely = meaning.answerable(draft.world.bot, heard.understood)
    if surely and not who and not words.merely("thanks", text, draft.words):
        return False
    if who:
        draft.say(draft.house("who"), draft.person_offer())
    elif words.merely("bye", text, draft.words) or (known and words.merely("enough", text, draft.words)):
        _bye(draft)
        return True
    elif words.merely("thanks", text, draft.words):
        draft.say(draft.house("thanks"), (draft.house("that_is_all"), ALL), draft.person_offer())
    elif known and (means := _of_the_answer(draft, text)) is not None:
        _chose(draft, means)
        return True
    elif words.merely("hello", text, draft.words):
        draft.say(draft.house("hello"), draft.person_offer())
    elif words.merely("restart", text, draft.words):
        draft.say(draft.house("again"), draft.person_offer())
    else:
        return False
    draft.decision = "small_talk"
    draft.put(unsure=0)
    return True


def _of_the_answer(draft: Draft, text: str) -> str | None:
    """Yes and no to what was answered: that it helped, that it did not, or that nothing else is wanted."""
    offered = {offer.means for offer in draft.talk.offered}
    if words.merely("no", text, draft.words):
        return WRONG if WRONG in offered else ALL
    if words.merely("yes", text, draft.words) and HELPED in offered:
        return HELPED
    return None


def _bye(draft: Draft) -> None:
    draft.decision = "closed"
    draft.say(draft.house("bye"))
    draft.close("done")


def _meant(draft: Draft, heard: Heard) -> None:
    wanted = meaning.accepted(draft.world.bot, heard.understood)
    if wanted:
        draft.put(unsure=0, later=tuple(wanted[1 : 1 + MOST_LATER]))
        _begin(draft, wanted[0], heard.text)
        return
    if heard.article is not None:
        draft.put(unsure=0)
        _article(draft, heard.article)
        return
    near = meaning.near(draft.world.bot, heard.understood)
    if near and not draft.talk.unsure:
        _clarify(draft, near, heard.text)
    else:
        _unsure(draft)


def _begin(draft: Draft, intent: str, text: str) -> None:
    bot = draft.world.bot
    if (task := bot.flows.get(intent)) is not None:
        flow.begin(draft, task, text)
    elif (reply := bot.replies.get(intent)) is not None:
        _reply(draft, reply)
    else:  # it was in the files when it was offered
        _unsure(draft)


def _reply(draft: Draft, reply: Reply) -> None:
    """An answer, and whether it helped. The same one twice did not."""
    talk = draft.talk
    draft.put(wanted=(*(name for name in talk.wanted if name != reply.name), reply.name), flow="", waiting="")
    if talk.answered == reply.name:
        draft.decision = "offered_person"
        draft.say(f"{draft.phrased(reply.text)}\n\n{draft.house('offer_person')}", draft.person_offer())
        return
    draft.decision = "answered"
    draft.put(answered=reply.name)
    draft.say(draft.with_source(draft.phrased(reply.text), link=reply.link), *_did_it_help(draft))


def _article(draft: Draft, article: Article) -> None:
    name = f"{ARTICLE}{article.name}"
    if draft.talk.answered == name:
        _unsure(draft)
        return
    draft.decision, draft.intent = "article", name
    draft.put(answered=name)
    draft.say(draft.with_source(article.text, link=article.link, title=article.title), *_did_it_help(draft))


def _did_it_help(draft: Draft) -> tuple[tuple[str, str], ...]:
    return (draft.house("helped"), HELPED), (draft.house("not_helped"), WRONG), draft.person_offer()


def _clarify(draft: Draft, near: list[str], text: str) -> None:
    bot, language = draft.world.bot, draft.talk.language
    draft.decision = "clarified"
    draft.put(opening=text[:MOST_KEPT_CHARS], unsure=1)
    offers = [(bot.title_of(intent, language), f"intent:{intent}") for intent in near]
    draft.say(draft.house("clarify"), *offers, (draft.house("something_else"), ELSE), draft.person_offer())


def _unsure(draft: Draft) -> None:
    unsure = draft.talk.unsure + 1
    draft.put(unsure=unsure)
    draft.decision = "unsure"
    if unsure >= UNSURE_HANDS_OVER:
        draft.hand_over("not_understood")
    elif unsure >= UNSURE_OFFERS:
        draft.decision = "offered_person"
        draft.say(f"{draft.house('not_understood')} {draft.house('offer_person')}", draft.person_offer())
    else:
        draft.say(draft.house("not_understood"), draft.person_offer())


def _then(draft: Draft) -> None:
    """What was asked beside it has its turn once nothing is waited for."""
    while draft.talk.later and not draft.talk.over and not draft.talk.waiting and not draft.talk.flow:
        intent, *later = draft.talk.later
        draft.put(later=tuple(later))
        title = draft.world.bot.title_of(intent, draft.talk.language)
        if title:
            draft.say(draft.house("also_asked", title=title))
            _begin(draft, intent, "")
