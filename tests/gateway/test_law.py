"""The law of state: what a tab knew, changed by the events since, is what a fresh tab is told, on any node.

Every command and signal of the protocol has a case here; a new one without a case fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import pytest

from router.protocol import base, call, cases, customer, customers, frames, knowledge, macros, staff
from tests.gateway.centre import Room, Visitor
from tests.gateway.wire import Refused, Tab
from tests.patience import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(slots=True, kw_only=True)
class Scene:
    """Anna talks with a customer on the first node; Ben is signed in and busy; Sue watches the board."""

    room: Room
    visitor: Visitor
    customer: Tab
    anna: Tab
    ben: Tab
    sue: Tab
    conversation_id: str
    work_item_id: str

    @property
    def here(self) -> dict[str, str]:
        return {"conversation_id": self.conversation_id}

    @property
    def who(self) -> dict[str, str]:
        return {"customer_id": self.customer.state["customer"]["customer_id"]}

    @property
    def item(self) -> dict[str, str]:
        return {"work_item_id": self.work_item_id}


async def scene_in(room: Room) -> Scene:
    visitor = await room.visitor()
    sue = await room.tab(room.sue)
    await sue.watch_board()
    anna, ben = await room.tab(room.anna), await room.tab(room.ben)
    await ben.ask("status.set", status="busy")
    customer = await visitor.tab()
    conversation_id, work_item_id = await room.talking(anna, customer)
    return Scene(
        room=room,
        visitor=visitor,
        customer=customer,
        anna=anna,
        ben=ben,
        sue=sue,
        conversation_id=conversation_id,
        work_item_id=work_item_id,
    )


async def ringing(scene: Scene) -> str:
    """A second customer's offer rings at Anna; its id."""
    await scene.room.start(await scene.room.customer(), "A second question")
    offer_id: str = (await scene.anna.event("offer.created"))["offer"]["offer_id"]
    return offer_id


async def accept(scene: Scene) -> None:
    await scene.anna.ask("offer.accept", offer_id=await ringing(scene))


async def decline(scene: Scene) -> None:
    await scene.anna.ask("offer.decline", offer_id=await ringing(scene), reason="")


async def leave_ringing_for_ben(scene: Scene) -> None:
    await scene.ben.ask("status.set", status="available")
    await scene.anna.ask("item.transfer_to_agent", **scene.item, agent_id=scene.room.ben, note="Please take over")


async def start_again(scene: Scene) -> None:
    await scene.customer.ask("conversation.end", **scene.here)
    await scene.room.start(scene.customer, "One more thing", name="Ola", email="ola@shop.example", language="pl")


async def read_both_ways(scene: Scene) -> None:
    await scene.anna.ask("message.send", **scene.here, client_id="m1", text="On its way")
    await scene.customer.event("message.created")
    await scene.customer.say({"type": "read", **scene.here, "n": 2})
    await scene.anna.say({"type": "read", **scene.here, "n": 1})
    await scene.anna.event("receipts.changed")


async def type_both_ways(scene: Scene) -> None:
    await scene.anna.say({"type": "typing", **scene.here})
    await scene.customer.say({"type": "typing", **scene.here})
    await scene.customer.event("typing.shown", author_name="Anna")
    await scene.anna.event("typing.shown")


async def pick(scene: Scene) -> None:
    """A second customer's item, which rings at Anna."""
    item = (await ringing(scene)).rpartition(":")[0]
    await scene.ben.ask("item.pick", work_item_id=item)


async def assign(scene: Scene) -> None:
    await scene.ben.ask("status.set", status="available")
    await scene.sue.ask("item.assign", **scene.item, agent_id=scene.room.ben)


async def resume(scene: Scene) -> None:
    await scene.anna.ask("item.pause", **scene.item)
    await scene.anna.ask("item.resume", **scene.item)


async def no_voice(kind: str, scene: Scene) -> None:
    """Calls have scenes of their own, in tests/voice; without an account they are refused."""
    facts = {
        "call_id": "call_x",
        "work_item_id": "wi_x",
        "label": "third.1",
        "digits": "1",
        "muted": True,
        "phone": "+44",
    }
    with pytest.raises(Refused, match="voice_off"):
        await scene.anna.ask(kind, **facts, recording="on")


async def no_callback(who: str, scene: Scene) -> None:
    """Callbacks have scenes of their own, in test_overflow; where none is offered they are refused."""
    tab, kind = (scene.customer, "callback.ask") if who == "customer" else (scene.anna, "callback.not_reached")
    with pytest.raises(Refused, match="wrong_state"):
        await tab.ask(kind, **(scene.here | {"phone": "112"} if who == "customer" else scene.item))


