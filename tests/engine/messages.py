"""Records for tests."""

from __future__ import annotations

from router.protocol.records import Message


def message(*, n: int = 1, text: str = "Hello", conversation_id: str = "con_1") -> Message:
    return Message(
        conversation_id=conversation_id,
        n=n,
        kind="text",
        author="customer",
        author_id="cus_1",
        author_name="",
        text=text,
        client_id=f"m{n}",
        at=1_000 + n,
    )
