"""Sweepers of the core: a bad row keeps no other waiting, and what only cleans up does so once a minute."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest

from rtc_service import registry, tasks
from rtc_service.models import Call, Participant, Prompt
from rtc_service.services import calls, participants, prompts, sweeps
from rtc_service.testing import customer, later, request_call
from tests.harness.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def breaks_first(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[int]:
    """The first row that comes to this function breaks it; the keys of all that came."""
    real: Callable[..., Any] = getattr(owner, name)
    seen: list[int] = []

    def function(row: Any, *args: Any, **kwargs: Any) -> Any:
        seen.append(row.pk)
        if row.pk == seen[0]:
            raise RuntimeError("nobody has thought of this")
        return real(row, *args, **kwargs)

    monkeypatch.setattr(owner, name, function)
    return seen


@pytest.fixture
def two() -> list[tuple[Call, Participant]]:
    return [request_call(customer(name)) for name in ("alice", "charlie")]


def test_legs_that_are_lost(two: list[Any], monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    seen = breaks_first(monkeypatch, participants, "lost")
    with later(60), caplog.at_level(logging.ERROR):
        assert participants.sweep() == 1
    assert len(seen) == 2 and Participant.objects.filter(present=False).count() == 1
    assert f"sweeping participant {seen[0]} failed" in caplog.text


def test_prompts_that_expire(two: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for _call, leg in two:
        prompts.ask(leg, "test", {})
    seen = breaks_first(monkeypatch, prompts, "_settle")
    with later(10_000):
        assert prompts.sweep() == 1
    assert len(seen) == 2 and Prompt.objects.filter(state="expired").count() == 1


def test_parties_that_do_not_come_back(two: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    for _call, leg in two:
        participants.lost(leg)
    seen = breaks_first(monkeypatch, calls, "end")
    with later(10_000):
        assert sweeps.lost_parties() == 1
    assert len(seen) == 2 and Call.objects.filter(state="ended").count() == 1


def test_calls_that_last_too_long(two: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    seen = breaks_first(monkeypatch, calls, "end")
    with later(10_000):
        assert sweeps.overdue_calls() == 1
    assert len(seen) == 2 and Call.objects.filter(state="ended").count() == 1


# --- how often


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often each of all sweepers ran; in a process that has swept nothing yet."""
    counts: dict[str, int] = {}

    def counting(name: str) -> Callable[[], int]:
        def sweep() -> int:
            counts[name] = counts.get(name, 0) + 1
            return 0

        return sweep

    made = {name: counting(name) for name in registry.get().sweepers}
    monkeypatch.setattr(registry.get(), "sweepers", made)
    monkeypatch.setattr(sweeps, "_ran", {})
    return counts


CLEANING = {"rtc_service.tokens", "rtc_service.idempotency", "rtc_service.rates"}


def test_what_cleans_up_runs_once_a_minute_in_a_process(ran: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr(sweeps.time, "monotonic", lambda: now)
    for _second in range(60):
        sweeps.run_due()
        now += 1.0
    rare = {name for name, count in ran.items() if count == 1}
    assert rare >= CLEANING and rare == set(registry.get().pauses)
    assert {ran[name] for name in ran.keys() - rare} == {60}
    sweeps.run_due()
    assert {ran[name] for name in rare} == {2}


def test_beat_and_the_ticker_keep_to_it(ran: dict[str, int], people: People) -> None:
    tasks.sweep()
    tasks.sweep()
    assert ran["rtc_service.rates"] == 1 and ran["rtc_service.duties"] == 2
    sweeps.run_all()
    assert ran["rtc_service.rates"] == 2


def test_one_that_fails_waits_its_minute_too(ran: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    def fails() -> int:
        tries.append(1)
        raise RuntimeError("the database is away")

    monkeypatch.setitem(registry.get().sweepers, "rtc_service.rates", fails)
    assert "rtc_service.rates" not in sweeps.run_due()
    sweeps.run_due()
    assert len(tries) == 1 and ran["rtc_service.tokens"] == 1
