"""Encrypted fields: readable with the ring's keys, in their own column, unchanged. Else a loud failure."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from rtc_service import crypto
from rtc_service.models import Visitor

OLD = ["old", base64.b64encode(b"o" * 32).decode()]
NEW = ["new", base64.b64encode(b"n" * 32).decode()]
Ring = Callable[..., None]


@pytest.fixture
def ring(settings: Any) -> Ring:
    def use(*keys: list[str]) -> None:
        settings.RTC_SERVICE = {"core": {"KEY_RING": list(keys)}}

    return use


def test_a_text_comes_back(ring: Ring) -> None:
    ring(NEW)
    stored = crypto.encrypt("+86 138 0000 0000", "a.b.c")
    assert stored.startswith("new:") and "138" not in stored
    assert crypto.decrypt(stored, "a.b.c") == "+86 138 0000 0000"
    assert crypto.encrypt("x", "a") != crypto.encrypt("x", "a"), "equal texts do not look equal"


def test_the_first_key_writes_and_all_read(ring: Ring) -> None:
    ring(OLD)
    stored = crypto.encrypt("Alice", "a.b.c")
    ring(NEW, OLD)
    assert crypto.decrypt(stored, "a.b.c") == "Alice"
    assert crypto.encrypt("Alice", "a.b.c").startswith("new:")
    ring(NEW)
    with pytest.raises(crypto.DecryptionError, match="no key 'old'"):
        crypto.decrypt(stored, "a.b.c")


def test_the_index_outlives_a_new_key(ring: Ring) -> None:
    ring(OLD)
    before = crypto.blind_index("+8613800000000")
    ring(NEW, OLD)
    assert crypto.blind_index("+8613800000000") == before
    assert crypto.blind_index("+8613800000001") != before


@pytest.mark.parametrize("change", [lambda s: s[:-6] + "AAAAA=", lambda s: s[:8], lambda s: "new:", lambda s: "plain"])
def test_a_changed_value_is_refused(ring: Ring, change: Callable[[str], str]) -> None:
    ring(NEW)
    with pytest.raises(crypto.DecryptionError):
        crypto.decrypt(change(crypto.encrypt("Alice", "a.b.c")), "a.b.c")


def test_a_plain_value_is_refused_and_not_shown() -> None:
    with pytest.raises(crypto.DecryptionError) as refused:
        crypto.decrypt("Alice Liddell", "a.b.c")
    assert "a.b.c" in str(refused.value) and "Alice" not in str(refused.value)


def test_a_value_copied_into_another_column_is_refused(db: None) -> None:
    visitor = Visitor.objects.create(guest_key="g", name="Alice")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rtc_service_visitor SET phone = name")
        cursor.execute("SELECT name FROM rtc_service_visitor")
        assert "Alice" not in cursor.fetchone()[0]
    with pytest.raises(crypto.DecryptionError, match="visitor.phone"):
        visitor.refresh_from_db()


def test_an_empty_field_stays_empty(db: None) -> None:
    Visitor.objects.create(guest_key="g")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM rtc_service_visitor")
        assert cursor.fetchone() == ("", "")


@pytest.mark.parametrize(("name", "masked"), [("Alice", "A•••"), ("李雷", "李•••"), ("", "")])
def test_a_masked_name_says_little(name: str, masked: str) -> None:
    assert crypto.mask_name(name) == masked
