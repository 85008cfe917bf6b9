"""Commands that need no server start without its code: they answer in well under a second."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.policy import DEMO
from router.cli.serving import links
from router.start_phases import of_this_process

OF_SERVERS = {"asyncio", "uvloop", "structlog", "starlette", "asyncpg", "redis", "router.store", "router.engine"}
BEGIN = """
import sys
from router.cli import main
try:
    main(sys.argv[1:], standalone_mode=False)
except SystemExit:
    pass
print(*sys.modules, sep="\\n")
"""


@pytest.mark.parametrize(
    "command",
    [
        ("policy", "check", str(DEMO)),
        ("explain", "--policy", str(DEMO), "--task", "{task}", "--workers", "{workers}", "--json"),
        ("parse", "webhook", "telegram", "{task}", "--json"),
        ("parse", "email", "{task}", "--json"),
    ],
)
def test_a_command_without_a_server_loads_none_of_its_code(command: tuple[str, ...], tmp_path: Path) -> None:
    files = {"task": tmp_path / "task.json", "workers": tmp_path / "workers.json"}
    files["task"].write_text("{}")
    files["workers"].write_text("[]")
    arguments = [part.format(**files) for part in command]
    done = subprocess.run(
        [sys.executable, "-c", BEGIN, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    assert not OF_SERVERS & set(done.stdout.splitlines())


def test_a_server_reads_its_modules_only_once_its_stores_are_coming_up() -> None:
    begin = "import sys; import router.cli.starting; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", begin], capture_output=True, text=True, timeout=60, check=True)
    assert not {"router.app", "router.engine", "numpy", "uvicorn"} & set(done.stdout.splitlines())


def test_the_phases_of_a_start_add_up_to_all_of_it() -> None:
    phases = of_this_process()
    assert phases.total_ms > 0
    phases.over("settings")
    phases.over("stores")
    assert list(phases.ms) == ["settings_ms", "stores_ms"]
    assert phases.ms["settings_ms"] > 0
    assert 0 <= phases.total_ms - sum(phases.ms.values()) < 60_000


def test_the_links_lead_to_pages_this_server_has() -> None:
    demo = links("http://127.0.0.1:8080", shop=True, accounts=["demo"])
    assert demo["shop"] == "http://127.0.0.1:8080/shop/"
    assert demo["portal"] == "http://127.0.0.1:8080/portal"
    served = links("https://chat.example", shop=False, accounts=["garden", "circle"])
    assert "shop" not in served
    assert served["portal"] == "https://chat.example/portal?account=garden"
