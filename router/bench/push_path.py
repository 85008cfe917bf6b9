"""The way from a session to its socket, beside a bare loop of blocking sends that encodes the same event.

`python -m router.bench.push_path` prints one JSON object in about four seconds. A child drains all sockets and counts
nothing: only this process's processor time is measured, the kernel's work for its sends included. Both ways take turns,
for the cores of a shared machine are not the same a second later; medians over rounds.
"""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from router.gateway.session import Session
from router.gateway.wire import Gone, Wire, wire_of
from router.gateway.writing import Writing
from router.protocol import records, staff
from router.protocol.frames import Encoded

CLIENTS = 500
ROUNDS = 5
ROUND_CPU_S = 0.2
TOGETHER = 8
"""Events of one client that come in one turn of the loop, for the coalesced figure."""
WAIT_S = 20.0

OFFER = staff.OfferCreated(
    offer=records.Offer(
        offer_id="wi_01HZX4T7Q0M3N9:1",
        work_item=records.WorkItem(
            work_item_id="wi_01HZX4T7Q0M3N9",
            conversation_id="con_01HZX4T7Q0M3N9",
            channel="webchat",
            queue="billing",
            customer=records.CustomerCard(customer_id="cus_01HZX4T7", name="Anna Kowalska", email="", language="pl"),
            language="pl",
            requirements=[],
            priority=0,
            weight=25,
            enqueued_at=1_790_000_000_000,
            preview="Is anybody there? My order was promised for Tuesday.",
        ),
        expires_at=1_790_000_020_000,
        ring_ms=20_000,
        why=records.Why(model="longest_idle", waited_ms=12, matched=[], attempt=1, transferred_by=None),
    )
)


async def measure() -> dict[str, float]:
    """Events written a second of this process's processor time, three ways, and two ratios."""
    async with _sessions() as (sessions, plain):
        single, together, floor = [], [], []
        for _ in range(ROUNDS):
            floor.append(await asyncio.to_thread(_send_loop, plain))
            single.append(await _pushes(sessions, 1))
            together.append(await _pushes(sessions, TOGETHER))
    bare = statistics.median(floor)
    return {
        "send_loop_per_cpu_s": bare,
        "push_per_cpu_s": statistics.median(single),
        "coalesced_per_cpu_s": statistics.median(together),
        "push_to_send_loop": statistics.median(single) / bare,
        "coalesced_to_send_loop": statistics.median(together) / bare,
        "frame_bytes": len(Encoded(OFFER).msgpack(1)),
    }


async def _pushes(sessions: list[Session], each: int) -> float:
    """Put `each` events into every session a turn and acknowledge them when they are written."""
    pushed, began = 0, time.process_time()
    while (spent := time.process_time() - began) < ROUND_CPU_S:
        for session in sessions:
            for _ in range(each):
                session.put(OFFER)
        await asyncio.sleep(0)
        while any(session.backlog for session in sessions):  # noqa: ASYNC110 - the clients decide
            await asyncio.sleep(0.001)
        for session in sessions:
            session.ack(session.last_seq)
        pushed += each * len(sessions)
    return pushed / spent


def _send_loop(sockets: list[socket.socket]) -> float:
    """Encode and send one event to one socket after another, blocking."""
    encode = msgspec.msgpack.Encoder().encode
    sent, began = 0, time.thread_time()
    while (spent := time.thread_time() - began) < ROUND_CPU_S:
        for each in sockets:
            each.sendall(encode((sent, OFFER)))
        sent += len(sockets)
    return sent / spent


@asynccontextmanager
async def _sessions() -> AsyncIterator[tuple[list[Session], list[socket.socket]]]:
    """CLIENTS sessions over wires and as many plain sockets, all drained by one child."""
    sessions: list[Session] = []
    everybody = asyncio.Event()

    async def endpoint(websocket: WebSocket) -> None:
        await websocket.accept()
        wire = wire_of(websocket)
        session = Session("", "usher.v1.msgpack", keep=1_000, on_lost=lambda: None)
        writing = Writing(session, wire, text=False)
        writing.begin(session.attach(0, writing.soon))
        sessions.append(session)
        if len(sessions) == CLIENTS:
            everybody.set()
        with suppress(Gone):
            await wire.frame()

    async with _serving(endpoint) as port:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "router.bench.push_path", "drain", str(port), stdout=asyncio.subprocess.PIPE
        )
        plain: list[socket.socket] = []
        try:
            assert child.stdout is not None
            async with asyncio.timeout(WAIT_S):
                drain = ("127.0.0.1", int(await child.stdout.readline()))
                plain += [await asyncio.to_thread(socket.create_connection, drain) for _ in range(CLIENTS)]
                await everybody.wait()
            yield sessions, plain
        finally:
            child.terminate()
            await child.wait()
            for each in plain:
                each.close()


@asynccontextmanager
async def _serving(endpoint: Callable[[WebSocket], Awaitable[None]]) -> AsyncIterator[int]:
    listening = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)
    app = Starlette(routes=[WebSocketRoute("/", endpoint)])
    options = {"ws_per_message_deflate": False, "ws_ping_interval": None, "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(app, ws=Wire, lifespan="off", log_config=None, **options))  # type: ignore[arg-type]
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="push server")
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def _drain(port: int) -> None:
    """The child: open the clients' sockets, take plain ones, read all of them until ended."""
    upgrade = (
        b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    chosen = selectors.DefaultSelector()
    listener = socket.create_server(("127.0.0.1", 0), backlog=CLIENTS)
    chosen.register(listener, selectors.EVENT_READ)
    print(listener.getsockname()[1], flush=True)
    for _ in range(CLIENTS):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(upgrade)
        chosen.register(client, selectors.EVENT_READ)
    while True:
        for key, _ in chosen.select():
            ready = key.fileobj
            assert isinstance(ready, socket.socket)
            if ready is listener:
                chosen.register(listener.accept()[0], selectors.EVENT_READ)
            elif not ready.recv(2**18):
                chosen.unregister(ready)


if __name__ == "__main__":
    if sys.argv[1:2] == ["drain"]:
        _drain(int(sys.argv[2]))
    else:
        print(json.dumps(uvloop.run(measure())))
