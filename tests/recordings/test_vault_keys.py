"""Keys of files: never shown, readable with the ring's keys and for their own file only, lost when shredded."""

from __future__ import annotations

import base64
import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from recordings.vault import keys
from recordings.vault.errors import KeyMissing, KeyShredded, KeyTampered, VaultError
from recordings.vault.keys import FileKey
from rtc_service import crypto

OLD = ["old", base64.b64encode(b"o" * 32).decode()]
NEW = ["new", base64.b64encode(b"n" * 32).decode()]
NAME = "recording/party.rec"
Ring = Callable[..., None]


@pytest.fixture
def ring(settings: Any) -> Ring:
    """`ring(NEW, OLD)`: the recordings' own; `ring(core=[OLD])`: the core's."""

    def use(*own: list[str], core: list[list[str]] | None = None) -> None:
        settings.RTC_SERVICE = {"core": {"KEY_RING": core or []}, "recordings": {"KEY_RING": list(own)}}

    return use


def row(key_id: str, wrapped: str, name: str = NAME) -> Any:
    return SimpleNamespace(name=name, key_id=key_id, wrapped_key=wrapped)


def test_a_key_comes_back_for_its_own_file(ring: Ring) -> None:
    ring(NEW)
    key, key_id, wrapped = keys.new(NAME)
    assert (key_id, len(wrapped), len(key.key)) == ("new", 80, 32)
    assert keys.unwrap(key_id, wrapped, NAME).key == key.key
    assert keys.new(NAME)[0].key != key.key


def test_the_ring_is_the_recordings_own_or_else_the_cores(ring: Ring) -> None:
    ring(NEW, core=[OLD])
    assert keys.newest() == "new"
    ring(core=[OLD])
    assert keys.newest() == "old"
    ring()
    assert keys.newest() == "sk"


@pytest.mark.parametrize("at", range(80))
def test_every_character_of_a_wrapped_key_counts(ring: Ring, at: int) -> None:
    ring(NEW)
    _key, key_id, wrapped = keys.new(NAME)
    other = "A" if wrapped[at] != "A" else "B"
    with pytest.raises(KeyTampered):
        keys.unwrap(key_id, wrapped[:at] + other + wrapped[at + 1 :], NAME)


def test_what_is_no_key_of_this_file(ring: Ring) -> None:
    ring(NEW, OLD)
    _key, key_id, wrapped = keys.new(NAME)
    for key, text, name in (
        (key_id, wrapped, "recording/other.rec"),
        ("old", wrapped, NAME),
        (key_id, wrapped[:-4], NAME),
        (key_id, "no base64 at all", NAME),
        (key_id, crypto.encrypt("x" * 32, NAME).partition(":")[2], NAME),
    ):
        with pytest.raises(KeyTampered):
            keys.unwrap(key, text, name)


def test_a_key_id_that_the_ring_does_not_have(ring: Ring) -> None:
    ring(OLD)
    _key, key_id, wrapped = keys.new(NAME)
    ring(NEW)
    with pytest.raises(KeyMissing, match="'old'") as error:
        keys.unwrap(key_id, wrapped, NAME)
    assert error.value.code == "key_missing"
    assert isinstance(error.value, VaultError)


def test_a_shredded_key(ring: Ring) -> None:
    ring(NEW)
    with pytest.raises(KeyShredded) as error:
        keys.unwrap("new", "", NAME)
    assert (error.value.code, error.value.status) == ("key_shredded", 410)
    assert not keys.rewrap(row("old", ""))


def test_rewrapping_gives_the_same_key_under_the_newest(ring: Ring) -> None:
    ring(OLD)
    key, key_id, wrapped = keys.new(NAME)
    sealed = row(key_id, wrapped)
    assert not keys.rewrap(sealed)
    ring(NEW, OLD)
    assert keys.rewrap(sealed)
    ring(NEW)
    assert sealed.key_id == "new"
    assert keys.unwrap(sealed.key_id, sealed.wrapped_key, NAME).key == key.key


def test_a_ring_key_wraps_nothing_under_itself(ring: Ring) -> None:
    """The core encrypts fields with the same ring: the two purposes must not share a key."""
    ring(core=[OLD])
    key, key_id, wrapped = keys.new(NAME)
    raw = base64.urlsafe_b64decode(wrapped)
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    with pytest.raises(InvalidTag):
        AESGCM(b"o" * 32).decrypt(raw[:12], raw[12:], keys._context(key_id, NAME))
    assert keys._cipher(b"o" * 32).decrypt(raw[:12], raw[12:], keys._context(key_id, NAME)) == key.key


def fail_with(key: FileKey) -> None:
    raise ValueError(key)


def test_a_key_shows_itself_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    key = FileKey(bytes.fromhex("73686f77") * 8)  # "show"
    caplog.set_level(logging.DEBUG)
    logging.getLogger("rtc_recordings").info("%s %r", key, {"key": key})
    try:
        fail_with(key)
    except ValueError as error:
        report = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "key = FileKey(hidden)" in report
    for text in (repr(key), str(key), f"{key}", f"{[key]}", caplog.text, json.dumps(key, default=str), report):
        assert "showshow" not in text and "73686f77" * 8 not in text
    for way in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            way(key)
    with pytest.raises(ValueError, match="32 bytes"):
        FileKey(b"short")