async def prioritise(scene: Scene) -> None:
    """A second customer's item, which rings at Anna."""
    item = (await ringing(scene)).rpartition(":")[0]
    await scene.sue.ask("item.prioritise", work_item_id=item, priority=7)


async def send_again(scene: Scene) -> None:
    """What needs no provider cannot be sent again; tests/channels has what does."""
    with pytest.raises(Refused, match="wrong_state"):
        await scene.anna.ask("message.resend", **scene.here, n=1)


async def ask_nobody(scene: Scene) -> None:
    """There are no departments here; tests/channels has one."""
    asked = {"client_id": "s1", "department": "x", "subject": "A pane", "excerpt": "please"}
    with pytest.raises(Refused, match="unknown_department"):
        await scene.anna.ask("step.open", **scene.here, **asked)


async def of_no_step(scene: Scene, kind: str, **facts: Any) -> None:
    with pytest.raises(Refused, match="unknown_step"):
        await scene.anna.ask(kind, step_id="step_x", **facts)


async def use_knowledge(scene: Scene) -> None:
    """Nothing of it is in a session's state; tests/knowledge has scenes of its own."""
    await scene.sue.ask("category.put", key="law", labels={"en": "Law"})
    await scene.anna.ask("articles.search", text="Where is my parcel?")
    await scene.anna.ask("articles.suggest", **scene.here)
    await scene.anna.ask("quick_texts.fetch")
    await scene.anna.ask("macros.fetch", **scene.here)


async def look_up(scene: Scene) -> None:
    """Nothing of customers is in a session's state; test_customers.py has scenes of its own."""
    customer = (await scene.anna.ask("conversation.fetch", **scene.here))["customer"]
    customer = {"customer_id": customer["customer_id"]}
    await scene.anna.ask("customer.fetch", **customer)
    await scene.anna.ask("customer.timeline", **customer)
    await scene.anna.ask("customer.claim", **customer, kind="order", value="L-7")
    await scene.anna.ask("search", query="parcel")
    await scene.sue.ask("customer.describe", **customer, name="Ada")


async def switch(scene: Scene) -> None:
    for to in ("closed", "open", "hours"):
        await scene.sue.ask("queue.switch", queue=scene.room.queue, to=to)


