"""Who somebody is, and when two are one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.identity import PROOFS, Identity, Proof, contradict, member, of_sender, stage, stronger, verdict


@pytest.mark.parametrize(
    ("channel", "sender", "known"),
    [
        ("sms", "+48601234567", ("phone", "+48601234567", "channel")),
        ("whatsapp", "48601234567", ("phone", "+48601234567", "channel")),
        ("voice", "+48601234567", ("phone", "+48601234567", "shown")),
        ("sms", "384387", ("phone", "384387", "channel")),
        ("whatsapp", "US.1234", ("whatsapp", "US.1234", "channel")),
        ("telegram", "3527065", ("telegram", "3527065", "channel")),
        ("email", "Ada@Example.com", ("email", "ada@example.com", "shown")),
    ],
)
def test_a_telephone_number_is_one_person_on_every_channel_that_has_them(
    channel: str, sender: str, known: tuple[str, str, str]
) -> None:
    found = of_sender(channel, sender)
    assert (found.kind, found.value, found.proof) == known


def phone(proof: Proof) -> Identity:
    return Identity(kind="phone", value="+48601234567", proof=proof)


def test_two_who_proved_the_same_are_one() -> None:
    assert verdict([phone("channel")], [phone("signed"), member("shop", "7")]) == "same"


@pytest.mark.parametrize("weak", ["said", "shown"])
def test_what_can_be_made_up_is_only_suggested(weak: Proof) -> None:
    assert verdict([phone(weak)], [phone("signed")]) == "suggest"
    assert verdict([phone("channel")], [phone(weak)]) == "suggest"


def test_who_share_nothing_are_nothing_to_each_other() -> None:
    assert verdict([phone("signed")], [of_sender("telegram", "+48601234567")]) is None


def test_two_members_of_one_site_are_two_whatever_they_share() -> None:
    one, other = [phone("channel"), member("shop", "1")], [phone("channel"), member("shop", "2")]
    assert verdict(one, other) == "suggest"
    assert verdict([*one], [phone("channel"), member("garden", "2")]) == "same"
    assert contradict(one, other)


IDENTITIES = st.builds(
    Identity,
    kind=st.sampled_from(["phone", "email", "member", "order"]),
    value=st.sampled_from(["shop:1", "shop:2", "x"]),
    proof=st.sampled_from(PROOFS),
)


@given(one=st.lists(IDENTITIES, max_size=3), other=st.lists(IDENTITIES, max_size=3))
def test_the_verdict_is_the_same_from_both_sides_and_certain_only_by_proof(
    one: list[Identity], other: list[Identity]
) -> None:
    found = verdict(one, other)
    assert found == verdict(other, one)
    if found == "same":
        assert any(a.proven and b.proven and (a.kind, a.value) == (b.kind, b.value) for a in one for b in other)


@given(one=st.sampled_from(PROOFS), other=st.sampled_from(PROOFS))
def test_a_proof_never_gets_weaker(one: Proof, other: Proof) -> None:
    assert stronger(one, other) == stronger(other, one)
    assert PROOFS.index(stronger(one, other)) >= PROOFS.index(one)


@pytest.mark.parametrize(
    ("identities", "known"),
    [
        ([], "unknown"),
        ([Identity(kind="order", value="L-1", proof="said")], "order"),
        ([Identity(kind="email", value="a@b.example", proof="said")], "profile"),
        ([phone("shown")], "profile"),
        ([phone("shown"), of_sender("telegram", "1")], "person"),
    ],
)
def test_a_customer_is_known_in_stages(identities: list[Identity], known: str) -> None:
    assert stage(identities) == known
