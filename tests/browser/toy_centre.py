"""A toy centre for the widget's browser tests: one visitor's conversation in memory, every step told by the test.

It speaks the real wire messages (router.protocol) and keeps the server's side of the session contract: numbered events,
resume, one answer for each command id, sends that are the same message under the same client_id.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from router.protocol import customer as said
from router.protocol.base import Ack, Command, Error, Hello, Ping, Pong, Result, ServerEvent, Welcome
from router.protocol.frames import Encoded, Ok, control, customer_json
from router.protocol.records import Conversation, CustomerCard, Message, Receipts
from router.protocol.staff import (
    ConversationClosed,
    ConversationRated,
    FetchMessages,
    MessageCreated,
    Messages,
    Read,
    ReceiptsChanged,
    SendMessage,
    Sent,
    TypingShown,
)

HEARTBEAT_MS = 1_000
PAGE = 20


class Session:
    """Events of one widget session, kept until it acknowledges them."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.seq = 0
        self.kept: list[tuple[int, str]] = []
        self.answers: dict[int, str] = {}
        self.socket: WebSocket | None = None

    def add(self, event: ServerEvent) -> str:
        self.seq += 1
        frame = Encoded(event).json(self.seq).decode()
        self.kept.append((self.seq, frame))
        return frame


class ToyCentre:
    """What the test tells it happens; what the widget said is kept for the test to read."""

    def __init__(self, shop: Path, widget: Path) -> None:
        self.shop, self.widget = shop, widget
        self.url = ""
        self.config: dict[str, Any] = {
            "account": "demo",
            "title": "Larkspur",
            "accent": "#2f6b4f",
            "welcome": {"en": "Hello! Seeds, sheds or a lost parcel: tell us what you need.", "pl": "Dzień dobry!"},
            "departments": [
                {
                    "name": "orders",
                    "labels": {"en": "My order and delivery", "pl": "Moje zamówienie"},
                    "closed": None,
                }
            ],
            "pre_chat": {"name": "optional", "email": "optional"},
            "languages": ["en", "pl"],
            "default_language": "en",
            "agents_online": True,
            "closed": None,
        }
        self.requests: list[str] = []
        self.heard: list[Any] = []
        self.conversations: list[Conversation] = []
        self.queue: said.QueuePosition | None = None
        self.agent: said.AgentFace | None = None
        self.sessions: dict[str, Session] = {}
        self.refuse: list[str] = []
        """Error codes for the next commands that change something."""
        self.down = False
        """No socket is accepted."""
        self.unknown_visitor = False
        """The token is one of a database that is gone."""
        self.pages: dict[str, tuple[str, str, dict[str, str]]] = {}
        """Host pages by path: media type, body, headers."""
        self.deaf = False
        """Commands are carried out, but their answers are never sent."""

    # ------------------------------------------------------------ what the test does

    @property
    def conversation(self) -> Conversation | None:
        return self.conversations[0] if self.conversations else None

    def texts(self) -> list[str]:
        assert self.conversation
        return [message.text for message in self.conversation.messages if message.author == "customer"]

    async def wait_in_queue(self, position: int, p50_ms: int | None, p90_ms: int | None) -> None:
        self.queue = said.QueuePosition(position=position, expected_wait_p50_ms=p50_ms, expected_wait_p90_ms=p90_ms)
        await self._tell(said.QueueChanged(conversation_id=self._open_id(), queue=self.queue))

    async def join(self, name: str) -> None:
        self.queue, self.agent = None, said.AgentFace(name=name)
        await self._tell(said.AgentChanged(conversation_id=self._open_id(), agent=self.agent))
        await self._append("agent.joined", kind="system", author="agent", name=name)

    async def say(self, text: str) -> None:
        assert self.agent
        await self._append(text, author="agent", name=self.agent.name)

    async def type_something(self) -> None:
        assert self.agent
        name = self.agent.name
        await self._tell(TypingShown(conversation_id=self._open_id(), author_name=name, for_ms=4_000))

    async def receipts(self, **facts: int) -> None:
        """Facts of Receipts that change."""
        assert self.conversation
        receipts = msgspec.structs.replace(self.conversation.receipts, **facts)
        self._replace(receipts=receipts)
        await self._tell(ReceiptsChanged(conversation_id=self.conversation.conversation_id, receipts=receipts))

    async def close(self) -> None:
        conversation_id = self._open_id()
        await self._append("conversation.ended", kind="system", author="system", name="")
        self._replace(state="closed", closed_at=_now())
        self.queue = self.agent = None
        await self._tell(ConversationClosed(conversation_id=conversation_id, closed_at=_now(), by="agent"))

    async def cut(self, code: int = 1012) -> None:
        """Every socket is closed."""
        for session in self.sessions.values():
            if session.socket is not None:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await session.socket.close(code)
                session.socket = None

    async def restart(self) -> None:
        """The node forgets its sessions; what was said is durable."""
        await self.cut()
        self.sessions.clear()

    # ------------------------------------------------------------ the endpoints

    def routes(self) -> list[BaseRoute]:
        async def config(request: Request) -> Response:
            self.requests.append("config")
            return JSONResponse(self.config)

        async def session(request: Request) -> Response:
            self.requests.append("session")
            return JSONResponse({"visitor_id": "v1", "customer_id": "c1", "token": "secret-token"})

        async def loader(request: Request) -> Response:
            return Response((self.widget / "widget.js").read_bytes(), media_type="text/javascript")

        async def page(request: Request) -> Response:
            media_type, body, headers = self.pages[request.path_params["name"]]
            return Response(body, media_type=media_type, headers=headers)

        async def portal(request: Request) -> Response:
            policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
            policy += "connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
            page = (self.widget / "portal.html").read_text()
            return Response(page, media_type="text/html", headers={"content-security-policy": policy})

        async def portal_leads_to(request: Request) -> Response:
            form = {"key": "contact", "title": "Write to us", "intro": "Letters are answered within a day."}
            return JSONResponse({"cases": True, "forms": [form]})

        return [
            Route("/api/widget/config", config),
            Route("/api/help/portal", portal_leads_to),
            Route("/api/widget/session", session, methods=["POST"]),
            Route("/widget.js", loader),
            Route("/portal", portal),
            Route("/host/{name}", page),
            WebSocketRoute("/ws/customer", self._socket),
            Mount("/widget", StaticFiles(directory=self.widget)),
            Mount("/shop", StaticFiles(directory=self.shop, html=True)),
        ]

    async def _socket(self, socket: WebSocket) -> None:
        self.requests.append("socket")
        if self.down:
            await socket.close()
            return
        await socket.accept("usher.v1.json")
        if self.unknown_visitor:
            await socket.close(4401)
            return
        session: Session | None = None
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            while True:
                frame = customer_json.decode(await socket.receive_text())
                match frame:
                    case Hello():
                        session = await self._welcome(socket, frame)
                    case Ping():
                        await socket.send_text(control(Pong(server_time=_now()), "usher.v1.json").decode())
                    case Ack(seq=seq) if session:
                        session.kept = [(n, kept) for n, kept in session.kept if n > seq]
                    case Command() if session:
                        await self._answer(session, frame)
                    case Read(n=n):
                        self.heard.append(frame)
                        await self.receipts(customer_read_n=n)
                    case _:
                        self.heard.append(frame)

    async def _welcome(self, socket: WebSocket, hello: Hello) -> Session:
        assert hello.token == "secret-token"
        found = self.sessions.get(hello.session_id)
        session = found or Session(f"s{len(self.sessions)}-{_now()}")
        self.sessions[session.key] = session
        welcome = Welcome(
            session_id=session.key, resumed=found is not None, server_time=_now(), heartbeat_ms=HEARTBEAT_MS
        )
        await socket.send_text(control(welcome, "usher.v1.json").decode())
        if not found:
            session.add(self._snapshot())
        for seq, frame in session.kept:
            if seq > hello.last_seq:
                await socket.send_text(frame)
        session.socket = socket
        return session

    async def _answer(self, session: Session, command: Command) -> None:
        frame = session.answers.get(command.id)
        if frame is None:
            self.heard.append(command)
            frame = control(await self._carry_out(command), "usher.v1.json").decode()
            session.answers[command.id] = frame
        if session.socket is not None and not self.deaf:
            await session.socket.send_text(frame)

    async def _carry_out(self, command: Command) -> Ok | Error:
        if self.refuse and isinstance(command, SendMessage | said.StartConversation):
            code = self.refuse.pop(0)
            return Error(id=command.id, code=code, message=code)
        result: Result | None = None
        match command:
            case said.StartConversation(client_id=client_id, text=text):
                result = await self._start(client_id, text)
            case SendMessage(client_id=client_id, text=text):
                known = self._known(client_id)
                message = known or await self._append(text, author="customer", name="", client_id=client_id)
                result = Sent(n=message.n, at=message.at)
            case said.EndConversation():
                await self.close()
            case said.RateConversation(conversation_id=key, stars=stars):
                self._replace(rating=stars)
                await self._tell(ConversationRated(conversation_id=key, rating=stars))
            case FetchMessages(conversation_id=key, before_n=before, limit=limit):
                found = next(c for c in self.conversations if c.conversation_id == key)
                older = [message for message in found.messages if message.n < before]
                result = Messages(messages=older[-limit:], more=len(older) > limit)
            case said.ListConversations():
                result = said.Listed(conversations=[_last_page(c) for c in self.conversations])
        return Ok(id=command.id, result=result)  # type: ignore[arg-type]

    async def _start(self, client_id: str, text: str) -> said.Started:
        message = self._known(client_id)
        if message is None:
            self.conversations.insert(0, _blank(f"c{len(self.conversations) + 1}"))
            message = _message(self._open_id(), 1, text, client_id=client_id)
            self._replace(messages=[message], last_n=1)
            assert self.conversation
            await self._tell(said.ConversationStarted(conversation=self.conversation))
        return said.Started(conversation_id=message.conversation_id, n=message.n, at=message.at)

    # ------------------------------------------------------------ state

    def _known(self, client_id: str) -> Message | None:
        messages = (message for conversation in self.conversations for message in conversation.messages)
        return next((message for message in messages if message.client_id == client_id), None)

    async def _append(self, text: str, **facts: Any) -> Message:
        assert self.conversation
        message = _message(self.conversation.conversation_id, self.conversation.last_n + 1, text, **facts)
        self._replace(messages=[*self.conversation.messages, message], last_n=message.n)
        await self._tell(MessageCreated(message=message))
        return message

    def _replace(self, **facts: Any) -> None:
        assert self.conversation
        self.conversations[0] = msgspec.structs.replace(self.conversation, **facts)

    def _open_id(self) -> str:
        assert self.conversation
        return self.conversation.conversation_id

    def _snapshot(self) -> said.CustomerSnapshot:
        return said.CustomerSnapshot(
            server_time=_now(),
            customer=CustomerCard(customer_id="p1", name="", email="", language="en"),
            conversation=self.conversation and _last_page(self.conversation),
            queue=self.queue,
            agent=self.agent,
        )

    async def _tell(self, event: ServerEvent) -> None:
        for session in self.sessions.values():
            frame = session.add(event)
            if session.socket is not None:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await session.socket.send_text(frame)


