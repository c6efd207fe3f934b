"""What is owed for an event is done, or somebody is told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from rtc_service import clock, registry
from rtc_service.models import Duty, Event
from rtc_service.services import duties, handover
from rtc_service.testing import later, request_call, run_duties
from tests.harness.people import People


class Handler:
    """A duty that fails as often as it is told to."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.runs: list[int] = []

    def __call__(self, event: Event) -> None:
        self.runs.append(event.seq)
        if len(self.runs) <= self.fails:
            raise RuntimeError("not today")


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch) -> Iterator[Handler]:
    made = Handler()
    monkeypatch.setitem(registry.get().duty_functions, "test.duty", made)
    monkeypatch.setitem(registry.get().duties, "call.requested", ["test.duty"])
    yield made


def owed(people: People) -> Duty:
    call, _leg = request_call(people.alice)
    return call.events.get(seq=1).duties.get()


def test_an_event_owes_its_duties(people: People, handler: Handler) -> None:
    duty = owed(people)
    assert duty.state == "owed"
    assert run_duties() == 1
    duty.refresh_from_db()
    assert (duty.state, duty.attempts, handler.runs) == ("done", 1, [1])
    assert not duties.run(duty.pk), "done is done"


def test_a_duty_is_tried_eight_times_and_then_dead_and_loud(
    people: People, handler: Handler, caplog: pytest.LogCaptureFixture
) -> None:
    handler.fails = 99
    duty = owed(people)
    seconds = 0.0
    for _attempt in range(8):
        with later(seconds):
            assert not duties.run(duty.pk)
            assert not duties.run(duty.pk), "not before its time"
        duty.refresh_from_db()
        seconds = (duty.due - clock.now()).total_seconds() + 1
    assert (duty.state, duty.attempts, len(handler.runs)) == ("dead", 8, 8)
    assert duty.error == "RuntimeError: not today"
    assert any("given up" in r.getMessage() and r.levelno == logging.ERROR for r in caplog.records)
    with later(10_000):
        assert run_duties() == 0
        duties.sweep()
        assert len(handler.runs) == 8


def test_a_duty_that_failed_is_done_later(people: People, handler: Handler) -> None:
    handler.fails = 2
    duty = owed(people)
    for seconds in (0, 3, 8):
        with later(seconds):
            run_duties()
    duty.refresh_from_db()
    assert (duty.state, duty.attempts, duty.error) == ("done", 3, "")


def test_a_failed_duty_leaves_nothing_half_done(
    people: People, monkeypatch: pytest.MonkeyPatch, handler: Handler
) -> None:
    def half(event: Event) -> None:
        Event.objects.create(call=event.call, seq=999, kind="media", at=clock.now())
        raise RuntimeError("in the middle")

    monkeypatch.setitem(registry.get().duty_functions, "test.duty", half)
    duties.run(owed(people).pk)
    assert not Event.objects.filter(seq=999).exists()


def test_a_dead_workers_duty_is_done_by_another(people: People, handler: Handler, given: list[int]) -> None:
    duty = owed(people)
    given.clear()
    Duty.objects.filter(pk=duty.pk).update(state="running", attempts=1, lease_until=clock.after(60))
    duties.sweep()
    assert given == []
    with later(61):
        duties.sweep()
        assert given == [duty.pk]
        assert duties.run(duty.pk)
    assert handler.runs == [1]


def test_a_duty_that_kills_its_workers_is_given_up(people: People, handler: Handler) -> None:
    duty = owed(people)
    Duty.objects.filter(pk=duty.pk).update(state="running", attempts=8, lease_until=clock.after(-1))
    assert not duties.run(duty.pk)
    duty.refresh_from_db()
    assert (duty.state, handler.runs) == ("dead", [])


def test_who_took_longer_than_the_lease_undoes_its_own(
    people: People, monkeypatch: pytest.MonkeyPatch, handler: Handler
) -> None:
    """Another worker has claimed the duty meanwhile: what it does counts."""

    def slow(event: Event) -> None:
        Event.objects.create(call=event.call, seq=999, kind="media", at=clock.now())
        Duty.objects.filter(event=event).update(attempts=2)

    monkeypatch.setitem(registry.get().duty_functions, "test.duty", slow)
    assert not duties.run(owed(people).pk)
    assert not Event.objects.filter(seq=999).exists()


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The duties that were handed to the broker."""
    ids: list[int] = []
    monkeypatch.setattr(handover, "give", ids.append)
    return ids


def test_what_the_broker_lost_is_asked_for_again_once(people: People, handler: Handler, given: list[int]) -> None:
    duty = owed(people)
    assert given == [duty.pk]
    duties.sweep()
    assert given == [duty.pk], "not yet"
    with later(11):
        duties.sweep()
        duties.sweep()
    assert given == [duty.pk] * 2


def test_a_broker_that_does_not_answer_holds_nobody_up(
    people: People, handler: Handler, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, asked = threading.Event(), threading.Event()
    senders: list[int] = []

    def send(duty_id: int) -> bool:
        senders.append(threading.get_ident())
        asked.set()
        return stuck.wait(5)

    monkeypatch.setattr(handover, "_send", send)
    owed(people)
    assert asked.wait(5)
    assert senders != [threading.get_ident()], "whoever commits does not talk to the broker"
    stuck.set()
    handover.flush()


def test_after_a_failure_the_broker_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def send(duty_id: int) -> Any:
        tried.append(duty_id)
        return False

    monkeypatch.setattr(handover, "_send", send)
    sender = handover._Sender()
    for number in range(5):
        sender.put(number)
    sender.flush(5)
    assert tried == [0]
