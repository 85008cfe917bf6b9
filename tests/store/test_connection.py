"""The shared store connection: order, errors, breaks and bounds, on real Valkey and Redis."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvloop
from redis.exceptions import ResponseError

from router.embedded import valkey
from router.store.connection import Connection
from router.store.errors import ConnectionLost, NotSent, Overloaded, StoreUnavailable
from tests.patience import PATIENCE_S
from tests.servers import StoreProcess, broken, free_port, redis_binary, running


@pytest.fixture
async def connection(store_url: str) -> AsyncIterator[Connection]:
    async with await Connection.open(store_url) as connection:
        yield connection


async def test_replies_come_raw_and_in_the_order_of_calls(connection: Connection) -> None:
    replies = await asyncio.gather(*[connection.call("INCR", "n") for _ in range(2_000)])
    assert replies == list(range(1, 2_001))
    await connection.call("SET", "bytes", b"\x00\xff")
    assert await connection.call("MGET", "bytes", "none") == [b"\x00\xff", None]


async def test_calls_of_one_turn_leave_in_one_write(connection: Connection) -> None:
    before = await _reads(connection)
    await asyncio.gather(*[connection.call("PING") for _ in range(400)])
    assert await _reads(connection) - before <= 4


async def test_an_error_is_only_of_the_call_that_made_it(connection: Connection) -> None:
    await connection.call("SET", "text", "x")
    calls = [connection.call("GET", "text"), connection.call("INCR", "text"), connection.call("GET", "text")]
    before, wrong, after = await asyncio.gather(*calls, return_exceptions=True)
    assert (before, after) == (b"x", b"x")
    assert isinstance(wrong, ResponseError)


async def test_a_caller_who_stops_waiting_changes_nothing_for_others(connection: Connection) -> None:
    sent = asyncio.ensure_future(connection.call("INCR", "sent"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    never_sent = connection.call("INCR", "never")
    after = connection.call("GET", "never")
    sent.cancel()
    never_sent.cancel()
    assert await after is None
    assert await connection.call("GET", "sent") == b"1"


async def test_one_call_too_many_is_refused_at_once(store_url: str) -> None:
    async with await Connection.open(store_url, at_most=10) as connection:
        calls = [connection.call("INCR", "n") for _ in range(10)]
        with pytest.raises(Overloaded):
            connection.call("INCR", "n")
        assert await asyncio.gather(*calls) == list(range(1, 11))
        assert await connection.call("INCR", "n") == 11


async def test_large_replies_and_large_calls_pass(connection: Connection) -> None:
    large = b"x" * 5_000_000
    for _ in range(3):
        await connection.call("SET", "large", large)
        assert await connection.call("GET", "large") == large


async def test_it_connects_again_after_the_server_was_killed(own_store: StoreProcess) -> None:
    own_store.start()
    reconnected = asyncio.Event()
    async with await Connection.open(own_store.url, timeout_s=PATIENCE_S) as connection:
        connection.on_reconnect.append(reconnected.set)
        await connection.call("SET", "kept", "1")
        own_store.kill()
        await broken(connection)
        waiting = connection.call("GET", "kept")
        own_store.start()
        assert await waiting == b"1"
        assert reconnected.is_set()


async def test_a_break_leaves_sent_calls_unknown_and_never_repeats_them(own_store: StoreProcess) -> None:
    own_store.start()
    async with await Connection.open(own_store.url) as connection:
        acknowledged = unknown = 0
        over = asyncio.Event()

        async def count() -> None:
            nonlocal acknowledged, unknown
            while not over.is_set():
                try:
                    await connection.call("INCR", "n")
                    acknowledged += 1
                except ConnectionLost:
                    unknown += 1

        async def more(than: int) -> None:
            async with asyncio.timeout(PATIENCE_S):
                while acknowledged <= than:
                    await asyncio.sleep(0.001)

        counting = [asyncio.create_task(count()) for _ in range(20)]
        await more(100)
        own_store.pause()
        for _ in range(50):  # what it had answered is read, and all ask again
            await asyncio.sleep(0)
        own_store.kill()
        own_store.start()
        await more(acknowledged + 100)
        over.set()
        await asyncio.gather(*counting)
        kept = int(await connection.call("GET", "n"))
        assert acknowledged <= kept <= acknowledged + unknown
        assert unknown > 0


async def test_calls_made_while_the_store_is_away_fail_at_their_deadline(own_store: StoreProcess) -> None:
    own_store.start()
    async with await Connection.open(own_store.url, timeout_s=0.3) as connection:
        own_store.kill()
        await broken(connection)
        with pytest.raises(NotSent):
            await connection.call("PING")


async def test_a_store_that_hangs_is_given_up_in_time(own_store: StoreProcess) -> None:
    own_store.start()
    async with await Connection.open(own_store.url, timeout_s=0.3) as connection:
        own_store.pause()
        with pytest.raises(ConnectionLost):
            await connection.call("PING")
        own_store.resume()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                with contextlib.suppress(StoreUnavailable):
                    assert await connection.call("PING") == b"PONG"
                    return


def test_a_loop_that_stood_still_reads_its_replies_before_it_gives_up(valkey_url: str) -> None:
    async def stand_still() -> list[object]:
        async with await Connection.open(valkey_url, timeout_s=0.2) as connection:
            sent = connection.call("BLPOP", "nothing", "0.05")
            await asyncio.sleep(0.01)
            waiting = connection.call("PING")
            time.sleep(3.0)
            return list(await asyncio.gather(sent, waiting))

    assert uvloop.run(stand_still()) == [None, b"PONG"]


async def test_closing_fails_what_has_no_answer(own_store: StoreProcess) -> None:
    own_store.start()
    connection = await Connection.open(own_store.url)
    own_store.pause()
    unanswered = connection.call("PING")
    await asyncio.sleep(0.05)
    await connection.close()
    with pytest.raises(ConnectionLost):
        await unanswered
    with pytest.raises(NotSent):
        connection.call("PING")


async def test_a_password_is_sent_and_a_wrong_one_refused(tmp_path: Path) -> None:
    with running(str(valkey.binary()), tmp_path, "--requirepass", "s3cret") as store:
        async with await Connection.open(f"unix://:s3cret@{store.socket}") as connection:
            assert await connection.call("PING") == b"PONG"
        with pytest.raises(StoreUnavailable):
            await Connection.open(f"unix://:wrong@{store.socket}")


async def test_a_call_over_tls_trusts_only_the_right_authority(tmp_path: Path) -> None:
    certificate, key, port = tmp_path / "certificate", tmp_path / "key", free_port()
    subprocess.run(
        [
            *(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    options = ["--tls-port", str(port), "--port", "0", "--tls-auth-clients", "no", "--tls-cert-file", str(certificate)]
    options += ["--tls-key-file", str(key), "--tls-ca-cert-file", str(certificate)]
    with running(redis_binary(), tmp_path, *options):
        async with await Connection.open(f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}") as connection:
            assert await asyncio.gather(*[connection.call("INCR", "n") for _ in range(500)]) == list(range(1, 501))
        with pytest.raises(StoreUnavailable):
            await Connection.open(f"rediss://127.0.0.1:{port}")


async def test_nobody_at_the_address_is_said_at_once() -> None:
    with pytest.raises(StoreUnavailable):
        await Connection.open(f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(ValueError, match="kind of store URL"):
        await Connection.open("redis+carrier-pigeon://coop")


async def _reads(connection: Connection) -> int:
    info = (await connection.call("INFO", "stats")).decode()
    return int(info.split("total_reads_processed:")[1].split()[0])
