"""Everybody who works here, in memory: names, roles, skills. Read from PostgreSQL at start and when it changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from router.core.policy import Supply
from router.core.words import AgentId
from router.engine.board import Person

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
    auto_accept: bool = False
    """Their client accepts every offer itself, after a warning."""

    @property
    def first_name(self) -> str:
        """As customers see them."""
        return self.name.split(" ")[0]


class StaffDirectory:
    def __init__(self, everybody: Iterable[Colleague] = ()) -> None:
        self._by_id = {colleague.agent_id: colleague for colleague in everybody}

    def __iter__(self) -> Iterator[Colleague]:
        return iter(self._by_id.values())

    def replace(self, everybody: Iterable[Colleague]) -> None:
        self._by_id = {colleague.agent_id: colleague for colleague in everybody}

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
