"""A made-up centre of one queue and very many equal agents, and their sessions without five thousand sign-ins."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from loadtest.centre import ACCOUNT, PASSWORD
from loadtest.toml import section

QUEUE = "push"
MINT_S = 300.0

__all__ = ["ACCOUNT", "QUEUE", "sessions", "write"]


class MintFailed(Exception):
    """The operator command did not give sessions; says what it wrote."""


def write(agents: int, folder: Path) -> None:
    """The centre as configuration: `policy/`, `staff.toml` and `accounts.toml` in `folder`."""
    (folder / "policy").mkdir(parents=True)
    policy = section(f"[queues.{QUEUE}]", label="Push", wrap_up_s=30)
    (folder / "policy" / "centre.toml").write_text(policy, encoding="utf-8")
    people = (
        section(
            "[[staff]]",
            id=f"agent-{number}",
            name=f"Agent {number}",
            email=f"agent-{number}@push.example",
            team=f"Team {number // 20}",
            queues=[QUEUE],
        )
        for number in range(agents)
    )
    passwords = section("[passwords]", **dict.fromkeys(("agent", "supervisor", "admin"), PASSWORD))
    (folder / "staff.toml").write_text("\n".join((passwords, *people)), encoding="utf-8")
    account = section(
        "[[accounts]]", key=ACCOUNT, allowed_origins=["http://127.0.0.1:*"], languages=["en"], departments=[QUEUE]
    )
    texts = section("[accounts.texts.en]", title="Push", welcome="Hello.")
    labels = section("[accounts.texts.en.departments]", **{QUEUE: "Push"})
    (folder / "accounts.toml").write_text("\n".join((account, texts, labels)), encoding="utf-8")


async def sessions(data: Path, settings: Mapping[str, str] | None = None) -> list[str]:
    """A session cookie for every agent, from the operator command. Raises MintFailed, TimeoutError."""
    minted = data.with_name(
        "sessions.json"
    )  # a file: half a megabyte at once does not always come whole through a pipe
    with minted.open("wb") as said:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "router.cli", "sessions", "mint", "--data", str(data), "--all", "--json",
            stdout=said, stderr=asyncio.subprocess.PIPE, env={**os.environ, **(settings or {})},
        )  # fmt: skip
        async with asyncio.timeout(MINT_S):
            _, complaint = await child.communicate()
    if child.returncode != 0:
        raise MintFailed(complaint.decode(errors="replace")[-2_000:])
    found = await asyncio.to_thread(minted.read_bytes)
    return [str(session["token"]) for session in json.loads(found)["sessions"]]
