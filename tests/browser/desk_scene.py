"""The world behind a scripted desk: one agent's work, a board, and what the agent's commands change in them."""

from __future__ import annotations

import time
from typing import Any, Literal

from msgspec.structs import replace

from router.protocol import call, explain, home, knowledge, staff, supervision
from router.protocol.base import Command, ServerEvent
from router.protocol.cases import CaseCommand
from router.protocol.frames import AnyResult
from router.protocol.records import (
    Assignment,
    BoardAgent,
    BoardQueue,
    Colleague,
    Conversation,
    CustomerCard,
    DispositionName,
    Me,
    Message,
    Offer,
    QueueName,
    Receipts,
    StatusChoice,
    Why,
    WorkItem,
)
from tests.browser.case_scene import CaseScene, at_home

Kind = Literal["text", "note", "system"]
Author = Literal["customer", "agent", "bot", "system"]
ME = "anna"
WRAP_UP_MS = 60_000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def status(name: str, label: str, channels: list[str], *, productive: bool) -> StatusChoice:
    return StatusChoice(name=name, label=label, productive=productive, icon=name, channels=channels)


STATUSES = [
    status("available", "Available", ["webchat", "voice"], productive=True),
    status("busy", "Busy", [], productive=True),
    status("break", "Tea break", [], productive=False),
    status("away", "Away", [], productive=False),
    status("offline", "Offline", [], productive=False),
]
QUEUES = [
    QueueName(name=name, label=label)
    for name, label in {
        "orders": "Orders and delivery",
        "sales": "Advice and buying",
        "returns": "Returns and refunds",
        "billing": "Invoices and payment",
        "technical": "Assembly and repair",
        "vip": "Larkspur Circle",
    }.items()
]
DISPOSITIONS = [
    DispositionName(name=name, label=label)
    for name, label in {
        "resolved": "Resolved",
        "follow_up": "Needs a follow-up",
        "refunded": "Refund issued",
        "replacement_sent": "Replacement sent",
        "no_answer": "Customer did not answer",
        "spam": "Spam or wrong number",
    }.items()
]


def me(role: Literal["agent", "supervisor", "admin"] = "agent") -> Me:
    return Me(
        agent_id=ME,
        name="Anna Kowalska",
        email="anna@larkspur.example",
        role=role,
        team="Garden",
        language="en",
        status="available",
        status_since=now_ms() - 12 * 60_000,
        status_reason="chosen",
        reachability="connected",
        units_held=50,
        units_limit=100,
        skills={"pl": 10, "en": 7, "shipping": 6, "refunds": 6},
        queues=["orders", "sales", "returns", "vip"],
    )


def item(
    key: str, name: str, preview: str, *, queue: str = "orders", language: str = "en", waited_s: int = 40
) -> WorkItem:
    """A work item; its conversation is `c-KEY`, its customer `u-KEY`."""
    return WorkItem(
        work_item_id=f"w-{key}",
        conversation_id=f"c-{key}",
        channel="webchat",
        queue=queue,
        customer=CustomerCard(
            customer_id=f"u-{key}", name=name, email=f"{key}@post.example" if name else "", language=language
        ),
        language=language,
        requirements=[f"{language}≥5", "shipping≥1"],
        priority=0,
        weight=25,
        enqueued_at=now_ms() - waited_s * 1_000,
        preview=preview,
    )


def offer(work_item: WorkItem, *, ring_ms: int = 20_000, attempt: int = 1, by: str | None = None) -> Offer:
    matched = work_item.requirements
    why = Why(model="longest_idle", waited_ms=41_000, matched=matched, attempt=attempt, transferred_by=by)
    return Offer(
        offer_id=f"o-{work_item.work_item_id}-{attempt}",
        work_item=work_item,
        expires_at=now_ms() + ring_ms,
        ring_ms=ring_ms,
        why=why,
    )


