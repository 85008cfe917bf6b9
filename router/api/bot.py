"""The bot's report and what it is taught: `GET /api/bot/report`, `POST /api/bot/examples`, `POST /api/bot/seen`.

`POST /api/bot/examples/try` says what the same examples would change, and teaches nothing; `POST /api/bot/articles/try`
what an article would that is not published.

For supervisors and admins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded, read
from router.api.staff import same_origin
from router.core.words import AgentId, Ms
from router.engine import sign_in
from router.engine.bot.comparison import Difference
from router.engine.bot.report import Intent, Place, dismiss, intents, report, teach
from router.engine.bot.teaching import ArticleDraft
from router.engine.bot.trying import try_article, try_out
from router.engine.centre import Centre
from router.protocol.errors import BadRequest, Forbidden

DAY_MS: Ms = 86_400_000
MOST_DAYS = 366
MOST_DIFFERENCES = 20


class NewExamples(msgspec.Struct, frozen=True, kw_only=True):
    """texts mean the intent; places: the questions that are seen to by it."""

    intent: str
    language: str
    texts: list[str]
    places: list[Place] = []


class NewArticle(msgspec.Struct, frozen=True, kw_only=True):
    """article_id: "" for one nobody has saved. texts: the questions it answers."""

    article_id: str = ""
    language: str
    title: str
    texts: list[str] = []


class TriedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """intents: those that differences name. The article's own is `article:` and its id."""

    messages: int
    same: int
    gained: int
    lost: int
    other: int
    differences: tuple[Difference, ...]
    intents: list[Intent]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    places: list[Place]


class Done(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool = True


def routes(centre: Centre) -> Iterator[BaseRoute]:
    async def shown(request: Request) -> Response:
        """days: how many back from now, 7 if not said."""
        await _supervisor(centre, request)
        days = request.query_params.get("days", "7")
        if not days.isascii() or not days.isdigit() or len(days) > 3 or not 1 <= int(days) <= MOST_DAYS:
            raise BadRequest("bad_value", f"days is 1 to {MOST_DAYS}.", field="days")
        now = centre.now()
        return answer(await report(centre, since=now - int(days) * DAY_MS, until=now + 1))

    async def examples(request: Request) -> Response:
        me = await _supervisor(centre, request, changes=True)
        asked = await read(request, NewExamples)
        await teach(centre, me, intent=asked.intent, language=asked.language, texts=asked.texts, places=asked.places)
        return answer(Done())

    async def tried(request: Request) -> Response:
        """The comparison with what is in force, the most frequent differences first."""
        await _supervisor(centre, request, changes=True)
        asked = await read(request, NewExamples)
        found = await try_out(centre, intent=asked.intent, texts=asked.texts)
        return answer(replace(found, differences=found.differences[:MOST_DIFFERENCES]))

    async def tried_article(request: Request) -> Response:
        await _supervisor(centre, request, changes=True)
        asked = await read(request, NewArticle)
        draft = ArticleDraft(
            article_id=asked.article_id, language=asked.language, title=asked.title, texts=tuple(asked.texts)
        )
        found = await try_article(centre, draft)
        shown = found.differences[:MOST_DIFFERENCES]
        named = {name for each in shown for name in (each.before, each.after)}
        return answer(
            TriedArticle(
                messages=found.messages,
                same=found.same,
                gained=found.gained,
                lost=found.lost,
                other=found.other,
                differences=shown,
                intents=[each for each in await intents(centre) if each.name in named],
            )
        )

    async def seen(request: Request) -> Response:
        me = await _supervisor(centre, request, changes=True)
        await dismiss(centre, me, (await read(request, Seen)).places)
        return answer(Done())

    yield Route("/api/bot/report", guarded(shown), methods=["GET"])
    yield Route("/api/bot/examples", guarded(examples), methods=["POST"])
    yield Route("/api/bot/examples/try", guarded(tried), methods=["POST"])
    yield Route("/api/bot/articles/try", guarded(tried_article), methods=["POST"])
    yield Route("/api/bot/seen", guarded(seen), methods=["POST"])


async def _supervisor(centre: Centre, request: Request, *, changes: bool = False) -> AgentId:
    if changes:
        same_origin(centre, request)
    colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
    if colleague.role == "agent":
        raise Forbidden("wrong_role")
    return colleague.agent_id
