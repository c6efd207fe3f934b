"""Who is counted as one, and whose page a page is."""

from __future__ import annotations

from typing import Any

import pytest

from rtc_service.services import ice
from rtc_service.signalling import hosts, limits


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("unix", "unix"),
        ("x" * 100, "x" * 64),
    ],
)
def test_a_household_is_one_client(address: str, counted: str) -> None:
    assert limits.network(address) == counted


def test_a_header_given_twice_is_one_list() -> None:
    """A proxy that adds a line of its own must be believed, not the client's line before it."""
    scope = {"headers": [(b"x-forwarded-for", b"6.6.6.6"), (b"host", b"a"), (b"x-forwarded-for", b"192.0.2.1")]}
    forwarded = limits.header(scope, b"x-forwarded-for")
    assert limits.client_address("10.0.0.1", forwarded, 1) == "192.0.2.1"
    assert limits.header(scope, b"origin") == ""


def test_a_name_that_only_points_here_is_not_ours(settings: Any) -> None:
    """DNS rebinding: the page and the Host header agree, and both are the attacker's."""
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert hosts.our_host("shop.example:8443") == "shop.example:8443"
    assert hosts.our_host("evil.example") == hosts.our_host("") == hosts.our_host("[") == ""
    assert not limits.origin_allowed("https://evil.example", hosts.our_host("evil.example"), [])
    assert not limits.origin_allowed("https://", "", []) and not limits.origin_allowed("nonsense", "", [])


def test_buckets_do_not_grow_without_end() -> None:
    buckets = limits.Buckets(rate=0.0, burst=1.0, most=3)
    assert buckets.take("a") and not buckets.take("a")
    for key in "bcd":
        assert buckets.take(key)
    assert len(buckets._buckets) == 3
    assert buckets.take("a"), "forgotten, as it was not seen for longest"


def test_asking_again_gives_the_same_turn_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise each reconnect were a new user with a quota of its own."""
    given = set()
    for second in range(1_200):
        monkeypatch.setattr(ice.time, "time", lambda second=second: 1_790_000_000 + second)
        expiry = ice._expiry(600)
        assert 600 <= expiry - (1_790_000_000 + second) <= 1_200
        given.add(expiry)
    assert len(given) <= 3
