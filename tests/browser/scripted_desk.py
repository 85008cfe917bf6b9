"""A scripted desk for the agent client's browser tests: the server's side of an agent's sessions, led by the test.

It serves the built page with the real content policy, speaks the real wire messages (router.protocol) and keeps the
session contract: numbered events, resume, one answer for each command id. What the agent does changes a small world
(`Scene`), so that the page meets a server that behaves; what others do, the test says.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from router.protocol.base import Ack, Command, Error, Hello, Ping, Pong, ServerEvent, Welcome
from router.protocol.errors import UsherError
from router.protocol.frames import Encoded, Ok, control, staff_msgpack
from tests.browser.desk_scene import Scene, now_ms
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
DIST = ROOT / "agent_client" / "dist"
HEARTBEAT_MS = 2_000
EMAIL, PASSWORD = "anna@larkspur.example", "greenhouse-agent"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Session:
    """Numbered events of one session, kept until acknowledged, and the answers it has had."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.seq = 0
        self.kept: dict[int, bytes] = {}
        self.answers: dict[int, bytes] = {}
        self.socket: WebSocket | None = None

    async def push(self, event: ServerEvent) -> None:
        self.seq += 1
        frame = self.kept[self.seq] = Encoded(event).msgpack(self.seq)
        await self.send(frame)

    async def send(self, frame: bytes) -> None:
        if self.socket is not None:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self.socket.send_bytes(frame)


