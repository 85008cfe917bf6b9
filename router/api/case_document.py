"""A case as a PDF with its whole history, kept as a file of the case.

    POST /api/cases/<id>/document?language=    staff who may change the case, by their cookie: the file

What people wrote goes into the document as strings; nothing in it is carried out (docs/decisions/case-documents.md).
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import msgspec
import typst
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.api.answers import answer, guarded
from router.api.server_pages import TEMPLATES
from router.api.staff import same_origin
from router.core.words import AgentId, Ms
from router.engine import media, records, sign_in
from router.engine.audited import note
from router.engine.cases import feed, looking, zones
from router.engine.centre import Centre
from router.protocol.case_records import Case, FeedEntry
from router.protocol.cases import FetchCase, FetchCaseFeed
from router.protocol.errors import Forbidden

MOST_ENTRIES, MOST_CHARS = 3_000, 1_000_000
"""Of one document; the newest are in it."""
PAGE = 100


def routes(centre: Centre) -> Iterator[BaseRoute]:
    one_at_a_time = asyncio.Lock()

    async def document(request: Request) -> Response:
        same_origin(centre, request)
        colleague = await sign_in.who(centre, request.cookies.get(sign_in.COOKIE, ""))
        language = request.query_params.get("language", "")
        case, told = await telling(centre, colleague.agent_id, request.path_params["case_id"], language)
        async with one_at_a_time:
            pdf = await asyncio.to_thread(set_as_pdf, told)
        name = f"{told['words']['case']} {case.number} {day(centre.now())}.pdf"
        file = await media.upload(centre, case.conversation_id, colleague.agent_id, "", name, pdf)
        await note(centre, colleague.agent_id, "case.document", case.case_id)
        return answer(records.file(file))

    yield Route("/api/cases/{case_id}/document", guarded(document), methods=["POST"])


async def telling(centre: Centre, agent_id: AgentId, case_id: str, language: str) -> tuple[Case, dict[str, Any]]:
    """The case, and all its document says. Raises NotFound unknown_case; Forbidden not_yours."""
    detail = await looking.detail(centre, agent_id, FetchCase(id=0, case_id=case_id))
    if not detail.may_change:
        raise Forbidden("not_yours")
    case = detail.case
    entries, cut = await _history(centre, agent_id, case_id)
    spoken = next((each for each in (language, case.language) if each in _catalogue()), "en")
    said, clock = words(spoken), partial(zones.clock, zone=zones.of_centre(centre))
    told = {
        "language": spoken,
        "words": said,
        "heading": f"{said['case']} {case.number} · {said['made']} {clock(centre.now())}",
        "subject": case.subject,
        "facts": [{"label": label, "value": value} for label, value in _facts(centre, case, said, clock) if value],
        "entries": [_entry(each, said, clock) for each in entries],
        "cut": cut,
    }
    return case, told


def set_as_pdf(told: Mapping[str, Any]) -> bytes:
    """The document. Takes a second for thousands of entries: call it in a thread."""
    inputs = {"told": msgspec.json.encode(told).decode()}
    pdf: bytes = typst.compile(TEMPLATES / "case.typ", root=TEMPLATES, sys_inputs=inputs)
    return pdf


def words(language: str) -> Mapping[str, str]:
    known = _catalogue()
    return known.get(language, known["en"])


@cache
def _catalogue() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((TEMPLATES / "case.toml").read_text("utf-8"))


def day(at: Ms) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y-%m-%d")


async def _history(centre: Centre, agent_id: AgentId, case_id: str) -> tuple[list[FeedEntry], bool]:
    """Oldest first; whether earlier ones are left out."""
    found: list[FeedEntry] = []
    chars, after = 0, ""
    while len(found) < MOST_ENTRIES and chars < MOST_CHARS:
        page = await feed.page(centre, agent_id, FetchCaseFeed(id=0, case_id=case_id, after=after, limit=PAGE))
        found += page.entries
        chars += sum(len(each.message.text) for each in page.entries if each.message is not None)
        after = page.after
        if not after:
            break
    return found[::-1], bool(after)


def _facts(
    centre: Centre, case: Case, said: Mapping[str, str], clock: Callable[[Ms], str]
) -> Iterator[tuple[str, str]]:
    yield said["customer"], " · ".join(filter(None, (case.customer.name, case.customer.email)))
    yield said["status"], said[f"status_{case.status}"]
    yield said["priority"], said[f"priority_{case.priority}"]
    lineage = centre.policy.cases.lineage(case.case_type)
    yield said["case_type"], " › ".join(each.label for each in reversed(lineage))
    yield said["owner"], case.owner_name
    queue = centre.policy.queues.get(case.queue)
    yield said["queue"], queue.label if queue is not None else ""
    yield said["labels"], ", ".join(case.labels)
    yield said["created"], clock(case.created_at)
    yield said["promised"], clock(case.promised_at) if case.promised_at else ""
    yield said["closed"], clock(case.closed_at) if case.closed_at else ""
    rating = case.csat if case.csat is not None else case.nps
    yield said["rating"], "" if rating is None else f"{rating} / {5 if case.csat is not None else 10}"
    for each in case.milestones:
        late = f", {said['late']}" if each.late else ""
        due = f" ({clock(each.due_at)})" if each.due_at else ""
        yield f"{said['deadline']}: {said[each.name]}", f"{said[each.state]}{late}{due}"


def _entry(entry: FeedEntry, said: Mapping[str, str], clock: Callable[[Ms], str]) -> dict[str, Any]:
    shown = {"at": clock(entry.at), "who": entry.actor_name or ("" if entry.actor_id else said["house"])}
    if entry.message is not None:
        what = said[entry.kind] if entry.kind in ("note", "step") else ""
        attached = entry.message.extra.files if entry.message.extra is not None else ()
        files = [f"{file.name or file.file_id} ({file.media_type})" for file in attached]
        return shown | {"what": what, "said": entry.message.text, "note": entry.kind != "message", "files": files}
    changes = "; ".join(f"{each.field}: {each.before or '–'} → {each.after or '–'}" for each in entry.changes)
    facts = (said.get(entry.subject, entry.subject), said.get(entry.word, entry.word), changes)
    what = f"{said[f'entry_{entry.kind}']}: {' · '.join(filter(None, facts))}".rstrip(": ")
    return shown | {"what": what, "said": None, "note": False, "files": []}
