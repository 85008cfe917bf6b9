"""Laws of every call, whatever happens in whatever order, told late and twice."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from router.core.call.facts import CalledBack, LegStatus
from router.core.call.page import AskAgain, HangUp, Join, Waiting, page
from router.core.call.state import CUSTOMER, IN_ROOM
from tests.core.call.lines import line
from tests.core.call.world import AGENTS, BOSS, World

ANNA, BEN = AGENTS


def press(world: World, digit: str) -> None:
    """In line it means callback or voicemail: most rather wait."""
    if world.call.state == "menu" or world.chance.random() < 0.02:
        world.answer(digits=digit)


def talk(world: World) -> None:
    """What mostly happens: somebody takes the item, and everybody answers their phone."""
    if world.call.state == "menu":
        world.answer(digits="1")
    for _ in range(3):
        world.act()
    if world.item.state == "waiting":
        world.give_to(world.chance.choice(AGENTS))
    world.look()
    for _ in range(4):
        world.act()
    answers(world)
    for _ in range(6):
        world.deliver()


def answers(world: World) -> None:
    for label in list(world.phones):
        world.ring(label, "in-progress")


def nobody_answers(world: World) -> None:
    outcomes: tuple[LegStatus, ...] = ("no-answer", "busy", "failed")
    for label in list(world.phones):
        world.ring(label, world.chance.choice(outcomes))


def cut(world: World) -> None:
    """Somebody of the staff, or the customer when there is nobody else."""
    staff = [label for label in world.phones if label != CUSTOMER]
    world.hang_up(world.chance.choice(staff or [CUSTOMER]))


MOVES: dict[str, Callable[[World], object]] = {
    "talk": talk,
    "deliver": lambda w: w.deliver(),
    "deliver twice": lambda w: w.deliver(twice=True),
    "act": lambda w: w.act(),
    "look": lambda w: w.look(),
    "call back": lambda w: w.hear(CalledBack()),
    "time passes": lambda w: w.pass_time(w.chance.choice([500, 4_000, 30_000])),
    "press 1": lambda w: press(w, "1"),
    "press 2": lambda w: press(w, "2"),
    "say a word": lambda w: w.answer(speech="a question", reply=w.chance.choice(["", "An answer."])),
    "say nothing": lambda w: w.answer(),
    "ask again": lambda w: w.fetch() if not w.phones[CUSTOMER].room else None,
    "hang up": lambda w: w.hang_up(CUSTOMER) if w.chance.random() < 0.15 else None,
    "give to anna": lambda w: w.give_to(ANNA),
    "give to ben": lambda w: w.give_to(BEN),
    "take back": lambda w: w.take_back() if w.chance.random() < 0.3 else None,
    "somebody answers": answers,
    "nobody answers": nobody_answers,
    "a line is cut": cut,
    "hold": lambda w: w.command("hold", w.item.agent or ANNA),
    "unhold": lambda w: w.command("unhold", w.item.agent or ANNA),
    "mute": lambda w: w.command("mute", w.item.agent or ANNA),
    "consult a colleague": lambda w: w.command("consult", w.item.agent or ANNA, BEN if w.item.agent == ANNA else ANNA),
    "consult outside": lambda w: w.command("consult", w.item.agent or ANNA),
    "merge": lambda w: w.command("merge", w.item.agent or ANNA),
    "hand over": lambda w: w.command("hand_over", w.item.agent or ANNA),
    "give away": lambda w: w.command("give", w.item.agent or ANNA),
    "drop": lambda w: w.command("drop", w.item.agent or ANNA),
    "agent hangs up": lambda w: w.command("hang_up", w.item.agent or ANNA) if w.chance.random() < 0.2 else None,
    "listen": lambda w: w.command("listen", BOSS),
    "whisper": lambda w: w.command("whisper", BOSS),
    "barge": lambda w: w.command("barge", BOSS),
    "take over": lambda w: w.command("take_over", BOSS) if w.chance.random() < 0.3 else None,
    "leave": lambda w: w.command("leave", BOSS),
}  # fmt: skip
LIVELY = ["deliver", "act", "look", "somebody answers", "talk", "press 1", "deliver", "act"]
histories = st.lists(st.sampled_from([*MOVES, *LIVELY * 4]), max_size=90)
seeds = st.integers(0, 2**32)


def lived(history: list[str], seed: int, **changes: object) -> World:
    world = World(chance=random.Random(seed), line=line(**changes))
    for move in history:
        MOVES[move](world)
        if not world.call.over:
            verbs = page(world.call, world.line, Waiting())
            assert len(verbs) > 1 or isinstance(verbs[0], Join), (world.call.state, verbs)
            assert isinstance(verbs[-1], AskAgain | Join) or world.call.state == "callback"
    return world


@settings(max_examples=400)
@given(history=histories, seed=seeds, bot=st.booleans())
def test_a_call_at_rest_leaves_nobody_in_silence_and_no_agent_alone(history: list[str], seed: int, bot: bool) -> None:
    world = lived(history, seed, bot=bot)
    world.settle()
    call = world.call
    assert world.sounds(), (call.state, world.phones, world.verbs)
    if call.state in IN_ROOM:
        room = world.phones[CUSTOMER].room
        assert room == call.room_name
        assert {leg.label for leg in call.legs if leg.state == "joined"} == set(world.in_room(room))
        held = call.leg(CUSTOMER)
        assert held is not None
        assert world.phones[CUSTOMER].held == held.held == (call.state in ("held", "consulting"))
    for label, phone in world.phones.items():
        leg = call.leg(label)
        assert leg is None or phone.up == (leg.state != "gone"), (label, phone, leg)


@settings(max_examples=400)
@given(history=histories, seed=seeds)
def test_two_agents_are_on_the_line_only_when_one_asked_the_other(history: list[str], seed: int) -> None:
    world = lived(history, seed)
    world.settle()
    roles = Counter(leg.role for leg in world.call.legs if leg.live)
    assert roles["agent"] <= 1
    assert roles["third"] <= 1
    assert roles["supervisor"] <= 1
    if roles["third"] and world.call.owner is not None:
        assert world.call.state in ("talking", "held", "consulting")
    if world.call.owner is not None and world.item.state == "assigned":
        assert (world.call.owner, world.call.taken) == (world.item.agent, world.item.taken)


@settings(max_examples=300)
@given(history=histories, seed=seeds)
def test_once_the_customer_is_gone_every_line_falls_silent_and_the_work_ends(history: list[str], seed: int) -> None:
    world = lived(history, seed)
    world.hang_up(CUSTOMER)
    world.settle()
    for _ in range(30):
        world.pass_time(10_000)
        world.settle()
    call = world.call
    alone = call.state == "talking" and call.owner is None
    assert call.over or alone, call.state
    assert call.outcome, call
    assert not [label for label, phone in world.phones.items() if phone.up]
    if call.outcome not in ("voicemail", "callback") and world.lined_up:
        assert world.item.state in ("closed", "wrap_up"), (call.outcome, world.item)
    assert call.due_at is None


@settings(max_examples=200)
@given(history=histories, seed=seeds)
def test_what_has_ended_stays_as_it_ended(history: list[str], seed: int) -> None:
    world = lived(history, seed)
    world.hang_up(CUSTOMER)
    world.settle()
    for _ in range(8):
        world.pass_time(15_000)
        world.settle()
    before = world.call
    for fact in world.told:
        world.hear(fact)
    world.settle()
    assert (world.call.state, world.call.outcome, world.call.ended_at) == (
        before.state, before.outcome, before.ended_at,
    )  # fmt: skip
    assert not [label for label, phone in world.phones.items() if phone.up]


@settings(max_examples=100)
@given(history=st.lists(st.sampled_from(list(MOVES)), min_size=200, max_size=300), seed=seeds)
def test_a_call_of_any_length_stays_small(history: list[str], seed: int) -> None:
    world = lived(history, seed)
    assert len(world.call.legs) < 20
    verbs = page(world.call, world.line, Waiting())
    assert all(isinstance(verb, HangUp) for verb in verbs) == world.call.over
