"""A customer's session: what each frame of a widget means."""

from __future__ import annotations

from router.engine import callbacks, conversations, history, intake, snapshots
from router.engine.centre import Centre
from router.engine.visitors import Visitor
from router.gateway.actor import Owner
from router.gateway.session import Session
from router.protocol import customer, staff
from router.protocol.base import Command, ServerEvent, Signal
from router.protocol.errors import BadRequest
from router.protocol.frames import AnyResult


class CustomerActor:
    """One visitor on one device (a browser tab)."""

    def __init__(self, centre: Centre, session: Session, visitor: Visitor, device: str) -> None:
        self._centre, self._session, self._visitor, self._device = centre, session, visitor, device
        self._here = False
        session.on_acked(self._delivered)

    @property
    def owner(self) -> Owner:
        return Owner("visitor", self._visitor.visitor_id, self._device)

    # ------------------------------------------------------------ the session's life

    async def begin(self) -> None:
        snapshots.begin_window(self._centre, self._visitor, self._session)

    async def online(self) -> None:
        if not self._here:
            self._here = True
            await self._centre.attendance.came(self._visitor.visitor_id)

    async def heartbeat(self) -> None:
        await self._centre.attendance.heartbeat(self._visitor.visitor_id)

    async def offline(self) -> None:
        if self._here:
            self._here = False
            await self._centre.attendance.went(self._visitor.visitor_id)

    def ended(self) -> None:
        self._centre.live.visitor_leaves(self._visitor.visitor_id, self._session)

    # ------------------------------------------------------------ frames

    async def command(self, command: Command) -> AnyResult | None:
        centre, visitor = self._centre, self._visitor
        match command:
            case customer.StartConversation():
                return await intake.start(centre, visitor, command)
            case staff.SendMessage():
                said = await conversations.customer_says(
                    centre, visitor, command.conversation_id, command.client_id, command.text, command.file_ids
                )
                return staff.Sent(n=said.n, at=said.at)
            case customer.EndConversation():
                row = await conversations.of_visitor(centre, visitor.visitor_id, command.conversation_id)
                await conversations.end_by_customer(centre, row, visitor.name)
            case customer.AskCallback():
                row = await conversations.of_visitor(centre, visitor.visitor_id, command.conversation_id)
                await callbacks.ask_for(centre, row, command.phone)
            case customer.RateConversation():
                row = await conversations.of_visitor(centre, visitor.visitor_id, command.conversation_id)
                await conversations.rate(centre, row, command.stars, command.comment)
            case staff.FetchMessages():
                await conversations.of_visitor(centre, visitor.visitor_id, command.conversation_id)
                return await history.messages_before(centre, command, notes=False)
            case customer.ListConversations():
                return await history.of_visitor(centre, visitor.customer_id)
            case _:
                raise BadRequest("bad_frame")
        return None

    async def signal(self, signal: Signal) -> None:
        if not isinstance(signal, staff.Typing | staff.Read):
            raise BadRequest("bad_frame")
        window = self._centre.live.windows.get(self._visitor.visitor_id)
        if window is None or window.conversation_id != signal.conversation_id:
            return
        if isinstance(signal, staff.Typing):
            await conversations.typing(self._centre, signal.conversation_id, "customer", self._visitor.name)
        else:
            await conversations.seen(self._centre, signal.conversation_id, "customer", read_n=signal.n)

    def _delivered(self, event: ServerEvent) -> None:
        """The widget has this event: a message of ours in it is delivered; nobody waits for lines of the house."""
        match event:
            case staff.MessageCreated(message=message) if message.kind == "text" and message.author != "customer":
                self._centre.delivered.delivered(message.conversation_id, "customer", message.n)
            case customer.CustomerSnapshot(conversation=conversation) if conversation is not None:
                self._centre.delivered.delivered(conversation.conversation_id, "customer", conversation.last_n)
            case _:
                return
