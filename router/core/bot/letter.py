"""Mails: one answer when it is surely the right one, else a person, who also reads whatever is written back.

A mail is no chat. Nobody is asked what they meant, nobody is told that they are being passed on, and all that is to be
said to one mail goes out as one. Tasks are done where the bot's files say so and the sender is proven well enough.
"""

from __future__ import annotations

from typing import Any

from router.core.bot import actions, flow, meaning, words
from router.core.bot.definition import Ask
from router.core.bot.draft import Draft
from router.core.bot.facts import Heard
from router.core.bot.talk import Offered


def hear(draft: Draft, heard: Heard) -> None:
    """One mail of the customer."""
    known = draft.world.bot.words.values()
    if heard.files or heard.stranger or not heard.text.strip():
        draft.hand_over("files" if heard.files else "somebody_else" if heard.stranger else "no_words")
    elif any(words.says("person", line, each) for line in heard.text.splitlines() for each in known):
        draft.hand_over("asked")
    elif draft.talk.waiting:
        _within(draft, heard)
    elif draft.talk.greeted:
        _written_back(draft, heard)
    else:
        _asked(draft, heard)


def _asked(draft: Draft, heard: Heard) -> None:
    """The first mail: answered when it is surely about one thing."""
    best, mailing = heard.understood.best, draft.world.bot.mailing
    certain = best is not None and heard.understood.accepted and mailing is not None and best.confidence >= mailing.sure
    if not certain or best is None or mailing is None or heard.understood.also:
        draft.hand_over("not_understood")
    elif best.intent in draft.world.bot.flows:
        if mailing.tasks:
            flow.begin(draft, draft.world.bot.flows[best.intent], heard.text)
        else:
            draft.put(wanted=(best.intent,))
            draft.hand_over("task_by_mail")
    elif (reply := draft.world.bot.replies.get(best.intent)) is not None:
        draft.decision = "answered"
        draft.put(wanted=(reply.name,), answered=reply.name)
        draft.say(draft.phrased(reply.text))
        draft.say(draft.house("source", link=reply.link or draft.world.bot.title_of(reply.name, draft.talk.language)))
    elif heard.article is not None and best.intent == f"{meaning.ARTICLE}{heard.article.name}":
        draft.decision = "article"
        draft.put(answered=best.intent)
        draft.say(heard.article.text)
        draft.say(draft.house("source", link=heard.article.link or heard.article.title))
    else:
        draft.hand_over("not_understood")


def _written_back(draft: Draft, heard: Heard) -> None:
    """To an answer of ours: a mere thanks ends it, anything else is for a person."""
    if words.merely("thanks", heard.text, draft.words):
        draft.decision, draft.intent = "helped", draft.talk.answered
        draft.close("done")
    else:
        draft.hand_over("written_back")


def _within(draft: Draft, heard: Heard) -> None:
    """To a question of a task: the answer, or a person."""
    asked = flow.asked_now(draft)
    first = heard.text.strip().partition("\n")[0]
    if words.merely("cancel", first, draft.words) or (asked is None and words.merely("no", first, draft.words)):
        draft.decision = "cancelled"
        flow.leave(draft)
        draft.say(draft.house("cancelled"))
    elif asked is None and words.merely("yes", first, draft.words) and not draft.talk.early:
        draft.decision = "asked"
        draft.put(waiting="", tries=0, offered=(), place=draft.talk.place + 1)
        flow.go_on(draft)
    elif asked is not None and (value := _value(draft, asked, heard.text)) is not None:
        flow.fill(draft, asked, value)
    else:
        draft.hand_over("not_understood")


def _value(draft: Draft, asked: Ask, text: str) -> Any:
    """In the first line, or else anywhere: people sign what they write."""
    first = text.strip().partition("\n")[0]
    value = flow.value_in(draft, asked, first)
    return value if value is not None else flow.value_in(draft, asked, text)


def sealed(draft: Draft) -> tuple[actions.AnyAction, ...]:
    """What is to be done, with all that is said in one mail, before anything else is done."""
    said = [action for action in draft.actions if isinstance(action, actions.Say)]
    others = [action for action in draft.actions if not isinstance(action, actions.Say)]
    if not said or draft.talk.stage == "handed_over":
        return tuple(others)
    choices = "\n".join(f"{number}. {offer.label}" for number, offer in enumerate(_choices(draft), 1))
    foot = draft.house("mail_question" if draft.talk.waiting in ("slot", "confirm") else "mail_answer")
    parts = [*(action.text for action in said), *([choices] if choices else []), foot]
    return (actions.Say(key=said[0].key, text="\n\n".join(parts)), *others)


def _choices(draft: Draft) -> list[Offered]:
    """Those of the question, without a person and the like: one has only to write."""
    return [offer for offer in draft.talk.offered if offer.means.startswith("value:")]
