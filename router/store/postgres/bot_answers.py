"""What a bot answers, by group commit: said and kept with the talk it belongs to, then given back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

from router.core.bot.talk import Talk
from router.core.words import Ms
from router.store.postgres.bot_talks import CLAIMED_MS, Claimed, Turn
from router.store.postgres.database import to_json
from router.store.postgres.messages import Appended, Draft, Refused, append_outcome, row_of
from router.store.postgres.text import kept
from router.store.postgres.writer import Answers, Kind, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """To the message of a turn. talk: after it; saying the drafts is what is left to be done in it.

    drafts: of the bot's messages. hold_until: until when it has the
    conversation; 0: as it is.
    """

    claimed: Claimed
    talk: Talk
    turn: Turn
    drafts: Sequence[Draft]
    hold_until: Ms
    at: Ms


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """A talk in which all is done. due_at: when the customer will have been silent for too long."""

    claimed: Claimed
    talk: Talk
    due_at: Ms
    at: Ms


async def answer(writer: Writer, given: Answer) -> Sequence[Appended | Refused] | None:
    """What became of each draft; None: the talk is another's by now, and nothing was said or changed.

    Raises BadRequest for text that cannot be kept, StoreUnavailable (ConnectionLost: perhaps done) and Overloaded.
    """
    kept(*(draft.text for draft in given.drafts))
    return await writer.submit(ANSWER, given, order_by=given.claimed.conversation.id)


async def give_back(writer: Writer, given: GivenBack) -> bool:
    """The talk waits for the customer, or is over; False: it is another's by now, and stays theirs.

    Errors as `answer`.
    """
    return await writer.submit(GIVE_BACK, given, order_by=given.claimed.conversation.id)


def _answer_columns(answers: Sequence[Answer]) -> list[list[tuple[object, ...]]]:
    return [[_row(given) for given in answers]]


def _row(given: Answer) -> tuple[object, ...]:
    """A row of the type talk_answer."""
    claimed, turn = given.claimed, given.turn
    return (
        *(claimed.conversation.id, claimed.claim, given.at + CLAIMED_MS, given.hold_until, given.at),
        *(turn.n, turn.language, turn.decision, turn.intent, turn.confidence, turn.model, list(turn.advice)),
        *(to_json(given.talk), [row_of(draft) for draft in given.drafts]),
    )


def _answer_outcomes(_: Sequence[Answer], rows: Answers) -> list[Sequence[Appended | Refused] | None]:
    return [
        [append_outcome(*each) for each in zip(row["outcomes"], row["ns"], row["ats"], strict=True)]
        if row["mine"]
        else None
        for row in rows
    ]


ANSWER: Kind[Answer, Sequence[Appended | Refused] | None] = Kind(
    rank=2,
    function="answer_talks",
    columns=_answer_columns,
    outcomes=_answer_outcomes,
)


def _back_columns(given: Sequence[GivenBack]) -> list[list[tuple[object, ...]]]:
    """Rows of the type talk_given_back."""
    return [[(*_OF_BACK(each), to_json(each.talk)) for each in given]]


_OF_BACK = attrgetter(
    *("claimed.conversation.id", "claimed.claim", "due_at", "at", "talk.heard_n", "talk.stage", "talk.reason")
)


def _back_outcomes(_: Sequence[GivenBack], rows: Answers) -> list[bool]:
    return [bool(mine) for mine in rows]


GIVE_BACK: Kind[GivenBack, bool] = Kind(
    rank=4,
    function="give_talks_back",
    columns=_back_columns,
    outcomes=_back_outcomes,
)
