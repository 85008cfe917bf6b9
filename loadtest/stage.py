"""What the simulated people of one run share: the server, the dialogues, the books kept, the pace."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from urllib.parse import quote

from loadtest.address import Address
from loadtest.client import CommandRefused
from loadtest.dialogue import Dialogue, Who
from loadtest.ledger import Ledger, View, open_view
from loadtest.tempo import Tempo
from loadtest.witness import Findings
from router.protocol.records import WorkItem

PAGE = "https://shop.example/chat/"


@dataclass(slots=True, kw_only=True)
class Stage:
    """dialogues: by key. waits_s: of accepted items, arrival to first accept, with their queue. outcomes: of offers.

    assigned, finished: keys of dialogues an agent got, and that were played to the end by both.
    resumes, cuts: of sessions and connections. tries_again: of commands the server could not carry out at first.
    refusals: commands the server refused, by command and code; some are races and fair, none may be many.
    """

    address: Address
    account: str
    origin: str
    dialogues: dict[str, Dialogue]
    ledger: Ledger
    findings: Findings
    tempo: Tempo
    for_own_only: bool = False
    """Agents decline customers who play none of the dialogues: they are for people."""
    outcomes: dict[str, int] = field(default_factory=dict)
    refusals: dict[str, int] = field(default_factory=dict)
    waits_s: dict[str, tuple[str, float]] = field(default_factory=dict)
    assigned: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)
    transferred: int = 0
    resumes: int = 0
    cuts: int = 0
    tries_again: int = 0

    def refused(self, refusal: CommandRefused) -> None:
        self.refusals[str(refusal)] = self.refusals.get(str(refusal), 0) + 1

    def expects(self, item: WorkItem) -> bool:
        """Whether its customer may be one of ours: names tell, where they have any."""
        return not self.for_own_only or any(item.customer.name == own.customer_name for own in self.dialogues.values())

    def view(self, page_url: str, who: Who) -> View | None:
        """A new sight of the conversation that was begun on this page; None if no dialogue of ours is played there."""
        dialogue = self.dialogues.get(page_url.removeprefix(PAGE).partition("?")[0])
        return None if dialogue is None else open_view(self.ledger, dialogue, who)


def page_url(dialogue: Dialogue) -> str:
    """The page a dialogue is begun on: carries its key and the subjects beside the first to whoever reads it."""
    also = "".join(f"&also={quote(subject, safe='')}" for subject in dialogue.subjects[1:])
    return f"{PAGE}{dialogue.key}?run{also}"


def own_chance(seed: int, name: str) -> Random:
    """A person's own dice: the same for the same seed and name, whatever others do."""
    return Random(f"{seed}/{name}")