@contextlib.asynccontextmanager
async def served(centre: ToyCentre) -> AsyncIterator[ToyCentre]:
    """Serves it on a free loopback port for the length of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    centre.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        Starlette(routes=centre.routes()), log_level="error", lifespan="off", ws="websockets-sansio", loop="asyncio"
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield centre
    finally:
        await centre.cut()
        server.should_exit = server.force_exit = True
        await serving
        listener.close()


def _now() -> int:
    return int(time.time() * 1000)


def _blank(key: str) -> Conversation:
    return Conversation(
        conversation_id=key,
        channel="webchat",
        account="demo",
        state="open",
        department="",
        language="en",
        page_url="",
        started_at=_now(),
        closed_at=None,
        last_n=0,
        receipts=Receipts(customer_delivered_n=0, customer_read_n=0, agent_delivered_n=0, agent_read_n=0),
        messages=[],
        more=False,
        rating=None,
    )


def _message(key: str, n: int, text: str, **facts: Any) -> Message:
    author = facts.get("author", "customer")
    return Message(
        conversation_id=key,
        n=n,
        kind=facts.get("kind", "text"),
        author=author,
        author_id=author,
        author_name=facts.get("name", ""),
        text=text,
        client_id=facts.get("client_id", ""),
        at=_now(),
    )


def _last_page(conversation: Conversation) -> Conversation:
    more = len(conversation.messages) > PAGE
    return msgspec.structs.replace(conversation, messages=conversation.messages[-PAGE:], more=more)
