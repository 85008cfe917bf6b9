"""Telling receivers: signed so that they can tell it is us, never at addresses inside, every failure one of two."""

from __future__ import annotations

import base64
import gzip
from collections.abc import AsyncIterator, Sequence

import httpx
import pytest

from adapters.notice import HttpTeller
from router.core.outbound import NotSent, Refused, TryAgain
from router.core.receiver import Receiver, headers, key_of
from tests.adapters.sending import client
from tests.simulators.stand_in import Fault, Said, StandIn, running


@pytest.fixture
async def crm() -> AsyncIterator[StandIn]:
    async with running(StandIn(answer=lambda _: Said())) as program:
        yield program
        program.released.set()


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client() as each:
        yield each


def receiver(url: str, *, internal: bool = True, within_s: float = 10.0) -> Receiver:
    return Receiver(key="crm", url=url, secret="k" * 16, internal=internal, within_s=within_s)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    """https://www.standardwebhooks.com, of its reference libraries."""
    example = Receiver(key="crm", url="https://x.example", secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = headers(example, "msg_p5jXN8AQM9LWM0D4loKWxJek", b'{"test": 2432232314}', at_s=1614265330)
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert key_of("whsec_MfKQ") == base64.b64decode("MfKQ")
    assert key_of("whsec_no base64!") == b"whsec_no base64!"


async def test_the_body_goes_as_it_is_under_its_id(crm: StandIn, http: httpx.AsyncClient) -> None:
    await HttpTeller(http).tell(receiver(crm.url), "case:1", b'{"a": 1}', at=1_700_000_000_123)
    (seen,) = crm.seen
    assert (seen.method, seen.asked, seen.headers["webhook-timestamp"]) == ("POST", {"a": 1}, "1700000000")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Said(status=500), TryAgain),
        (Said(status=429, headers={"retry-after": "7"}), TryAgain),
        (Said(status=404), Refused),
        (Said(status=302, headers={"location": "http://169.254.169.254/"}), Refused),
        (Said(content=gzip.compress(bytes(50_000_000)), headers={"content-encoding": "gzip"}), Refused),
        (Said(content=b"no gzip", headers={"content-encoding": "gzip"}), Refused),
        (Said(content=b"x", headers={"content-encoding": "br"}), Refused),
        ("hang", TryAgain),
    ],
)
async def test_what_is_no_success_may_be_tried_again_or_needs_somebody(
    crm: StandIn, http: httpx.AsyncClient, fault: Fault, error: type[NotSent]
) -> None:
    crm.faults.append(fault)
    with pytest.raises(error):
        await HttpTeller(http).tell(receiver(crm.url, within_s=2.0 if fault == "hang" else 15), "n", b"{}", at=0)
    assert len(crm.seen) == 1


async def test_a_name_that_leads_inside_is_not_told(crm: StandIn, http: httpx.AsyncClient) -> None:
    async def inside(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    url = crm.url.replace("127.0.0.1", "crm.example")
    with pytest.raises(Refused, match="forbidden_address"):
        await HttpTeller(http, inside).tell(receiver(url, internal=False), "n", b"{}", at=0)
    assert crm.seen == []
