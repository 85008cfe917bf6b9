"""The adapter of docs/adapters.md: in, out, and told apart when it is tried again."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field

import pytest

from adapters.form import Request
from router.core.outbound import Refused, TryAgain
from tests.adapters.pigeon import ADAPTER
from tests.adapters.pigeon.send import PigeonSender
from tests.adapters.sending import Account, client, message
from tests.simulators.stand_in import Said, Seen, StandIn, running

RING = "ring 7"


@dataclass(slots=True)
class Loft:
    """notes: by their key, each once."""

    notes: dict[str, str] = field(default_factory=dict)

    def answer(self, seen: Seen) -> Said:
        if seen.headers.get("x-ring") != RING:
            return Said(status=403, document={"why": "wrong ring"})
        self.notes.setdefault(seen.asked["key"], seen.asked["note"])
        return Said(status=201, document={"pigeon": f"p{list(self.notes).index(seen.asked['key'])}"})


def test_a_note_is_verified_and_read() -> None:
    body = json.dumps({"pigeon": "p1", "from": "loft 9", "note": "Coo", "at": 1_700_000_000}).encode()
    ring = hmac.new(RING.encode(), body, hashlib.sha256).hexdigest()
    request = Request(method="POST", url="https://a.example/", headers={"x-ring": ring}, body=body)
    assert ADAPTER.webhook.verify(request, secrets=(RING,), now_ms=0).valid
    assert not ADAPTER.webhook.verify(request, secrets=("ring 8",), now_ms=0).valid
    (found,) = ADAPTER.webhook.parse(body, headers={}, channel="pigeon").messages
    assert (found.sender, found.text, found.external_id) == ("loft 9", "Coo", "p1")
    assert ADAPTER.webhook.dedupe_ids(body, headers={}) == ("p1",)


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"pigeon": "p1", "from": "loft 9"}, "message"),
        ({"landed": "p1"}, "status"),
        ({"storm": "coming"}, "event"),
        ({"pigeon": "p1"}, "error"),
        ({}, "ignored"),
    ],
)
def test_everything_a_loft_says_has_a_kind(document: dict[str, str], kind: str) -> None:
    found = ADAPTER.webhook.parse(json.dumps(document).encode(), headers={}, channel="pigeon")
    assert found.kind == kind


async def test_notes_fly_once_also_when_an_answer_is_lost() -> None:
    loft = Loft()
    async with running(StandIn(answer=loft.answer)) as played, client() as http:
        out = PigeonSender(Account(channel="pigeon", base_url=played.url, secrets={"ring": RING}), http)
        played.faults.extend((None, "lost"))
        said = message("loft 9", "word " * 50)
        with pytest.raises(TryAgain) as broken:
            await out.send(said)
        assert broken.value.sent == ("p0",)
        assert await out.send(said, sent=broken.value.sent) == ("p0", "p1")
        assert len(loft.notes) == 2
        stranger = PigeonSender(Account(channel="pigeon", base_url=played.url, secrets={"ring": "x"}), http)
        with pytest.raises(Refused, match="wrong ring"):
            await stranger.send(said)
