"""Through the steps of a flow: from one question or consultation to the next."""

from __future__ import annotations

from typing import Any

from router.core.bot import proof, slots
from router.core.bot.dates import dated
from router.core.bot.definition import Ask, Confirm, Consult, Flow, GiveOver, SlotKind, Step, Tell
from router.core.bot.draft import ALL, NO, UNDO, YES, Draft
from router.core.bot.facts import Told
from router.core.bot.guessing import TOO_OFTEN
from router.core.bot.phrasing import filled
from router.core.bot.talk import KnownUndo
from router.core.bot.words import plain
from router.core.condition import facts as condition_facts

MOST_STEPS = 100
"""Of one turn: a flow that asks in circles ends with a person."""
MOST_TRIES = 3
MOST_MISSES = 6
"""Of one talk, whatever it is about: who does not know, asks a person; who guesses other people's numbers, stops."""
MOST_OFFERED_ROWS = 8


def begin(draft: Draft, flow: Flow, opening: str) -> None:
    """opening: the customer's words that asked for it; what they hold need not be asked."""
    opening = opening[: slots.MOST_CHARS]
    draft.put(details=_known_before(draft, flow, opening))
    draft.put(flow=flow.name, place=0, waiting="", slot="", tries=0, opening=opening)
    draft.put(wanted=(*(name for name in draft.talk.wanted if name != flow.name), flow.name))
    draft.decision = "asked"
    go_on(draft)


def _known_before(draft: Draft, flow: Flow, opening: str) -> dict[str, Any]:
    """What need not be asked: said just now, or earlier for another task. Done again, it is about something else."""
    known = dict(draft.talk.details)
    for step in flow.steps:
        if isinstance(step, Consult) and step.into:
            known.pop(step.into, None)
        if not isinstance(step, Ask):
            continue
        said = _read(draft, step.kind, opening) if step.kind in slots.FOUND_ANYWHERE else None
        if said is not None:
            known[step.slot] = said
        elif step.kind not in ("order_number", "email", "phone") or (flow.name in draft.talk.wanted and not step.known):
            known.pop(step.slot, None)
    return known


def start_again(draft: Draft) -> None:
    """The task from its first question, with nothing that was said for it."""
    flow = current(draft)
    if flow is None:
        return
    own = {step.slot if isinstance(step, Ask) else step.into for step in flow.steps if isinstance(step, Ask | Consult)}
    details = {name: value for name, value in draft.talk.details.items() if name not in own}
    draft.put(details=details, place=0, waiting="", slot="", tries=0, opening="")
    draft.decision = "asked"
    go_on(draft)


def current(draft: Draft) -> Flow | None:
    return draft.world.bot.flows.get(draft.talk.flow)


def leave(draft: Draft) -> None:
    """The task is given up; what was said for it stays known."""
    draft.put(flow="", place=0, waiting="", slot="", tries=0)


def astray(draft: Draft) -> bool:
    """Whether the talk stands where its flow, changed meanwhile, has nothing that was asked: no answer fits there."""
    talk, flow = draft.talk, current(draft)
    if not talk.flow:
        return False
    step = flow.steps[talk.place] if flow is not None and talk.place < len(flow.steps) else None
    match talk.waiting:
        case "slot":
            return not (isinstance(step, Ask) and step.slot == talk.slot)
        case "confirm":
            return not isinstance(step, Confirm)
        case _:
            return step is None


def go_on(draft: Draft) -> None:
    """From the step the talk stands at until something is to be waited for, or the flow is over."""
    flow = current(draft)
    for _ in range(MOST_STEPS):
        if flow is None or draft.talk.over:
            return
        if draft.talk.place >= len(flow.steps):
            _end(draft)
            return
        step = flow.steps[draft.talk.place]
        if _left_out(draft, step) or not _waits_at(draft, step):
            draft.put(place=draft.talk.place + 1)
            continue
        return
    draft.hand_over("stuck")


def _left_out(draft: Draft, step: Step) -> bool:
    if step.when is None:
        return False
    known = condition_facts({"details": draft.talk.details, "language": draft.talk.language})
    return not step.when.holds(known).holds


