"""One exchange with a provider: bounded in time and size, told in two words, and never with a secret."""

from __future__ import annotations

import logging
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from adapters.exchange import LONGEST_WAIT_S, MOST_ANSWER_BYTES, Reply, exchange, not_taken
from adapters.media import Source, fetch
from router.core.outbound import Refused, TryAgain
from tests.adapters.sending import client
from tests.simulators.stand_in import Said, Seen, StandIn, running

CONTENT = b"x" * 5_000


def answer(seen: Seen) -> Said:
    """/to/…: a redirect there. /files/…: content, when the credentials are shown. else what came."""
    if seen.path == "/to":
        return Said(status=302, headers={"location": seen.query["url"]})
    if seen.path == "/files/1":
        return Said(content=CONTENT) if seen.headers.get("authorization") == "Basic abc" else Said(status=401)
    return Said(document={"path": seen.path, "authorization": seen.headers.get("authorization", "")})


@pytest.fixture
async def provider() -> AsyncIterator[StandIn]:
    async with running(StandIn(answer=answer)) as each:
        yield each


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as each:
        yield each


async def test_an_answer_is_read_whole(provider: StandIn, http: httpx.AsyncClient) -> None:
    reply = await exchange(http, "POST", f"{provider.url}/a", json={})
    assert (reply.status, reply.document) == (200, {"path": "/a", "authorization": ""})


async def test_no_answer_in_time_may_have_arrived(provider: StandIn, http: httpx.AsyncClient) -> None:
    provider.faults.append("hang")
    with pytest.raises(TryAgain) as refused:
        await exchange(http, "POST", f"{provider.url}/secret-token", within_s=2.0)
    assert refused.value.code == "no_answer"
    assert len(provider.seen) == 1


async def test_nobody_listening_is_unreachable_and_no_secret_is_told(http: httpx.AsyncClient) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/bot-secret-token/send"
        with pytest.raises(TryAgain) as refused:
            await exchange(http, "POST", url)
    assert refused.value.code == "unreachable"
    assert "secret" not in str(refused.value)
    assert refused.value.__suppress_context__


async def test_addresses_are_not_logged(
    provider: StandIn, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await exchange(http, "POST", f"{provider.url}/bot-secret-token/send")
    assert "secret-token" not in caplog.text


async def test_an_answer_that_is_too_long_is_refused(provider: StandIn, http: httpx.AsyncClient) -> None:
    headers = {"authorization": "Basic abc"}
    url = f"{provider.url}/files/1"
    assert len((await exchange(http, "GET", url, headers=headers, most_bytes=5_000)).body) == 5_000
    with pytest.raises(Refused, match="too_large"):
        await exchange(http, "GET", url, headers=headers, most_bytes=4_999)


async def test_an_address_that_is_none_is_refused(http: httpx.AsyncClient) -> None:
    for url in ("", "https://", "http://[::1", "ftp://a/b", "geo:1,2"):
        with pytest.raises((Refused, TryAgain)):
            await exchange(http, "GET", url)


@pytest.mark.parametrize(
    ("status", "again"), [(400, False), (401, False), (404, False), (408, True), (429, True), (500, True), (503, True)]
)
def test_pressure_and_trouble_may_pass_and_the_rest_needs_a_person(status: int, again: bool) -> None:
    error = not_taken(Reply(status=status, headers={"retry-after": "7"}, body=b""))
    assert isinstance(error, TryAgain if again else Refused)
    assert not isinstance(error, TryAgain) or error.after_s == 7
    assert error.reason == f"the provider answered {status}"


def test_a_wait_is_read_in_seconds_and_as_a_date_within_reason() -> None:
    def wait(written: str) -> float | None:
        return Reply(status=429, headers={"retry-after": written}, body=b"").after_s

    assert wait("1.5") == 1.5
    assert wait("-5") == 0
    assert wait("999999") == LONGEST_WAIT_S
    assert [wait(one) for one in ("", "soon", "nan")] == [None, None, None]
    in_a_minute = wait(format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True))
    assert in_a_minute is not None
    assert 50 < in_a_minute <= 60


