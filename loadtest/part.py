"""A person's part in one dialogue: which turn comes next, and whose it is.

A turn's place is the number in its message's client_id, so that an agent who takes over in the middle, or a client that
comes back with a fresh snapshot, knows from the messages alone how far the dialogue has come.
"""

from __future__ import annotations

from loadtest.dialogue import Dialogue, Turn, Who


def client_id(dialogue: Dialogue, index: int) -> str:
    return f"{dialogue.key}.{index}"


def turn_index(dialogue: Dialogue, said_as: str) -> int | None:
    """The place of a message in the dialogue; None for messages that are no turn of it."""
    key, _, index = said_as.rpartition(".")
    return int(index) if key == dialogue.key and index.isdecimal() and int(index) < len(dialogue.turns) else None


class Part:
    """Turns are said in the dialogue's order: the next is said once all before it are known to have been said."""

    __slots__ = ("_next", "_said", "dialogue", "who")

    def __init__(self, dialogue: Dialogue, who: Who) -> None:
        self.dialogue, self.who = dialogue, who
        self._said: set[int] = set()
        self._next = 0

    def said(self, index: int) -> None:
        """Turn `index` was acknowledged (mine) or received (theirs)."""
        self._said.add(index)
        while self._next in self._said:
            self._next += 1

    @property
    def over(self) -> bool:
        return self._next >= len(self.dialogue.turns)

    @property
    def mine(self) -> tuple[int, Turn] | None:
        """The turn I have to say now, with its index; None while it is the other's or all is said."""
        if self.over:
            return None
        turn = self.dialogue.turns[self._next]
        return (self._next, turn) if turn.who == self.who else None
