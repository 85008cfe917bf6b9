"""A task that goes on where its customer writes now: the talk moves there, and ends where it was."""

from __future__ import annotations

from msgspec.structs import replace

from router.core.bot.actions import Close, HandOver, Say
from router.core.bot.definition import Bot
from router.core.bot.proof import weaker
from router.core.bot.talk import Talk
from router.core.identity import Proof
from router.core.words import Channel

MOVED = "moved"
"""The reason a talk ended for that goes on elsewhere."""
CHATS: frozenset[Channel] = frozenset({"webchat", "sms", "whatsapp", "messenger", "instagram", "telegram", "viber"})
"""Where a task can go on: a mail is a matter of its own, and a call has its talk with itself."""


def may_move(talk: Talk, proof: Proof, *, to: Channel) -> bool:
    """Whether a task may go on for whoever writes there: proven at least as well as who began it."""
    in_task = not talk.over and bool(talk.flow) and talk.waiting in ("slot", "confirm") and not talk.todo
    return in_task and to in CHATS and not weaker(proof, talk.proof)


def moved(talk: Talk, bot: Bot, proof: Proof, *, told: bool) -> tuple[Talk, Talk]:
    """The talk as it goes on, of which nothing was heard there yet, and what is left of it here.

    told: the customer is told here, too.
    """
    on = replace(talk, heard_n=0, told_n=0, greeted=False, last_text="", tries=0, proof=proof, resumed=True)
    here, there = (f"bot:{MOVED}:{number}" for number in (1, 2))
    words = Say(key=here, text=bot.texts[talk.language]["moved"])
    left = replace(
        talk,
        stage="ended",
        reason=MOVED,
        waiting="",
        offered=(),
        todo=(*((words,) if told else ()), Close(key=there)),
    )
    return on, left


def beside(talk: Talk, bot: Bot, channel: Channel) -> str:
    """What staff read of a talk that stays where it is: where it is, and what about."""
    return f"{channel}: {bot.title_of(talk.flow, talk.language)}"


def written_to(left: Talk, bot: Bot) -> Talk:
    """What was left, when its customer wrote here again before it was closed: somebody reads it."""
    deed = HandOver(
        key=f"bot:{MOVED}:3",
        reason=MOVED,
        note=f"{bot.face}: {bot.title_of(left.intent, left.language)}",
        intent=left.intent,
        language=left.language,
    )
    return replace(left, stage="handed_over", todo=(deed,))
