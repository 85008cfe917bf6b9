"""`python -m tests.simulators.twilio --port 0 --seed 1 --speed 20 --data DIR`: one JSON line when ready."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from tests.simulators.twilio.fault import Faults
from tests.simulators.twilio.server import SID, TOKEN, Settings, running


def settings_of(words: list[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators.twilio", description="Plays Twilio.")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=1.0, help="phone seconds in a second")
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("USHER_DATA", "../shared/data")))
    parser.add_argument("--account-sid", default=SID)
    parser.add_argument("--auth-token", default=TOKEN)
    parser.add_argument("--api-key", action="append", default=[], metavar="SID=SECRET")
    parser.add_argument("--origin", action="append", default=[], metavar="PUBLIC=http://127.0.0.1:PORT")
    parser.add_argument("--faults", type=json.loads, default={}, help="JSON; the names are in fault.py")
    parser.add_argument("--total-s", type=float, default=15.0, help="how long a webhook may take")
    given = parser.parse_args(words)
    return Settings(
        port=given.port,
        seed=given.seed,
        speed=given.speed,
        data=given.data,
        account_sid=given.account_sid,
        auth_token=given.auth_token,
        api_keys=dict(each.split("=", 1) for each in given.api_key),
        origins=dict(each.split("=", 1) for each in given.origin),
        faults=Faults.of(given.faults),
        total_s=given.total_s,
    )


async def main(settings: Settings) -> None:
    ended = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, ended.set)
    async with running(settings) as simulator:
        said = {
            "ready": True,
            "url": simulator.url,
            "account_sid": settings.account_sid,
            "contract": simulator.contract.state,
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(settings_of(sys.argv[1:])))
