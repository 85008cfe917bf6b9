"""What the machine gives without us, probed in the same run: a bare echo, a bare socket's memory, a bare send loop."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from dataclasses import dataclass

from loadtest.address import Address
from loadtest.codec import MSGPACK
from loadtest.measures import quantile
from loadtest.server import resident_kb
from loadtest.socket import Socket, connect

FRAME = bytes(300)
IDLE_SOCKETS = 1_000
ECHOES = 2_000
CONNECTS_AT_ONCE = 50
SEND_LOOP_CPU_S = 0.4
ECHO_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    echo_p50_ms: float
    socket_send_per_cpu_s: float
    bare_kb_per_socket: float


async def floor() -> Floor:
    """About three seconds. Raises OSError, TimeoutError."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "loadtest.echo", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    sockets: list[Socket] = []
    try:
        assert child.stdout is not None
        async with asyncio.timeout(20):
            port = int(await child.stdout.readline())
        address = Address(host="127.0.0.1", port=port, secure=False)
        before_kb = resident_kb(child.pid)
        sockets = await _idle(address)
        await asyncio.sleep(0.5)
        kb = (resident_kb(child.pid) - before_kb) / IDLE_SOCKETS
        echo_p50_ms = await _echo_p50_ms(address)
    finally:
        for idle in sockets:
            idle.cut()
        child.terminate()
        await child.wait()
    sends = await asyncio.to_thread(sends_per_cpu_s)
    return Floor(echo_p50_ms=echo_p50_ms, socket_send_per_cpu_s=sends, bare_kb_per_socket=kb)


async def _idle(address: Address) -> list[Socket]:
    turnstile = asyncio.Semaphore(CONNECTS_AT_ONCE)

    async def one() -> Socket:
        async with turnstile:
            return await connect(address, "/", codec=MSGPACK, on_frame=_ignore, on_close=_ignore)

    return list(await asyncio.gather(*(one() for _ in range(IDLE_SOCKETS))))


async def _echo_p50_ms(address: Address) -> float:
    """Round trips of one frame, one after another."""
    came = asyncio.Event()
    probe = await connect(address, "/", codec=MSGPACK, on_frame=lambda _: came.set(), on_close=_ignore)
    took: list[float] = []
    async with asyncio.timeout(ECHO_TIMEOUT_S):
        for _ in range(ECHOES):
            came.clear()
            sent = time.perf_counter()
            probe.send(FRAME)
            await came.wait()
            took.append((time.perf_counter() - sent) * 1_000)
    probe.cut()
    return quantile(took, 0.5) or 0.0


def sends_per_cpu_s() -> float:
    """Blocking sends of one frame to a loopback TCP socket, per second of the sending thread's processor time."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as sender:
        receiver, _ = listener.accept()
        drain = threading.Thread(target=_drain, args=(receiver,), name="drain")
        drain.start()
        sent, began = 0, time.thread_time()
        while (spent := time.thread_time() - began) < SEND_LOOP_CPU_S:
            for _ in range(100):
                sender.sendall(FRAME)
            sent += 100
        sender.shutdown(socket.SHUT_WR)
        drain.join()
        receiver.close()
    return sent / spent


def _drain(receiver: socket.socket) -> None:
    while receiver.recv(2**20):
        pass


def _ignore(_: object) -> None:
    return
