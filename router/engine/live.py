"""Who is connected to this node, and what they are told as things happen.

Two streams come in: routing events (numbered) and talk. Each entry finds the desks of its agents and the windows of
its customers and is put into their sessions, in order. Nothing here waits. A session may end by what is put into it
(its client is too slow) and leaves at once, so the sets of sessions are copied before they are gone through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from router.core import events
from router.core.words import AgentId, ConversationId, CustomerId, DeviceId, OfferId, WorkItemId
from router.engine import desk as desks
from router.engine import talk
from router.engine.desk import Desk
from router.engine.monitors import Monitors
from router.engine.outbox import Outbox
from router.engine.recent import Recent
from router.protocol import customer, staff, steps
from router.protocol.base import ServerEvent
from router.protocol.call import CallChanged
from router.protocol.frames import Encoded
from router.protocol.records import Conversation

TYPING_SHOWN_MS = 4_000
NO_ITEM = WorkItemId("")


@dataclass(slots=True, kw_only=True)
class AgentHere:
    """An agent with sessions on this node. connected: those of them with a connection now, by device.

    calls: the versions of those they see, as far as they were told.
    """

    desk: Desk
    outboxes: set[Outbox] = field(default_factory=set)
    connected: dict[Outbox, DeviceId] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    @property
    def devices(self) -> set[DeviceId]:
        return set(self.connected.values())


Missed = list[tuple[int, events.Event]]
"""What happened to an agent while their desk was being loaded: numbers and events, in order."""


@dataclass(slots=True, kw_only=True)
class Window:
    """A visitor with sessions on this node, and the conversation they are in (or were last: closed)."""

    visitor_id: str
    customer_id: CustomerId
    outboxes: set[Outbox] = field(default_factory=set)
    conversation_id: str = ""
    work_item_id: WorkItemId = NO_ITEM
    waiting: bool = False
    closed: bool = False
    position: customer.QueuePosition | None = None


class Live:
    """load: see desk.Later. look: the snapshot of a window. name_of: an agent's name as colleagues see it; face_of:
    as customers do.
    """

    def __init__(
        self,
        *,
        load: desks.Later,
        look: Callable[[Window], Awaitable[ServerEvent]],
        name_of: desks.Name,
        face_of: Callable[[AgentId], str],
    ) -> None:
        self._load, self._look, self._name_of, self._face_of = load, look, name_of, face_of
        self._recent = Recent()
        self.agents: dict[AgentId, AgentHere] = {}
        self._loading: defaultdict[AgentId, list[Missed]] = defaultdict(list)
        self.windows: dict[str, Window] = {}
        self._by_item: dict[WorkItemId, Window] = {}
        self._by_conversation: dict[str, Window] = {}
        self._desks_of: defaultdict[str, set[AgentId]] = defaultdict(set)
        self.monitors = Monitors()

    # ------------------------------------------------------------ coming and going

    @contextmanager
    def loading(self, agent_id: AgentId) -> Iterator[Missed]:
        """While a desk is loaded, keep the events of its agent for `agent_joins`: nobody else here takes them."""
        missed: Missed = []
        self._loading[agent_id].append(missed)
        try:
            yield missed
        finally:
            self._loading[agent_id].remove(missed)
            if not self._loading[agent_id]:
                del self._loading[agent_id]

    def agent_joins(self, desk: Desk, outbox: Outbox, missed: Missed) -> Desk:
        """Add a session of an agent; the first one brings the desk, later ones get the desk that is here."""
        here = self.agents.get(desk.agent_id)
        if here is None:
            for seq, event in missed:
                if seq > desk.seq:
                    desk.seq = seq
                    desks.apply(desk, event, name_of=self._name_of, load=self._load)
            here = self.agents[desk.agent_id] = AgentHere(desk=desk)
            self._index(desk)
        here.outboxes.add(outbox)
        return here.desk

    def agent_connected(self, agent_id: AgentId, outbox: Outbox, device: DeviceId) -> None:
        if here := self.agents.get(agent_id):
            here.connected[outbox] = device

    def agent_disconnected(self, agent_id: AgentId, outbox: Outbox, device: DeviceId) -> bool:
        """Note that a session has no connection; True while another session of the device has one."""
        here = self.agents.get(agent_id)
        if here is None:
            return False
        here.connected.pop(outbox, None)
        return device in here.connected.values()

    def agent_leaves(self, agent_id: AgentId, outbox: Outbox) -> None:
        here = self.agents.get(agent_id)
        if here is None:
            return
        here.outboxes.discard(outbox)
        here.connected.pop(outbox, None)
        if not here.outboxes:
            for conversation_id in here.desk.conversations():
                self._unindex(conversation_id, agent_id)
            del self.agents[agent_id]

    def _index(self, desk: Desk) -> None:
        for conversation_id in desk.conversations():
            self._desks_of[conversation_id].add(desk.agent_id)

    def _unindex(self, conversation_id: str, agent_id: AgentId) -> None:
        desks_of = self._desks_of.get(conversation_id)
        if desks_of is not None:
            desks_of.discard(agent_id)
            if not desks_of:
                del self._desks_of[conversation_id]

    def replace_desk(self, desk: Desk) -> None:
        """The agent's desk was made anew."""
        here = self.agents.get(desk.agent_id)
        if here is None:
            return
        for conversation_id in here.desk.conversations():
            self._unindex(conversation_id, desk.agent_id)
        here.desk = desk
        self._index(desk)

    def visitor_joins(self, visitor_id: str, customer_id: CustomerId, outbox: Outbox) -> Window:
        window = self.windows.setdefault(visitor_id, Window(visitor_id=visitor_id, customer_id=customer_id))
        window.outboxes.add(outbox)
        return window

    def visitor_leaves(self, visitor_id: str, outbox: Outbox) -> bool:
        """Remove a session; True when it was the visitor's last on this node."""
        window = self.windows.get(visitor_id)
        if window is None:
            return True
        window.outboxes.discard(outbox)
        if window.outboxes:
            return False
        self._forget(window)
        del self.windows[visitor_id]
        return True

    def follow(self, window: Window, conversation_id: str, work_item_id: WorkItemId, *, closed: bool = False) -> None:
        """The window shows this conversation from now on, unless its last session ended while that was found out."""
        if self.windows.get(window.visitor_id) is not window:
            return
        self._forget(window)
        window.conversation_id, window.work_item_id = conversation_id, work_item_id
        window.waiting, window.closed, window.position = False, closed, None
        self._by_conversation[conversation_id] = window
        if work_item_id:
            self._by_item[work_item_id] = window

    def _forget(self, window: Window) -> None:
        self._by_conversation.pop(window.conversation_id, None)
        self._by_item.pop(window.work_item_id, None)

    def offered(self, agent_id: AgentId, offer: OfferId) -> ConversationId | None:
        """The conversation of an offer that rings for an agent with sessions here."""
        here = self.agents.get(agent_id)
        ringing = here.desk.offers.get(offer) if here is not None else None
        return ConversationId(ringing.work_item.conversation_id) if ringing is not None else None

    def work_of(self, agent_id: AgentId, item: WorkItemId) -> desks.Work | None:
        """An item in the hands of an agent with sessions here, as their desk has it."""
        here = self.agents.get(agent_id)
        return here.desk.work.get(item) if here is not None else None

    def served_by(self, agent_id: AgentId) -> set[str]:
        """The customers an agent with sessions here has work of now, or is offered some."""
        here = self.agents.get(agent_id)
        if here is None:
            return set()
        offered = (offer.work_item for offer in here.desk.offers.values())
        working = (work.item for work in here.desk.work.values())
        return {item.customer.customer_id for item in (*offered, *working)}

    def serves(self, agent_id: AgentId, customers: Collection[str]) -> bool:
        """Whether one of these customers is `served_by` the agent."""
        return not self.served_by(agent_id).isdisjoint(customers)

    def has(self, agent_id: AgentId, conversation_id: str) -> bool:
        """Whether an agent with sessions here has this conversation in their hands."""
        return agent_id in self._desks_of.get(conversation_id, ())

    def item_of(self, visitor_id: str, conversation_id: str) -> WorkItemId | None:
        """The item of the conversation, as far as the visitor's window here knows: NO_ITEM when there is none.

        None: the window does not show this conversation.
        """
        window = self.windows.get(visitor_id)
        return window.work_item_id if window is not None and window.conversation_id == conversation_id else None

    # ------------------------------------------------------------ routing events

    def routing(self, seq: int, event: events.Event) -> None:
        for agent_id in agents_of(event):
            for missed in self._loading.get(agent_id, ()):
                missed.append((seq, event))
            if (here := self.agents.get(agent_id)) and seq > here.desk.seq:
                here.desk.seq = seq
                self._tell_desk(here, event)
        item = getattr(event, "item", None)
        if item is not None and (window := self._by_item.get(item)):
            self._tell_window(window, event)

    def _tell_desk(self, here: AgentHere, event: events.Event) -> None:
        before = set(here.desk.conversations())
        told = desks.apply(here.desk, event, name_of=self._name_of, load=self._load)
        after = set(here.desk.conversations())
        for conversation_id in before - after:
            self._unindex(conversation_id, here.desk.agent_id)
        for conversation_id in after - before:
            self._desks_of[conversation_id].add(here.desk.agent_id)
        for make in told:
            self._put_all(here.outboxes, make)

    def _put_all(self, outboxes: Iterable[Outbox], make: Callable[[], desks.Told]) -> None:
        shared: Encoded | None = None
        for outbox in tuple(outboxes):
            if shared is not None:
                outbox.put(shared)
                continue
            event = make()
            if isinstance(event, ServerEvent):
                shared = Encoded(event)
                outbox.put(shared)
            else:
                outbox.put_later(event)

    def _tell_window(self, window: Window, event: events.Event) -> None:
        conversation_id = window.conversation_id
        match event:
            case events.ItemClosed():
                self._stops_waiting(window)
                if event.agent is not None and not window.closed:
                    self._put(window, customer.AgentChanged(conversation_id=conversation_id, agent=None))
                self._by_item.pop(window.work_item_id, None)
                window.work_item_id = NO_ITEM
            case _ if window.closed:
                return
            case events.ItemQueued():
                if event.reason != "new":
                    self._put(window, customer.AgentChanged(conversation_id=conversation_id, agent=None))
                window.waiting = True
            case events.OfferCreated(from_agent=str()):
                self._put(window, customer.AgentChanged(conversation_id=conversation_id, agent=None))
                window.waiting = True
            case events.OfferAccepted():
                self._stops_waiting(window)
                face = customer.AgentFace(name=self._face_of(event.agent))
                self._put(window, customer.AgentChanged(conversation_id=conversation_id, agent=face))
            case _:
                return

    def _stops_waiting(self, window: Window) -> None:
        window.waiting = False
        if window.position is not None:
            window.position = None
            self._put(window, customer.QueueChanged(conversation_id=window.conversation_id, queue=None))

    def show_position(self, window: Window, position: customer.QueuePosition) -> None:
        """Tell a waiting customer where they stand, if that is news."""
        if window.waiting and window.position != position:
            window.position = position
            self._put(window, customer.QueueChanged(conversation_id=window.conversation_id, queue=position))

    def waiting_windows(self) -> list[Window]:
        return [window for window in self.windows.values() if window.waiting]

    # ------------------------------------------------------------ talk

    def said(self, said: talk.AnySaid) -> None:
        match said:
            case talk.MessageSaid():
                if not self._recent.first_time(said.conversation_id, said.message.n):
                    return
                event = Encoded(staff.MessageCreated(message=said.message))
                self._to_agents(said.conversation_id, event)
                if said.message.kind != "note":
                    self._to_customer(said.conversation_id, event)
            case talk.MessageChangedSaid():
                changed = Encoded(staff.MessageChanged(message=said.message))
                self._to_agents(said.conversation_id, changed)
                if said.message.kind != "note":
                    self._to_customer(said.conversation_id, changed)
            case talk.DeliverySaid():
                delivery = staff.DeliveryChanged(conversation_id=said.conversation_id, n=said.n, delivery=said.delivery)
                self._to_agents(said.conversation_id, Encoded(delivery))
            case talk.ReceiptsSaid():
                self._to_both(
                    staff.ReceiptsChanged(conversation_id=said.conversation_id, receipts=said.receipts),
                )
            case talk.TypingSaid():
                typing = staff.TypingShown(
                    conversation_id=said.conversation_id, author_name=said.author_name, for_ms=TYPING_SHOWN_MS
                )
                if said.side == "customer":
                    self._to_agents(said.conversation_id, Encoded(typing))
                else:
                    self._to_customer(said.conversation_id, Encoded(typing))
            case talk.StartedSaid():
                self._started(said)
            case talk.ClosedSaid():
                if window := self._by_conversation.get(said.conversation_id):
                    window.closed, window.waiting = True, False
                self._to_both(
                    staff.ConversationClosed(
                        conversation_id=said.conversation_id, closed_at=said.closed_at, by=said.by
                    ),
                )
            case talk.StepSaid():
                self._to_agents(said.conversation_id, Encoded(steps.StepChanged(step=said.step)))
            case talk.RatedSaid():
                self._to_both(staff.ConversationRated(conversation_id=said.conversation_id, rating=said.rating))
            case talk.CallSaid():
                self._call(said)
            case talk.BotSaid():
                face = customer.AgentFace(name=said.face, bot=True) if said.face else None
                changed_face = customer.AgentChanged(conversation_id=said.conversation_id, agent=face)
                self._to_customer(said.conversation_id, Encoded(changed_face))
            case talk.OnlineSaid():
                online = staff.CustomerPresence(conversation_id=said.conversation_id, online=said.online)
                self._to_agents(said.conversation_id, Encoded(online))

    def _call(self, said: talk.CallSaid) -> None:
        told: dict[str, ServerEvent] = {agent: CallChanged(call=call) for agent, call in said.sees.items()}
        for agent_id, event in (told | dict.fromkeys(said.gone, said.closed)).items():
            if here := self.agents.get(AgentId(agent_id)):
                if isinstance(event, CallChanged):
                    here.calls[event.call.call_id] = max(event.call.version, here.calls.get(event.call.call_id, 0))
                else:
                    here.calls.pop(said.closed.call_id, None)
                encoded = Encoded(event)
                for outbox in tuple(here.outboxes):
                    outbox.put(encoded)

    def _started(self, said: talk.StartedSaid) -> None:
        """The node that made the work item has told its own tabs; those elsewhere look anew."""
        window = self.windows.get(said.visitor_id)
        known = self.item_of(said.visitor_id, said.conversation_id)
        if window is None or known == said.work_item_id or (known is not None and window.closed):
            return
        self.follow(window, said.conversation_id, WorkItemId(said.work_item_id))
        self.look_anew(window)

    def look_anew(self, window: Window) -> None:
        """Give every tab of the visitor a snapshot."""
        for outbox in tuple(window.outboxes):
            outbox.put_later(self._look(window))

    def started(self, window: Window, conversation: Conversation, work_item_id: WorkItemId) -> None:
        """A conversation begins on this node; called before its item is routed, so that nothing overtakes it."""
        self.follow(window, conversation.conversation_id, work_item_id)
        window.waiting = work_item_id != NO_ITEM
        self._put(window, customer.ConversationStarted(conversation=conversation))

    def _to_both(self, event: ServerEvent) -> None:
        encoded = Encoded(event)
        self._to_agents(getattr(event, "conversation_id", ""), encoded)
        self._to_customer(getattr(event, "conversation_id", ""), encoded)

    def _to_agents(self, conversation_id: str, event: Encoded) -> None:
        desks_of = (self.agents.get(agent_id) for agent_id in self._desks_of.get(conversation_id, ()))
        outboxes = {outbox for here in desks_of if here is not None for outbox in here.outboxes}
        for outbox in outboxes.union(self.monitors.of(conversation_id)):
            outbox.put(event)

    def tell_agents(self, conversations: Iterable[str], event: Encoded) -> None:
        """Everybody who works on one of these conversations, once."""
        agents = {agent_id for each in conversations for agent_id in self._desks_of.get(each, ())}
        for agent_id in agents:
            if here := self.agents.get(agent_id):
                for outbox in tuple(here.outboxes):
                    outbox.put(event)

    def _to_customer(self, conversation_id: str, event: Encoded) -> None:
        if window := self._by_conversation.get(conversation_id):
            for outbox in tuple(window.outboxes):
                outbox.put(event)

    def _put(self, window: Window, event: ServerEvent) -> None:
        encoded = Encoded(event)
        for outbox in tuple(window.outboxes):
            outbox.put(encoded)


def agents_of(event: events.Event) -> tuple[AgentId, ...]:
    """The agents whose desks an event changes."""
    match event:
        case events.OfferCreated():
            return (event.agent, event.from_agent) if event.from_agent else (event.agent,)
        case events.ItemQueued():
            return (event.from_agent,) if event.from_agent else ()
        case events.ItemClosed():
            return (event.agent,) if event.agent else ()
        case events.ItemAlert() | events.ItemOverflow() | events.ItemRelaxed():
            return ()
        case events.AlarmRang() | events.StoreRebuilt():
            return ()
        case _:
            return (event.agent,)
