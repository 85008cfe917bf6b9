"""What is to be done about a talk: kept with it, carried out in order, each once by its key."""

from __future__ import annotations

from msgspec import Struct, field


class Action(Struct, frozen=True, kw_only=True, tag_field="do"):
    key: str


class Say(Action, frozen=True, kw_only=True, tag="say"):
    """replies: choices offered beside it."""

    text: str
    replies: tuple[str, ...] = ()


class Consult(Action, frozen=True, kw_only=True, tag="consult"):
    """Of a data source; its answer is heard. most_a_day: so often for one customer; 0: as often as they like."""

    source: str
    values: dict[str, str] = field(default_factory=dict)
    changes: bool = False
    most_a_day: int = 0


class HandOver(Action, frozen=True, kw_only=True, tag="hand_over"):
    """To a person. note: what staff read first. intent, details: what rules may ask of the item.

    unanswered: the bot never said anything to the customer.
    """

    reason: str
    note: str
    intent: str
    details: dict[str, str] = field(default_factory=dict)
    language: str = ""
    unanswered: bool = False


class Close(Action, frozen=True, kw_only=True, tag="close"):
    """Nobody is needed."""


AnyAction = Say | Consult | HandOver | Close
