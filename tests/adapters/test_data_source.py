"""Asking data sources: every answer is one of four states, in time; nothing inside our network is asked by mistake."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import httpx
import pytest

from adapters.data_source import HttpAsker
from adapters.outside import client as source_client
from adapters.outside import is_public
from router.core.data_source import DataSource
from tests.adapters.sending import client
from tests.simulators.stand_in import Fault, Said, Seen, StandIn, running

ORDER = {"order": {"number": "7", "lines": [{"name": "pot"}]}}


def answer(seen: Seen) -> Said:
    return Said(document=ORDER)


@pytest.fixture
async def shop() -> AsyncIterator[StandIn]:
    async with running(StandIn(answer=answer)) as each:
        yield each
        each.released.set()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as each:
        yield each


def source(shop: StandIn, **changes: object) -> DataSource:
    orders = DataSource(
        key="order",
        url=f"{shop.url}/orders/{{number}}?email={{email}}",
        facts={"number": "order.number", "first": "order.lines.0.name", "absent": "order.none"},
        token="t0ken",
        internal=True,
        most_bytes=2_000,
    )
    return replace(orders, **changes)  # type: ignore[arg-type]  # fields of its own


VALUES = {"number": "7/../9?x=1", "email": "a+b@c.example"}


async def test_what_is_asked_stays_in_its_place_and_shows_the_token(shop: StandIn, http: httpx.AsyncClient) -> None:
    said = await HttpAsker(http).ask(source(shop), VALUES)
    assert (said.state, said.facts) == ("found", {"number": "7", "first": "pot"})
    assert shop.seen[0].path == "/orders/7/../9%3Fx=1"  # as the server writes it: no query of the value's own
    assert shop.seen[0].query == {"email": "a+b@c.example"}
    assert shop.seen[0].headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (Said(status=404), "missing"),
        (Said(status=409, document={"error": "sold_out"}), "refused"),
        (Said(status=500), "unavailable"),
        (Said(status=302, headers={"location": "http://169.254.169.254/"}), "unavailable"),
        (Said(content=b"<html>"), "unavailable"),
        (Said(content=b"x" * 3_000), "unavailable"),
        (Said(document=[]), "missing"),
        (Said(document="lies"), "missing"),
        (Said(content=b'{"order": {"number": NaN}}'), "missing"),
        (Said(content=b'{"order": {"number": 1e999}}'), "missing"),
        ("hang", "unavailable"),
    ],
)
async def test_whatever_a_source_does_is_one_of_its_states(
    shop: StandIn, http: httpx.AsyncClient, fault: Fault, state: str
) -> None:
    shop.faults.append(fault)
    said = await HttpAsker(http).ask(source(shop, timeout_s=2.0 if fault == "hang" else 10.0), VALUES)
    assert said.state == state
    assert said.reason == ("sold_out" if state == "refused" else "")
    assert len(shop.seen) == 1


async def test_a_name_that_leads_inside_is_not_asked(shop: StandIn, http: httpx.AsyncClient) -> None:
    outside = source(shop, url=shop.url.replace("127.0.0.1", "shop.example") + "/x", internal=False)

    async def one_inside(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", "127.0.0.1"]

    assert (await HttpAsker(http, one_inside).ask(outside, {})).state == "unavailable"
    assert shop.seen == []


async def test_the_address_that_was_looked_at_is_the_one_that_is_asked(shop: StandIn, http: httpx.AsyncClient) -> None:
    named = source(shop, url=shop.url.replace("127.0.0.1", "shop.example") + "/x", facts={"number": "order.number"})

    async def here(host: str, port: int) -> Sequence[str]:
        assert host == "shop.example"
        return ["127.0.0.1"]

    assert (await HttpAsker(http, here).ask(named, {})).facts == {"number": "7"}
    assert shop.seen[0].headers["host"].startswith("shop.example:")


@pytest.mark.parametrize("host", ["a..b", "x" * 70 + ".example"])
async def test_a_name_that_cannot_be_one_is_no_failure_of_ours(http: httpx.AsyncClient, host: str) -> None:
    nowhere = DataSource(key="order", url=f"http://{host}/x", facts={"number": "number"})
    assert (await HttpAsker(http).ask(nowhere, {})).state == "unavailable"


async def test_a_connection_made_for_one_name_serves_no_other_at_the_same_address() -> None:
    serving: list[asyncio.Task[None] | None] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.append(asyncio.current_task())
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\n" + b'{"number": 1}')
        writer.close()
        await writer.wait_closed()

    async def here(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, source_client() as http:
        for host in ("one.example", "other.example"):
            asked = DataSource(key="n", url=f"http://{host}:{port}/", facts={"number": "number"}, internal=True)
            assert (await HttpAsker(http, here).ask(asked, {})).facts == {"number": 1}
    assert len(serving) == 2
    await asyncio.gather(*filter(None, serving))


async def test_an_answer_that_drips_or_swells_ends_in_time_and_takes_no_room(http: httpx.AsyncClient) -> None:
    packed = gzip.compress(bytes(100_000_000))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            asked = await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n")
            if b"/swells" in asked:
                writer.write(b"content-encoding: gzip\r\n\r\n" + packed)
            else:
                writer.write(b"\r\n")
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.02)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    tracemalloc.start()
    try:
        for path, timeout_s in (("drips", 1.0), ("swells", 10.0)):
            asked = DataSource(key="n", url=f"{url}/{path}", facts={"n": "n"}, internal=True, timeout_s=timeout_s)
            assert (await HttpAsker(http).ask(asked, {})).state == "unavailable"
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()
        server.close()


async def test_what_changes_something_is_named_so_that_a_repeat_is_one(shop: StandIn, http: httpx.AsyncClient) -> None:
    change = source(shop, method="POST", body={"address": "to {email}"})
    await HttpAsker(http).ask(change, VALUES, once="con_1:3")
    assert shop.seen[0].headers["idempotency-key"] == "con_1:3"
    assert shop.seen[0].asked == {"address": "to a+b@c.example"}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1",
     "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
     "::127.0.0.1", "::ffff:0:127.0.0.1", "64:ff9b:1::7f00:1", "fec0::1"],
)  # fmt: skip
def test_addresses_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_addresses_outside_are_public(address: str) -> None:
    assert is_public(address)
