"""What one request brings, gathered while it is read."""

from __future__ import annotations

from dataclasses import dataclass, field

from adapters.payload import clean
from router.core.inbound import InboundKind, InboundMessage, Parsed, Receipt

MOST_WORDS, MOST_WORD_CHARS = 100, 120


@dataclass(slots=True)
class Harvest:
    """events: words for what concerns the account. passed: words for what is understood and not kept.
    faults: why parts of it cannot be read. status: the request is about messages of ours, receipts or not."""

    messages: list[InboundMessage] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    status: bool = False

    def parsed(self) -> Parsed:
        """The whole of it. Its kind is that of the most important thing inside; a part that cannot be read makes an
        error of it only when there is nothing else. A message given twice is one."""
        said = (*self.events, *self.passed, *(f"unreadable: {fault}" for fault in self.faults))
        words = tuple(clean(word)[:MOST_WORD_CHARS] for word in said[:MOST_WORDS])
        kind: InboundKind
        if self.messages:
            kind = "message"
        elif self.receipts or self.status:
            kind = "status"
        elif self.events:
            kind = "event"
        elif self.faults:
            return unreadable("; ".join(self.faults[:5]))
        else:
            kind = "ignored"
        messages = tuple(dict.fromkeys(self.messages))
        return Parsed(kind=kind, messages=messages, receipts=tuple(self.receipts), events=words)


def unreadable(reason: str) -> Parsed:
    return Parsed(kind="error", error=clean(reason))


def ids_of(parsed: Parsed) -> tuple[str, ...]:
    """What the same request sent again has in common with the first: ids of its messages and of its receipts."""
    messages = (one.external_id for one in parsed.messages)
    receipts = (f"{one.external_id or one.recipient}/{one.state}/{one.up_to or ''}" for one in parsed.receipts)
    return (*messages, *receipts)
