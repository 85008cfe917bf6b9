"""A stand-in for a language model behind OpenAI's chat completions: it says what the test has it say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.simulators.stand_in import Said, Seen, StandIn, running

Says = Callable[[str, dict[str, Any]], str]
"""Instructions and what they are about → the answer."""


def completion(content: str | None, **message: Any) -> Said:
    choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}, "finish_reason": "stop"}
    return Said(document={"id": "c", "object": "chat.completion", "choices": [choice], "usage": {"total_tokens": 9}})


@asynccontextmanager
async def language_model(says: Says) -> AsyncIterator[StandIn]:
    def answer(seen: Seen) -> Said:
        system, user = seen.asked["messages"]
        return completion(says(system["content"], json.loads(user["content"])))

    async with running(StandIn(answer=answer)) as model:
        yield model
        model.released.set()
