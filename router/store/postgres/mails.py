"""What only mails have: marks of the conversation they belong to, the original as it came, who was answered when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from router.core.words import ConversationId, Ms
from router.store.postgres.database import Database
from router.store.postgres.text import kept

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The conversation a mail belongs to; closed ones go on in another with the same thread."""

    conversation_id: ConversationId
    thread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """The customer's mail that an answer of ours is about. mail: as `router.engine.mails` keeps it."""

    text: str
    author_name: str
    at: Ms
    mail: Mapping[str, Any]


async def thread_of(database: Database, account: str, marks: Sequence[str]) -> Thread | None:
    """The conversation with the first of these marks that is known: Message-IDs, or `ref:` and a token."""
    row = await database.fetch_row(
        """
        SELECT c.id AS conversation_id, c.thread FROM unnest($2::text[]) WITH ORDINALITY AS wanted (mark, place)
            CROSS JOIN LATERAL (
                SELECT conversation_id FROM mail_marks WHERE account = $1 AND mark = wanted.mark
                UNION ALL
                SELECT conversation_id FROM outbox WHERE external_ids @> ARRAY[wanted.mark] AND account = $1
            ) known
            JOIN conversations c ON c.id = known.conversation_id
        WHERE c.thread IS NOT NULL ORDER BY wanted.place LIMIT 1
        """,
        *(account, list(marks)),
    )
    return None if row is None else Thread(**row)


async def mark(database: Database, account: str, conversation_id: ConversationId, marks: Sequence[str]) -> None:
    """What names these belongs to the conversation, unless it belongs to another already."""
    kept(*marks)
    await database.execute(
        """
        INSERT INTO mail_marks (account, mark, conversation_id) SELECT $1, mark, $3 FROM unnest($2::text[]) AS m (mark)
        ON CONFLICT DO NOTHING
        """,
        *(account, list(marks), conversation_id),
    )


async def keep_original(
    database: Database, file_id: str, conversation_id: ConversationId, *, owner: str, account: str, name: str,
    inbox_id: int, at: Ms,
) -> None:  # fmt: skip
    """Keep the mail as it came as a file of the conversation; the same id again changes nothing.

    The bytes stay in the database: they are copied from the inbox, which forgets them in time.
    """
    kept(name)
    await database.execute(
        """
        WITH came AS (SELECT body FROM inbox WHERE id = $6), made AS (
            INSERT INTO files (id, conversation_id, owner, account, name, claimed_type, media_type, size_bytes, sha256,
                state, source, next_at, created_at)
            SELECT $1, $2, $3, $4, $5, 'message/rfc822', 'message/rfc822', octet_length(body), sha256(body), 'stored',
                '{}', $7, $7
            FROM came
            ON CONFLICT DO NOTHING RETURNING id
        )
        INSERT INTO file_contents (file_id, bytes) SELECT made.id, came.body FROM made, came
        """,
        *(file_id, conversation_id, owner, account, name, inbox_id, at),
    )


async def answered(database: Database, conversation_id: ConversationId, *, before_n: int) -> Answered | None:
    """The last mail of a customer before a message."""
    row = await database.fetch_row(
        """
        SELECT text, author_name, at, extra -> 'mail' AS mail FROM messages
        WHERE conversation_id = $1 AND n < $2 AND author = 'customer' AND kind = 'text' AND extra ? 'mail'
        ORDER BY n DESC LIMIT 1
        """,
        *(conversation_id, before_n),
    )
    return None if row is None else Answered(**row)


async def answers_ours(database: Database, conversation_id: ConversationId, references: Sequence[str]) -> bool:
    """Whether one of these Message-IDs is that of a mail we sent in the conversation: only who got it can know it."""
    return bool(
        await database.fetch_value(
            "SELECT EXISTS (SELECT FROM outbox WHERE conversation_id = $1 AND external_ids && $2::text[])",
            *(conversation_id, list(references)),
        )
    )


async def begun_by(database: Database, account: str, address: str, *, since: Ms, most: int) -> int:
    """How many conversations an address began since a time; no more than `most` are counted."""
    count: int = await database.fetch_value(
        """
        SELECT count(*) FROM (
            SELECT FROM conversations
            WHERE account = $1 AND address = $2 AND channel = 'email' AND started_at > $3 LIMIT $4
        ) begun
        """,
        *(account, address, since, most),
    )
    return count


async def newest_open(database: Database, account: str, address: str) -> ConversationId | None:
    """The open conversation that a sender began last."""
    found: ConversationId | None = await database.fetch_value(
        """
        SELECT id FROM conversations WHERE account = $1 AND address = $2 AND channel = 'email' AND state = 'open'
        ORDER BY started_at DESC LIMIT 1
        """,
        *(account, address),
    )
    return found


async def may_acknowledge(
    database: Database, account: str, sender: str, conversation_id: ConversationId, *, at: Ms
) -> bool:
    """Whether this is the conversation in which a sender is told today that their mail is here; always the same one."""
    return bool(
        await database.execute(
            """
            INSERT INTO mail_acknowledgements AS a (account, sender, conversation_id, at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (account, sender) DO UPDATE SET conversation_id = excluded.conversation_id, at = excluded.at
            WHERE a.at <= excluded.at - $5 OR a.conversation_id = excluded.conversation_id
            """,
            *(account, sender, conversation_id, at, DAY_MS),
        )
    )


async def sent_by_machine(database: Database, account: str, address: str, *, since: Ms) -> int:
    """How many mails a machine of ours sent to an address since a time."""
    count: int = await database.fetch_value(
        """
        SELECT count(*) FROM outbox o JOIN messages m USING (conversation_id, n)
        WHERE o.account = $1 AND o.recipient = $2 AND o.state IN ('sent', 'delivered') AND o.sent_at > $3
            AND m.author = 'bot'
        """,
        *(account, address, since),
    )
    return count
