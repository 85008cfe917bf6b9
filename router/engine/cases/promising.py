"""What the house itself tells a case's customer: when to expect a solution; and it asks how they found it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from router.core.cases.matter import Entry, Matter, Turn, World
from router.core.cases.policy import in_language
from router.engine.cases import keeping, reaching, visiting, zones
from router.engine.centre import Centre
from router.protocol.errors import NotFound


async def settle(centre: Centre, matter: Matter) -> None:
    """Tell its customer what they are owed, each once however often this is begun; a crash leaves it owed."""
    if not matter.owes:
        return
    if matter.promise_owed_at is not None:
        await _promise(centre, matter)
    asked = matter.survey_owed_at is not None and await _ask(centre, matter)

    def paid(turn: Turn, world: World) -> Turn:
        now = turn.matter
        if now.promise_owed_at == matter.promise_owed_at:
            turn = replace(turn, matter=replace(turn.matter, promise_owed_at=None))
        if now.survey_owed_at is not None and now.survey_owed_at == matter.survey_owed_at:
            turn = replace(turn, matter=replace(turn.matter, survey_owed_at=None))
            if asked:
                entry = Entry(kind="action", at=centre.now(), word="survey_sent")
                matter_asked = replace(turn.matter, asked_at=centre.now())
                turn = replace(turn, matter=matter_asked, entries=(*turn.entries, entry))
        return turn

    await keeping.decide(centre, matter.id, paid)


async def _promise(centre: Centre, matter: Matter) -> None:
    """The expected time of the solution is set, or another one."""
    text = in_language(centre.policy.cases.promised, matter.language)
    place = await reaching.own_place_of(centre, matter) if text and matter.promised_at else None
    if place is not None and matter.promised_at is not None:
        person = await keeping.customer_of(centre, matter.id)
        zone = zones.of_customer(centre, matter, person.attributes if person is not None else {})
        said = _filled(centre, matter, text).replace("{time}", zones.clock(matter.promised_at, zone))
        with suppress(NotFound):  # the conversation was erased meanwhile
            await reaching.say_to_them(centre, place, said, once=f"promised:{matter.promise_owed_at}")


async def _ask(centre: Centre, matter: Matter) -> bool:
    """How did they find it? Asked once each time it is closed; the answer is a number. False: they can't be asked."""
    text = in_language(centre.policy.cases.survey, matter.language)
    place = await reaching.own_place_of(centre, matter) if text else None
    if place is None:
        return False
    try:
        await reaching.say_to_them(centre, place, _filled(centre, matter, text), once=f"survey:{matter.survey_owed_at}")
    except NotFound:  # the conversation was erased meanwhile
        return False
    return True


def _filled(centre: Centre, matter: Matter, text: str) -> str:
    """link: where the customer finds the case."""
    return text.replace("{number}", str(matter.number)).replace("{link}", visiting.address(centre, matter.id))
