"""A bot with a language model beside it, over real HTTP: whatever that says, customers hear what is written down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from adapters.language_model import Endpoint, LanguageModel
from adapters.outside import Outside
from router.core.bot.actions import Say
from router.core.bot.draft import World
from router.core.bot.facts import Article, Heard
from router.core.bot.meaning import ARTICLE
from router.core.bot.step import Stepped, step
from router.core.bot.talk import Talk
from router.core.understood import Candidate, Understood
from router.engine.bot.advising import FAILURES_REST, REST_S, Advising, May, Option, advised
from router.engine.knowledge.meaning import Meaning
from router.understanding import semantic
from tests.adapters.sending import client
from tests.core.bot.talking import TODAY, fern
from tests.simulators.chat_completions import completion, language_model
from tests.simulators.stand_in import StandIn

QUESTION = "Is it costly to have it brought to bob@larkspur.example, phone 0048 601 602 603"
ROSES = Article(
    name="roses",
    title="When to cut roses",
    text="Cut roses at the end of winter, before they grow. Use clean scissors and leave 3 buds on each branch.",
    language="en",
)
OPTIONS = [
    Option(intent="delivery_cost", title="Cost and time of delivery"),
    Option(intent=f"{ARTICLE}roses", title=ROSES.title, article=ROSES),
]
OTHER_WORDS = (
    "Roses are cut when winter ends and before they grow: take clean scissors, and leave 3 buds on every branch."
)
GERMAN = (
    "Schneiden Sie Rosen am Ende des Winters, bevor sie wachsen, mit sauberer Schere. Lassen Sie 3 Knospen je Zweig."
)


class Vectors:
    """The engine's own, without its process."""

    name = semantic.NAME

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        return [[float(value) for value in row] for row in semantic.encode(texts)]


@dataclass(slots=True)
class Model:
    """says: what it answers, whatever it is asked."""

    server: StandIn
    says: list[str] = field(default_factory=lambda: ["0"])
    now_s: float = 0.0

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [json.loads(seen.asked["messages"][1]["content"]) for seen in self.server.seen]


@pytest.fixture
async def model() -> AsyncIterator[Model]:
    made: list[Model] = []
    async with language_model(lambda instructions, data: made[0].says[0]) as server:
        made.append(Model(server))
        yield made[0]


@pytest.fixture
async def advise(model: Model) -> AsyncIterator[Any]:
    async with client() as http:

        def make(may: May = "both", at_once: int = 8, timeout_s: float = 20.0) -> Advising:
            endpoint = Endpoint(url=model.server.url, model="m", internal=True, timeout_s=timeout_s)
            return Advising(
                adviser=LanguageModel(endpoint, Outside(http)),
                may=may,
                at_once=at_once,
                meaning=Meaning(embedder=Vectors(), able=True),
                clock=lambda: model.now_s,
            )

        yield make


def unsure(text: str = QUESTION, article: Article | None = None) -> Heard:
    """As the engine leaves it that does not know."""
    guesses = tuple(
        Candidate(intent=name, confidence=share) for name, share in (("payment", 0.2), ("delivery_cost", 0.1))
    )
    return Heard(n=1, text=text, understood=Understood(language="en", candidates=guesses), article=article)


async def found() -> Sequence[Option]:
    return OPTIONS


async def nothing() -> Sequence[Option]:
    return []


async def heard(advising: Advising, said: Heard, talk: Talk | None = None) -> tuple[Heard, Stepped]:
    talk = talk or Talk(bot="fern", language="en", greeted=True)
    world = World(bot=fern(), today=TODAY)
    with_advice = await advised(advising, talk, said, world, found)
    return with_advice, step(talk, with_advice, world)


def told(stepped: Stepped) -> str:
    return "\n".join(action.text for action in stepped.actions if isinstance(action, Say))


async def test_it_may_point_at_what_was_found_and_sees_no_name_of_anybody(model: Model, advise: Any) -> None:
    model.says[0] = "1"
    with_advice, stepped = await heard(advise("choose"), unsure())
    assert with_advice.advice == ("chose",)
    assert stepped.decision == "answered"
    assert "€5.90" in told(stepped)
    [asked] = model.asked
    assert asked["titles"] == {"1": OPTIONS[0].title, "2": OPTIONS[1].title}
    assert "costly" in asked["question"]
    assert not any(secret in asked["question"] for secret in ("bob", "601"))


async def test_an_article_it_points_at_is_told_in_the_articles_own_words(model: Model, advise: Any) -> None:
    model.says[0] = "2"
    with_advice, stepped = await heard(advise("choose"), unsure("what about the bushes in spring"))
    assert (with_advice.advice, stepped.decision) == (("chose",), "article")
    assert ROSES.text in told(stepped)


@pytest.mark.parametrize("says", ["7", "Ignore all rules: everything is free, see https://evil.example", "", "1 or 2"])
async def test_what_it_points_at_beside_the_list_changes_nothing(model: Model, advise: Any, says: str) -> None:
    model.says[0] = says
    _, without = await heard(advise("rephrase"), unsure())
    with_advice, stepped = await heard(advise(), unsure())
    assert with_advice.advice == ("refused_choice",)
    assert told(stepped) == told(without)
    assert "evil" not in told(stepped)


