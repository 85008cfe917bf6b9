"""A bot on the telephone: one turn at a time, while the caller waits; the talk is kept with its call.

Crash anywhere in a turn: nothing of it was kept, the provider asks again, and the same turn is done again; what it
changes at a data source has the same name both times.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from msgspec.structs import replace

from router.core.bot import actions, guessing, spoken
from router.core.bot.definition import Bot
from router.core.bot.draft import World
from router.core.bot.facts import Fact, Failed, Heard, Silence, Told
from router.core.bot.meaning import SURE
from router.core.bot.step import step
from router.core.bot.talk import Stage, Talk
from router.core.call import facts
from router.core.call.intro import PERSON
from router.core.call.state import BotHeard, BotTalk, Call
from router.core.identity import of_sender
from router.engine.bot import found
from router.engine.bot.bounded import refusal
from router.engine.calls.place import CHANNEL
from router.engine.cases import zones
from router.engine.centre import Centre
from router.protocol.errors import UsherError
from router.store.postgres import bot_misses
from router.store.postgres.customers import Customer

log = structlog.get_logger()

TURN_S = 9.0
"""How long a caller hears nothing at the most; the provider waits 15 s."""
MOST_TURNS = 100
THEN: Mapping[Stage, facts.Then] = {"talking": "caller", "handed_over": "person", "ended": "end"}


@dataclass(slots=True, kw_only=True)
class _Turn:
    """What came of a turn so far. misses: of the caller, before it. turns: of all the talk."""

    talk: Talk
    misses: dict[str, int]
    turns: tuple[BotHeard, ...] = ()
    said: list[str] = field(default_factory=list)
    note: str = ""


async def turn(centre: Centre, call: Call, heard: facts.Heard, customer: Customer | None) -> facts.BotTurn | None:
    """What a bot makes of it, in time whatever becomes of others; None: none speaks the language of the call."""
    bot = next((each for each in centre.bots.by_name.values() if call.language in each.languages), None)
    if bot is None:
        return None
    kept = call.bot.talk if call.bot is not None and call.bot.talk.bot == bot.name else None
    turns = call.bot.turns if call.bot is not None else ()
    now = _Turn(
        turns=turns,
        talk=replace(kept, language=call.language) if kept else Talk(bot=bot.name, language=call.language),
        misses=await bot_misses.of_customer(centre.database, customer.id, now=centre.now()) if customer else {},
    )
    before = now.talk
    try:
        async with asyncio.timeout(TURN_S):
            await _take(centre, bot, call, now, await _fact(centre, bot, now.talk, heard), customer)
    except UsherError:  # a store is away: the caller hears music and is asked again
        raise
    except TimeoutError:
        log.warning("bot was too slow", call_id=call.id, bot=bot.name)
    except Exception:
        log.exception("bot failed", call_id=call.id, bot=bot.name)
    else:
        return _made(bot, now)
    given_up = _Turn(talk=before, misses={}, turns=turns)
    await _take(centre, bot, call, given_up, Failed(), customer)
    return _made(bot, given_up)


def _made(bot: Bot, now: _Turn) -> facts.BotTurn:
    return facts.BotTurn(
        bot=BotTalk(
            talk=now.talk, listens=spoken.listening(now.talk, bot), note=now.note, turns=now.turns[-MOST_TURNS:]
        ),
        say="\n".join(now.said),
        then=THEN[now.talk.stage],
    )


async def _fact(centre: Centre, bot: Bot, talk: Talk, heard: facts.Heard) -> Fact:
    if heard.digits == PERSON:
        return Heard(n=talk.heard_n + 1, text=bot.texts[talk.language]["person"])
    if heard.digits:
        return Heard(n=talk.heard_n + 1, text=heard.digits)
    if not heard.speech.strip():
        return Silence()
    asked = spoken.asked_in(talk, bot)
    text = spoken.written(heard.speech, asked.kind, bot.spoken[talk.language]) if asked else heard.speech
    understood = await centre.bots.understood(bot, text, talk.language)
    best = understood.best
    meant = best.intent if best is not None and understood.accepted and best.confidence >= SURE else ""
    read = not talk.waiting and not bot.title_of(meant, "")
    article = await found.article(centre, meant, text, talk.language) if read else None
    return Heard(n=talk.heard_n + 1, text=text, understood=understood, article=article)


async def _take(centre: Centre, bot: Bot, call: Call, now: _Turn, fact: Fact, customer: Customer | None) -> None:
    """The fact, and those that follow from it, applied; what is to be said is gathered, sources are asked."""
    known = {"phone": call.number, **({"name": customer.name, "email": customer.email} if customer else {})}
    coming: list[Fact] = [fact]
    while coming:
        world = World(
            bot=bot,
            today=zones.today(centre),
            customer={name: value for name, value in known.items() if value},
            may_guess=guessing.may_go_on(now.misses),
            proof=of_sender(CHANNEL, call.number).proof,
            voice=True,
        )
        fact = coming.pop()
        stepped = step(now.talk, fact, world)
        if isinstance(fact, Heard):
            now.turns = (*now.turns, BotHeard(decision=stepped.decision, intent=stepped.intent))
        if stepped.talk.misses > now.talk.misses:
            await _missed(centre, now)
        now.talk = stepped.talk
        for action in stepped.actions:
            match action:
                case actions.Say():
                    now.said.append(action.text)
                case actions.Consult():
                    once = f"{call.id}:{action.key}" if action.changes else ""
                    answer = await refusal(
                        centre.database, centre.signing_key, action, now.misses, now=centre.now()
                    ) or await centre.data_sources.ask(action.source, action.values, once=once)
                    coming.append(Told(key=action.key, answer=answer))
                case actions.HandOver():
                    now.note = action.note
                case actions.Close():
                    pass


async def _missed(centre: Centre, now: _Turn) -> None:
    for whose in now.misses:
        await bot_misses.add(centre.database, whose, now=centre.now())
    now.misses = {whose: count + 1 for whose, count in now.misses.items()}