Case = Callable[[Scene], Awaitable[Any]]
STAFF_CASES: dict[str, Case] = {
    "status.set": lambda s: s.anna.ask("status.set", status="busy"),
    "status.set_next": lambda s: s.anna.ask("status.set_next", status="away"),
    "offer.accept": accept,
    "offer.decline": decline,
    "message.resend": send_again,
    "step.open": ask_nobody,
    "step.reply": lambda s: of_no_step(s, "step.reply", client_id="r1", text="Hello?"),
    "step.close": lambda s: of_no_step(s, "step.close", done=True),
    "steps.fetch": lambda s: s.anna.ask("steps.fetch", **s.here),
    "message.send": lambda s: s.anna.ask("message.send", **s.here, client_id="m1", text="On its way"),
    "note.add": lambda s: s.anna.ask("note.add", **s.here, client_id="n1", text="Angry"),
    "item.wrap_up": lambda s: s.anna.ask("item.wrap_up", **s.item),
    "item.complete": lambda s: s.anna.ask("item.complete", **s.item, disposition="resolved"),
    "item.transfer_to_queue": lambda s: s.anna.ask(
        "item.transfer_to_queue", **s.item, queue=s.room.queue, note="Second line"
    ),
    "item.transfer_to_agent": leave_ringing_for_ben,
    "item.pick": pick,
    "item.assign": assign,
    "item.pause": lambda s: s.anna.ask("item.pause", **s.item),
    "item.resume": resume,
    "callback.not_reached": partial(no_callback, "anna"),
    "messages.fetch": lambda s: s.anna.ask("messages.fetch", **s.here, before_n=9),
    "conversations.past": lambda s: s.anna.ask("conversations.past", **s.who),
    "conversation.fetch": lambda s: s.anna.ask("conversation.fetch", **s.here),
    "board.subscribe": lambda s: s.sue.ask("board.subscribe"),
    "board.unsubscribe": lambda s: s.sue.ask("board.unsubscribe"),
    "colleagues.fetch": lambda s: s.anna.ask("colleagues.fetch"),
    "home.fetch": lambda s: s.anna.ask("home.fetch"),
    "explain.item": lambda s: s.anna.ask("explain.item", **s.item),
    "explain.agent": lambda s: s.anna.ask("explain.agent", agent_id=s.room.anna),
    "queue.waiting": lambda s: s.sue.ask("queue.waiting", queue=s.room.queue),
    "item.move": lambda s: s.sue.ask("item.move", **s.item, queue=s.room.queue),
    "item.prioritise": prioritise,
    "agent.change": lambda s: s.sue.ask(
        "agent.change", agent_id=s.room.anna, skills={"en": 9}, queues=[s.room.queue], backup=[]
    ),
    "queue.switch": switch,
    "staff.broadcast": lambda s: s.sue.ask("staff.broadcast", text="Well done", queue=s.room.queue),
    "item.monitor": lambda s: s.sue.ask("item.monitor", **s.item),
    "item.unmonitor": lambda s: s.sue.ask("item.unmonitor"),
    "agent.set_status": lambda s: s.sue.ask("agent.set_status", agent_id=s.room.anna, status="away"),
    **{kind: partial(no_voice, kind) for kind in sorted(frames.tags(call.CallCommand))},
    "typing": type_both_ways,
    "read": read_both_ways,
    "ping": lambda s: s.anna.say({"type": "ping"}),
}
CUSTOMER_CASES: dict[str, Case] = {
    "conversation.start": start_again,
    "message.send": lambda s: s.customer.ask("message.send", **s.here, client_id="m2", text="Hello?"),
    "conversation.end": lambda s: s.customer.ask("conversation.end", **s.here),
    "callback.ask": partial(no_callback, "customer"),
    "conversation.rate": lambda s: s.customer.ask("conversation.rate", **s.here, stars=4, comment="Fine"),
    "messages.fetch": lambda s: s.customer.ask("messages.fetch", **s.here, before_n=9),
    "conversations.list": lambda s: s.customer.ask("conversations.list"),
    "typing": type_both_ways,
    "read": read_both_ways,
    "ping": lambda s: s.customer.say({"type": "ping"}),
}
TOGETHER = (
    frames.tags(knowledge.KnowledgeCommand) | frames.tags(macros.MacroCommand) | frames.tags(customers.CustomerCommand)
)
"""Commands that leave sessions alone: a story of theirs is among the cases."""
SESSION_FRAMES = {"hello", "ack"}
"""How tabs connect and say what they have: every case does. Cases are no part of a snapshot: tests/cases."""


async def handed_to_ben(scene: Scene) -> None:
    await leave_ringing_for_ben(scene)
    offer = (await scene.ben.event("offer.created"))["offer"]
    await scene.ben.ask("offer.accept", offer_id=offer["offer_id"])


async def wrapped_up(scene: Scene) -> None:
    await scene.anna.ask("item.wrap_up", **scene.item)
    await scene.anna.ask("item.complete", **scene.item, disposition="")


async def waiting_again(scene: Scene) -> None:
    await scene.anna.ask("item.transfer_to_queue", **scene.item, queue=scene.room.queue)
    await scene.customer.event("queue.changed")


async def two_wait(scene: Scene) -> None:
    await scene.anna.ask("status.set", status="busy")
    for number in range(2):
        waiting = await scene.room.customer()
        await scene.room.start(waiting, f"Question {number}")


async def written_to_while_paused(scene: Scene) -> None:
    await scene.anna.ask("item.pause", **scene.item)
    await scene.customer.ask("message.send", **scene.here, client_id="m7", text="Are you there?")


STORY_CASES: dict[str, Case] = {
    "the customer of a paused item writes": written_to_while_paused,
    "a colleague takes the work over": handed_to_ben,
    "a wrap-up is completed": wrapped_up,
    "the customer closes the page": lambda s: s.customer.close(),
    "an item waits again after a transfer": waiting_again,
    "two more customers wait": two_wait,
    "staff use the knowledge base": use_knowledge,
    "staff look a customer up": look_up,
}


async def test_every_frame_of_the_protocol_has_a_case() -> None:
    def tags(union: object) -> set[str]:
        return {str(struct.__struct_config__.tag) for struct in get_args(union)}

    assert tags(staff.StaffIn) == STAFF_CASES.keys() | SESSION_FRAMES | tags(cases.CaseCommand) | TOGETHER
    assert tags(customer.CustomerIn) == CUSTOMER_CASES.keys() | SESSION_FRAMES
    assert {struct for struct in get_args(staff.StaffIn) if issubclass(struct, base.Command)}


