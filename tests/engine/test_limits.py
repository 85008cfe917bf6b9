"""What a node takes in at once has an end."""

from __future__ import annotations

import contextlib

import pytest
from starlette.requests import ClientDisconnect

from router.engine.limits import Buckets, Space
from router.engine.visitors import network_mark
from router.protocol.errors import TooMuch


def test_bodies_share_their_space_and_give_it_back() -> None:
    space = Space(100)
    with space.shared() as one, space.shared() as another:
        one(60)
        another(40)
        with pytest.raises(TooMuch):
            one(1)
    with space.shared() as one:
        one(100)


def test_a_body_that_breaks_off_gives_its_space_back() -> None:
    space = Space(100)
    with contextlib.suppress(ClientDisconnect), space.shared() as take:
        take(60)
        raise ClientDisconnect
    with space.shared() as take:
        take(100)


def test_all_addresses_of_one_ipv6_network_share_what_they_may_ask() -> None:
    buckets = Buckets(0.1, 2)
    buckets.take("2001:db8:0:1::1", 0)
    buckets.take("2001:db8:0:1:ffff::2", 0)
    with pytest.raises(TooMuch):
        buckets.take("2001:db8:0:1::3", 0)
    buckets.take("2001:db8:0:2::1", 0)


def test_who_asked_too_much_is_not_forgotten_because_many_others_ask() -> None:
    buckets = Buckets(0.1, 1, kept=3)
    buckets.take("192.0.2.1", 0)
    for other in range(2, 20):
        buckets.take(f"192.0.2.{other}", 0)
        with pytest.raises(TooMuch):
            buckets.take("192.0.2.1", 0)


def test_a_network_is_known_again_by_a_mark_that_tells_no_address_and_a_proxy_of_ours_has_none() -> None:
    key = b"k" * 32
    assert network_mark(key, "2a00:1450:4001::1") == network_mark(key, "2a00:1450:4001::2") != ""
    assert network_mark(key, "8.8.8.8") != network_mark(key, "8.8.4.4")
    assert network_mark(key, "8.8.8.8") != network_mark(b"other", "8.8.8.8")
    assert {network_mark(key, address) for address in ("10.0.0.1", "127.0.0.1", "fe80::1%eth0", "", "?")} == {""}


def test_a_clock_that_is_set_back_takes_nothing_from_anybody() -> None:
    buckets = Buckets(1, 2)
    buckets.take("192.0.2.1", 10_000)
    buckets.take("192.0.2.1", 6_400)
    buckets.take("192.0.2.1", 6_401)
