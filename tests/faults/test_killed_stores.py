"""The stores are killed, emptied, made older or silent while people talk."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
from pathlib import Path
from urllib.parse import unquote

import pytest

from router.protocol import staff
from tests.faults.conftest import ENVIRONMENT, QUICK, House, copy
from tests.faults.crowd import crowd
from tests.patience import PATIENCE_S, eventually

pytestmark = pytest.mark.faults


async def test_killing_either_store_costs_no_acknowledged_word(house: House) -> None:
    await house.server.start()
    async with crowd(house.server.address) as people:
        await people.has_said(60)
        os.kill(house.pid_of("valkey"), signal.SIGKILL)
        await people.has_said(130)
        os.kill(house.pid_of("postgres"), signal.SIGKILL)
        await people.has_finished()
    assert people.wrongs() == {}
    await house.is_sound()


async def test_an_emptied_store_is_noticed_and_rebuilt_while_people_talk(house: House) -> None:
    await house.server.start()
    async with crowd(house.server.address) as people:
        await people.has_said(100)
        redis(house, "FLUSHALL")
        await people.has_finished()
    assert people.wrongs() == {}
    assert "store rebuilt" in house.server.log.read_text()
    await house.is_sound()


async def test_a_rebuild_keeps_the_order_of_the_line_and_what_is_held(house: House) -> None:
    await house.server.start()
    clerk, first = await house.clerk(), await house.caller()
    await first.begins("first")
    item = await clerk.accepts(first)
    await clerk.client.ask(staff.SetStatus, status="busy")
    line = [await house.caller() for _ in range(5)]
    for number, caller in enumerate(line):
        await caller.begins(f"waiting {number}")
    await line[-1].until(lambda: line[-1].position == len(line))

    redis(house, "FLUSHALL")
    await house.server.has_logged("store rebuilt")
    await clerk.says(first, "still here")
    await first.until(lambda: "still here" in first.texts)
    assert list(clerk.holds) == [item]
    await clerk.client.ask(staff.SetStatus, status="available")
    for caller in line[:3]:
        await clerk.until(lambda: bool(clerk.rings))
        assert [ringing.work_item.conversation_id for ringing in clerk.rings.values()] == [caller.conversation_id]
        await clerk.accepts(caller)
    await house.is_sound()


async def test_an_older_store_is_noticed_at_start(house: House, tmp_path: Path) -> None:
    await house.server.start()
    clerk, caller = await house.clerk(), await house.caller()
    await caller.begins("before")
    assert await house.server.stop() == 0
    copy(house.data / "valkey", tmp_path / "older")

    await house.server.start()
    item = await clerk.accepts(caller)
    await clerk.says(caller, "after")
    assert await house.server.stop() == 0
    copy(tmp_path / "older", house.data / "valkey")

    await house.server.start()
    assert "the store is older than the journal" in house.server.log.read_text()
    await clerk.says(caller, "and on")
    await caller.until(lambda: caller.texts == ["before", "after", "and on"])
    assert list(clerk.holds) == [item]
    await house.is_sound()


async def test_a_silent_database_delays_words_and_doubles_none(house: House, centre: Path, tmp_path: Path) -> None:
    patient = tmp_path / "centre"
    shutil.copytree(centre, patient)
    (patient / "policy" / "quick.toml").write_text(QUICK.replace("lease_s = 3", "lease_s = 60"))
    house.server.command = ("run", "--data", str(house.data), "--policy", str(patient))
    house.server.environment = {**ENVIRONMENT, "USHER_HEARTBEAT_S": "20", "USHER_POSTGRES_TIMEOUT_S": "3"}
    await house.server.start()
    clerk, caller = await house.clerk(), await house.caller()
    await caller.begins("hello")
    await clerk.accepts(caller)
    database = house.pid_of("postgres")
    everyone = [database, *children(database)]
    for pid in everyone:
        os.kill(pid, signal.SIGSTOP)
    try:
        words = [asyncio.create_task(caller.says(f"word {number}")) for number in range(5)]
        await eventually(lambda: caller.client.tries_again > 0)  # it was told `unavailable`
        assert not any(word.done() for word in words)
    finally:
        for pid in everyone:
            os.kill(pid, signal.SIGCONT)
    async with asyncio.timeout(2 * PATIENCE_S):
        await asyncio.gather(*words)
    await clerk.until(lambda: len(clerk.texts(caller)) == 6)
    assert sorted(clerk.texts(caller)) == sorted(["hello", *(f"word {number}" for number in range(5))])
    await house.is_sound()


def redis(house: House, command: str) -> None:
    """One command to the house's Valkey; its answer must be OK."""
    url = json.loads((house.data / "server.json").read_text())["redis"]
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(unquote(url.removeprefix("unix://")))
        connection.sendall(f"{command}\r\n".encode())
        assert connection.recv(64) == b"+OK\r\n"


def children(pid: int) -> list[int]:
    return [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
