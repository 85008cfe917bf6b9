"""A talk, claimed: what was said is heard in order; each fact is saved with its deeds before they are done."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from functools import partial

import structlog
from msgspec.structs import replace

from router.core.bot import actions, guessing, moving, words
from router.core.bot.definition import Bot
from router.core.bot.draft import Decision, World
from router.core.bot.facts import Fact, Failed, Heard, TimeUp, Told
from router.core.bot.meaning import ARTICLE, SURE
from router.core.bot.step import step
from router.core.bot.talk import Talk
from router.core.words import ConversationId, Ms
from router.engine.bot import deeds, first, found, proving
from router.engine.bot.advising import advised
from router.engine.bot.bounded import refusal
from router.engine.cases import zones
from router.engine.centre import Centre
from router.protocol.errors import Conflict, UsherError
from router.store.errors import StoreUnavailable
from router.store.postgres import article_use, bot_answers, bot_talks
from router.store.postgres.bot_talks import Claimed, Said, Turn

log = structlog.get_logger()

AGAIN_MS = 1_000
MOST_ATTEMPTS = 4
"""In vain, one after the other; then a person takes over."""
LEFT = "left"
"""The reason of a talk nobody goes on with."""
ARTICLE_USE: Mapping[Decision, article_use.What] = {
    "article": "answered",
    "helped": "helped",
    "wrong": "not_helped",
}


async def take(centre: Centre, conversation_id: ConversationId) -> None:
    """Everything that is to be done in a conversation now. Raises UsherError: it is taken up again later."""
    claimed = await bot_talks.claim(centre.database, conversation_id, now=centre.now())
    if claimed is None:
        return
    name = claimed.conversation.attributes["bot"]
    bot = centre.bots.by_name.get(name)
    if claimed.has_item or bot is None:
        await _stand_back(centre, claimed)
        return
    try:
        await _Turns(centre, bot, claimed).take()
    except TakenOver:
        log.warning("bot was too slow", conversation_id=conversation_id, bot=name)
    except StoreUnavailable:  # no fault of this talk: were it counted, an outage would send every talk to a person
        await _leave(centre, claimed, in_vain=False)
        raise
    except BaseException:
        await _leave(centre, claimed, in_vain=True)
        raise


async def _leave(centre: Centre, claimed: Claimed, *, in_vain: bool) -> None:
    """For a moment; when not even that can be said, the claim runs out by itself."""
    with contextlib.suppress(UsherError):
        await bot_talks.leave(centre.database, claimed, until=centre.now() + AGAIN_MS, in_vain=in_vain)


async def _stand_back(centre: Centre, claimed: Claimed) -> None:
    """Somebody works on it already, or the bot is no more."""
    row, talk = claimed.conversation, claimed.talk
    if claimed.has_item:
        intent, details = (talk.intent, talk.plain_details) if talk else ("", {})
        await bot_talks.let_go(
            centre.database, row.id, reason=LEFT, intent=intent, details=details, language="", now=centre.now()
        )
    else:
        await deeds.hand_over(centre, row, actions.HandOver(key=f"bot:{LEFT}", reason=LEFT, note="…", intent=""))


class TakenOver(Exception):
    """The talk was taken for lost and is another's by now: what was to be done is done there."""


