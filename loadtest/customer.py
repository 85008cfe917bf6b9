"""A simulated customer: begins with the first turn of a dialogue and answers each turn of an agent with the next.

In a talk with the bot nobody knows what it will say: there each turn answers whatever has come.
"""

from __future__ import annotations

import asyncio
from random import Random

from loadtest.client import Client, CommandRefused, Endpoint, strict_customer
from loadtest.codec import JSON, Codec
from loadtest.dialogue import Dialogue
from loadtest.http import become_visitor
from loadtest.ledger import open_view
from loadtest.part import client_id
from loadtest.stage import Stage, page_url
from loadtest.witness import FRAMES
from router.protocol import customer, staff

WINDING_UP_S = 60.0


class Customer:
    """live() plays the whole part; `closed` tells whether the centre ended the conversation.

    caller: the loopback address it calls from, see http.caller.
    """

    __slots__ = (
        "_answered", "_caller", "_chance", "_client", "_conversation_id", "_cue", "_department", "_dialogue", "_stage",
        "_to_bot", "_view", "closed",
    )  # fmt: skip

    def __init__(self, stage: Stage, dialogue: Dialogue, department: str, chance: Random, *, caller: str = "") -> None:
        self._caller = caller
        self._stage, self._dialogue, self._department, self._chance = stage, dialogue, department, chance
        self._view = open_view(stage.ledger, dialogue, "customer")
        self._cue = asyncio.Event()
        self._answered = asyncio.Event()
        self._to_bot = dialogue.with_bot
        self._conversation_id = ""
        self._client: Client[customer.CustomerEvent] | None = None
        self.closed = False

    async def live(self, *, codec: Codec = JSON) -> None:
        """Returns when the conversation is over. Raises what connecting raises, TimeoutError, Stopped."""
        visitor = await become_visitor(
            self._stage.address, self._stage.account, origin=self._stage.origin, caller=self._caller
        )
        endpoint = Endpoint(
            address=self._stage.address,
            path="/ws/customer",
            codec=codec,
            origin=self._stage.origin,
            device_id=f"tab-{self._dialogue.key}",
            token=visitor.token,
            account=self._stage.account,
        )
        client = Client(
            endpoint, read=strict_customer, on_event=self._on_event, complain=self._complain, chance=self._chance
        )
        self._client = client
        try:
            await client.start()
            await self._begin(client)
            await self._talk(client)
            await self._wind_up(client)
        except CommandRefused as refusal:
            self._stage.refused(refusal)
        finally:
            await client.close()
            self._stage.resumes += client.resumes
            self._stage.tries_again += client.tries_again
            self._stage.cuts += client.cuts

    async def _begin(self, client: Client[customer.CustomerEvent]) -> None:
        started: customer.Started = await client.ask(
            customer.StartConversation,
            client_id=client_id(self._dialogue, 0),
            text=self._dialogue.turns[0].text,
            name=self._dialogue.customer_name,
            department=self._department,
            language=self._dialogue.language,
            page_url=page_url(self._dialogue),
            person=not self._to_bot,
        )
        self._conversation_id = started.conversation_id
        self._view.spoke(0, started.n)

    async def _talk(self, client: Client[customer.CustomerEvent]) -> None:
        while not (self.closed or self._view.part.over):
            if (turn := self._view.part.mine) is None:
                self._cue.clear()
                await self._cue.wait()
                continue
            index, said = turn
            if self._to_bot:
                await self._answered.wait()
                self._answered.clear()
                if self.closed:
                    return
            if self._chance.random() < self._stage.tempo.typing:
                client.tell(staff.Typing(conversation_id=self._conversation_id))
            await asyncio.sleep(self._stage.tempo.writing_s(said.text, self._chance))
            if self._chance.random() < self._stage.tempo.cut:
                asyncio.get_running_loop().call_soon(client.cut)
            sent: staff.Sent = await client.ask(
                staff.SendMessage,
                conversation_id=self._conversation_id,
                client_id=client_id(self._dialogue, index),
                text=said.text,
            )
            self._view.spoke(index, sent.n)

    async def _wind_up(self, client: Client[customer.CustomerEvent]) -> None:
        """Wait for the agent to end it, and say sometimes how it was. Raises TimeoutError: nobody ends it."""
        async with asyncio.timeout(WINDING_UP_S):
            while not self.closed:
                self._cue.clear()
                await self._cue.wait()
        if self._view.part.over:
            self._stage.finished.add(self._dialogue.key)
        if self._chance.random() < self._stage.tempo.rates:
            stars = self._chance.choice((3, 4, 4, 5, 5, 5))
            await client.ask(customer.RateConversation, conversation_id=self._conversation_id, stars=stars)

    def _on_event(self, event: customer.CustomerEvent) -> None:
        match event:
            case customer.CustomerSnapshot(conversation=conversation) if conversation is not None:
                self._view.state(conversation.messages)
                self.closed = self.closed or conversation.state == "closed"
            case customer.ConversationStarted(conversation=conversation):
                self._view.state(conversation.messages)
            case staff.MessageCreated(message=message):
                self._view.event(message)
                if message.author != "customer":
                    self._answered.set()
                if message.author == "agent" and self._client and self._chance.random() < self._stage.tempo.reads:
                    self._client.tell(staff.Read(conversation_id=message.conversation_id, n=message.n))
            case customer.AgentChanged(agent=agent) if agent is not None and not agent.bot:
                self._to_bot = False
                self._answered.set()
            case staff.ConversationClosed():
                self.closed = True
                self._answered.set()
            case _:
                return
        self._cue.set()

    def _complain(self, text: str) -> None:
        self._stage.findings.violated(FRAMES, f"customer of {self._dialogue.key}: {text}")
