"""The ledger of messages: what each side said and what the other side was shown, counted from both ends.

A *view* is one client's sight of one conversation. State (a snapshot, an assignment's conversation) may show a message
again, and as it is fetched while events flow it may hold what the next event says: clients merge by `n`, and such
*overlaps* are counted apart. Two events never show one message, and events come in order of `n`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from loadtest.dialogue import Dialogue, Who
from loadtest.part import Part, client_id, turn_index
from router.protocol.records import Message

MOST_DETAILS = 50


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Turns are pairs of dialogue key and index; details names the first offences."""

    acknowledged: set[tuple[str, int]] = field(default_factory=set)
    received: set[tuple[str, int]] = field(default_factory=set)
    duplicated: int = 0
    overlaps: int = 0
    out_of_order: int = 0
    garbled: int = 0
    details: list[str] = field(default_factory=list)

    @property
    def lost(self) -> int:
        """Acknowledged, and never shown to the other side."""
        return len(self.acknowledged - self.received)

    def note(self, text: str) -> None:
        if len(self.details) < MOST_DETAILS:
            self.details.append(text)


class View:
    """What one client has been shown of a conversation; moves its part on."""

    __slots__ = ("_by_event", "_ledger", "_newest_n", "_shown", "_turns_shown", "part")

    def __init__(self, ledger: Ledger, part: Part) -> None:
        self._ledger, self.part = ledger, part
        self._shown: set[int] = set()
        self._by_event: set[int] = set()
        self._turns_shown: dict[int, int] = {}
        self._newest_n = 0

    def spoke(self, index: int, n: int) -> None:
        """My turn was acknowledged as message n."""
        self._ledger.acknowledged.add((self.part.dialogue.key, index))
        if self._turns_shown.setdefault(index, n) != n:
            self._ledger.duplicated += 1
            self._ledger.note(f"{self._name(index)} is both {self._turns_shown[index]} and {n}")
        self.part.said(index)

    def state(self, messages: Iterable[Message]) -> None:
        """Messages as they are now, oldest first; what events said before it is told anew."""
        self._by_event.clear()
        for message in messages:
            self._show(message)

    def event(self, message: Message) -> None:
        """A message that was just created."""
        if message.n in self._by_event:
            self._ledger.duplicated += 1
            self._ledger.note(f"{self.part.dialogue.key} n {message.n} was shown twice to the {self.part.who}")
            return
        self._by_event.add(message.n)
        if message.n in self._shown:
            self._ledger.overlaps += 1
        elif message.n < self._newest_n:
            self._ledger.out_of_order += 1
            self._ledger.note(f"{self.part.dialogue.key} n {message.n} came after {self._newest_n}")
        self._show(message)

    @property
    def shown(self) -> frozenset[int]:
        return frozenset(self._shown)

    def _show(self, message: Message) -> None:
        self._shown.add(message.n)
        self._newest_n = max(self._newest_n, message.n)
        index = turn_index(self.part.dialogue, message.client_id) if message.kind == "text" else None
        if index is None:
            return
        if self._turns_shown.setdefault(index, message.n) != message.n:
            self._ledger.duplicated += 1
            self._ledger.note(f"{self._name(index)} is both {self._turns_shown[index]} and {message.n}")
        turn = self.part.dialogue.turns[index]
        if (message.text, message.author) != (turn.text, turn.who):
            self._ledger.garbled += 1
            self._ledger.note(f"{self._name(index)} arrived as something else")
        if turn.who != self.part.who:
            self._ledger.received.add((self.part.dialogue.key, index))
        self.part.said(index)

    def _name(self, index: int) -> str:
        return client_id(self.part.dialogue, index)


def open_view(ledger: Ledger, dialogue: Dialogue, who: Who) -> View:
    return View(ledger, Part(dialogue, who))
