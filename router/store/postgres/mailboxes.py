"""Mailboxes that are fetched from: which node does it, how far each was read, and how it is with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from router.core.words import Ms
from router.store.postgres.database import Database

WELL_EVERY_MS: Ms = 10_000
"""How often it is written down that nothing is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """How far a folder was read, in the words of RFC 3501 §2.3.1.1."""

    uid_validity: int
    last_uid: int


async def hold(database: Database, account: str, node: str, *, for_s: float) -> bool:
    """Whether the mailbox is this node's for so long, by PostgreSQL's clock; False while it is another's."""
    changed = await database.execute(
        """
        INSERT INTO mailboxes AS m (account, held_by, held_until)
        VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
        ON CONFLICT (account) DO UPDATE SET held_by = excluded.held_by, held_until = excluded.held_until
        WHERE m.held_by = excluded.held_by OR m.held_until < clock_timestamp()
        """,
        *(account, node, for_s),
    )
    return changed == 1


async def leave(database: Database, account: str, node: str) -> None:
    """Let another node have it at once."""
    await database.execute(
        "UPDATE mailboxes SET held_until = '-infinity' WHERE account = $1 AND held_by = $2", account, node
    )


async def read_to(database: Database, account: str) -> Read | None:
    row = await database.fetch_row(
        "SELECT uid_validity, last_uid FROM mailboxes WHERE account = $1 AND last_uid IS NOT NULL", account
    )
    return None if row is None else Read(**row)


async def note_read(database: Database, account: str, read: Read) -> None:
    """All mails up to this one are kept."""
    await database.execute(
        """
        INSERT INTO mailboxes (account, uid_validity, last_uid) VALUES ($1, $2, $3)
        ON CONFLICT (account) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid
        """,
        *(account, read.uid_validity, read.last_uid),
    )


# ---------------------------------------------------------------- how it is with them


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """held_by: the node that fetches; "": none. well_at: when it was looked into last. trouble: since trouble_at; "":
    none. left: mails that stay in it. waiting, given_up: mails of ours to work off, and that could not be. to_send:
    answers that did not go out at the first try and wait.
    """

    account: str
    held_by: str
    well_at: Ms | None
    trouble: str
    trouble_at: Ms | None
    left: int
    waiting: int
    given_up: int
    to_send: int


async def note_well(database: Database, account: str, *, now: Ms) -> None:
    await database.execute(
        """
        UPDATE mailboxes SET well_at = $2, trouble = '', trouble_at = NULL
        WHERE account = $1 AND (trouble <> '' OR well_at IS NULL OR well_at <= $2::bigint - $3)
        """,
        *(account, now, WELL_EVERY_MS),
    )


async def note_trouble(database: Database, account: str, trouble: str, *, now: Ms) -> None:
    """Since when: since the first trouble after all was well."""
    await database.execute(
        "UPDATE mailboxes SET trouble = $2, trouble_at = coalesce(trouble_at, $3) WHERE account = $1",
        *(account, trouble, now),
    )


async def note_left(database: Database, account: str, at: Read, reason: str, *, now: Ms) -> None:
    """This mail stays in its mailbox."""
    await database.execute(
        """
        INSERT INTO mails_left (account, uid_validity, uid, reason, at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """,
        *(account, at.uid_validity, at.last_uid, reason, now),
    )


async def seen_to(database: Database) -> int:
    """Somebody has looked at the mails that were left; how many."""
    return await database.execute("DELETE FROM mails_left")


async def standings(database: Database, accounts: Sequence[str]) -> list[Standing]:
    """Of these, in their order; of one that was never fetched, too."""
    rows = await database.fetch(
        """
        SELECT a.account, CASE WHEN m.held_until > clock_timestamp() THEN m.held_by ELSE '' END AS held_by, m.well_at,
            coalesce(m.trouble, '') AS trouble, m.trouble_at,
            (SELECT count(*) FROM mails_left l WHERE l.account = a.account) AS left,
            (SELECT count(*) FROM inbox i WHERE i.account = a.account AND i.state = 'waiting') AS waiting,
            (SELECT count(*) FROM inbox i WHERE i.account = a.account AND i.state = 'failed') AS given_up,
            (SELECT count(*) FROM outbox o WHERE o.account = a.account AND o.state = 'waiting' AND o.attempts > 0)
                AS to_send
        FROM unnest($1::text[]) WITH ORDINALITY AS a (account, place) LEFT JOIN mailboxes m USING (account)
        ORDER BY a.place
        """,
        list(accounts),
    )
    return [Standing(**row) for row in rows]
