"""What bots achieve, and what they should learn: for supervisors."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from router.core.bot.clusters import clustered
from router.core.bot.meaning import ARTICLE
from router.core.words import AgentId, ConversationId, Ms
from router.engine.centre import Centre
from router.engine.text import message_text
from router.protocol.errors import BadRequest
from router.store.postgres import articles, bot_examples, bot_report, messages

WINDOW_MS: Ms = 24 * 3_600_000
"""So long after a talk no person may have been needed for its customer, for it to count as deflected."""
MOST_QUESTIONS = 1_000
MOST_CLUSTERS = 50
SHOWN_OF_CLUSTER = 20
EXAMPLE_CHARS = 300


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a question was asked."""

    conversation_id: str
    n: Annotated[int, Meta(ge=1, lt=2**31)]


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Questions that are alike and were not answered. text: of the newest. intent: the likeliest all the same."""

    text: str
    language: str
    count: int
    newest_at: Ms
    intent: str
    confidence: float
    examples: list[str]
    places: list[Place]


class Intent(msgspec.Struct, frozen=True, kw_only=True):
    """Something a bot can do, and what people call it by language."""

    name: str
    title: dict[str, str]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Of talks begun in the period, in writing and by telephone. deflection: share of those that are over for which no
    person was needed within the window after; null: none is over. reasons: of hand-overs. wrong: answers customers said
    were not it, by intent. unanswered: questions in writing. model: what the engine was taught; "" when bots go by
    shared words. advice: what came of asking the adviser.
    """

    since: Ms
    until: Ms
    window_ms: Ms
    talks: int
    open: int
    deflected: int
    handed_over: int
    deflection: float | None
    reasons: dict[str, int]
    decisions: dict[str, int]
    answered: dict[str, int]
    wrong: dict[str, int]
    advice: dict[str, int]
    unanswered: list[Gathered]
    intents: list[Intent]
    model: str


async def report(centre: Centre, *, since: Ms, until: Ms) -> Report:
    counts = await bot_report.counts(centre.database, since=since, until=until, window_ms=WINDOW_MS)
    over = counts.talks - counts.open
    return Report(
        since=since,
        until=until,
        window_ms=WINDOW_MS,
        talks=counts.talks,
        open=counts.open,
        deflected=counts.deflected,
        handed_over=counts.handed_over,
        deflection=round(counts.deflected / over, 4) if over else None,
        reasons=dict(counts.reasons),
        decisions=dict(counts.decisions),
        answered=dict(counts.intents),
        wrong=dict(counts.wrong),
        advice=dict(counts.advice),
        unanswered=await _unanswered(centre, since, until),
        intents=await intents(centre),
        model=str(getattr(centre.bots.engine, "model_version", "")),
    )


async def _unanswered(centre: Centre, since: Ms, until: Ms) -> list[Gathered]:
    asked = await bot_report.unanswered(centre.database, since=since, until=until, limit=MOST_QUESTIONS)
    gathered = []
    clusters = await asyncio.to_thread(clustered, [question.text for question in asked])  # up to seconds
    for places in clusters[:MOST_CLUSTERS]:
        members = [asked[place] for place in places]
        newest = members[0]
        gathered.append(
            Gathered(
                text=newest.text[:EXAMPLE_CHARS],
                language=newest.language,
                count=len(members),
                newest_at=newest.at,
                intent=newest.intent,
                confidence=round(newest.confidence, 3),
                examples=[member.text[:EXAMPLE_CHARS] for member in members[:SHOWN_OF_CLUSTER]],
                places=[Place(conversation_id=member.conversation_id, n=member.n) for member in members],
            )
        )
    return gathered


async def intents(centre: Centre) -> list[Intent]:
    """What a question can be said to mean: tasks, answers, published articles."""
    known = []
    for bot in centre.bots.by_name.values():
        known += [Intent(name=flow.name, title=dict(flow.title)) for flow in bot.flows.values()]
        known += [Intent(name=reply.name, title=dict(reply.title)) for reply in bot.replies.values()]
    titles: dict[str, dict[str, str]] = {}
    for published in await articles.published(centre.database):
        if published.article.audience == "public":
            titles.setdefault(ARTICLE + published.article.id, {})[published.language] = published.title
    return known + [Intent(name=name, title=title) for name, title in titles.items()]


async def teach(
    centre: Centre, me: AgentId, *, intent: str, language: str, texts: list[str], places: list[Place]
) -> None:
    """Questions mean an intent from now on: learnt within seconds, and seen to. Errors: bad_value, text_empty."""
    if not 0 < len(texts) <= SHOWN_OF_CLUSTER:
        raise BadRequest("bad_value", f"1 to {SHOWN_OF_CLUSTER} texts.", field="texts")
    if intent not in {each.name for each in await intents(centre)}:
        raise BadRequest("bad_value", "There is no such intent.", field="intent")
    bot = next((name for name, each in centre.bots.by_name.items() if each.title_of(intent, language)), "")
    bot = bot or next(iter(centre.bots.by_name), "")
    asked = await messages.texts(centre.database, [(place.conversation_id, place.n) for place in places])
    for text in texts:
        await bot_examples.add(
            centre.database,
            bot_examples.Taught(
                bot=bot,
                intent=intent,
                language=language[:2],
                text=message_text(text, EXAMPLE_CHARS),
                added_by=me,
                added_at=centre.now(),
            ),
            sources=_sources(text, asked),
        )
    await dismiss(centre, me, places)


def _sources(text: str, asked: Mapping[tuple[str, int], str]) -> set[ConversationId]:
    """Whose words an example is: who wrote just that, or, as somebody has changed it, any of those it was made from."""
    same = {ConversationId(conversation) for (conversation, _), words in asked.items() if words[:EXAMPLE_CHARS] == text}
    return same or {ConversationId(conversation) for conversation, _ in asked}


async def dismiss(centre: Centre, me: AgentId, places: list[Place]) -> None:
    """These questions are seen to."""
    questions = [(ConversationId(place.conversation_id), place.n) for place in places[:MOST_QUESTIONS]]
    await bot_examples.seen(centre.database, questions, by=me, at=centre.now())
