"""A simulated agent: signs in, answers offers, speaks its turns in every conversation, wraps up and completes."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random

from loadtest.client import Client, CommandRefused, Endpoint, Line, Stopped, strict_staff
from loadtest.ledger import View
from loadtest.part import client_id
from loadtest.stage import Stage
from loadtest.witness import FRAMES, Witness
from router.protocol import staff
from router.protocol.records import Assignment, Offer

FIT = "available"
MISSED_PAUSE = 10
"""An agent who missed an offer comes back after this many pauses."""


@dataclass(slots=True, kw_only=True)
class Work:
    """One item being worked on, with the agent's sight of its conversation."""

    assignment: Assignment
    view: View
    cue: asyncio.Event = field(default_factory=asyncio.Event)
    serving: asyncio.Task[None] | None = None

    @property
    def item(self) -> str:
        return self.assignment.work_item.work_item_id

    @property
    def conversation(self) -> str:
        return self.assignment.conversation.conversation_id


class Agent:
    """name: plain letters, unique. tasks: where what the agent does at a time lives; cancelling it stops the agent."""

    __slots__ = (
        "_chance", "_client", "_dispositions", "_reasons", "_stage", "_status", "_tasks", "_witness", "_work", "name",
    )  # fmt: skip

    def __init__(self, stage: Stage, name: str, session_cookie: str, chance: Random, tasks: asyncio.TaskGroup) -> None:
        self.name = name
        self._stage, self._chance, self._tasks = stage, chance, tasks
        self._witness = Witness(stage.findings)
        self._work: dict[str, Work] = {}
        self._dispositions: list[str] = []
        self._reasons: list[str] = []
        self._status = ""
        self._client: Client[staff.StaffEvent] = Client(
            Endpoint(
                address=stage.address, path="/ws/agent", device_id=f"desk-{name}"[:64], session_cookie=session_cookie
            ),
            read=strict_staff,
            on_event=self._on_event,
            complain=self._complain,
            chance=chance,
            on_line=self._on_line,
        )

    async def sign_in(self) -> None:
        """Open the session and be available. Raises what connecting raises, CommandRefused, TimeoutError."""
        await self._client.start()
        await self._client.ask(staff.SetStatus, status=FIT)

    async def sign_out(self) -> None:
        await self._client.close()
        for work in self._work.values():
            if work.serving is not None:
                work.serving.cancel()
        self._stage.resumes += self._client.resumes
        self._stage.tries_again += self._client.tries_again
        self._stage.cuts += self._client.cuts

    @property
    def busy(self) -> bool:
        return bool(self._work)

    # what the agent hears

    def _on_line(self, line: Line) -> None:
        if line == "away":
            self._witness.lost_sight()
        elif line == "resumed":
            self._witness.resumed()

    def _on_event(self, event: staff.StaffEvent) -> None:
        self._witness.see(event)
        match event:
            case staff.StaffSnapshot():
                self._snapshot(event)
            case staff.OfferCreated(offer=offer):
                self._start(self._answer(offer))
            case staff.OfferClosed(outcome=outcome):
                self._stage.outcomes[outcome] = self._stage.outcomes.get(outcome, 0) + 1
            case staff.ItemAssigned(assignment=assignment):
                self._take(assignment)
            case staff.ItemClosed(work_item_id=item, reason=reason):
                self._stage.transferred += reason == "transferred"
                self._drop(item)
            case staff.MessageCreated(message=message):
                for work in self._work.values():
                    if work.conversation == message.conversation_id:
                        work.view.event(message)
                        work.cue.set()
                if message.author == "customer" and self._chance.random() < self._stage.tempo.reads:
                    self._client.tell(staff.Read(conversation_id=message.conversation_id, n=message.n))
            case staff.PresenceChanged(status=status, reason=reason):
                self._status = status
                if reason == "missed_offer":
                    self._start(self._come_back())
            case _:
                pass

    def _snapshot(self, snapshot: staff.StaffSnapshot) -> None:
        self._status = snapshot.me.status
        self._dispositions = [disposition.name for disposition in snapshot.dispositions]
        self._reasons = list(snapshot.decline_reasons)
        still = {assignment.work_item.work_item_id for assignment in snapshot.assignments}
        for item in [item for item in self._work if item not in still]:
            self._drop(item)
        for assignment in snapshot.assignments:
            self._take(assignment)
        for offer in snapshot.offers:
            self._start(self._answer(offer))

    def _take(self, assignment: Assignment) -> None:
        """Begin or, after a fresh snapshot, go on with an item."""
        item = assignment.work_item
        known = self._work.get(item.work_item_id)
        if known is not None:
            known.assignment = assignment
            known.view.state(assignment.conversation.messages)
            known.cue.set()
            return
        view = self._stage.view(assignment.conversation.page_url, "agent")
        if view is None:
            return
        view.state(assignment.conversation.messages)
        self._stage.assigned.add(view.part.dialogue.key)
        waited_s = (assignment.accepted_at - item.enqueued_at) / 1_000
        self._stage.waits_s.setdefault(item.work_item_id, (item.queue, waited_s))
        work = Work(assignment=assignment, view=view)
        self._work[item.work_item_id] = work
        work.serving = self._start(self._serve(work))

    def _drop(self, item: str) -> None:
        work = self._work.pop(item, None)
        if work is not None and work.serving is not None:
            work.serving.cancel()

    # what the agent does

    def _start(self, doing: Coroutine[None, None, None]) -> asyncio.Task[None]:
        return self._tasks.create_task(self._until_refused(doing), name=f"{self.name} works")

    async def _until_refused(self, doing: Coroutine[None, None, None]) -> None:
        try:
            await doing
        except CommandRefused as refusal:
            self._stage.refused(refusal)
        except TimeoutError:
            self._complain("a command was not answered in time")
        except Stopped:
            return

    async def _answer(self, offer: Offer) -> None:
        mood = self._chance.random()
        tempo = self._stage.tempo
        stranger = not self._stage.expects(offer.work_item)
        if not stranger:
            if mood < tempo.ignore:
                return
            await asyncio.sleep(tempo.pause_s(self._chance))
        if stranger or mood < tempo.ignore + tempo.decline:
            reason = self._chance.choice(self._reasons) if self._reasons else ""
            self._witness.declines(offer.work_item.work_item_id, self._client.server_now_ms())
            await self._client.ask(staff.DeclineOffer, offer_id=offer.offer_id, reason=reason)
        else:
            await self._client.ask(staff.AcceptOffer, offer_id=offer.offer_id)

    async def _come_back(self) -> None:
        await asyncio.sleep(MISSED_PAUSE * self._stage.tempo.pause_s(self._chance))
        await self._client.ask(staff.SetStatus, status=FIT)

    async def _serve(self, work: Work) -> None:
        tempo = self._stage.tempo
        if work.assignment.state == "assigned":
            while not work.view.part.over:
                if work.view.part.mine is None:
                    work.cue.clear()
                    await work.cue.wait()
                elif self._chance.random() < tempo.transfer:
                    await self._give_back(work)
                    return
                else:
                    await self._say(work)
            await asyncio.sleep(tempo.pause_s(self._chance))
            await self._client.ask(staff.WrapUp, work_item_id=work.item)
        await asyncio.sleep(tempo.pause_s(self._chance))
        if work.item in self._work:
            disposition = self._chance.choice(self._dispositions) if self._dispositions else ""
            await self._client.ask(staff.Complete, work_item_id=work.item, disposition=disposition)

    async def _say(self, work: Work) -> None:
        assert work.view.part.mine is not None
        index, turn = work.view.part.mine
        if self._chance.random() < self._stage.tempo.typing:
            self._client.tell(staff.Typing(conversation_id=work.conversation))
        await asyncio.sleep(self._stage.tempo.writing_s(turn.text, self._chance))
        if self._chance.random() < self._stage.tempo.cut:
            asyncio.get_running_loop().call_soon(self._client.cut)
        sent: staff.Sent = await self._client.ask(
            staff.SendMessage,
            conversation_id=work.conversation,
            client_id=client_id(work.view.part.dialogue, index),
            text=turn.text,
        )
        work.view.spoke(index, sent.n)

    async def _give_back(self, work: Work) -> None:
        await self._client.ask(
            staff.TransferToQueue, work_item_id=work.item, queue=work.assignment.work_item.queue, note="Please go on."
        )

    def _complain(self, text: str) -> None:
        self._stage.findings.violated(FRAMES, f"{self.name}: {text}")
