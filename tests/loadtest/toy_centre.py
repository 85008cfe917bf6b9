"""A toy centre that speaks the protocol and can be told to do wrong, to show that the outside world would notice.

One queue, agents with a hundred units, no timers. It keeps no promise of the real server but the shape of its frames.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgpack
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from loadtest.address import Address
from tests.patience import PATIENCE_S

RECEIPTS = {"customer_delivered_n": 0, "customer_read_n": 0, "agent_delivered_n": 0, "agent_read_n": 0}


def now_ms() -> int:
    return time.time_ns() // 1_000_000


@dataclass(eq=False)
class Peer:
    """One socket of the toy. Sessions are never kept: every hello begins a new one."""

    socket: WebSocket
    text: bool
    who: str
    seq: int = 0
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def frame(self, value: Any) -> None:
        if self.text:
            await self.socket.send_text(json.dumps(value))
        else:
            await self.socket.send_bytes(msgpack.packb(value))

    async def event(self, kind: str, *, skip: int = 0, **facts: Any) -> None:
        self.seq += 1 + skip
        await self.frame([self.seq, {"type": kind, **facts}])

    async def receive(self) -> dict[str, Any]:
        if self.text:
            heard = json.loads(await self.socket.receive_text())
        else:
            heard = msgpack.unpackb(await self.socket.receive_bytes())
        self.heard.append(heard)
        return dict(heard)


@dataclass(eq=False)
class Talk:
    id: str
    page_url: str
    customer: Peer
    name: str = ""
    with_bot: bool = False
    messages: list[dict[str, Any]] = field(default_factory=list)
    agents: list[Peer] = field(default_factory=list)
    enqueued_at: int = 0
    closed: bool = False

    def item(self) -> dict[str, Any]:
        return {
            "work_item_id": f"item-{self.id}", "conversation_id": self.id, "channel": "webchat", "queue": "toys",
            "customer": {"customer_id": "c", "name": self.name, "email": "", "language": "en"}, "language": "en",
            "requirements": [], "priority": 0, "weight": 25, "enqueued_at": self.enqueued_at, "preview": "",
        }  # fmt: skip

    def record(self) -> dict[str, Any]:
        return {
            "conversation_id": self.id, "channel": "webchat", "account": "demo", "state": "open", "department": "",
            "language": "en", "page_url": self.page_url, "started_at": 0, "closed_at": None,
            "last_n": len(self.messages), "receipts": RECEIPTS, "messages": self.messages, "more": False,
            "rating": None,
        }  # fmt: skip


class ToyCentre:
    """faults: words from `drop double reorder garble two_holders over_limit younger gap locked
    deaf_to_accepts`."""

    def __init__(self, faults: set[str]) -> None:
        self.faults = faults
        self.agents: list[Peer] = []
        self.talks: dict[str, Talk] = {}
        self.numbers = itertools.count(1)
        self.app = Starlette(
            routes=[
                Route("/api/login", self.login, methods=["POST"]),
                Route("/api/demo", self.demo),
                Route("/api/widget/session", self.visitor, methods=["POST"]),
                WebSocketRoute("/ws/agent", self.agent),
                WebSocketRoute("/ws/customer", self.customer),
            ]
        )

    async def login(self, request: Request) -> JSONResponse:
        body = await request.json()
        if body["password"] != "right" or "locked" in self.faults:
            return JSONResponse({"error": {"code": "bad_credentials", "message": "no"}}, 401)
        answer = JSONResponse({"agent_id": body["email"], "name": "", "role": "agent", "language": "en"})
        answer.set_cookie("usher_session", f"of-{body['email']}", httponly=True)
        return answer

    async def demo(self, _: Request) -> JSONResponse:
        people = [f"toy-{number}@example.org" for number in range(3)]
        return JSONResponse(
            {"logins": [{"role": "agent", "name": "", "email": email, "password": "right"} for email in people]}
        )

    async def visitor(self, _: Request) -> JSONResponse:
        number = next(self.numbers)
        return JSONResponse({"visitor_id": f"visitor-{number}", "token": f"secret-{number}"})

    async def welcome(self, socket: WebSocket, who: str) -> Peer:
        offered = socket.scope["subprotocols"][0]
        await socket.accept(subprotocol=offered)
        peer = Peer(socket=socket, text=offered == "usher.v1.json", who=who)
        assert (await peer.receive())["type"] == "hello"
        session_id = f"session-{next(self.numbers)}"
        await peer.frame(
            {"type": "welcome", "session_id": session_id, "resumed": False, "server_time": now_ms(),
             "heartbeat_ms": 10_000}
        )  # fmt: skip
        return peer

    async def agent(self, socket: WebSocket) -> None:
        peer = await self.welcome(socket, socket.cookies["usher_session"])
        me = {
            "agent_id": peer.who, "name": peer.who, "email": "", "role": "agent", "team": "", "language": "en",
            "status": "available", "status_since": 0, "status_reason": "", "reachability": "connected",
            "units_held": 0, "units_limit": 20 if "over_limit" in self.faults else 100, "skills": {}, "queues": [],
        }  # fmt: skip
        await peer.event(
            "snapshot", server_time=now_ms(), me=me, statuses=[], queues=[], decline_reasons=[],
            dispositions=[{"name": "done", "label": "Done"}], offers=[], assignments=[],
        )  # fmt: skip
        self.agents.append(peer)
        try:
            while True:
                await self.agent_says(peer, await peer.receive())
        except WebSocketDisconnect:
            self.agents.remove(peer)

    async def agent_says(self, peer: Peer, heard: dict[str, Any]) -> None:
        kind = heard["type"]
        if kind == "offer.accept":
            await self.accept(peer, heard)
        elif kind == "message.send":
            await self.message(self.talks[heard["conversation_id"]], "agent", peer, heard)
        elif kind == "item.wrap_up":
            talk = self.talks[heard["work_item_id"].removeprefix("item-")]
            await peer.frame({"type": "ok", "id": heard["id"], "result": None})
            await peer.event("item.wrap_up", work_item_id=heard["work_item_id"], until=now_ms() + 9_000)
            if not talk.closed:
                talk.closed = True
                await talk.customer.event(
                    "conversation.closed", conversation_id=talk.id, closed_at=now_ms(), by="agent"
                )
        elif kind == "item.complete":
            await peer.frame({"type": "ok", "id": heard["id"], "result": None})
            await peer.event("item.closed", work_item_id=heard["work_item_id"], reason="completed")
        elif "id" in heard:
            await peer.frame({"type": "ok", "id": heard["id"], "result": None})

    async def accept(self, peer: Peer, heard: dict[str, Any]) -> None:
        if "deaf_to_accepts" in self.faults:
            return
        talk = self.talks[heard["offer_id"].removeprefix("offer-")]
        await peer.frame({"type": "ok", "id": heard["id"], "result": None})
        await peer.event("offer.closed", offer_id=heard["offer_id"], outcome="accepted", reason="")
        talk.agents.append(peer)
        await self.assign(peer, talk, skip=1 if "gap" in self.faults else 0)
        if "two_holders" in self.faults:
            other = next(agent for agent in self.agents if agent is not peer)
            talk.agents.append(other)
            await self.assign(other, talk)

    async def assign(self, peer: Peer, talk: Talk, skip: int = 0) -> None:
        assignment = {
            "work_item": talk.item(), "units": 25, "state": "assigned", "accepted_at": now_ms(), "wrap_up_until": None,
            "conversation": talk.record(), "customer_online": True,
        }  # fmt: skip
        await peer.event("item.assigned", skip=skip, assignment=assignment)

    async def customer(self, socket: WebSocket) -> None:
        peer = await self.welcome(socket, "customer")
        card = {"customer_id": "c", "name": "", "email": "", "language": "en"}
        await peer.event(
            "customer.snapshot", server_time=now_ms(), customer=card, conversation=None, queue=None, agent=None
        )
        try:
            while True:
                await self.customer_says(peer, await peer.receive())
        except WebSocketDisconnect:
            return

    async def customer_says(self, peer: Peer, heard: dict[str, Any]) -> None:
        kind = heard["type"]
        if kind == "conversation.start":
            talk = Talk(f"talk-{next(self.numbers)}", heard["page_url"], peer, heard["name"], enqueued_at=now_ms())
            self.talks[talk.id] = talk
            talk.messages.append(self.made(talk, "customer", heard))
            await peer.event("conversation.started", conversation=talk.record())
            started = {"type": "started", "conversation_id": talk.id, "n": 1, "at": now_ms()}
            await peer.frame({"type": "ok", "id": heard["id"], "result": started})
            await (self.offer(talk) if heard.get("person") else self.bot_says(talk))
        elif kind == "message.send":
            talk = self.talks[heard["conversation_id"]]
            await self.message(talk, "customer", peer, heard)
            if talk.with_bot:
                await self.bot_says(talk)
        elif "id" in heard:
            await peer.frame({"type": "ok", "id": heard["id"], "result": None})

    async def bot_says(self, talk: Talk) -> None:
        """The same to everything; goodbye to the third."""
        talk.with_bot = True
        message = self.made(talk, "bot", {"text": "Is that so?", "client_id": ""})
        talk.messages.append(message)
        await talk.customer.event("message.created", message=message)
        if len(talk.messages) >= 6:
            talk.closed = True
            await talk.customer.event("conversation.closed", conversation_id=talk.id, closed_at=now_ms(), by="system")

    async def offer(self, talk: Talk) -> None:
        why = {"model": "longest_idle", "waited_ms": 0, "matched": [], "attempt": 1, "transferred_by": None}
        offer = {
            "offer_id": f"offer-{talk.id}", "work_item": talk.item(), "expires_at": now_ms() + 9_000,
            "ring_ms": 9_000, "why": why,
        }  # fmt: skip
        await self.agents[len(self.talks) % len(self.agents)].event("offer.created", offer=offer)
        if "younger" in self.faults:
            talk.enqueued_at += 5

    def made(self, talk: Talk, author: str, heard: dict[str, Any]) -> dict[str, Any]:
        return {
            "conversation_id": talk.id, "n": len(talk.messages) + 1, "kind": "text", "author": author,
            "author_id": author, "author_name": "", "text": heard["text"], "client_id": heard["client_id"],
            "at": now_ms(),
        }  # fmt: skip

    async def message(self, talk: Talk, author: str, peer: Peer, heard: dict[str, Any]) -> None:
        message = self.made(talk, author, heard)
        talk.messages.append(message)
        sent = {"type": "sent", "n": message["n"], "at": message["at"]}
        await peer.frame({"type": "ok", "id": heard["id"], "result": sent})
        last = message["n"] == 4
        if "drop" in self.faults and last:
            return
        shown = {**message, "text": "something else"} if "garble" in self.faults and last else message
        others = [talk.customer] if author == "agent" else talk.agents
        for other in others:
            if "reorder" in self.faults and last:
                await other.event("message.created", message={**message, "n": 9, "client_id": ""})
            await other.event("message.created", message=shown)
            if "double" in self.faults and last:
                await other.event("message.created", message=shown)


@asynccontextmanager
async def toy_centre(*faults: str, kind: type[ToyCentre] = ToyCentre) -> AsyncIterator[tuple[ToyCentre, Address]]:
    """A toy on a free port of the loopback."""
    centre = kind(set(faults))
    config = uvicorn.Config(
        centre.app, host="127.0.0.1", port=0, log_level="critical", ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not server.started:
                await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield centre, Address.of(f"http://127.0.0.1:{port}")
    finally:
        server.should_exit = True
        await serving
