"""A centre that also gets letters: each room has a channel account of its own."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
import pytest_asyncio

from adapters import registry
from config.channel_accounts import ChannelAccount, MessageTemplate
from config.secret import Secret
from router.core.policy import ChannelRule, Policy
from router.embedded import Urls
from tests.channels import paper
from tests.core.bot.talking import fern
from tests.gateway.centre import ROOMS, Room, TestCentre, room_policy, two_nodes
from tests.gateway.http import request
from tests.gateway.wire import Tab

CHANNEL = "telegram"
WITH_BOT = ROOMS
"""The room whose letters a bot answers first."""
PUBLIC_URL = "https://centre.example"


def policy_with_letters() -> Policy:
    policy = room_policy()
    letters = ChannelRule(name=CHANNEL, weight=25, ring_ms=20_000, at_most=4)
    statuses = {
        name: replace(status, channels=frozenset({"webchat", CHANNEL}) if status.channels else status.channels)
        for name, status in policy.statuses.items()
    }
    return replace(policy, channels={**policy.channels, CHANNEL: letters}, statuses=statuses)


def accounts() -> Mapping[str, ChannelAccount]:
    return {
        f"letters-{number}": ChannelAccount(
            key=f"letters-{number}",
            channel=CHANNEL,
            provider="telegram",
            address=f"address-{number}",
            options={"human_agent": "yes"},
            secrets={"seal": Secret(paper.SECRET)},
            language="en",
            department=f"room-{number}",
            base_url="",
            rate_per_s=500.0,
            templates=(MessageTemplate(name="hello_again", label="Hello again", text="Hello {1}, news on {2}."),),
            bot="fern" if number == WITH_BOT else "",
        )
        for number in range(1, ROOMS + 1)
    }


@pytest.fixture(scope="module")
def _paper_is_a_carrier() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    paper.OFFICES.clear()
    patch.setattr(registry, "FOLDERS", {CHANNEL: {"telegram": "tests.channels.paper"}})
    yield
    patch.undo()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def centre(embedded_urls: Urls, migrated_template: str, _paper_is_a_carrier: None) -> AsyncIterator[TestCentre]:
    async with two_nodes(
        embedded_urls,
        migrated_template,
        policy=policy_with_letters(),
        channels=accounts(),
        bots={"fern": fern()},
        public_url=PUBLIC_URL,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def numbers() -> Iterator[int]:
    return iter(range(1, ROOMS + 1))


@dataclass(slots=True)
class Writer:
    """Somebody who writes letters to a room."""

    room: Room
    name: str = field(default_factory=lambda: f"writer-{secrets.token_hex(4)}")

    @property
    def office(self) -> paper.Office:
        return paper.OFFICES[f"address-{self.room.number}"]

    def letter(self, text: str = "Where is my parcel?", **facts: Any) -> dict[str, Any]:
        return {"id": secrets.token_hex(8), "from": self.name, "name": "Ann", "text": text} | facts

    async def post(self, *letters: dict[str, Any], second: bool = False, seal: str = paper.SECRET) -> httpx.Response:
        """Bring letters to the house, to the second node when asked."""
        node = self.room.centre.second if second else self.room.centre.first
        return await request(
            node.url,
            "POST",
            f"/hooks/letters-{self.room.number}",
            headers={"x-seal": seal},
            json={"letters": list(letters)},
        )

    async def talks_with(self, agent: Tab, text: str = "Where is my parcel?", **facts: Any) -> str:
        """The writer's letter is offered to the agent, who accepts; the conversation's id."""
        answer = await self.post(self.letter(text, **facts))
        assert answer.status_code == 200, answer.text
        offer = (await agent.event("offer.created"))["offer"]
        await agent.ask("offer.accept", offer_id=offer["offer_id"])
        assigned = (await agent.event("item.assigned"))["assignment"]
        conversation_id: str = assigned["conversation"]["conversation_id"]
        return conversation_id


@pytest_asyncio.fixture(loop_scope="module")
async def room(centre: TestCentre, numbers: Iterator[int]) -> AsyncIterator[Room]:
    yield Room(centre=centre, number=next(numbers))
    await centre.close_tabs()


@pytest.fixture
def writer(room: Room) -> Writer:
    return Writer(room)