def message(
    conversation_id: str, n: int, text: str, *, author: Author = "customer", kind: Kind = "text", at: int | None = None,
    name: str = "", author_id: str = "", client_id: str = "",
) -> Message:  # fmt: skip
    names = {"customer": name, "agent": name or "Anna Kowalska", "bot": "", "system": name}
    ids = {"customer": conversation_id.replace("c-", "u-"), "agent": author_id or ME, "bot": "bot", "system": ""}
    return Message(
        conversation_id=conversation_id,
        n=n,
        kind=kind,
        author=author,
        author_id=ids[author],
        author_name=names[author],
        text=text,
        client_id=client_id or f"{conversation_id}-{n}",
        at=now_ms() if at is None else at,
    )


def conversation(
    work_item: WorkItem, said: list[Message], *, read_n: int | None = None, more: bool = False
) -> Conversation:
    """read_n: how far the agent has read; all of it by default."""
    last = said[-1].n if said else 0
    read = last if read_n is None else read_n
    return Conversation(
        conversation_id=work_item.conversation_id,
        channel=work_item.channel,
        account="demo",
        state="open",
        department=work_item.queue,
        language=work_item.language,
        page_url="https://larkspur.example/products/greenhouse-alba",
        started_at=work_item.enqueued_at,
        closed_at=None,
        last_n=last,
        receipts=Receipts(customer_delivered_n=last, customer_read_n=last, agent_delivered_n=last, agent_read_n=read),
        messages=said,
        more=more,
        rating=None,
    )


def assignment(
    work_item: WorkItem,
    said: list[Message],
    *,
    read_n: int | None = None,
    held_s: int = 300,
    online: bool = True,
    more: bool = False,
) -> Assignment:
    return Assignment(
        work_item=work_item,
        units=work_item.weight,
        state="assigned",
        accepted_at=now_ms() - held_s * 1_000,
        wrap_up_until=None,
        conversation=conversation(work_item, said, read_n=read_n, more=more),
        customer_online=online,
    )


def waiting(work_item: WorkItem) -> explain.WaitingItem:
    full = explain.Obstacle(code="units", about="", needs=25, has=0, until=None)
    return explain.WaitingItem(
        work_item_id=work_item.work_item_id,
        channel=work_item.channel,
        customer=work_item.customer.name,
        enqueued_at=work_item.enqueued_at,
        refusals=0,
        queue=work_item.queue,
        preview=work_item.preview,
        priority=work_item.priority,
        weight=work_item.weight,
        obstacle=full,
    )


def presence(chosen: str, reason: str, by: str | None = None) -> staff.PresenceChanged:
    since = now_ms()
    return staff.PresenceChanged(
        status=chosen, status_since=since, reachability="connected", reason=reason, by=by, status_by=by
    )


