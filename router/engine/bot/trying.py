"""New examples, and articles, tried on past questions before they are taught: what would be answered otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from router.core.understood import Learns, NotLearnt, Taught, Understood
from router.core.words import Ms
from router.engine.bot.comparison import Comparison, compare
from router.engine.bot.report import SHOWN_OF_CLUSTER, intents
from router.engine.bot.teaching import ArticleDraft, everything
from router.engine.centre import Centre
from router.engine.knowledge.writing import EXAMPLE_CHARS, MOST_EXAMPLES
from router.protocol.errors import BadRequest, TooMuch, Unavailable
from router.store.postgres import bot_report

log = structlog.get_logger()

LOOKED_BACK_MS: Ms = 30 * 86_400_000
MOST_MESSAGES = 500
_trying = asyncio.Semaphore(1)
"""It takes a core for some seconds: one at a time on a node, and nobody waits in line."""


async def try_out(centre: Centre, *, intent: str, texts: Sequence[str]) -> Comparison:
    """Past questions as they are understood now, and as they would be with these texts taught as the intent.

    Nothing is taught. Errors: bad_value, too_many_requests (somebody else tries something), unavailable.
    """
    if not 0 < len(texts) <= SHOWN_OF_CLUSTER:
        raise BadRequest("bad_value", f"1 to {SHOWN_OF_CLUSTER} texts.", field="texts")
    if intent not in {each.name for each in await intents(centre)}:
        raise BadRequest("bad_value", "There is no such intent.", field="intent")
    return await _alone(centre, intent, lambda: _with_texts(centre, intent, texts))


async def try_article(centre: Centre, draft: ArticleDraft) -> Comparison:
    """The same with a draft published in place of what its article says in its language. Nothing is published.

    It tells what the engine takes messages for; an article is also found by its words. Errors: as `try_out`.
    """
    if not draft.title.strip() or not all(0 < len(text) <= EXAMPLE_CHARS for text in (draft.title, *draft.texts)):
        raise BadRequest("bad_value", f"Texts of 1 to {EXAMPLE_CHARS} characters.", field="texts")
    if len(draft.texts) > MOST_EXAMPLES:
        raise BadRequest("bad_value", f"At most {MOST_EXAMPLES} texts.", field="texts")
    return await _alone(centre, draft.intent, lambda: everything(centre, instead=draft))


async def _with_texts(centre: Centre, intent: str, texts: Sequence[str]) -> Taught:
    return sorted({*await everything(centre), *((intent, text) for text in texts)})


async def _alone(centre: Centre, intent: str, taught: Callable[[], Awaitable[Taught]]) -> Comparison:
    if not centre.bots.by_name:
        raise Unavailable("unavailable")
    if _trying.locked():
        raise TooMuch("too_many_requests")
    async with _trying:
        return await _tried(centre, intent, await taught())


async def _tried(centre: Centre, intent: str, taught: Taught) -> Comparison:
    bots = centre.bots.by_name.values()
    bot = next((each for each in bots if each.title_of(intent, "")), None) or next(iter(bots))
    heard = await bot_report.heard(centre.database, since=centre.now() - LOOKED_BACK_MS, limit=MOST_MESSAGES)
    if not heard:
        return Comparison(messages=0, same=0, gained=0, lost=0, other=0, differences=())
    asked = list(dict.fromkeys(each.text for each in heard))
    before, after = await _understood(centre.bots.learner, taught, asked)
    pairs = zip(asked, before, strict=True)
    now = await asyncio.to_thread(
        lambda: {text: centre.bots.or_shared_words(bot, text, found) for text, found in pairs}
    )
    then = dict(zip(asked, after, strict=True))
    return compare(heard, (bot, lambda of: [now[text] for text in of]), (bot, lambda of: [then[text] for text in of]))


async def _understood(
    learner: Learns | None, taught: Taught, asked: Sequence[str]
) -> tuple[Sequence[Understood], Sequence[Understood]]:
    """Before and after. Raises Unavailable."""
    if learner is None:
        raise Unavailable("unavailable")
    try:
        return await learner.try_out(taught, asked)
    except NotLearnt as reason:
        log.warning("examples not tried", reason=str(reason))
        raise Unavailable("unavailable") from None
