"""Going on whatever happens: to the stores meanwhile, to one of many, to what a provider would not take at once."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import structlog

from router.core.outbound import NotSent, TryAgain
from router.core.words import Ms
from router.protocol.errors import UsherError
from router.store.errors import StoreUnavailable

log = structlog.get_logger()

T = TypeVar("T")

AGAIN_S = 0.5


async def patiently(what: str, do: Callable[[], Awaitable[None]]) -> None:
    """Do it again and again; when a store is away, wait a little and go on; a wiped store is not ours to mend here.

    A mistake of ours in one turn is told in the log and must not take the node's other people with it.
    """
    while True:
        try:
            await do()
        except UsherError as error:
            log.info("waiting for a store", task=what, reason=str(error))
            await asyncio.sleep(AGAIN_S * random.uniform(0.5, 1.5))
        except Exception:
            log.exception("task failed", task=what)
            await asyncio.sleep(AGAIN_S)


@contextlib.contextmanager
def alone(what: str, **facts: object) -> Iterator[None]:
    """Around one of many: a mistake of ours about it, or a refusal, costs no other its turn.

    facts: for the log. Raises StoreUnavailable, which is no matter of this one.
    """
    try:
        yield
    except StoreUnavailable:
        raise
    except UsherError as refusal:
        log.warning("task refused", task=what, reason=str(refusal), **facts)
    except Exception:
        log.exception("task failed", task=what, **facts)


async def attempt(what: str, doing: Awaitable[T], **facts: object) -> T | NotSent:
    """What came of asking somebody outside; a mistake of ours is trouble that may pass, and is given up at last.

    facts: for the log. Raises UsherError: a store is away, what is claimed is found again.
    """
    try:
        return await doing
    except NotSent as not_sent:
        return not_sent
    except TimeoutError:
        return TryAgain("unreachable", "time-out")
    except UsherError:
        raise
    except Exception as error:
        log.exception("task failed", task=what, **facts)
        return TryAgain("internal_error", type(error).__name__)


def backoff_ms(attempts: int, *, first_ms: Ms, longest_ms: Ms, trouble: object = None) -> Ms:
    """How long to wait after so many attempts, this one included: doubling, with jitter.

    trouble: what came of it; a provider may have asked for more.
    """
    doubled_ms = min(first_ms << min(max(attempts - 1, 0), 20), longest_ms)
    asked_s = trouble.after_s if isinstance(trouble, TryAgain) else None
    return max(round(doubled_ms * random.uniform(0.5, 1.5)), round((asked_s or 0) * 1_000))
