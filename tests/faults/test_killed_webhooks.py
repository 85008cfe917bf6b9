"""The server is killed while providers call: what was acknowledged has its effect once, what was not is sent again."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.faults import callers
from tests.faults.conftest import ENVIRONMENT, House, copy
from tests.faults.server import Server
from tests.patience import PATIENCE_S
from tests.servers import free_port

pytestmark = pytest.mark.faults

SENDERS, EACH, KILLS = 12, 25, 3
SECRET = "a-secret-of-telegrams"
CHANNELS = """
[[channels]]
key = "bot"
channel = "telegram"
address = "usher_test_bot"
base_url = "http://127.0.0.1:9"
secrets = { bot_token = "file:bot-token", secret_token = "file:secret-token" }
"""
CALLS = 24
ENDED = {
    f"CA{number:032}": ("abandoned", ["call.abandoned"]) if number % 2 else ("callback", ["call.callback"])
    for number in range(CALLS)
}


@pytest.fixture
async def house(furnished: Path, centre: Path, tmp_path: Path) -> AsyncIterator[House]:
    """The centre with a Telegram bot and a telephone number, whose providers cannot be reached."""
    folder, data, port = tmp_path / "centre", tmp_path / "data", free_port()
    shutil.copytree(centre, folder)
    (folder / "channels.toml").write_text(CHANNELS + callers.ACCOUNT)
    (folder / "twilio-token").write_text(callers.TOKEN)
    (folder / "bot-token").write_text("123:abc")
    (folder / "secret-token").write_text(SECRET)
    copy(furnished, data)
    made = House(
        data=data,
        server=Server(
            command=("run", "--data", str(data), "--policy", str(folder)),
            port=port,
            log=tmp_path / "server.log",
            environment={**ENVIRONMENT, "USHER_PUBLIC_URL": f"http://127.0.0.1:{port}"},
        ),
    )
    yield made
    await made.server.end()


def update(sender: int, number: int) -> bytes:
    """The number-th message of a sender, as Telegram has it."""
    message_id = sender * 1_000 + number
    person = {"id": 7_000 + sender, "first_name": f"Sender {sender}"}
    message = {
        "message_id": message_id,
        "date": 1_750_000_000 + number,
        "from": {**person, "is_bot": False},
        "chat": {**person, "type": "private"},
        "text": f"{sender} says {number}",
    }
    return json.dumps({"update_id": message_id, "message": message}).encode()


async def provider(house: House, sender: int, client: httpx.AsyncClient) -> None:
    """Calls until each message is acknowledged, as providers do; some are sent once more after that."""
    for number in range(EACH):
        acknowledged = False
        while not acknowledged:
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{house.server.port}/hooks/bot",
                    content=update(sender, number),
                    headers={
                        "x-telegram-bot-api-secret-token": SECRET,
                        "content-type": "application/json",
                    },
                )
                acknowledged = answer.status_code == 200 and random.random() > 0.1
            except httpx.HTTPError:
                await asyncio.sleep(0.05)


async def phone(house: House, number: int, client: httpx.AsyncClient) -> None:
    """Every second caller wants to be called back."""
    url = f"http://127.0.0.1:{house.server.port}"
    await callers.Phone(url=url, number=number, http=client).call(called_back=number % 2 == 0)


async def test_a_killed_server_lets_every_webhook_have_its_effect_exactly_once(house: House) -> None:
    await house.server.start()
    async with httpx.AsyncClient(timeout=5, trust_env=False, verify=False) as client:
        calling = asyncio.gather(
            *(provider(house, sender, client) for sender in range(SENDERS)),
            *(phone(house, number, client) for number in range(CALLS)),
        )
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.3, 0.8))
            await house.server.kill()
            await house.server.start()
        async with asyncio.timeout(4 * PATIENCE_S):
            await calling
    wanted = {str(7_000 + sender): [f"{sender} says {number}" for number in range(EACH)] for sender in range(SENDERS)}
    connection = await asyncpg.connect(json.loads((house.data / "server.json").read_text())["postgres"])
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            while (written := await texts_by_sender(connection)) != wanted:
                assert all(len(texts) <= EACH for texts in written.values()), written
                await asyncio.sleep(0.1)
            while (ended := await callers.effects(connection)) != ENDED:
                assert len(ended) <= CALLS, ended
                await asyncio.sleep(0.1)
        conversations = await connection.fetchval("SELECT count(*) FROM conversations WHERE channel = 'telegram'")
        items = await connection.fetchval("SELECT count(*) FROM work_items WHERE channel = 'telegram'")
        lines = await connection.fetch("SELECT state, count(*) FROM work_items WHERE channel = 'voice' GROUP BY state")
    finally:
        await connection.close()
    assert (conversations, items) == (SENDERS, SENDERS)
    assert dict(lines) == {"waiting": CALLS // 2, "closed": CALLS // 2}
    await house.is_sound()


async def texts_by_sender(connection: asyncpg.Connection) -> dict[str, list[str]]:
    rows = await connection.fetch(
        """
        SELECT c.address, array_agg(m.text ORDER BY m.n) AS texts
        FROM conversations c JOIN messages m ON m.conversation_id = c.id
        WHERE c.channel = 'telegram' AND m.author = 'customer' GROUP BY c.address
        """
    )
    return {row["address"]: row["texts"] for row in rows}
