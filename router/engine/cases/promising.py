"""What the house itself tells a case's customer: when to expect a solution; and it asks how they found it."""

from __future__ import annotations

from dataclasses import replace

from router.core.cases.matter import Entry, Matter, Turn, World
from router.core.cases.policy import in_language
from router.engine.cases import keeping, reaching, visiting, zones
from router.engine.centre import Centre


async def tell(centre: Centre, matter: Matter) -> None:
    """The expected time of the solution is set, or another one."""
    text = in_language(centre.policy.cases.promised, matter.language)
    place = await reaching.own_place_of(centre, matter) if text and matter.promised_at else None
    if place is not None and matter.promised_at is not None:
        person = await keeping.customer_of(centre, matter.id)
        zone = zones.of_customer(centre, matter, person.attributes if person is not None else {})
        said = _filled(centre, matter, text).replace("{time}", zones.clock(matter.promised_at, zone))
        await reaching.say_to_them(centre, place, said, once=f"promised:{matter.revision}")


async def ask(centre: Centre, matter: Matter) -> None:
    """How did they find it? Asked once each time it is closed; the answer is a number."""
    text = in_language(centre.policy.cases.survey, matter.language)
    place = await reaching.own_place_of(centre, matter) if text and matter.asked_at is None else None
    if place is None:
        return

    def asked(turn: Turn, world: World) -> Turn:
        if turn.matter.status != "closed" or turn.matter.asked_at is not None:
            return turn
        entry = Entry(kind="action", at=centre.now(), word="survey_sent")
        return replace(turn, matter=replace(turn.matter, asked_at=centre.now()), entries=(*turn.entries, entry))

    said = _filled(centre, matter, text)
    await reaching.say_to_them(centre, place, said, once=f"survey:{matter.closed_at}")
    await keeping.decide(centre, matter.id, asked)


def _filled(centre: Centre, matter: Matter, text: str) -> str:
    """link: where the customer finds the case."""
    return text.replace("{number}", str(matter.number)).replace("{link}", visiting.address(centre, matter.id))
