"""A new key in the core's ring: every encrypted column moves under it, and numbers are still found."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from rtc_service import crypto
from rtc_service.models import Call, Message, Visitor
from rtc_service.services import field_rotation, messages
from rtc_service.testing import customer, request_call

OLD, NEW, LOST = ([name, base64.b64encode(name[0].encode() * 32).decode()] for name in ("old", "new", "lost"))
NUMBER = "+8613800000000"
Ring = Callable[..., None]


@pytest.fixture
def ring(db: None, settings: Any) -> Ring:
    def use(*keys: list[str]) -> None:
        settings.RTC_SERVICE = {**settings.RTC_SERVICE, "core": {"KEY_RING": list(keys)}}

    use(OLD)
    return use


def visitor(name: str = "Alice") -> Visitor:
    return Visitor.objects.create(guest_key=name, name=name, phone=NUMBER, phone_index=crypto.blind_index(NUMBER))


def stored(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")  # noqa: S608
        return [row[0] for row in cursor.fetchall()]


def test_every_column_takes_part() -> None:
    found = {f"{model._meta.label}.{column.name}" for model, column in field_rotation.columns()}
    assert {
        "rtc_service.Visitor.name",
        "rtc_service.Visitor.phone",
        "rtc_service.Message.body",
        "rtc_service.Call.context",
        "rtc_tickets.Ticket.problem",
        "rtc_tickets.Comment.body",
    } <= found


def test_all_values_move_and_the_number_is_still_found(
    ring: Ring, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(field_rotation, "BATCH", 2)
    people = [visitor(name) for name in ("Alice", "Ann", "Anton")]
    Visitor.objects.create(guest_key="nobody")
    call, leg = request_call(customer())
    Call.objects.filter(pk=call.pk).update(context={"shop": {"vip": True}})
    messages.say(leg, client_id=call.uuid, body="it's broken: 100 %")
    ring(NEW, OLD)
    call_command("rtc_rotate_fields")
    told = capsys.readouterr().out
    assert "under 'new' now" in told and "old:" not in told and "except the last one ('old')" in told
    values = [*stored("rtc_service_visitor", "name"), *stored("rtc_service_visitor", "phone")]
    values += [*stored("rtc_service_message", "body"), *stored("rtc_service_call", "context")]
    assert {value.partition(":")[0] for value in values} == {"new", ""}
    assert Visitor.objects.filter(phone_index=crypto.blind_index(NUMBER)).count() == len(people)
    ring(NEW)  # what is left of the old key is the index alone
    assert [Visitor.objects.get(pk=one.pk).name for one in people] == ["Alice", "Ann", "Anton"]
    assert Visitor.objects.get(pk=people[0].pk).phone == NUMBER
    assert Call.objects.get(pk=call.pk).context == {"shop": {"vip": True}}
    assert Message.objects.get().body == "it's broken: 100 %"
    assert not Visitor.objects.filter(phone_index=crypto.blind_index(NUMBER)).exists(), "so it has to stay"
    ring(NEW, OLD)
    assert field_rotation.rotate().reencrypted == 0


def test_an_interrupted_run_is_started_again(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(field_rotation, "BATCH", 1)
    for name in ("Alice", "Ann", "Anton"):
        Visitor.objects.create(guest_key=name, name=name)
    ring(NEW, OLD)
    real, seen = crypto.decrypt, []

    def killed(*given: str) -> str:
        seen.append(given)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(*given)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(crypto, "decrypt", killed)
        field_rotation.rotate()
    assert [value.partition(":")[0] for value in stored("rtc_service_visitor", "name")] == ["new", "old", "old"]
    assert field_rotation.rotate().reencrypted == 2


def test_what_is_written_meanwhile_is_not_overwritten(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Visitor.objects.create(guest_key="g", name="Alice")
    ring(NEW, OLD)
    real = crypto.decrypt

    def late(*given: str) -> str:
        monkeypatch.setattr(crypto, "decrypt", real)
        Visitor.objects.filter(pk=one.pk).update(name="Alicia")
        return real(*given)

    monkeypatch.setattr(crypto, "decrypt", late)
    assert field_rotation.rotate().reencrypted == 0
    assert Visitor.objects.get().name == "Alicia"


def test_a_value_that_no_key_opens_is_named_and_stops_nothing(ring: Ring, capsys: pytest.CaptureFixture[str]) -> None:
    ring(LOST)
    Visitor.objects.create(guest_key="a", name="Alice")
    ring(OLD)
    Visitor.objects.create(guest_key="b", name="Bea")
    ring(NEW, OLD)
    with pytest.raises(CommandError, match="No key may leave"):
        call_command("rtc_rotate_fields")
    told = capsys.readouterr()
    assert "rtc_service.Visitor.name: 1 value(s)" in told.err
    assert "1 value(s) are under 'new'" in told.out and "lost: 1 value(s)" in told.out