async def test_a_file_is_fetched_with_credentials_from_the_provider(provider: StandIn, http: httpx.AsyncClient) -> None:
    source = Source(base_url=provider.url, hosts=(), headers={"authorization": "Basic abc"})
    assert await fetch(http, f"{provider.url}/files/1", source, most_bytes=10_000) == CONTENT
    moved = f"{provider.url}/to?url=/files/1"
    assert await fetch(http, moved, source, most_bytes=10_000) == CONTENT


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x",
        "http://169.254.169.254/latest/meta-data",
        "https://evil.example/x",
        "https://good.example.evil.example/x",
        "https://evilgood.example/x",
        "https://good.example@evil.example/x",
        "https://someone@good.example/x",
        "https://good.example:8443/x",
        "http://good.example/x",
        "file:///etc/passwd",
        "geo:1,2",
        "//evil.example/x",
        "https://[::1/x",
        "",
    ],
)
async def test_nothing_is_fetched_from_anywhere_else_also_not_by_a_redirect(
    provider: StandIn, http: httpx.AsyncClient, url: str
) -> None:
    source = Source(base_url=provider.url, hosts=(".good.example", "good.example"))
    with pytest.raises(Refused, match="foreign_host"):
        await fetch(http, url, source, most_bytes=100)
    assert provider.seen == []
    if url.startswith(("http", "//", "file")) and "[" not in url:
        moved = str(httpx.URL(f"{provider.url}/to", params={"url": url}))
        with pytest.raises(Refused, match="foreign_host"):
            await fetch(http, moved, source, most_bytes=100)


async def test_credentials_stay_with_the_provider(http: httpx.AsyncClient) -> None:
    """Another host of the provider's, where files are: it is asked without them."""
    asked: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        if request.url.host == "api.good.example":
            moved = {"location": "https://files.good.example/1"}
            return httpx.Response(307, headers=moved, stream=httpx.ByteStream(b""))
        return httpx.Response(200, stream=httpx.ByteStream(b"file"))

    source = Source(
        base_url="https://api.good.example", hosts=(".good.example",), headers={"authorization": "Basic abc"}
    )
    async with httpx.AsyncClient(transport=httpx.MockTransport(answers)) as client:
        assert await fetch(client, "https://api.good.example/m/1", source, most_bytes=100) == b"file"
    assert [request.headers.get("authorization") for request in asked] == ["Basic abc", None]


async def test_redirects_without_end_are_refused(provider: StandIn, http: httpx.AsyncClient) -> None:
    source = Source(base_url=provider.url, hosts=())
    for _ in range(10):
        provider.faults.append(Said(status=302, headers={"location": "/again"}))
    with pytest.raises(Refused, match="redirects"):
        await fetch(http, f"{provider.url}/again", source, most_bytes=100)


async def test_a_file_that_is_gone_is_gone(provider: StandIn, http: httpx.AsyncClient) -> None:
    source = Source(base_url=provider.url, hosts=())
    for status, expected in ((404, Refused), (410, Refused), (500, TryAgain), (429, TryAgain), (403, Refused)):
        provider.faults.append(Said(status=status))
        with pytest.raises(expected):
            await fetch(http, f"{provider.url}/files/1", source, most_bytes=100)


async def test_an_answer_whose_length_is_not_said_is_measured() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(200, content=endless()))
    ) as http:
        with pytest.raises(Refused, match="too_large"):
            await exchange(http, "GET", "https://good.example/", most_bytes=10_000)


async def test_what_is_said_about_an_error_is_cut_and_still_judged() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 100_000

    async with httpx.AsyncClient(
        transport=httpx.MockTransport(lambda _: httpx.Response(503, content=endless()))
    ) as http:
        reply = await exchange(http, "GET", "https://good.example/", most_bytes=10)
    assert isinstance(not_taken(reply), TryAgain)
    assert len(reply.body) <= MOST_ANSWER_BYTES + 100_000
