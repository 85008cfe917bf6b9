"""A question in the middle of a task: it is answered, and the task goes on where it stood.

An answer to the bot's own question and a question of the customer may look alike. What cannot be a value is a question
when it is surely about something else. What could be one is a question only when it is asked like one; a number or an
address in it that cannot be mistaken is taken all the same.
"""

from __future__ import annotations

from typing import Any

from router.core.bot import flow, meaning, words
from router.core.bot.definition import Ask, SlotKind
from router.core.bot.draft import Draft
from router.core.bot.facts import Heard

UNMISTAKABLE: frozenset[SlotKind] = frozenset({"order_number", "email", "phone"})
"""A value of these is nothing else, whatever is said around it."""
CERTAIN = 0.9
"""Confidence from which a sentence is about something else though any text would do as an answer."""
SENTENCE_WORDS = 3


def about(draft: Draft, heard: Heard) -> str:
    """What the words are surely about beside the task: an intent, `article:NAME`; "" for nothing."""
    best, bot = heard.understood.best, draft.world.bot
    if best is not None and meaning.sure(heard.understood) and meaning.has(bot, best.intent):
        return best.intent if best.intent != draft.talk.flow else ""
    return f"{meaning.ARTICLE}{heard.article.name}" if heard.article is not None else ""


def answers(draft: Draft, asked: Ask, heard: Heard, value: Any) -> bool:
    """Whether the value found in the words is all that is to be made of them, whatever else they mean."""
    if value is None:
        return False
    question = words.asks(heard.text, draft.words)
    if asked.kind in UNMISTAKABLE:
        return not question or about(draft, heard) in draft.world.bot.flows
    if asked.kind == "text" and not question:  # anything is a text: what is almost certain is no answer
        best = heard.understood.best
        return best is None or best.confidence < CERTAIN or words.plain(heard.text).count(" ") < SENTENCE_WORDS - 1
    return not question


def take(draft: Draft, heard: Heard, name: str, value: Any = None) -> None:
    """Answer it and go on. value: of the slot that is asked for, when it was in the words, too."""
    task = draft.world.bot.flows.get(name)
    if task is not None:  # another task takes this one's place
        flow.begin(draft, task, heard.text)
        return
    asked, answer = flow.asked_now(draft), _answer(draft, heard, name)
    again = draft.talk.answered == name
    draft.put(answered=name)
    if asked is not None and asked.kind in UNMISTAKABLE and value is not None:
        draft.say(answer)
        flow.fill(draft, asked, value)
    else:
        draft.say(f"{answer}\n\n{draft.house('offer_person' if again else 'back')}")
        flow.ask_again(draft, person=again)
    draft.decision, draft.intent = ("article" if name.startswith(meaning.ARTICLE) else "answered"), name


def _answer(draft: Draft, heard: Heard, name: str) -> str:
    """With its source, where it has one."""
    reply = draft.world.bot.replies.get(name)
    if reply is not None:
        return draft.with_source(draft.phrased(reply.text), link=reply.link)
    assert heard.article is not None
    return draft.with_source(heard.article.text, link=heard.article.link, title=heard.article.title)
