"""An agent's or supervisor's session: what each of their frames means."""

from __future__ import annotations

from functools import partial

from router.core.words import AgentId, DeviceId, OfferId, WorkItemId
from router.engine import (
    by_hand,
    conversations,
    departments,
    explain,
    history,
    home,
    offers,
    outgoing,
    presence,
    sending,
    signs,
    snapshots,
    supervision,
    watching,
)
from router.engine.calls import commands as calls
from router.engine.cases import commands as cases
from router.engine.centre import Centre
from router.gateway import customers, knowledge, macros
from router.gateway.actor import Owner
from router.gateway.session import Session
from router.gateway.supervisor import supervise
from router.protocol import call as calling
from router.protocol import cases as asked_cases
from router.protocol import customers as of_customers
from router.protocol import explain as asked
from router.protocol import home as at_home
from router.protocol import knowledge as known
from router.protocol import macros as at_hand
from router.protocol import staff, steps
from router.protocol.base import Command, ServerEvent, Signal
from router.protocol.errors import BadRequest, Forbidden
from router.protocol.frames import AnyResult
from router.protocol.supervision import Supervision

SUPERVISING = ("supervisor", "admin")


class StaffActor:
    """One member of staff on one device."""

    def __init__(self, centre: Centre, session: Session, owner: Owner) -> None:
        self._centre, self._session, self._owner = centre, session, owner
        self._agent_id, self._device = AgentId(owner.person), DeviceId(owner.device)
        session.on_acked(self._delivered)

    @property
    def owner(self) -> Owner:
        return self._owner

    # ------------------------------------------------------------ the session's life

    async def begin(self) -> None:
        await presence.sign_in(self._centre, self._agent_id, self._device)
        await snapshots.begin_desk(self._centre, self._agent_id, self._session)
        self._centre.logins.begin(self._owner.login, self._session)

    async def online(self) -> None:
        self._centre.live.agent_connected(self._agent_id, self._session, self._device)
        self._centre.cases.watching.present(self._session, connected=True)
        await presence.sign_in(self._centre, self._agent_id, self._device)

    async def heartbeat(self) -> None:
        self._centre.leases.beat(self._agent_id, self._device, partial(presence.heard, self._centre))

    async def offline(self) -> None:
        """The device is gone unless another session of it has a connection (a tab that was duplicated)."""
        self._centre.cases.watching.present(self._session, connected=False)
        if not self._centre.live.agent_disconnected(self._agent_id, self._session, self._device):
            await presence.leave(self._centre, self._agent_id, self._device)

    def ended(self) -> None:
        self._centre.logins.leave(self._owner.login, self._session)
        self._centre.live.monitors.leave(self._session)
        self._centre.live.agent_leaves(self._agent_id, self._session)
        self._centre.watching.remove(self._session)
        self._centre.cases.watching.remove(self._session)

    # ------------------------------------------------------------ frames

    async def command(self, command: Command) -> AnyResult | None:
        if isinstance(command, calling.CallCommand):
            return await calls.carry_out(self._centre, self._agent_id, command)
        if isinstance(command, asked_cases.CaseCommand):
            return await cases.carry_out(self._centre, self._agent_id, self._session, command)
        if isinstance(command, at_home.FetchHome):
            return await home.home(self._centre, self._agent_id, command)
        if isinstance(command, steps.StepCommand):
            return await self._step(command)
        if isinstance(command, known.KnowledgeCommand):
            return await knowledge.carry_out(self._centre, self._agent_id, command)
        if isinstance(command, at_hand.MacroCommand):
            return await macros.carry_out(self._centre, self._agent_id, command)
        if isinstance(command, of_customers.CustomerCommand):
            return await customers.carry_out(self._centre, self._agent_id, command)
        return await self._at_the_desk(command)

    async def _step(self, command: steps.StepCommand) -> AnyResult | None:
        centre, me = self._centre, self._agent_id
        match command:
            case steps.OpenStep():
                await departments.open_step(centre, me, command)
            case steps.ReplyToStep():
                await departments.reply(centre, me, command)
            case steps.CloseStep():
                await departments.close_step(centre, me, command)
            case steps.FetchSteps():
                await history.may_see(centre, me, command.conversation_id)
                return await departments.fetch(centre, command.conversation_id)
        return None

    async def _at_the_desk(self, command: Command) -> AnyResult | None:
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
            case staff.SendMessage() | staff.AddNote() | staff.ResendMessage():
                return await self._talk(command)
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
            case staff.CallbackNotReached():
                await offers.not_reached(centre, me, WorkItemId(command.work_item_id))
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
            case asked.ExplainItem():
                item = WorkItemId(command.work_item_id)
                if centre.live.work_of(me, item) is None:
                    self._supervising()
                return await explain.item(centre, item)
            case asked.ExplainAgent():
                if command.agent_id != me:
                    self._supervising()
                return await explain.agent(centre, AgentId(command.agent_id))
            case asked.FetchWaiting():
                return await explain.waiting(centre, me, command.queue)
            case _ if isinstance(command, (Supervision, staff.SetAgentStatus)):
                self._supervising()
                return await supervise(centre, self._session, me, command)
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
                await supervision.assign(centre, me, item, AgentId(command.agent_id))
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
                    await signs.typing(centre, signal.conversation_id)
            case staff.Read():
                if centre.live.has(self._agent_id, signal.conversation_id):
                    await conversations.seen(centre, signal.conversation_id, "agent", read_n=signal.n)
                    await signs.read(centre, signal.conversation_id, signal.n)
            case _:
                raise BadRequest("bad_frame")

    async def _talk(self, command: staff.SendMessage | staff.AddNote | staff.ResendMessage) -> AnyResult | None:
        centre, me, conversation_id = self._centre, self._agent_id, command.conversation_id
        match command:
            case staff.ResendMessage():
                if not await conversations.has(centre, me, conversation_id):
                    self._supervising()
                await sending.resend(centre, conversation_id, command.n)
                return None
            case staff.AddNote():
                said = await conversations.agent_says(
                    centre, me, conversation_id, command.client_id, command.text, note=True
                )
            case staff.SendMessage():
                also = outgoing.Also(
                    file_ids=command.file_ids,
                    quick_replies=command.quick_replies,
                    template=command.template,
                    variables=command.variables,
                    mail=command.mail,
                )
                said = await conversations.agent_says(
                    centre, me, conversation_id, command.client_id, command.text, note=False, also=also
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
