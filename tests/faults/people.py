"""A customer and an agent who do what a test tells them and remember what they are shown, over every reconnect."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable
from random import Random

from loadtest.address import Address
from loadtest.client import Client, CommandRefused, Endpoint, Line, strict_customer, strict_staff
from loadtest.http import become_visitor, sign_in
from router.protocol import customer, staff
from router.protocol.records import Assignment, Message, Offer

SOON_S = 40.0
ACCOUNT = "demo"


class Memory:
    """What one person was shown, and a way to wait for more of it."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.lines: list[Line] = []
        self.acknowledged: dict[int, str] = {}
        """Texts of this person's messages by number, as the server acknowledged them."""
        self._seen = asyncio.Event()
        self._names = itertools.count(1)

    def saw(self) -> None:
        self._seen.set()

    def on_line(self, line: Line) -> None:
        self.lines.append(line)
        self.saw()

    def client_id(self) -> str:
        return f"{secrets.token_hex(4)}-{next(self._names)}"

    async def until(self, holds: Callable[[], bool], within_s: float = SOON_S) -> None:
        async with asyncio.timeout(within_s):
            while not holds():
                self._seen.clear()
                await self._seen.wait()


class Caller(Memory):
    """A customer in one browser tab."""

    def __init__(self) -> None:
        super().__init__()
        self.conversation_id = ""
        self.messages: dict[int, Message] = {}
        self.served_by = ""
        self.position = 0
        self.closed = False
        self.client: Client[customer.CustomerEvent]

    @classmethod
    async def arrives(cls, address: Address) -> Caller:
        self = cls()
        visitor = await become_visitor(address, ACCOUNT)
        self.client = Client(
            Endpoint(
                address=address,
                path="/ws/customer",
                origin=address.origin,
                device_id=f"tab-{visitor.visitor_id}"[:64],
                token=visitor.token,
                account=ACCOUNT,
            ),
            read=strict_customer,
            on_event=self._on_event,
            complain=self.complaints.append,
            chance=Random(1),
            on_line=self.on_line,
        )
        await self.client.start()
        return self

    async def begins(self, text: str) -> None:
        started: customer.Started = await self.client.ask(
            customer.StartConversation, client_id=self.client_id(), text=text
        )
        self.conversation_id = started.conversation_id
        self.acknowledged[started.n] = text

    async def says(self, text: str) -> None:
        sent: staff.Sent = await self.client.ask(
            staff.SendMessage, conversation_id=self.conversation_id, client_id=self.client_id(), text=text
        )
        self.acknowledged[sent.n] = text

    async def leaves(self) -> None:
        await self.client.ask(customer.EndConversation, conversation_id=self.conversation_id)

    @property
    def texts(self) -> list[str]:
        """What was said, in the order it is shown."""
        return [self.messages[n].text for n in sorted(self.messages) if self.messages[n].kind == "text"]

    @property
    def last(self) -> str:
        """What was said last; "" before anything was."""
        return "".join(self.texts[-1:])

    def _on_event(self, event: customer.CustomerEvent) -> None:
        match event:
            case customer.CustomerSnapshot():
                self.served_by = event.agent.name if event.agent else ""
                self.position = event.queue.position if event.queue else 0
                if event.conversation is not None:
                    self.conversation_id = event.conversation.conversation_id
                    self.closed = event.conversation.state == "closed"
                    self.messages |= {message.n: message for message in event.conversation.messages}
            case customer.ConversationStarted(conversation=conversation):
                self.messages |= {message.n: message for message in conversation.messages}
            case staff.MessageCreated(message=message):
                self.messages[message.n] = message
            case customer.AgentChanged(agent=agent):
                self.served_by = agent.name if agent else ""
            case customer.QueueChanged(queue=queue):
                self.position = queue.position if queue else 0
            case staff.ConversationClosed():
                self.closed = True
            case _:
                pass
        self.saw()


class Clerk(Memory):
    """An agent at one desk. rings: offers now; holds: work now; said: messages by conversation and number."""

    def __init__(self) -> None:
        super().__init__()
        self.rings: dict[str, Offer] = {}
        self.holds: dict[str, Assignment] = {}
        self.said: dict[str, dict[int, Message]] = {}
        self.reachability = ""
        self.client: Client[staff.StaffEvent]

    @classmethod
    async def signs_in(cls, address: Address, email: str, password: str, *, cookie: str = "") -> Clerk:
        self = cls()
        self.client = Client(
            Endpoint(
                address=address,
                path="/ws/agent",
                device_id=f"desk-{email.partition('@')[0]}",
                session_cookie=cookie or await sign_in(address, email, password),
            ),
            read=strict_staff,
            on_event=self._on_event,
            complain=self.complaints.append,
            chance=Random(2),
            on_line=self.on_line,
        )
        await self.client.start()
        await self.client.ask(staff.SetStatus, status="available")
        return self

    async def accepts(self, caller: Caller | None = None) -> str:
        """Take what rings (this caller's, if one is named), again if it moves on meanwhile; the item."""
        async with asyncio.timeout(SOON_S):
            while True:
                await self.until(lambda: bool(self._ringing(caller)))
                if (item := await self._took(self._ringing(caller)[0])) is not None:
                    return item

    async def _took(self, offer: Offer) -> str | None:
        """The item; None when the offer moved on."""
        item = offer.work_item.work_item_id
        try:
            await self.client.ask(staff.AcceptOffer, offer_id=offer.offer_id)
        except CommandRefused as refused:
            if refused.code not in ("offer_expired", "unknown_offer"):
                raise
            self.rings.pop(offer.offer_id, None)
            return None
        await self.until(lambda: item in self.holds)
        return item

    def _ringing(self, caller: Caller | None) -> list[Offer]:
        return [
            offer
            for offer in self.rings.values()
            if caller is None or offer.work_item.conversation_id == caller.conversation_id
        ]

    async def says(self, caller: Caller, text: str) -> None:
        sent: staff.Sent = await self.client.ask(
            staff.SendMessage, conversation_id=caller.conversation_id, client_id=self.client_id(), text=text
        )
        self.acknowledged[sent.n] = text

    async def finishes(self, item: str) -> None:
        await self.client.ask(staff.WrapUp, work_item_id=item)
        await self.client.ask(staff.Complete, work_item_id=item, disposition="resolved")

    def texts(self, caller: Caller) -> list[str]:
        said = self.said.get(caller.conversation_id, {})
        return [said[n].text for n in sorted(said) if said[n].kind == "text"]

    def _on_event(self, event: staff.StaffEvent) -> None:
        match event:
            case staff.StaffSnapshot():
                self.rings = {offer.offer_id: offer for offer in event.offers}
                self.holds = {each.work_item.work_item_id: each for each in event.assignments}
                self.reachability = event.me.reachability
                for each in event.assignments:
                    self._show(each.conversation.messages)
            case staff.OfferCreated(offer=offer):
                self.rings[offer.offer_id] = offer
            case staff.OfferClosed():
                self.rings.pop(event.offer_id, None)
            case staff.ItemAssigned(assignment=assignment):
                self.holds[assignment.work_item.work_item_id] = assignment
                self._show(assignment.conversation.messages)
            case staff.ItemClosed():
                self.holds.pop(event.work_item_id, None)
            case staff.MessageCreated(message=message):
                self._show([message])
            case staff.PresenceChanged():
                self.reachability = event.reachability
            case _:
                pass
        self.saw()

    def _show(self, messages: list[Message]) -> None:
        for message in messages:
            self.said.setdefault(message.conversation_id, {})[message.n] = message
