"""An agent's or supervisor's session: what each of their frames means."""

from __future__ import annotations

from functools import partial

from router.core.words import AgentId, DeviceId, OfferId, WorkItemId
from router.engine import by_hand, conversations, explain, history, offers, presence, snapshots, watching
from router.engine.centre import Centre
from router.gateway.actor import Owner
from router.gateway.session import Session
from router.protocol import explain as asked
from router.protocol import staff
from router.protocol.base import Command, ServerEvent, Signal
from router.protocol.errors import BadRequest, Forbidden
from router.protocol.frames import AnyResult

SUPERVISING = ("supervisor", "admin")


class StaffActor:
    """One member of staff on one device."""

    def __init__(self, centre: Centre, session: Session, agent_id: AgentId, device: DeviceId) -> None:
        self._centre, self._session = centre, session
        self._agent_id, self._device = agent_id, device
        session.on_acked(self._delivered)

    @property
    def owner(self) -> Owner:
        return Owner("staff", self._agent_id, self._device)

    # ------------------------------------------------------------ the session's life

    async def begin(self) -> None:
        await presence.sign_in(self._centre, self._agent_id, self._device)
        await snapshots.begin_desk(self._centre, self._agent_id, self._session)

    async def online(self) -> None:
        self._centre.live.agent_connected(self._agent_id, self._session, self._device)
        await presence.sign_in(self._centre, self._agent_id, self._device)

    async def heartbeat(self) -> None:
        self._centre.leases.beat(self._agent_id, self._device, partial(presence.heard, self._centre))

    async def offline(self) -> None:
        """The device is gone unless another session of it has a connection (a tab that was duplicated)."""
        if not self._centre.live.agent_disconnected(self._agent_id, self._session, self._device):
            await presence.leave(self._centre, self._agent_id, self._device)

    def ended(self) -> None:
        self._centre.live.agent_leaves(self._agent_id, self._session)
        self._centre.watching.remove(self._session)

    # ------------------------------------------------------------ frames

    async def command(self, command: Command) -> AnyResult | None:
        centre, me = self._centre, self._agent_id
        match command:
            case staff.SetStatus():
                await presence.set_status(centre, me, command.status)
            case staff.SetNextStatus():
                await presence.set_next_status(centre, me, command.status)
            case staff.AcceptOffer():
                await offers.accept(centre, me, OfferId(command.offer_id))
            case staff.DeclineOffer():
                await offers.decline(centre, me, OfferId(command.offer_id), command.reason)
            case staff.SendMessage():
                return await self._say(command, note=False)
            case staff.AddNote():
                return await self._say(command, note=True)
            case staff.WrapUp():
                await offers.wrap_up(centre, me, WorkItemId(command.work_item_id))
            case staff.Complete():
                await offers.complete(centre, me, WorkItemId(command.work_item_id), command.disposition)
            case staff.TransferToQueue():
                item = WorkItemId(command.work_item_id)
                first = offers.first_for(centre, command.agent_id, command.wait_s)
                await offers.transfer_to_queue(centre, me, item, command.queue, command.note, first)
            case staff.TransferToAgent():
                item, target = WorkItemId(command.work_item_id), AgentId(command.agent_id)
                await offers.transfer_to_agent(centre, me, item, target, command.note)
            case staff.PickItem() | staff.AssignItem() | staff.PauseItem() | staff.ResumeItem():
                await self._by_hand(command)
            case staff.FetchMessages():
                await history.may_see(centre, me, command.conversation_id)
                return await history.messages_before(centre, command, notes=True)
            case staff.FetchPast():
                return await history.past(centre, me, command.customer_id)
            case staff.FetchConversation():
                await history.may_see(centre, me, command.conversation_id)
                return await history.conversation(centre, command.conversation_id)
            case staff.FetchColleagues():
                return watching.colleagues(centre.board, centre.staff, me)
            case staff.SubscribeBoard():
                self._supervising()
                centre.watching.add(self._session)
            case staff.UnsubscribeBoard():
                centre.watching.remove(self._session)
            case staff.SetAgentStatus():
                self._supervising()
                await presence.set_status(centre, AgentId(command.agent_id), command.status, by=me)
            case asked.ExplainItem():
                item = WorkItemId(command.work_item_id)
                if centre.live.working_on(me, item) is None:
                    self._supervising()
                return await explain.item(centre, item)
            case asked.ExplainAgent():
                if command.agent_id != me:
                    self._supervising()
                return await explain.agent(centre, AgentId(command.agent_id))
            case asked.FetchWaiting():
                self._supervising()
                return await explain.waiting(centre, command.queue)
            case _:
                raise BadRequest("bad_frame")
        return None

    async def _by_hand(self, command: staff.PickItem | staff.AssignItem | staff.PauseItem | staff.ResumeItem) -> None:
        centre, me, item = self._centre, self._agent_id, WorkItemId(command.work_item_id)
        match command:
            case staff.PickItem():
                await by_hand.pick(centre, me, item)
            case staff.AssignItem():
                self._supervising()
                await by_hand.assign(centre, me, item, AgentId(command.agent_id))
            case staff.PauseItem():
                await by_hand.pause(centre, me, item)
            case staff.ResumeItem():
                await by_hand.resume(centre, me, item)

    async def signal(self, signal: Signal) -> None:
        centre = self._centre
        match signal:
            case staff.Typing():
                if centre.live.has(self._agent_id, signal.conversation_id):
                    name = centre.staff.face_of(self._agent_id)
                    await conversations.typing(centre, signal.conversation_id, "agent", name)
            case staff.Read():
                if centre.live.has(self._agent_id, signal.conversation_id):
                    await conversations.seen(centre, signal.conversation_id, "agent", read_n=signal.n)
            case _:
                raise BadRequest("bad_frame")

    async def _say(self, command: staff.SendMessage | staff.AddNote, *, note: bool) -> staff.Sent:
        said = await conversations.agent_says(
            self._centre, self._agent_id, command.conversation_id, command.client_id, command.text, note=note
        )
        return staff.Sent(n=said.n, at=said.at)

    def _supervising(self) -> None:
        colleague = self._centre.staff.get(self._agent_id)
        if colleague is None or colleague.role not in SUPERVISING:
            raise Forbidden("wrong_role")

    def _delivered(self, event: ServerEvent) -> None:
        """The client has this event: a customer's message in it is delivered."""
        delivered = self._centre.delivered.delivered
        match event:
            case staff.MessageCreated(message=message) if message.author == "customer":
                delivered(message.conversation_id, "agent", message.n)
            case staff.ItemAssigned(assignment=assignment):
                delivered(assignment.conversation.conversation_id, "agent", assignment.conversation.last_n)
            case staff.StaffSnapshot(assignments=assignments):
                for assignment in assignments:
                    delivered(assignment.conversation.conversation_id, "agent", assignment.conversation.last_n)
            case _:
                return
