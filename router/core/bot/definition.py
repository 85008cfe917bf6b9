"""What a bot can do, as its files describe it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from router.core.condition import Condition
from router.core.identity import Proof
from router.core.words import Channel, Ms

Texts: TypeAlias = Mapping[str, str]
"""By language."""
SlotKind = Literal["order_number", "email", "phone", "number", "date", "address", "text", "choice", "row"]
Word = Literal[
    "person", "yes", "no", "enough", "cancel", "undo", "restart", "hello", "thanks", "bye", "who", "upset", "ask",
]  # fmt: skip
HouseText = Literal[
    "greeting",
    "who",
    "hello",
    "thanks",
    "bye",
    "anything_else",
    "helped",
    "not_helped",
    "not_helped_reply",
    "that_is_all",
    "person",
    "clarify",
    "something_else",
    "not_understood",
    "offer_person",
    "no_files",
    "sorry",
    "handing_over",
    "unavailable",
    "confirm_yes",
    "confirm_no",
    "cancelled",
    "nothing_to_undo",
    "undo",
    "undone",
    "undo_failed",
    "also_asked",
    "source",
    "again",
    "back",
    "mail_answer",
    "mail_question",
    "moved",
    "resumed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    value: str
    label: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Ask the customer for a slot, unless it is known. again: said when the answer cannot be used.

    known: a name of what is known of the customer (email, name, phone) that fills it. choices: of kind choice. rows and
    show: of kind row, what a step fetched, and how each is shown; the slot then holds the row's facts.
    """

    slot: str
    kind: SlotKind
    prompt: Texts
    again: Texts
    label: Texts
    known: str = ""
    choices: tuple[Choice, ...] = ()
    rows: str = ""
    show: str = ""
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """How what a step changed is taken back. values as in Consult."""

    source: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult:
    """Ask or tell a data source. values: its names → templates. into: the name its facts get.

    missing, refused: what is said then (refused by the source's word, "" for any other); ask_again: the slots that are
    asked anew after it; none: the flow ends there. No answer at all leads to a person. most_a_day: so often for one
    customer, more is for a person; 0: as often as they like.
    """

    source: str
    values: Mapping[str, str]
    into: str
    changes: bool
    missing: Texts
    refused: Mapping[str, Texts]
    ask_again: tuple[str, ...] = ()
    undo: Undo | None = None
    most_a_day: int = 0
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Go on only after a yes."""

    text: Texts
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    text: Texts
    when: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOver:
    """To a person, always."""

    when: Condition | None = None


Step = Ask | Consult | Confirm | Tell | GiveOver


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A task the bot does. examples: what people say who want it, by language. proof: who wants it has to have."""

    name: str
    title: Texts
    examples: Mapping[str, tuple[str, ...]]
    steps: tuple[Step, ...]
    proof: Proof = "said"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A question with one answer. link: where more about it is; "" when nowhere."""

    name: str
    title: Texts
    examples: Mapping[str, tuple[str, ...]]
    text: Texts
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """How mails are answered. sure: confidence from which one is. tasks: are done by mail, too.

    queues: whose mails; empty: all.
    """

    sure: float
    tasks: bool = False
    queues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWords:
    """How signs are said in a language. digits: the ways each from 0 to 9 is. months, days: from the first on, also as
    people write them; of: what may stand between these.
    """

    digits: tuple[tuple[str, ...], ...] = ()
    at: tuple[str, ...] = ()
    dot: tuple[str, ...] = ()
    dash: tuple[str, ...] = ()
    months: tuple[tuple[str, ...], ...] = ()
    days: tuple[tuple[str, ...], ...] = ()
    of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """face: the name customers see. languages: it speaks, the first when it does not know better. nothing: examples of
    what is none of its business. idle_ms: after so long a silence of the customer it closes, by channel ("" for the
    others). words, texts, spoken: by language. mailing: None: mails are for people.
    follow_ms: so long after its customer wrote last a task goes on where they write now.
    """

    name: str
    face: str
    languages: tuple[str, ...]
    flows: Mapping[str, Flow]
    replies: Mapping[str, Reply]
    idle_ms: Mapping[Channel | Literal[""], Ms]
    nothing: Mapping[str, tuple[str, ...]]
    words: Mapping[str, Mapping[Word, tuple[str, ...]]]
    texts: Mapping[str, Mapping[HouseText, str]] = field(repr=False)
    mailing: Mailing | None = None
    follow_ms: Ms = 3_600_000
    spoken: Mapping[str, SpokenWords] = field(default_factory=dict, repr=False)

    def title_of(self, intent: str, language: str) -> str:
        """What people call an intent; "" for one the bot does not have."""
        known = self.flows.get(intent) or self.replies.get(intent)
        return in_language(known.title, language) if known is not None else ""

    def idle_of(self, channel: Channel) -> Ms:
        return self.idle_ms.get(channel, self.idle_ms[""])


def in_language(texts: Texts, language: str) -> str:
    """In that language, else in English, else in any; "" when there is none."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")
