"""Sending a message in parts: each once, however often it is tried."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from router.core.outbound import NotSent, Refused

Part = TypeVar("Part")


async def send_parts(
    parts: Sequence[Part], send_one: Callable[[Part], Awaitable[str]], *, message_id: str, sent: Sequence[str]
) -> tuple[str, ...]:
    """Send those parts an earlier attempt did not, in order; the provider's ids of all.

    A provider that took a part without telling its id leaves us one of our own: no receipt will be found for it.
    Raises what send_one raises, with the ids of what did get through; Refused `empty` when there is nothing to send.
    """
    if not parts:
        raise Refused("empty", "there is nothing to send")
    ids = list(sent[: len(parts)])
    for n, part in enumerate(parts[len(ids) :], len(ids)):
        try:
            ids.append(await send_one(part) or f"{message_id}/{n}")
        except NotSent as error:
            error.sent = tuple(ids)
            raise
    return tuple(ids)


def configured(value: str, name: str) -> str:
    """An option's value. Raises Refused `not_configured` when it is empty."""
    if not value:
        raise Refused("not_configured", f"the account has no {name}")
    return value
