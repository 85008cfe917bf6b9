"""Which messages were told lately, so that one told again by a repeated send is passed on once."""

from __future__ import annotations

from collections import OrderedDict

CONVERSATIONS = 50_000
NUMBERS = 64


class Recent:
    """The last NUMBERS message numbers told in each of the last CONVERSATIONS conversations."""

    def __init__(self) -> None:
        self._told: OrderedDict[str, list[int]] = OrderedDict()

    def first_time(self, conversation_id: str, n: int) -> bool:
        """Whether this number is news; it is remembered now."""
        told = self._told.setdefault(conversation_id, [])
        self._told.move_to_end(conversation_id)
        if n in told:
            return False
        told.append(n)
        del told[:-NUMBERS]
        if len(self._told) > CONVERSATIONS:
            self._told.popitem(last=False)
        return True