CASES = {
    **{f"staff {name}": case for name, case in STAFF_CASES.items()},
    **{f"customer {name}": case for name, case in CUSTOMER_CASES.items()},
    **STORY_CASES,
}


@pytest.mark.parametrize("name", CASES)
async def test_old_state_plus_events_is_the_state_fetched_anew(room: Room, name: str) -> None:
    scene = await scene_in(room)
    await CASES[name](scene)
    people = {"anna": scene.anna, "ben": scene.ben}
    if scene.customer.close_code is None:
        people["customer"] = scene.customer
    fresh = {
        (who, node.url): await again(scene, tab, node)
        for who, tab in people.items()
        for node in (room.centre.first, room.centre.second)
    }
    for (who, url), tab in fresh.items():
        await agree(people[who], tab, f"{who} at {url}")
    if name != "staff board.unsubscribe":
        await boards_agree(scene)


async def again(scene: Scene, tab: Tab, node: Any) -> Tab:
    """A fresh tab of the same person."""
    if tab is scene.customer:
        return await scene.visitor.tab(node)
    return await scene.room.tab(scene.room.anna if tab is scene.anna else scene.room.ben, node=node)


async def agree(old: Tab, fresh: Tab, who: str) -> None:
    try:
        await eventually(lambda: old.state == fresh.state)
    except AssertionError:
        raise AssertionError(f"{who}: {list(differences(old.state, fresh.state))}") from None


async def boards_agree(scene: Scene) -> None:
    """The watched board is the board a second supervisor is shown; only ages move by themselves."""
    boards = {}
    for node in (scene.room.centre.first, scene.room.centre.second):
        watching = await scene.room.tab(scene.room.sue, node=node)
        await watching.watch_board()
        boards[node.url] = watching
    for url, tab in boards.items():
        await boards_alike(scene, tab, url)


async def boards_alike(scene: Scene, fresh: Tab, url: str) -> None:
    try:
        await eventually(lambda: board_of(scene, scene.sue) == board_of(scene, fresh))
    except AssertionError:
        found = list(differences(board_of(scene, scene.sue), board_of(scene, fresh)))
        raise AssertionError(f"boards at {url}: {found}") from None


def board_of(scene: Scene, tab: Tab) -> dict[str, Any]:
    """The part of the board this room's people make."""
    board = copy.deepcopy(tab.state.get("board") or {"agents": {}, "queues": {}})
    agents = {name: card for name, card in board["agents"].items() if name in (scene.room.anna, scene.room.ben)}
    for card in agents.values():
        card["work"].sort(key=lambda work: work["work_item_id"])
    return {"agents": agents, "queue": board["queues"].get(scene.room.queue)}


def differences(one: Any, other: Any, path: str = "") -> Any:
    """Where two states are not alike, for the message of a failing test."""
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            yield from differences(one.get(name), other.get(name), f"{path}.{name}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{path}[{place}]")
    elif one != other:
        yield f"{path}: {one!r} is not {other!r}"


async def test_the_law_holds_for_tabs_opened_in_the_middle_of_a_storm(room: Room) -> None:
    anna, ben = await room.tab(room.anna), await room.tab(room.ben)
    tabs: dict[str, list[Tab]] = {room.anna: [anna], room.ben: [ben]}

    async def serve(tab: Tab) -> None:
        while True:
            offer = (await tab.event("offer.created", patience_s=60))["offer"]
            await tab.ask("offer.accept", offer_id=offer["offer_id"])
            await tab.event("item.assigned")
            await tab.ask("item.complete", work_item_id=offer["work_item"]["work_item_id"], disposition="")

    async def arrive() -> None:
        for _ in range(6):
            customer = await room.customer()
            conversation_id = await room.start(customer)
            await customer.event("agent.changed")
            with contextlib.suppress(Refused):  # closed already
                await customer.ask("message.send", conversation_id=conversation_id, client_id="m", text="Still there?")

    serving = [asyncio.create_task(serve(tab)) for tab in (anna, ben)]
    arriving = [asyncio.create_task(arrive()) for _ in range(3)]
    while not all(task.done() for task in arriving):
        for agent_id, opened in tabs.items():
            if len(opened) < 13:
                node = room.centre.first if len(opened) % 2 else room.centre.second
                opened.append(await room.tab(agent_id, node=node))
        await asyncio.sleep(0.05)
    await asyncio.gather(*arriving)
    for task in serving:
        task.cancel()
    fresh = {agent_id: await room.tab(agent_id) for agent_id in tabs}
    for agent_id, opened in tabs.items():
        for tab in opened:
            await agree(tab, fresh[agent_id], agent_id)