def _waits_at(draft: Draft, step: Step) -> bool:
    match step:
        case Ask():
            return _ask(draft, step)
        case Consult() if step.ask_again and not draft.world.may_guess:
            draft.hand_over("too_many_guesses")
        case Consult() if (flow := current(draft)) is not None and not proof.suffices(draft, flow, step):
            draft.hand_over("not_proven")
        case Consult():
            values = {name: draft.phrased({"en": template}) for name, template in step.values.items()}
            draft.put(waiting="source")
            draft.consult(step.source, values, changes=step.changes, most_a_day=step.most_a_day)
        case Confirm():
            draft.put(waiting="confirm", slot="")
            draft.say(draft.phrased(step.text), (draft.house("confirm_yes"), YES), (draft.house("confirm_no"), NO))
        case Tell():
            draft.say(draft.phrased(step.text))
            return False
        case GiveOver():
            draft.hand_over("flow")
    return True


def _end(draft: Draft) -> None:
    """The flow did what it is for."""
    undo = draft.talk.undo is not None
    draft.put(flow="", place=0, waiting="", slot="", tries=0, opening="")
    draft.decision = "done"
    if not draft.talk.later and not draft.world.mail and not draft.world.voice:
        offers = [(draft.house("that_is_all"), ALL), draft.person_offer()]
        if undo:
            offers.insert(0, (draft.house("undo"), UNDO))
        draft.say(draft.house("anything_else"), *offers)


# ---------------------------------------------------------------- slots


def _ask(draft: Draft, step: Ask) -> bool:
    """False: it is known already."""
    talk = draft.talk
    if step.slot in talk.details:
        return False
    known = draft.world.customer.get(step.known, "") if step.known else ""
    if known:
        draft.put(details={**talk.details, step.slot: known})
        return False
    if step.kind == "row" and not talk.rows.get(step.rows):
        draft.hand_over("nothing_to_choose")
        return True
    draft.put(waiting="slot", slot=step.slot, tries=0)
    draft.say(draft.phrased(step.prompt), *_offers(draft, step))
    return True


def _offers(draft: Draft, step: Ask) -> list[tuple[str, str]]:
    if step.kind == "choice":
        return [(draft.phrased(choice.label), f"value:{choice.value}") for choice in step.choices]
    rows = draft.talk.rows.get(step.rows, [])[:MOST_OFFERED_ROWS] if step.kind == "row" else []
    return [(filled(step.show, row), f"value:{number}") for number, row in enumerate(rows)]


def asked_now(draft: Draft) -> Ask | None:
    """The question that waits for its answer."""
    flow = current(draft)
    step = flow.steps[draft.talk.place] if flow is not None and draft.talk.place < len(flow.steps) else None
    return step if isinstance(step, Ask) and draft.talk.waiting == "slot" else None


def _read(draft: Draft, kind: SlotKind, text: str) -> str | None:
    spoken = draft.world.bot.spoken.get(draft.talk.language)
    said = dated(text[: slots.MOST_CHARS], spoken) if kind == "date" and spoken is not None else text
    return slots.read(kind, said, draft.world.today)


def value_in(draft: Draft, step: Ask, text: str) -> Any:
    """The slot's value in an answer; None when it holds none."""
    offers = _offers(draft, step)
    if not offers:
        return _read(draft, step.kind, text)
    said = plain(text)
    for number, (label, means) in enumerate(offers, 1):
        if said and said in (plain(label), str(number), plain(means.removeprefix("value:"))):
            return _chosen(draft, step, means)
    inside = [means for label, means in offers if said and (said in plain(label) or plain(label) in said)]
    return _chosen(draft, step, inside[0]) if len(inside) == 1 else None


def _chosen(draft: Draft, step: Ask, means: str) -> Any:
    value = means.removeprefix("value:")
    if step.kind != "row":
        return value
    rows = draft.talk.rows.get(step.rows, [])
    return rows[int(value)] if value.isdecimal() and int(value) < len(rows) else None


def chosen(draft: Draft, step: Ask, means: str) -> None:
    """A choice that was offered."""
    fill(draft, step, _chosen(draft, step, means))


