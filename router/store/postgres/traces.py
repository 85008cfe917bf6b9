"""Traces of customers: in which tables their words and names are, and how they are taken out.

Rows of conversations, cases and calls stay for the numbers, without a word in them; everything else goes. Each
statement takes a bounded number of rows and is repeated until it finds none, so that no customer is too large for the
time a statement may take. Each can be done again: a crash between them costs nothing but time.

Tables that have nothing of customers, and why each trace goes, are told in docs/customers.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.core.words import Ms
from router.store.postgres import briefs
from router.store.postgres.database import Database

AT_ONCE = 50
"""Conversations, cases or calls whose traces are taken out together."""
HOUSE_WORDS = ("rule", "credit_ms", "form", "bot", "bot_until", "intent", "call", "follows", "held_until")
"""Attributes of a conversation that say nothing of its customer."""


@dataclass(frozen=True, slots=True)
class Trace:
    """sql: with $1, the ids of whose traces they are, and $2, how many rows it may take. most: that number."""

    sql: str
    most: int = 500


OF_CONVERSATIONS = (
    # What providers sent, before it is forgotten which messages were in it. Mails and files are large: few at a time.
    Trace(
        """
        DELETE FROM inbox WHERE id IN (
            SELECT i.id FROM inbound_messages m JOIN inbox i ON i.id = m.inbox_id
            WHERE m.conversation_id = ANY ($1) LIMIT $2
        )
        """,
        20,
    ),
    Trace(
        """
        DELETE FROM inbound_messages WHERE (account, external_id) IN (
            SELECT account, external_id FROM inbound_messages WHERE conversation_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM outbox WHERE (conversation_id, n) IN (
            SELECT conversation_id, n FROM outbox WHERE conversation_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace("DELETE FROM files WHERE id IN (SELECT id FROM files WHERE conversation_id = ANY ($1) LIMIT $2)", 20),
    # A customer's client_id may be the provider's id of the message, which may have their number in it.
    Trace(
        """
        UPDATE messages SET text = CASE WHEN kind = 'system' THEN text ELSE '' END, extra = NULL,
            author_name = CASE WHEN author = 'customer' THEN '' ELSE author_name END,
            client_id = CASE WHEN author = 'customer' THEN 'gone:' || n ELSE client_id END
        WHERE (conversation_id, n) IN (
            SELECT conversation_id, n FROM messages
            WHERE conversation_id = ANY ($1) AND (
                kind <> 'system' AND text <> '' OR extra IS NOT NULL
                OR author = 'customer' AND (author_name <> '' OR client_id <> 'gone:' || n)
            ) LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM posts WHERE key IN (
            SELECT p.key FROM steps s JOIN posts p ON p.step_id = s.id WHERE s.conversation_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace(
        """
        UPDATE steps SET subject = '', excerpt = '' WHERE id IN (
            SELECT id FROM steps WHERE conversation_id = ANY ($1) AND (subject <> '' OR excerpt <> '') LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM mail_marks WHERE (account, mark) IN (
            SELECT account, mark FROM mail_marks WHERE conversation_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM mail_acknowledgements WHERE (account, sender) IN (
            SELECT account, sender FROM mail_acknowledgements WHERE conversation_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace(
        """
        UPDATE bot_talks SET body = NULL WHERE conversation_id IN (
            SELECT conversation_id FROM bot_talks WHERE conversation_id = ANY ($1) AND body IS NOT NULL LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM bot_examples WHERE (bot, intent, text) IN (
            SELECT bot, intent, text FROM bot_example_sources WHERE conversation_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace("DELETE FROM macro_runs WHERE id IN (SELECT id FROM macro_runs WHERE conversation_id = ANY ($1) LIMIT $2)"),
    # A draft made of their words goes. Of one that an editor has published, what was before that does.
    Trace(
        """
        DELETE FROM articles WHERE id IN (
            SELECT id FROM articles a WHERE proposed_from = ANY ($1)
                AND NOT EXISTS (SELECT FROM article_texts t WHERE t.article_id = a.id AND t.published IS NOT NULL)
            LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM article_versions WHERE (article_id, language, version) IN (
            SELECT v.article_id, v.language, v.version FROM articles a
            JOIN article_texts t ON t.article_id = a.id AND t.published IS NOT NULL
            JOIN article_versions v ON v.article_id = a.id AND v.language = t.language AND v.version < t.published
            WHERE a.proposed_from = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM search_entries WHERE (kind, id, n) IN (
            SELECT kind, id, n FROM search_entries
            WHERE kind IN ('message', 'conversation') AND id = ANY ($1) LIMIT $2
        )
        """
    ),
)

OF_CASES = (
    Trace(
        """
        UPDATE case_entries SET subject = '', changes = '[]' WHERE id IN (
            SELECT id FROM case_entries WHERE case_id = ANY ($1) AND (subject <> '' OR changes <> '[]') LIMIT $2
        )
        """
    ),
    Trace(
        """
        UPDATE cases SET subject = '', labels = '{}' WHERE id IN (
            SELECT id FROM cases WHERE id = ANY ($1) AND (subject <> '' OR labels <> '{}') LIMIT $2
        )
        """
    ),
)

OF_CALLS = (
    # What the provider still has is deleted there, too.
    Trace(
        """
        UPDATE recordings SET bytes = NULL, next_at = 0,
            state = CASE WHEN state IN ('kept', 'forgotten') THEN 'forgotten' ELSE 'deleting' END
        WHERE sid IN (
            SELECT sid FROM recordings
            WHERE call_id = ANY ($1) AND (bytes IS NOT NULL OR state NOT IN ('forgotten', 'deleting')) LIMIT $2
        )
        """,
        20,
    ),
    Trace(
        """
        DELETE FROM call_facts WHERE (call_id, token) IN (
            SELECT call_id, token FROM call_facts WHERE call_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace("DELETE FROM call_actions WHERE id IN (SELECT id FROM call_actions WHERE call_id = ANY ($1) LIMIT $2)"),
)

OF_CUSTOMERS = (
    Trace(
        """
        DELETE FROM search_entries WHERE (kind, id, n) IN (
            SELECT kind, id, n FROM search_entries WHERE customer_id = ANY ($1) LIMIT $2
        )
        """
    ),
    Trace(
        """
        DELETE FROM merge_suggestions WHERE (one_id, other_id) IN (
            SELECT one_id, other_id FROM merge_suggestions WHERE one_id = ANY ($1) OR other_id = ANY ($1) LIMIT $2
        )
        """
    ),
    # What they wrote in somebody else's conversation.
    Trace(
        """
        DELETE FROM files WHERE id IN (
            SELECT f.id FROM guests g JOIN files f ON f.conversation_id = g.conversation_id AND f.owner = g.customer_id
            WHERE g.customer_id = ANY ($1) LIMIT $2
        )
        """,
        20,
    ),
    Trace(
        """
        UPDATE messages SET text = '', extra = NULL, author_name = '', client_id = 'gone:' || n
        WHERE (conversation_id, n) IN (
            SELECT m.conversation_id, m.n FROM guests g
            JOIN messages m ON m.conversation_id = g.conversation_id AND m.author_id = g.customer_id
            WHERE g.customer_id = ANY ($1)
                AND (m.text <> '' OR m.extra IS NOT NULL OR m.author_name <> '' OR m.client_id <> 'gone:' || n)
            LIMIT $2
        )
        """
    ),
)


async def take_out_of_conversations(database: Database, ids: Sequence[str], *, at: Ms) -> None:
    """All that was said in these, with files and whatever was made of it; ids: at most AT_ONCE."""
    await _take_out(database, OF_CONVERSATIONS, ids)
    await briefs.forget(database, ids)
    await database.execute(
        """
        UPDATE conversations SET subject = '', page_url = '', address = '', thread = NULL, rating_comment = '',
            start_id = CASE WHEN channel = 'case' THEN start_id ELSE 'gone:' || id END,
            attributes = jsonb_build_object('forgotten_at', $2::bigint) || (
                SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(attributes) WHERE key = ANY ($3)
            )
        WHERE id = ANY ($1)
        """,
        *(list(ids), at, list(HOUSE_WORDS)),
    )


async def take_out_of_cases(database: Database, ids: Sequence[str], *, at: Ms) -> None:
    """What these are about; their conversations are another matter."""
    await _take_out(database, OF_CASES, ids)
    await database.execute("UPDATE cases SET forgotten_at = $2 WHERE id = ANY ($1)", list(ids), at)


async def take_out_of_calls(database: Database, ids: Sequence[str], *, at: Ms) -> None:
    """Who called from where, and how it sounded; of calls that have ended. What a bot decided stays: it is a figure."""
    await _take_out(database, OF_CALLS, ids)
    await database.execute(
        """
        UPDATE calls SET forgotten_at = $2,
            body = body - 'legs' - 'bot'
                || '{"number": "", "customer_name": "", "first_words": "", "said": "", "recorded": []}'
                || CASE WHEN body ? 'bot' THEN jsonb_build_object('bot', jsonb_build_object(
                    'turns', coalesce(body #> '{bot,turns}', '[]'),
                    'talk', (
                        SELECT jsonb_object_agg(key, value) FROM jsonb_each(body #> '{bot,talk}')
                        WHERE key IN ('bot', 'language', 'stage', 'reason')
                    )
                )) ELSE '{}' END
        WHERE id = ANY ($1)
        """,
        *(list(ids), at),
    )


async def take_out_of_customers(database: Database, ids: Sequence[str]) -> None:
    """What belongs to no conversation, case or call of theirs."""
    await _take_out(database, OF_CUSTOMERS, ids)


async def _take_out(database: Database, traces: Sequence[Trace], ids: Sequence[str]) -> None:
    for trace in traces:
        while await database.execute(trace.sql, list(ids), trace.most) == trace.most:
            pass
