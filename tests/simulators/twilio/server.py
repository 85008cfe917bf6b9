"""The simulator, listening: REST and control on one port of the loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from tests.simulators.twilio import resource_call, resource_conference, resource_message, resource_recording
from tests.simulators.twilio.account import Account
from tests.simulators.twilio.clock import Clock
from tests.simulators.twilio.contract import Contract, load
from tests.simulators.twilio.control import Control
from tests.simulators.twilio.exchange import Exchange, build
from tests.simulators.twilio.fault import Dice, Faults
from tests.simulators.twilio.rest import Rest

SID, TOKEN = "AC" + "5" * 32, "0123456789abcdef0123456789abcdef"
RESOURCES = (resource_call, resource_conference, resource_recording, resource_message)
READY_S, STOP_S = 30.0, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """data: the folder that holds `twilio/openapi`; origins: public origin → where it listens; total_s: how long the
    product may take to answer, of the wall's."""

    port: int = 0
    seed: int = 1
    speed: float = 1.0
    data: Path | None = None
    account_sid: str = SID
    auth_token: str = TOKEN
    api_keys: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    total_s: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    url: str
    exchange: Exchange
    contract: Contract


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Running]:
    """Within another program's event loop, or by `python -m tests.simulators.twilio`."""
    account = Account(
        sid=settings.account_sid, token=settings.auth_token, seed=settings.seed, api_keys=dict(settings.api_keys)
    )
    exchange = build(
        clock=Clock(speed=settings.speed),
        account=account,
        dice=Dice(seed=settings.seed, faults=settings.faults),
        origins=dict(settings.origins),
        total_s=settings.total_s,
    )
    rest = Rest(exchange=exchange, contract=load(settings.data))
    routes = [rest.route(*each) for resource in RESOURCES for each in resource.ROUTES]
    app = Starlette(routes=[*routes, *Control(exchange=exchange, rest=rest).routes()])
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", settings.port))
        exchange.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = _Server(uvicorn.Config(app, log_level="error", lifespan="off", access_log=False, ws="none"))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            async with asyncio.timeout(READY_S):
                while not server.started:
                    await asyncio.sleep(0.005)
            yield Running(url=exchange.base_url, exchange=exchange, contract=rest.contract)
        finally:
            await exchange.close()
            server.should_exit = True
            async with asyncio.timeout(STOP_S):
                await serving


class _Server(uvicorn.Server):
    """Signals are the program's, not the server's."""

    def install_signal_handlers(self) -> None:
        return