def fill(draft: Draft, step: Ask, value: Any) -> None:
    draft.put(details={**draft.talk.details, step.slot: value}, waiting="", slot="", tries=0, offered=(), resumed=False)
    draft.decision = "asked"
    go_on(draft)


def not_usable(draft: Draft, step: Ask) -> None:
    """The answer holds no value: asked again, and a person after some tries."""
    if draft.talk.resumed:
        resume(draft)
        return
    draft.decision = "unsure"
    if draft.talk.tries + 1 >= MOST_TRIES:
        draft.hand_over("not_understood")
        return
    draft.put(tries=draft.talk.tries + 1)
    draft.say(draft.phrased(step.again), *_offers(draft, step), draft.person_offer())


def resume(draft: Draft) -> None:
    """Tell what is being gone on with here, and ask what was asked elsewhere."""
    draft.put(resumed=False)
    draft.decision = "asked"
    title = draft.world.bot.title_of(draft.talk.flow, draft.talk.language)
    draft.say(draft.house("resumed", title=title))
    ask_again(draft)


def ask_again(draft: Draft, *, person: bool = False) -> None:
    """What was asked before something came between. person: offered beside it."""
    step = asked_now(draft)
    if step is not None:
        draft.say(draft.phrased(step.prompt), *_offers(draft, step), *([draft.person_offer()] if person else []))
    elif draft.talk.waiting == "confirm":
        go_on(draft)


# ---------------------------------------------------------------- what sources answer


def told(draft: Draft, fact: Told) -> None:
    """The answer to the consultation the flow waits for."""
    flow = current(draft)
    step = flow.steps[draft.talk.place] if flow is not None and draft.talk.place < len(flow.steps) else None
    if draft.talk.waiting != "source":
        return
    if not isinstance(step, Consult):  # the flow was changed meanwhile
        draft.hand_over("stuck")
        return
    answer = fact.answer
    draft.put(waiting="")
    match answer.state:
        case "found":
            _keep(draft, step, fact)
            draft.put(place=draft.talk.place + 1)
            draft.decision = "asked"
            go_on(draft)
        case "missing":
            _not_so(draft, step, draft.phrased(step.missing))
        case "refused" if answer.reason == TOO_OFTEN:
            draft.hand_over("too_often")
        case "refused":
            texts = step.refused.get(answer.reason) or step.refused.get("") or {}
            _not_so(draft, step, draft.phrased(texts))
        case "unavailable":
            draft.hand_over("unavailable", say=draft.house("unavailable"))


def _keep(draft: Draft, step: Consult, fact: Told) -> None:
    talk, answer = draft.talk, fact.answer
    details, rows = dict(talk.details), dict(talk.rows)
    if step.into:
        details[step.into] = dict(answer.facts)
        rows[step.into] = [dict(row) for row in answer.rows]
    draft.put(details=details, rows=rows)
    if step.undo is not None:
        values = {name: draft.phrased({"en": template}) for name, template in step.undo.values.items()}
        draft.put(undo=KnownUndo(source=step.undo.source, values=values))


def _not_so(draft: Draft, step: Consult, text: str) -> None:
    """There is no such thing, or the source will not: asked anew where the flow says so, else over."""
    flow = current(draft)
    if not text or flow is None:
        draft.hand_over("refused", say=text)
        return
    misses = draft.talk.misses + bool(step.ask_again)
    draft.put(misses=misses)
    if misses >= MOST_MISSES or draft.world.mail:
        draft.hand_over("refused", say=text)
        return
    if not step.ask_again or misses % MOST_TRIES == 0:
        leave(draft)
        draft.decision = "done"
        draft.say(text, draft.person_offer(), (draft.house("that_is_all"), ALL))
        return
    details = {name: value for name, value in draft.talk.details.items() if name not in step.ask_again}
    first = next(
        place for place, each in enumerate(flow.steps) if isinstance(each, Ask) and each.slot in step.ask_again
    )
    draft.say(text)
    draft.put(details=details, place=first)
    go_on(draft)
