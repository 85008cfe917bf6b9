"""Opening the stores: what is wrong with an address or a server is said in one line, without secrets."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import asyncpg
from redis.exceptions import RedisError

from router.store.errors import StoreUnavailable

POSTGRES = "PostgreSQL (USHER_POSTGRES_URL)"
REDIS = "Redis or Valkey (USHER_REDIS_URL)"


class CannotOpen(StoreUnavailable):
    """A store cannot be used; the text says which and why, for the person who started the server."""

    def __str__(self) -> str:
        return self.reason


@contextlib.contextmanager
def opening(store: str) -> Iterator[None]:
    """Raises CannotOpen for whatever keeps the store from being opened in the block."""
    try:
        yield
    except (OSError, StoreUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError, RedisError) as error:
        raise CannotOpen(f"{store} cannot be used: {_reason(error)}") from error
    except ValueError as error:  # its text may quote a part of the URL, which may hold a password
        raise CannotOpen(f"{store} cannot be used: the URL is not one (it is not shown)") from error


def _reason(error: Exception) -> str:
    match error:
        case StoreUnavailable():
            return error.reason
        case TimeoutError():
            return "no answer in time"
        case OSError(strerror=str(why)):
            return why
        case _:
            return str(error) or type(error).__name__
