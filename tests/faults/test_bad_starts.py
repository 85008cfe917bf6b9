"""Starts that cannot succeed say why, in words, with an exit status, and without secrets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.program import USHER, started

pytestmark = pytest.mark.faults

SECRET = "hunter2-hunter2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    status: int
    errors: str
    output: str


def serve(folder: Path, **environment: str) -> Ended:
    log = folder / "log"
    program = started(USHER, "serve", "--port", "0", log=log, environment=environment)
    output = program.all_said(PATIENCE_S).decode()
    return Ended(status=program.ended(PATIENCE_S), errors=log.read_text(), output=output)


def test_a_wrong_environment_is_named_with_reasons_and_status_2(tmp_path: Path) -> None:
    ended = serve(
        tmp_path,
        USHER_HEARTBEAT_S="soon",
        USHER_POSTGRES_POOL="0",
        USHER_REDIS_ULR="redis://localhost",
        USHER_SECRET_KEY=SECRET,
    )
    assert ended.status == 2
    for said in ("USHER_HEARTBEAT_S", "USHER_POSTGRES_POOL", "USHER_REDIS_ULR", "did you mean USHER_REDIS_URL"):
        assert said in ended.errors
    assert SECRET not in ended.errors + ended.output
    assert "Traceback" not in ended.errors


def test_serving_without_stores_is_refused_with_status_2(tmp_path: Path) -> None:
    ended = serve(tmp_path)
    assert ended.status == 2
    assert "USHER_REDIS_URL" in ended.errors


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
    tmp_path: Path, valkey_url: str, postgres_url: str, redis: str, postgres: str
) -> None:
    ended = serve(
        tmp_path,
        USHER_REDIS_URL=redis.replace("EMBEDDED", valkey_url),
        USHER_POSTGRES_URL=postgres_url.replace("/test_", "/missing_")
        if postgres == "ANOTHER DATABASE"
        else postgres.replace("EMBEDDED", postgres_url),
    )
    assert ended.status in (1, 2), ended.errors
    assert "Traceback" not in ended.errors
    assert SECRET not in ended.errors + ended.output
    assert ("Redis" if postgres == "EMBEDDED" else "PostgreSQL") in ended.errors