class Desk:
    """scene: the world as this server sees it. said: every frame of the client but pings and acks, in order.

    refuse: for a command's tag, the error it is answered with instead of being carried out.
    silent: commands are heard but not answered (a server that hangs).
    news_late: commands are answered at once; what happens by them is kept in `news` for the test to push.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.signed_in = True
        self.demo = True
        self.url = ""
        self.said: list[Any] = []
        self.refuse: dict[type[Command], UsherError] = {}
        self.silent = False
        self.news_late = False
        self.news: list[ServerEvent] = []
        self.down = False
        self.sessions: dict[str, Session] = {}
        self._heard = asyncio.Condition()

    # ------------------------------------------------------------ what a test does

    async def push(self, *events: ServerEvent) -> None:
        """Let it happen: the scene changes and every session hears of it."""
        for event in events:
            self.scene.apply(event)
            for session in list(self.sessions.values()):
                await session.push(event)

    async def heard(self, kind: type[Any], count: int = 1) -> list[Any]:
        """All frames of a kind so far; waits until there are `count`."""

        def of_kind() -> list[Any]:
            return [one for one in self.said if isinstance(one, kind)]

        async with asyncio.timeout(PATIENCE_S), self._heard:
            await self._heard.wait_for(lambda: len(of_kind()) >= count)
        return of_kind()

    async def cut(self, *, forget: bool = False, code: int = 1001) -> None:
        """Close every connection and take no new one until `restore`. forget: sessions cannot be resumed."""
        self.down = True
        for session in list(self.sessions.values()):
            if session.socket is not None:
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await session.socket.close(code)
                session.socket = None
        if forget:
            self.sessions.clear()

    def restore(self) -> None:
        self.down = False

    # ------------------------------------------------------------ http

    async def login(self, request: Request) -> Response:
        given = await request.json()
        if given != {"email": EMAIL, "password": PASSWORD}:
            return JSONResponse({"error": {"code": "bad_credentials", "message": ""}}, 401)
        self.signed_in = True
        return self._identity()

    async def me(self, _request: Request) -> Response:
        if not self.signed_in:
            return JSONResponse({"error": {"code": "not_signed_in", "message": ""}}, 401)
        return self._identity()

    async def logout(self, _request: Request) -> Response:
        self.signed_in = False
        return Response(status_code=204)

    async def demo_logins(self, _request: Request) -> Response:
        login = {"role": "agent", "name": self.scene.me.name, "email": EMAIL, "password": PASSWORD}
        boss = {"role": "supervisor", "name": "Eleni Papadaki", "email": "eleni@larkspur.example", "password": PASSWORD}
        return JSONResponse({"logins": [login, boss]}, 200 if self.demo else 404)

    async def voice_token(self, _request: Request) -> Response:
        return JSONResponse({"token": "t", "identity": self.scene.me.agent_id, "expires_at": now_ms() + 3_600_000})

    async def page(self, _request: Request) -> Response:
        return FileResponse(DIST / "index.html", headers={"content-security-policy": POLICY})

    def _identity(self) -> Response:
        me = self.scene.me
        return JSONResponse({"agent_id": me.agent_id, "name": me.name, "role": me.role, "language": me.language})

    # ------------------------------------------------------------ sessions

    async def socket(self, websocket: WebSocket) -> None:
        if self.down:
            await websocket.close(4503)
            return
        await websocket.accept("usher.v1.msgpack")
        if not self.signed_in:
            await websocket.close(4401)
            return
        with contextlib.suppress(WebSocketDisconnect, RuntimeError):
            hello = staff_msgpack.decode(await websocket.receive_bytes())
            assert isinstance(hello, Hello)
            await self._serve(websocket, hello)

    async def _serve(self, websocket: WebSocket, hello: Hello) -> None:
        session = self.sessions.get(hello.session_id)
        resumed = session is not None
        if session is None:
            session = Session(f"s{len(self.said)}-{now_ms()}")
            self.sessions[session.key] = session
        session.socket = websocket
        welcome = Welcome(session_id=session.key, resumed=resumed, server_time=now_ms(), heartbeat_ms=HEARTBEAT_MS)
        await session.send(control(welcome, "usher.v1.msgpack"))
        if resumed:
            for seq, frame in list(session.kept.items()):
                if seq > hello.last_seq:
                    await session.send(frame)
        else:
            await session.push(self.scene.snapshot())
        while True:
            await self._hear(session, staff_msgpack.decode(await websocket.receive_bytes()))

    async def _hear(self, session: Session, frame: Any) -> None:
        match frame:
            case Ping():
                await session.send(control(Pong(server_time=now_ms()), "usher.v1.msgpack"))
            case Ack(seq=seq):
                session.kept = {n: kept for n, kept in session.kept.items() if n > seq}
            case _:
                async with self._heard:
                    self.said.append(frame)
                    self._heard.notify_all()
                if isinstance(frame, Command):
                    await self._answer(session, frame)
                else:
                    for event in self.scene.on_signal(frame):
                        await self.push(event)

    async def _answer(self, session: Session, command: Command) -> None:
        if self.silent:
            return
        if command.id not in session.answers:
            session.answers[command.id] = control(await self._carry_out(command), "usher.v1.msgpack")
        await session.send(session.answers[command.id])

    async def _carry_out(self, command: Command) -> Ok | Error:
        refusal = self.refuse.get(type(command))
        if refusal is not None:
            return Error(id=command.id, code=refusal.code, message=refusal.message, detail=dict(refusal.detail))
        result, events = self.scene.on_command(command)
        if self.news_late:
            self.news += events
        else:
            await self.push(*events)
        return Ok(id=command.id, result=result)


@contextlib.asynccontextmanager
async def serving(desk: Desk) -> AsyncIterator[Desk]:
    """Serve on a free loopback port until the block ends."""
    assert DIST.is_dir(), "agent_client is not built: python -m router.front_ends build"
    app = Starlette(
        routes=[
            Route("/api/login", desk.login, methods=["POST"]),
            Route("/api/logout", desk.logout, methods=["POST"]),
            Route("/api/me", desk.me),
            Route("/api/demo", desk.demo_logins),
            Route("/api/voice/token", desk.voice_token, methods=["POST"]),
            WebSocketRoute("/ws/agent", desk.socket),
            Mount("/agent/assets", StaticFiles(directory=DIST / "assets")),
            Route("/agent/{rest:path}", desk.page),
        ]
    )
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, ws="websockets-sansio", log_level="warning", lifespan="off", ws_ping_interval=None)
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(server.serve([listener]), name="scripted desk")
        while not server.started:
            await asyncio.sleep(0.01)
        desk.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            yield desk
        finally:
            await desk.cut()
            server.should_exit = True
            server.force_exit = True
            await task