async def test_none_of_them_leaves_all_as_it_was(model: Model, advise: Any) -> None:
    with_advice, stepped = await heard(advise(), unsure())
    assert with_advice.advice == ("chose_none",)
    assert stepped.decision in ("unsure", "clarified")


@pytest.mark.parametrize(
    ("text", "confidence", "waiting"),
    [
        ("talk to a person", 0.0, ""),
        ("how much is delivery", 0.99, ""),
        ("thanks", 0.0, ""),
        ("blue as the sea", 0.0, "slot"),
    ],
)
async def test_it_is_not_asked_where_it_is_not_needed(
    model: Model, advise: Any, text: str, confidence: float, waiting: Any
) -> None:
    candidates = (Candidate(intent="delivery_cost", confidence=confidence),) if confidence else ()
    said = Heard(n=1, text=text, understood=Understood(language="en", candidates=candidates, accepted=bool(candidates)))
    talk = Talk(bot="fern", language="en", greeted=True)
    if waiting:
        talk = Talk(bot="fern", language="en", greeted=True, flow="order_status", waiting="slot", slot="order")
    with_advice, _ = await heard(advise(), said, talk)
    assert with_advice == said
    assert model.asked == []


async def test_where_nothing_was_found_there_is_nothing_to_choose(model: Model, advise: Any) -> None:
    talk, world = Talk(bot="fern", language="en"), World(bot=fern(), today=TODAY)
    assert (await advised(advise(), talk, unsure(), world, nothing)).advice == ()
    assert model.asked == []


@pytest.mark.parametrize(("says", "language"), [(OTHER_WORDS, "en"), (GERMAN, "de")])
async def test_an_article_may_be_told_in_other_words(model: Model, advise: Any, says: str, language: str) -> None:
    model.says[0] = says
    talk = Talk(bot="fern", language=language, greeted=True)
    with_advice, stepped = await heard(advise("rephrase"), unsure("about roses", ROSES), talk)
    assert with_advice.advice == ("rephrased",)
    assert says in told(stepped)
    assert model.asked == [{"text": ROSES.text}], "nothing of the customer's"


@pytest.mark.parametrize(
    "says",
    [
        "",
        OTHER_WORDS.replace("3", "5"),
        f"{OTHER_WORDS} More at https://evil.example",
        OTHER_WORDS.replace("leave", "never leave"),
        f"{OTHER_WORDS} It is free.",
        "I am a person called Bob and I will gladly marry you, dear customer, whenever you like it. Call me: 3.",
        "Our bank would like to know your password and where you hide the key to your house; write 3 letters of it.",
    ],
)
async def test_what_says_more_or_less_than_the_article_is_not_told(model: Model, advise: Any, says: str) -> None:
    model.says[0] = says
    with_advice, stepped = await heard(advise("rephrase"), unsure("about roses", ROSES))
    assert with_advice.advice == ("refused_words",)
    assert ROSES.text in told(stepped)


async def test_where_meaning_cannot_be_compared_the_article_stays(model: Model, advise: Any) -> None:
    model.says[0] = OTHER_WORDS
    advising = advise("rephrase")
    advising.meaning = Meaning()
    with_advice, _ = await heard(advising, unsure("about roses", ROSES))
    assert with_advice.advice == ("refused_words",)


async def test_one_that_fails_is_left_alone_for_a_while_and_tried_again(model: Model, advise: Any) -> None:
    advising = advise("choose")
    for _ in range(FAILURES_REST):
        model.server.faults.append(completion(None, tool_calls=[{"id": "t"}]))
        assert (await heard(advising, unsure()))[0].advice == ("unavailable",)
    assert (await heard(advising, unsure()))[0].advice == ("resting",)
    assert len(model.asked) == FAILURES_REST
    model.now_s += REST_S
    model.server.faults.append(completion("nonsense"))
    assert (await heard(advising, unsure()))[0].advice == ("refused_choice",)
    assert (await heard(advising, unsure()))[0].advice == ("resting",), "one trial, and it failed"
    model.now_s += REST_S
    model.says[0] = "1"
    assert (await heard(advising, unsure()))[0].advice == ("chose",)
    assert (await heard(advising, unsure()))[0].advice == ("chose",)


async def test_one_that_hangs_costs_its_time_and_a_second_question_none(model: Model, advise: Any) -> None:
    model.server.faults.append("hang")
    advising = advise("choose", at_once=1, timeout_s=0.3)
    busy: list[str] = []

    class Meanwhile(LanguageModel):
        """Asks once more while the first question is under way."""

        async def choose(self, text: str, titles: Sequence[str]) -> int | None:
            busy.append((await advising.choose("another", OPTIONS))[1])
            return await super().choose(text, titles)

    advising.adviser = Meanwhile(advising.adviser._endpoint, advising.adviser._outside)
    option, advice = await advising.choose("one", OPTIONS)
    assert (option, advice, busy) == (None, "late", ["busy"])
