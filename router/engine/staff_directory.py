"""Everybody who works here, in memory: names, roles, skills. Read from PostgreSQL at start and when it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from router.core.policy import Supply
from router.core.words import AgentId
from router.engine.agent_now import Person

StaffRole = Literal["agent", "supervisor", "admin"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """One member of staff as the engine needs them."""

    agent_id: AgentId
    name: str
    email: str
    role: StaffRole
    team: str
    language: str
    supply: Supply
    phone: str = ""
    """Where they answer calls, E.164; empty: in the browser."""
    auto_accept: bool = False
    """Their client accepts every offer itself, after a warning."""

    @property
    def first_name(self) -> str:
        """As customers see them."""
        return self.name.split(" ")[0]


class StaffDirectory:
    def __init__(self, everybody: Iterable[Colleague] = ()) -> None:
        self._by_id = {colleague.agent_id: colleague for colleague in everybody}
        self.version = 0
        """Another one whenever somebody is."""

    def __iter__(self) -> Iterator[Colleague]:
        return iter(self._by_id.values())

    def remove(self, agent_id: AgentId) -> None:
        """They do not work here any more."""
        if self._by_id.pop(agent_id, None) is not None:
            self.version += 1

    def put(self, colleague: Colleague) -> None:
        """Know this person as they are now."""
        self._by_id[colleague.agent_id] = colleague
        self.version += 1

    def get(self, agent_id: AgentId) -> Colleague | None:
        return self._by_id.get(agent_id)

    def name_of(self, agent_id: AgentId) -> str:
        colleague = self._by_id.get(agent_id)
        return colleague.name if colleague else agent_id

    def face_of(self, agent_id: AgentId) -> str:
        colleague = self._by_id.get(agent_id)
        return colleague.first_name if colleague else ""

    def person_of(self, agent_id: AgentId) -> Person | None:
        colleague = self._by_id.get(agent_id)
        if colleague is None:
            return None
        return Person(colleague.name, colleague.team, colleague.supply)


@dataclass(slots=True)
class ChangedStaff:
    """Whose skills, queues or limits changed, and who must be read anew here. At most as many as there are people."""

    _agents: set[AgentId] = field(default_factory=set)
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, agent_id: AgentId) -> None:
        self._agents.add(agent_id)
        self._some.set()

    async def take(self) -> set[AgentId]:
        """Waits until there are some."""
        await self._some.wait()
        self._some.clear()
        taken, self._agents = self._agents, set()
        return taken
