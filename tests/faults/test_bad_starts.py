"""Starts that cannot succeed say why, in words, with an exit status, and without secrets."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.faults, pytest.mark.timeout(60)]

SECRET = "hunter2-hunter2"


def serve(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "router.cli", "serve", "--port", "0"],
        env={"PATH": os.defpath, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_wrong_environment_is_named_with_reasons_and_status_2() -> None:
    ended = serve(
        USHER_HEARTBEAT_S="soon", USHER_POSTGRES_POOL="0", USHER_REDIS_ULR="redis://localhost", USHER_SECRET_KEY=SECRET
    )
    assert ended.returncode == 2
    for said in ("USHER_HEARTBEAT_S", "USHER_POSTGRES_POOL", "USHER_REDIS_ULR", "did you mean USHER_REDIS_URL"):
        assert said in ended.stderr
    assert SECRET not in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


def test_serving_without_stores_is_refused_with_status_2() -> None:
    ended = serve()
    assert ended.returncode == 2
    assert "USHER_REDIS_URL" in ended.stderr


@pytest.mark.parametrize(
    ("redis", "postgres"),
    [
        (f"redis://:{SECRET}@127.0.0.1:1/0", "EMBEDDED"),
        ("unix:///nowhere/valkey.sock", "EMBEDDED"),
        ("EMBEDDED", f"postgresql://usher:{SECRET}@127.0.0.1:1/usher"),
        ("EMBEDDED", "postgresql://usher@/usher?host=/nowhere"),
        ("EMBEDDED", "ANOTHER DATABASE"),
        ("gopher://127.0.0.1", "EMBEDDED"),
        ("EMBEDDED", "not a URL"),
    ],
)
def test_a_store_that_is_away_is_named_in_one_line(
    valkey_url: str, postgres_url: str, redis: str, postgres: str
) -> None:
    ended = serve(
        USHER_REDIS_URL=redis.replace("EMBEDDED", valkey_url),
        USHER_POSTGRES_URL=postgres_url.replace("/test_", "/missing_")
        if postgres == "ANOTHER DATABASE"
        else postgres.replace("EMBEDDED", postgres_url),
    )
    assert ended.returncode in (1, 2), ended.stderr
    assert "Traceback" not in ended.stderr
    assert SECRET not in ended.stderr + ended.stdout
    assert ("Redis" if postgres == "EMBEDDED" else "PostgreSQL") in ended.stderr
