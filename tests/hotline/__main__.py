"""`python -m tests.hotline --calls 300`: plays them against a whole server and prints what came of it as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

import structlog

from router.embedded import servers
from tests.hotline.product import Stores
from tests.hotline.soak import FAULTS, soak
from tests.simulators.twilio.fault import Faults


async def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hotline", description="Calls with every feature, faults on.")
    parser.add_argument("--calls", type=int, default=300)
    parser.add_argument("--at-once", type=int, default=16)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-faults", action="store_true")
    parser.add_argument("--kill-every-s", type=float, help="run two nodes and kill the one in front so often")
    parser.add_argument("--keep", type=Path, help="a folder for log and configuration, kept")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="usher-soak-") as temporary:
        folder = given.keep or Path(temporary)
        async with servers(Path(temporary) / "data") as urls:
            stores = Stores(redis=urls.redis, postgres=urls.postgres)
            verdict = await soak(
                stores,
                folder,
                calls=given.calls,
                at_once=given.at_once,
                seed=given.seed,
                faults=Faults() if given.no_faults else FAULTS,
                kill_every_s=given.kill_every_s,
            )
    said = {**verdict.figures, "seed": given.seed, "wrong": verdict.problems[:50]}
    sys.stdout.write(json.dumps(said, indent=2, ensure_ascii=False) + "\n")
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    sys.exit(asyncio.run(main(sys.argv[1:])))
