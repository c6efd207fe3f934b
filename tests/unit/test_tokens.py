"""Signed tokens: none stands in for another kind, another key, another time. And what is derived for TURN."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.core import signing

from rtc_service import tokens
from rtc_service.exceptions import TokenRefused
from rtc_service.services import ice

MADE = {
    "hello": lambda: tokens.hello("v:1", "customer"),
    "resume": lambda: tokens.resume("v:1", "customer", 3),
    "guest": lambda: tokens.guest("key"),
    "identity": lambda: tokens.identity(7, name="Alice"),
}
READ: dict[str, Callable[[str], Any]] = {
    "hello": tokens.read_hello,
    "resume": tokens.read_resume,
    "guest": tokens.read_guest,
    "identity": tokens.read_identity,
}


@pytest.mark.parametrize("kind", MADE)
def test_each_kind_comes_back(kind: str) -> None:
    assert READ[kind](MADE[kind]())


@pytest.mark.parametrize(("made", "read"), list(itertools.permutations(MADE, 2)))
def test_no_kind_stands_in_for_another(made: str, read: str) -> None:
    with pytest.raises(TokenRefused):
        READ[read](MADE[made]())


def test_two_hello_tokens_are_never_the_same() -> None:
    assert tokens.read_hello(MADE["hello"]())["jti"] != tokens.read_hello(MADE["hello"]())["jti"]


def test_a_signed_thing_that_is_no_object() -> None:
    with pytest.raises(TokenRefused):
        tokens.read_hello(signing.dumps(["x"], salt="rtc_service.hello"))


def test_identities_may_have_a_key_of_their_own(settings: Any) -> None:
    before = tokens.identity(7)
    settings.RTC_SERVICE = {"core": {"IDENTITY_KEY": "shared with the host"}}
    with pytest.raises(TokenRefused):
        tokens.read_identity(before)
    assert tokens.read_identity(tokens.identity(7))["u"] == 7


def test_the_turn_credential_is_the_one_that_coturn_computes() -> None:
    """draft-uberti-behave-turn-rest-00, section 2.2: HMAC-SHA1 over the user name, in base64."""
    username, credential = ice.turn_credential("v:1", "north", 1_790_000_600)
    assert username == "1790000600:v:1"
    by_hand = base64.b64encode(hmac.new(b"north", b"1790000600:v:1", hashlib.sha1).digest()).decode()
    # The golden value is from openssl:
    # printf '1790000600:v:1' | openssl dgst -sha1 -hmac north -binary | base64
    assert credential == by_hand == "+pOROMvkgdttctNdQzngIbEIvzc="


def test_without_servers_there_is_no_public_default(settings: Any) -> None:
    settings.RTC_SERVICE = {"core": {}}
    assert ice.servers("v:1") == []


def test_stun_and_turn_servers(settings: Any) -> None:
    core = {"STUN_URLS": ["stun:s"], "TURN_URLS": ["turn:t"], "TURN_SECRETS": ["new", "old"], "TURN_SECONDS": 600}
    settings.RTC_SERVICE = {"core": core}
    stun, turn = ice.servers("v:1")
    assert (stun.urls, stun.credential, turn.urls) == (["stun:s"], None, ["turn:t"])
    assert turn.username and turn.credential == ice.turn_credential("v:1", "new", int(turn.username.split(":")[0]))[1]