class _Turns:
    """One claim of a talk."""

    def __init__(self, centre: Centre, bot: Bot, claimed: Claimed) -> None:
        self._centre, self._bot, self._claimed = centre, bot, claimed
        self._row = claimed.conversation
        language = self._row.language if self._row.language in bot.languages else bot.languages[0]
        self._talk = claimed.talk or Talk(bot=bot.name, language=language)
        self._misses, self._proof = claimed.misses, self._talk.proof
        self._held_until: Ms = self._row.attributes.get(first.UNTIL, 0)

    async def take(self) -> None:
        centre, claimed = self._centre, self._claimed
        if claimed.attempts > MOST_ATTEMPTS:
            log.error("bot gave up", conversation_id=self._row.id, bot=self._bot.name)
            await self._apply(Failed())
        try:
            if claimed.talk is None and claimed.said:
                await self._follow(claimed.said[0])
            elif claimed.said and self._talk.reason == moving.MOVED:
                self._talk = moving.written_to(self._talk, self._bot)
            await self._do_all()
            for said in claimed.said:
                if self._talk.over:
                    break
                if proving.is_machines(said):
                    self._talk = replace(self._talk, heard_n=said.n)
                    continue
                self._proof = await proving.proof_of(centre, claimed, said)
                await self._apply(await self._heard(said))
            if not claimed.said and not self._talk.over and claimed.due_at <= centre.now():
                await self._apply(TimeUp())
        except Conflict:  # the customer closed it meanwhile
            self._talk = replace(self._talk, stage="ended", reason="customer", todo=())
        if not self._talk.over and (until := self._hold_until()):
            await bot_talks.keep_hold(centre.database, self._row.id, until=until)
        now = centre.now()
        due_at = now + self._bot.idle_of(self._row.channel)
        given = bot_answers.GivenBack(claimed=claimed, talk=self._talk, due_at=due_at, at=now)
        await bot_answers.give_back(centre.writer, given)

    def _hold_until(self) -> Ms:
        """Until when the bot is to have the conversation, if that is to be said anew; else 0."""
        idle_ms = self._bot.idle_of(self._row.channel)
        due_at = self._centre.now() + idle_ms
        return due_at + idle_ms if self._held_until < due_at + idle_ms // 2 else 0

    async def _follow(self, said: Said) -> None:
        """Go on with what the same customer began elsewhere, if they are proven as well here; else staff see both."""
        centre, claimed, bot = self._centre, self._claimed, self._bot
        now = centre.now()
        if not bot.follow_ms:
            return
        other = await bot_talks.elsewhere(centre.database, claimed, since=now - bot.follow_ms, now=now)
        if other is None:
            return
        proof = await proving.proof_of(centre, claimed, said)
        if moving.may_move(other.talk, proof, to=self._row.channel):
            on, left = moving.moved(other.talk, bot, proof, told=other.channel in moving.CHATS)
            if await bot_talks.move(centre.database, claimed, other, on=on, left=left, now=now):
                self._talk = on
                centre.bots.wake(other.conversation_id)
                return
        self._talk = replace(self._talk, beside=moving.beside(other.talk, bot, other.channel))

    async def _heard(self, said: Said) -> Heard:
        centre, talk = self._centre, self._talk
        text = said.text if said.n > 1 else _whole(said)
        understood = await centre.bots.understood(self._bot, text, talk.language)
        best = understood.best
        meant = best.intent if best is not None and understood.accepted and best.confidence >= SURE else ""
        article = None
        asks = not talk.waiting or meant.startswith(ARTICLE) or words.asks(text, self._bot.words[talk.language])
        if not self._bot.title_of(meant, "") and asks and text.strip():
            article = await found.article(centre, meant, text, talk.language)
        files = bool((said.extra or {}).get("files"))
        stranger = proving.is_stranger(self._claimed, said)
        heard = Heard(n=said.n, text=text, understood=understood, article=article, files=files, stranger=stranger)
        if centre.bots.advising is None or self._world().mail:
            return heard
        find = partial(found.options, centre, self._bot, understood, text, talk.language)
        return await advised(centre.bots.advising, talk, heard, self._world(), find)

    def _world(self) -> World:
        return World(
            bot=self._bot,
            today=zones.today(self._centre),
            customer=self._claimed.known,
            may_guess=guessing.may_go_on(self._misses),
            proof=self._proof,
            mail=self._row.channel == "email",
        )

    async def _apply(self, fact: Fact) -> None:
        """Saved first, done then."""
        stepped = step(self._talk, fact, self._world())
        missed = stepped.talk.misses > self._talk.misses
        self._talk = replace(stepped.talk, todo=(*self._talk.todo, *stepped.actions))
        turn = None
        if isinstance(fact, Heard):
            turn = Turn(
                n=fact.n,
                language=stepped.talk.language,
                decision=stepped.decision,
                intent=stepped.intent,
                confidence=stepped.confidence,
                model=fact.understood.model,
                advice=fact.advice,
            )
        if turn is not None and not missed and stepped.actions == self._talk.todo and self._only_says():
            await self._answer(turn)
            await self._count(stepped.decision, stepped.talk.answered)
            return
        now = self._centre.now()
        if not await bot_talks.save(self._centre.database, self._claimed, self._talk, turn, missed=missed, now=now):
            raise TakenOver
        if missed:
            self._misses = {whose: count + 1 for whose, count in self._misses.items()}
        await self._count(stepped.decision, stepped.talk.answered)
        await self._do_all()

    def _only_says(self) -> bool:
        return not self._talk.over and all(isinstance(deed, actions.Say) for deed in self._talk.todo)

    async def _answer(self, turn: Turn) -> None:
        """As nearly every message is: words alone. Saved and said in one entry, and told then."""
        centre, row = self._centre, self._row
        drafts = [
            deeds.draft(centre, row, self._bot, deed) for deed in self._talk.todo if isinstance(deed, actions.Say)
        ]
        until = self._hold_until()
        answer = bot_answers.Answer(
            claimed=self._claimed,
            talk=self._talk,
            turn=turn,
            drafts=drafts,
            hold_until=until,
            at=centre.now(),
        )
        said = await bot_answers.answer(centre.writer, answer)
        if said is None:
            raise TakenOver
        self._held_until = until or self._held_until
        for draft, appended in zip(drafts, said, strict=True):
            told_n = await deeds.tell(centre, row, draft, appended)
            self._talk = replace(self._talk, todo=self._talk.todo[1:], told_n=told_n)

    async def _count(self, decision: Decision, answered: str) -> None:
        """How articles do as answers; a repeat after a crash may count twice."""
        what = ARTICLE_USE.get(decision)
        if what is not None and answered.startswith(ARTICLE):
            name = answered.removeprefix(ARTICLE)
            await article_use.count(self._centre.database, name, what, now=self._centre.now())

    async def _do_all(self) -> None:
        while self._talk.todo:
            answer = await self._do(self._talk.todo[0])
            self._talk = replace(self._talk, todo=self._talk.todo[1:])
            if answer is not None:
                await self._apply(answer)

    async def _do(self, deed: actions.AnyAction) -> Told | None:
        centre, row = self._centre, self._row
        match deed:
            case actions.Say():
                self._talk = replace(self._talk, told_n=await deeds.say(centre, row, self._bot, deed))
            case actions.Consult():
                whose = self._claimed.misses
                refused = await refusal(centre.database, centre.signing_key, deed, whose, now=centre.now())
                return Told(key=deed.key, answer=refused or await deeds.consult(centre, row, deed))
            case actions.HandOver():
                await deeds.hand_over(centre, row, deed)
            case actions.Close():
                if not await deeds.close(centre, row, self._bot, heard_n=self._talk.heard_n):
                    self._talk = self._written_to(deed)
        return None

    def _written_to(self, close: actions.Close) -> Talk:
        """The customer wrote before it could be closed: it goes on, or somebody reads it. close: is done with it."""
        if self._talk.reason != moving.MOVED:
            return replace(self._talk, stage="talking", reason="")
        left = moving.written_to(self._talk, self._bot)
        return replace(left, todo=(close, *left.todo))


def _whole(said: Said) -> str:
    """A first mail says what it is about above its text."""
    return "\n".join(filter(None, (str(proving.mail_of(said).get("subject", "")), said.text)))
