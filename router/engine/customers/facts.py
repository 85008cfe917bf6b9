"""What data sources know of a customer: shown beside their conversations."""

from __future__ import annotations

from router.core.data_source import Answer, DataSource, Scalar
from router.core.words import AgentId
from router.engine.centre import Centre
from router.engine.customers import looking, permission
from router.protocol import customers as asked


async def beside(centre: Centre, me: AgentId, command: asked.FetchFacts) -> asked.CustomerFacts:
    """In the reader's language. A source that is late or away says so; the others are shown."""
    ids = await permission.theirs(centre, me, command.customer_id)
    page = await looking.page_of(centre, ids)
    known = {each.kind: each.value for each in reversed(page.identities)}
    answers = await centre.data_sources.beside(
        {"name": page.card.name, "email": page.card.email, "customer_id": page.card.customer_id} | known
    )
    colleague = centre.staff.get(me)
    language = colleague.language if colleague is not None else "en"
    sources = centre.data_sources.by_key
    return asked.CustomerFacts(sources=[_shown(sources[each.source], each, language) for each in answers])


def _shown(source: DataSource, answer: Answer, language: str) -> asked.SourceFacts:
    labels = source.labels.get(language) or source.labels.get("en") or {}
    return asked.SourceFacts(
        source=source.key,
        title=source.titles.get(language) or source.titles.get("en") or source.key,
        state=answer.state,
        rows=[
            [asked.Fact(label=labels.get(name, name), value=_plain(value)) for name, value in row.items()]
            for row in answer.rows
        ],
    )


def _plain(value: Scalar) -> str:
    return ("✓" if value else "✗") if isinstance(value, bool) else str(value)