class Scene:
    """What the server knows. Commands and pushed events change it; a new session gets it as its snapshot."""

    def __init__(self, person: Me | None = None) -> None:
        self.me = person or me()
        self.offers: list[Offer] = []
        self.assignments: list[Assignment] = []
        self.decline_reasons: list[str] = []
        self.colleagues: list[Colleague] = []
        self.past: list[Conversation] = []
        self.older: list[Message] = []
        self.agents: list[BoardAgent] = []
        self.queues: list[BoardQueue] = []
        self.waiting: list[WorkItem] = []
        """What waits in my queues, and in every queue of the board."""
        self.calls: list[call.Call] = []
        self.voice = False
        self.phone = ""
        self.log: list[call.LoggedCall] = []
        self.others: list[Assignment] = []
        """What colleagues have in hand."""
        self.cases = CaseScene()
        self.home: home.Home | None = None

    def snapshot(self) -> staff.StaffSnapshot:
        return staff.StaffSnapshot(
            server_time=now_ms(),
            me=self.me,
            statuses=STATUSES,
            queues=QUEUES,
            dispositions=DISPOSITIONS,
            decline_reasons=self.decline_reasons,
            offers=self.offers,
            assignments=self.assignments,
            calls=self.calls,
            voice=self.voice,
            skills=["en", "pl", "refunds", "shipping"],
        )

    def apply(self, event: ServerEvent) -> None:
        """Make true what an event says."""
        match event:
            case staff.OfferCreated(offer=made):
                self.offers.append(made)
            case staff.OfferClosed(offer_id=closed):
                self.offers = [one for one in self.offers if one.offer_id != closed]
            case staff.ItemAssigned(assignment=taken):
                self.assignments.append(taken)
            case call.CallChanged(call=now):
                self.calls = [*(one for one in self.calls if one.call_id != now.call_id), now]
            case call.CallClosed(call_id=over):
                self.calls = [one for one in self.calls if one.call_id != over]
            case staff.ItemWrapUp(work_item_id=key, until=until):
                self._change(key, state="wrap_up", wrap_up_until=until)
            case staff.ItemClosed(work_item_id=key):
                self.assignments = [one for one in self.assignments if one.work_item.work_item_id != key]
            case staff.MessageCreated(message=said):
                self._talk(said.conversation_id, said)
            case staff.PresenceChanged():
                self.me = replace(
                    self.me, status=event.status, status_since=event.status_since, status_reason=event.reason
                )
            case staff.ConversationClosed(conversation_id=key, closed_at=at):
                held = self._held(key)
                closed_now = replace(held.conversation, state="closed", closed_at=at)
                self._change(held.work_item.work_item_id, conversation=closed_now)
            case _:
                pass

    def on_signal(self, signal: Any) -> list[ServerEvent]:
        if not isinstance(signal, staff.Read):
            return []
        held = self._held(signal.conversation_id)
        receipts = replace(held.conversation.receipts, agent_read_n=signal.n)
        self._change(held.work_item.work_item_id, conversation=replace(held.conversation, receipts=receipts))
        return [staff.ReceiptsChanged(conversation_id=signal.conversation_id, receipts=receipts)]

    def on_command(self, command: Command) -> tuple[AnyResult | None, list[ServerEvent]]:
        """What it returns and what happens by it."""
        if isinstance(command, staff.SendMessage | staff.AddNote):
            return self._send(command)
        if isinstance(command, CaseCommand):
            return self.cases.on_command(command)
        return self._answer(command), self._events(command)

    def _answer(self, command: Command) -> AnyResult | None:
        match command:
            case home.FetchHome():
                return at_home(self.cases) if self.home is None else self.home
            case staff.FetchColleagues():
                return staff.Colleagues(colleagues=self.colleagues)
            case staff.FetchPast():
                return staff.Past(conversations=self.past)
            case staff.FetchMessages(before_n=before, limit=limit):
                page = [one for one in self.older if one.n < before]
                return staff.Messages(messages=page[-limit:], more=len(page) > limit)
            case explain.FetchWaiting(queue=queue):
                return explain.Waiting(queue=queue, items=[waiting(one) for one in self.waiting])
            case supervision.MonitorItem(work_item_id=key):
                other = next(one for one in self.others if one.work_item.work_item_id == key)
                return staff.Fetched(conversation=other.conversation, customer=other.work_item.customer)
            case call.FetchPhone():
                return call.Phone(agent_id=command.agent_id, phone=self.phone)
            case call.SetPhone():
                self.phone = command.phone
                return call.Phone(agent_id=command.agent_id, phone=self.phone)
            case call.FetchCallLog():
                return call.CallLog(calls=self.log)
            case call.Dial(work_item_id=key):
                return call.Dialed(call_id="call-1", work_item_id=key or "w-out", conversation_id="c-out")
            case knowledge.SuggestArticles():
                return knowledge.ArticlesFound(hits=[], asked="")
            case supervision.Broadcast():
                return supervision.Reached(count=len(self.agents))
            case _:
                return None

    def _events(self, command: Command) -> list[ServerEvent]:
        happens: list[ServerEvent] = []
        match command:
            case staff.SetStatus(status=chosen):
                happens = [presence(chosen, "chosen")]
            case staff.AcceptOffer(offer_id=key):
                happens = self._accept(key)
            case staff.DeclineOffer(offer_id=key):
                happens = [staff.OfferClosed(offer_id=key, outcome="declined")]
            case staff.WrapUp(work_item_id=key):
                happens = self._wrap_up(key)
            case staff.Complete(work_item_id=key):
                happens = [staff.ItemClosed(work_item_id=key, reason="completed")]
            case staff.TransferToQueue(work_item_id=key) | staff.TransferToAgent(work_item_id=key):
                happens = [staff.ItemClosed(work_item_id=key, reason="transferred")]
            case staff.SubscribeBoard():
                happens = [staff.BoardSnapshot(agents=self.agents, queues=self.queues)]
            case staff.SetAgentStatus(agent_id=key, status=chosen):
                happens = self._set_other(key, status=chosen, status_since=now_ms())
            case supervision.ChangeAgent(agent_id=key):
                happens = self._set_other(key, skills=command.skills, queues=command.queues, backup=command.backup)
            case supervision.SwitchQueue(queue=name, to=to):
                happens = self._switch(name, to)
            case staff.PickItem(work_item_id=key) | staff.AssignItem(work_item_id=key, agent_id="anna"):
                happens = self._taken(key)
            case _:
                pass
        return happens

    def _accept(self, key: str) -> list[ServerEvent]:
        work_item = next(one.work_item for one in self.offers if one.offer_id == key)
        name, since = work_item.customer.name, work_item.enqueued_at
        said = message(work_item.conversation_id, 1, work_item.preview, name=name, at=since)
        taken = assignment(work_item, [said], read_n=0, held_s=0)
        return [staff.OfferClosed(offer_id=key, outcome="accepted"), staff.ItemAssigned(assignment=taken)]

    def _send(self, command: staff.SendMessage | staff.AddNote) -> tuple[AnyResult, list[ServerEvent]]:
        known = self._held(command.conversation_id).conversation
        for one in known.messages:
            if one.client_id == command.client_id:
                return staff.Sent(n=one.n, at=one.at), []
        kind: Kind = "note" if isinstance(command, staff.AddNote) else "text"
        n, client_id = known.last_n + 1, command.client_id
        made = message(known.conversation_id, n, command.text, author="agent", kind=kind, client_id=client_id)
        return staff.Sent(n=made.n, at=made.at), [staff.MessageCreated(message=made)]

    def _wrap_up(self, key: str) -> list[ServerEvent]:
        held = next(one for one in self.assignments if one.work_item.work_item_id == key)
        conversation_id = held.work_item.conversation_id
        closed = staff.ConversationClosed(conversation_id=conversation_id, closed_at=now_ms(), by="agent")
        return [closed, staff.ItemWrapUp(work_item_id=key, until=now_ms() + WRAP_UP_MS)]

    def _switch(self, name: str, to: str) -> list[ServerEvent]:
        by_hand: dict[str, Any] = {"open": to != "closed", "switched": "" if to == "hours" else to}
        changed = [replace(one, **by_hand) for one in self.queues if one.name == name]
        self.queues = [changed[0] if one.name == name else one for one in self.queues]
        return [staff.BoardChanged(agents=[], agents_removed=[], queues=changed)]

    def _taken(self, key: str) -> list[ServerEvent]:
        """A waiting item, or a colleague's, is mine."""
        for other in self.others:
            if other.work_item.work_item_id == key:
                self.others.remove(other)
                return [staff.ItemAssigned(assignment=replace(other, accepted_at=now_ms()))]
        work_item = next(one for one in self.waiting if one.work_item_id == key)
        self.waiting.remove(work_item)
        said = message(work_item.conversation_id, 1, work_item.preview, name=work_item.customer.name)
        return [staff.ItemAssigned(assignment=assignment(work_item, [said], held_s=0))]

    def _set_other(self, key: str, **change: Any) -> list[ServerEvent]:
        changed = [replace(one, **change) for one in self.agents if one.agent_id == key]
        self.agents = [changed[0] if one.agent_id == key else one for one in self.agents]
        return [staff.BoardChanged(agents=changed, agents_removed=[], queues=[])]

    def _held(self, conversation_id: str) -> Assignment:
        mine_first = [*self.assignments, *self.others]
        return next(one for one in mine_first if one.work_item.conversation_id == conversation_id)

    def _talk(self, conversation_id: str, said: Message) -> None:
        held = self._held(conversation_id)
        grown = replace(held.conversation, messages=[*held.conversation.messages, said], last_n=said.n)
        self._change(held.work_item.work_item_id, conversation=grown)

    def _change(self, work_item_id: str, **change: Any) -> None:
        def changed(held: list[Assignment]) -> list[Assignment]:
            return [replace(one, **change) if one.work_item.work_item_id == work_item_id else one for one in held]

        self.assignments, self.others = changed(self.assignments), changed(self.others)
