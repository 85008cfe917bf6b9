"""A talk while a fact is applied to it: what is said and done is gathered, keys are counted, texts are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from msgspec.structs import replace

from router.core.bot import actions
from router.core.bot.definition import Ask, Bot, HouseText, Texts, in_language
from router.core.bot.phrasing import filled
from router.core.bot.talk import Offered, Talk
from router.core.identity import Proof

Decision = Literal[
    "heard",
    "answered",
    "article",
    "asked",
    "done",
    "clarified",
    "unsure",
    "small_talk",
    "cancelled",
    "undone",
    "wrong",
    "helped",
    "offered_person",
    "handed_over",
    "closed",
]
PERSON, ALL, HELPED, WRONG, ELSE, YES, NO, UNDO = "person", "all", "helped", "wrong", "else", "yes", "no", "undo"
MOST_NOTE_CHARS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Beside the talk: what the bot can do, the day, and what is known of the customer by name (email, phone, name).

    may_guess: they may name things a data source may not know; False: they did too often.
    proof: how well it is proven that they are who they seem. mail: it is heard and said by mail; voice: it is spoken.
    """

    bot: Bot
    today: date
    customer: Mapping[str, str] = field(default_factory=dict)
    may_guess: bool = True
    proof: Proof = "said"
    mail: bool = False
    voice: bool = False


@dataclass(slots=True)
class Draft:
    """intent, confidence, decision: what is noted of this turn."""

    talk: Talk
    world: World
    actions: list[actions.AnyAction] = field(default_factory=list)
    intent: str = ""
    confidence: float = 0.0
    decision: Decision = "heard"

    def put(self, **changes: Any) -> None:
        self.talk = replace(self.talk, **changes)

    @property
    def words(self) -> Mapping[Any, tuple[str, ...]]:
        return self.world.bot.words[self.talk.language]

    def house(self, text: HouseText, **values: str) -> str:
        return filled(self.world.bot.texts[self.talk.language][text], {"face": self.world.bot.face, **values})

    def with_source(self, text: str, *, link: str, title: str = "") -> str:
        """An answer and where it stands; addresses are not spoken."""
        where = link or title
        return f"{text}\n\n{self.house('source', link=where)}" if where and not self.world.voice else text

    def phrased(self, texts: Texts, **also: Any) -> str:
        """One of the bot's own texts, with what is known filled in."""
        known = {**self.world.customer, **self.talk.details, **also}
        return filled(in_language(texts, self.talk.language), known)

    # ------------------------------------------------------------ what is to be done

    def say(self, text: str, *offers: tuple[HouseText | str, str]) -> None:
        """offers: choices beside it, each its label and what it means; they replace those before."""
        offered = tuple(Offered(label=label, means=means) for label, means in offers)
        if not self.talk.greeted:
            self.put(greeted=True)
            text = f"{self.house('greeting')}\n\n{text}"
        self.put(offered=offered)
        self.actions.append(actions.Say(key=self._key(), text=text, replies=tuple(offer.label for offer in offered)))

    def consult(self, source: str, values: dict[str, str], *, changes: bool, most_a_day: int = 0) -> None:
        self.actions.append(
            actions.Consult(key=self._key(), source=source, values=values, changes=changes, most_a_day=most_a_day)
        )

    def hand_over(self, reason: str, *, say: str = "") -> None:
        """To a person, with all that was said; by mail without a word."""
        if self.talk.over:
            return
        unanswered = not self.talk.greeted
        if not self.world.mail:
            self.say(f"{say} {self.house('handing_over')}".strip())
        self.put(stage="handed_over", reason=reason, waiting="", offered=())
        self.decision = "handed_over"
        self.actions.append(
            actions.HandOver(
                key=self._key(),
                reason=reason,
                note=self._summary(reason),
                intent=self.talk.intent,
                details=self.talk.plain_details,
                language=self.talk.language,
                unanswered=unanswered,
            )
        )

    def close(self, reason: str) -> None:
        """What is waited for stays known: should the customer have written meanwhile, the talk goes on there."""
        self.put(stage="ended", reason=reason)
        self.actions.append(actions.Close(key=self._key()))

    def person_offer(self) -> tuple[str, str]:
        return self.house("person"), PERSON

    def _key(self) -> str:
        self.put(count=self.talk.count + 1)
        return f"bot:{self.talk.count}"

    def _summary(self, reason: str) -> str:
        """For whoever takes over: what was wanted, what is known, what was said last."""
        bot, talk = self.world.bot, self.talk
        lines = [f"{bot.face}: {reason.replace('_', ' ')}"]
        lines += [f"→ {title}" for intent in talk.wanted if (title := bot.title_of(intent, talk.language))]
        labels = {
            step.slot: in_language(step.label, talk.language)
            for flow in bot.flows.values()
            for step in flow.steps
            if isinstance(step, Ask)
        }
        for name, value in talk.details.items():
            if isinstance(value, Mapping):
                facts = ", ".join(f"{key} {each}" for key, each in value.items())
                lines.append(f"• {labels.get(name, name)}: {facts}")
            else:
                lines.append(f"• {labels.get(name, name)}: {value}")
        if talk.beside:
            lines.append(f"⇄ {talk.beside}")
        if talk.last_text:
            lines.append(f"“{talk.last_text[:300]}”")
        return "\n".join(lines)[:MOST_NOTE_CHARS]
