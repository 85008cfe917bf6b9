"""Quick texts: what agents send often, found by typing `/` and a short word."""

from __future__ import annotations

from router.core import template
from router.core.words import AgentId
from router.engine import history
from router.engine.audited import note
from router.engine.centre import Centre
from router.engine.ids import new_id
from router.engine.knowledge import checks, matter, teams
from router.engine.knowledge.writing import editing, may_edit
from router.engine.text import message_text, one_line
from router.protocol import macros
from router.protocol.errors import BadRequest, Conflict, NotFound
from router.store.postgres import quick_texts as stored

TITLE_CHARS = 100


async def fetch(centre: Centre, me: AgentId) -> macros.QuickTexts:
    rows = [row for row in await stored.of(centre.database, me) if _may_use(centre, me, row)]
    return macros.QuickTexts(
        quick_texts=[
            macros.QuickText(
                quick_text_id=row.id,
                short=row.short,
                title=row.title,
                mine=row.owner_id != "",
                texts=row.texts,
                teams=row.teams,
                revision=row.revision,
                used=row.used,
            )
            for row in rows
        ],
        variables=list(template.VARIABLES),
        teams=teams.known(centre) if may_edit(centre, me) else [],
        may_edit=may_edit(centre, me),
    )


async def fill(centre: Centre, me: AgentId, asked: macros.FillQuickText) -> macros.Filled:
    """The agent reads it before it is sent, so nothing is refused for what is missing."""
    row = await _seen(centre, me, asked.quick_text_id)
    await history.may_see(centre, me, asked.conversation_id)
    now = await matter.of(centre, me, asked.conversation_id)
    language, text = matter.in_language(row.texts, asked.language)
    filled = template.fill(text, now.values)
    await stored.count_use(centre.database, row.id)
    return macros.Filled(text=filled.text, language=language, missing=list(filled.missing))


def preview(centre: Centre, me: AgentId, text: str) -> macros.Filled:
    """Errors: bad_value, text_too_long."""
    filled = template.fill(checks.text(text, "text"), matter.made_up(centre, me, text))
    return macros.Filled(text=filled.text, language="", missing=list(filled.missing))


async def put(centre: Centre, me: AgentId, asked: macros.PutQuickText) -> macros.Put:
    if not asked.mine:
        editing(centre, me)
    there = teams.known(centre)
    if asked.quick_text_id:
        before = await _seen(centre, me, asked.quick_text_id)
        if (before.owner_id != "") != asked.mine:
            raise BadRequest("bad_value", "A quick text stays whose it is.", field="mine")
        there += before.teams
    for language, text in asked.texts.items():
        checks.text(message_text(text, checks.TEXT_CHARS), f"texts.{language}")
    if not asked.texts:
        raise BadRequest("text_empty")
    wanted = stored.QuickText(
        id=asked.quick_text_id or new_id("qt"),
        short=asked.short,
        owner_id=me if asked.mine else "",
        title=one_line(message_text(asked.title, TITLE_CHARS), TITLE_CHARS, field="title"),
        texts=dict(asked.texts),
        teams=[] if asked.mine else checks.teams(there, asked.teams),
        revision=asked.revision,
    )
    revision = await stored.put(centre.database, wanted, at=centre.now())
    if not isinstance(revision, int):
        raise Conflict("quick_text_exists" if revision == "exists" else "changed_meanwhile")
    if not asked.mine:
        await note(centre, me, "quick_text.put", wanted.id, short=asked.short, revision=revision)
    return macros.Put(thing_id=wanted.id, revision=revision)


async def remove(centre: Centre, me: AgentId, quick_text_id: str) -> None:
    row = await _seen(centre, me, quick_text_id)
    if row.owner_id == "":
        editing(centre, me)
    await stored.remove(centre.database, row.id)
    if row.owner_id == "":
        await note(centre, me, "quick_text.remove", row.id, short=row.short)


def _may_use(centre: Centre, me: AgentId, row: stored.QuickText) -> bool:
    return row.owner_id == me if row.owner_id else teams.may_use(centre, me, row.teams)


async def _seen(centre: Centre, me: AgentId, quick_text_id: str) -> stored.QuickText:
    """One they may use. Raises NotFound."""
    row = await stored.by_id(centre.database, quick_text_id)
    if row is None or not _may_use(centre, me, row):
        raise NotFound("unknown_quick_text")
    return row
