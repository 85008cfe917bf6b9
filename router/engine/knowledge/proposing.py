"""Drafts proposed from what was answered: a conversation's, or all that was said in a case. Nothing is published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from router.core.impersonal import impersonal
from router.core.words import AgentId, ConversationId, CustomerId
from router.engine import history
from router.engine.audited import note
from router.engine.cases import judging, keeping, seeing
from router.engine.centre import Centre
from router.engine.knowledge.writing import BODY_CHARS, EXAMPLE_CHARS, TITLE_CHARS, refuse
from router.protocol import knowledge
from router.protocol.errors import BadRequest, NotFound
from router.store.postgres import articles, conversations, customers, messages
from router.store.postgres.cases import lists

READ_MESSAGES = 200
READ_CONVERSATIONS = 10
QUESTION_WORDS = 4
"""A message of fewer words ("Hello!", "Thanks") is hardly what somebody came to ask."""
FIRST_CATEGORY = "general"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What a draft is made of. place: the conversation, or the case's own: by it erasing the customer finds the draft.

    subject: what it is about, if somebody said so. said: in order.
    """

    place: ConversationId
    customer_id: CustomerId
    language: str
    subject: str
    said: Sequence[messages.Message]


async def propose(centre: Centre, me: AgentId, asked: knowledge.ProposeArticle) -> knowledge.ArticleSaved:
    """For agents only until an editor has seen it: the customer's question, and what they were answered.

    Without quotations, names, addresses and numbers. Errors: not_yours, unknown_case, text_empty, bad_value.
    """
    if (asked.conversation_id == "") == (asked.case_id == ""):
        raise BadRequest("bad_value", "A conversation or a case.", field="conversation_id")
    spoken = await (_of_case(centre, me, asked.case_id) if asked.case_id else _of_conversation(centre, me, asked))
    names = await _names(centre, spoken)
    answers = _told(spoken, "agent", names)
    if not answers:
        raise BadRequest("text_empty", "Nobody answered this customer.")
    questions = [" ".join(text.split()) for text in _told(spoken, "customer", names)]
    asked_for = next((text for text in questions if len(text.split()) >= QUESTION_WORDS), "")
    subject = " ".join(impersonal(spoken.subject, names).split())
    title = subject or asked_for or (questions or answers)[0]
    return await _saved(centre, me, spoken, title, "\n\n".join(answers), asked_for or title)


async def _of_conversation(centre: Centre, me: AgentId, asked: knowledge.ProposeArticle) -> Spoken:
    await history.may_see(centre, me, asked.conversation_id)
    row = await conversations.by_id(centre.database, ConversationId(asked.conversation_id))
    if row is None:
        raise NotFound("unknown_conversation")
    said = await messages.page(centre.database, row.id, limit=READ_MESSAGES, notes=False)
    return Spoken(place=row.id, customer_id=row.customer_id, language=row.language, subject="", said=said)


async def _of_case(centre: Centre, me: AgentId, case_id: str) -> Spoken:
    await seeing.require(centre, me, case_id)
    case = await keeping.now(centre, case_id)
    judging.require(centre, me, case)
    said: list[messages.Message] = []
    for each in (await lists.conversations_of(centre.database, case_id))[:READ_CONVERSATIONS]:
        said += await messages.page(centre.database, each, limit=READ_MESSAGES, notes=False)
    return Spoken(
        place=ConversationId(case.conversation_id),
        customer_id=CustomerId(case.customer_id),
        language=case.language,
        subject=case.subject,
        said=sorted(said, key=lambda message: message.at),
    )


async def _names(centre: Centre, spoken: Spoken) -> set[str]:
    """Of everybody who spoke, and of the customer."""
    person = await customers.by_id(centre.database, spoken.customer_id)
    return {message.author_name for message in spoken.said} | ({person.name} if person is not None else set())


def _told(spoken: Spoken, author: str, names: set[str]) -> list[str]:
    told = (impersonal(message.text, names) for message in spoken.said if message.author == author)
    return [text for text in told if text]


async def _saved(
    centre: Centre, me: AgentId, spoken: Spoken, title: str, body: str, example: str
) -> knowledge.ArticleSaved:
    """Idempotent by where it is from; an editor may be at work on it already, and what they made of it stays."""
    article_id = "art_" + blake2b(f"proposed\n{spoken.place}".encode(), digest_size=12).hexdigest()
    if there := await articles.newest(centre.database, article_id):
        return knowledge.ArticleSaved(article_id=article_id, language=there[0].language, version=there[0].version)
    saving = articles.Saving(
        article_id=article_id,
        key=f"proposed-{blake2b(spoken.place.encode(), digest_size=6).hexdigest()}",
        category=await _first_category(centre),
        audience="agents",
        language=spoken.language[:2] or "en",
        base_version=0,
        title=title[:TITLE_CHARS],
        body=body[:BODY_CHARS],
        examples=[example[:EXAMPLE_CHARS]],
        by=me,
        at=centre.now(),
        proposed_from=spoken.place,
    )
    version = await articles.save(centre.database, saving)
    if isinstance(version, articles.Refused) and version.reason != "changed":
        refuse(version)
    number = version.version if isinstance(version, articles.Refused) else version
    await note(centre, me, "article.propose", saving.article_id, conversation_id=spoken.place)
    return knowledge.ArticleSaved(article_id=saving.article_id, language=saving.language, version=number)


async def _first_category(centre: Centre) -> str:
    """Where drafts go until an editor puts them in their place."""
    known = await articles.categories(centre.database)
    if not known:
        general = articles.Category(key=FIRST_CATEGORY, labels={"en": "General"})
        await articles.put_category(centre.database, general)
    if not known or any(category.key == FIRST_CATEGORY for category in known):
        return FIRST_CATEGORY
    return known[0].key
