"""Every state has a time-out, and what a broker, a duty or a worker has lost is asked for again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recordings.models import Recording
from recordings.services import alarms, leases, recordings, steps, sweeping
from rtc_service import clock, registry
from rtc_service.models import Alert, AuditEntry, Duty
from rtc_service.services import prompts
from rtc_service.tasks import beat_schedule
from rtc_service.testing import assert_replay_equals_snapshot, later, request_call, run_duties
from tests.harness.people import People
from tests.recordings.calls import Given, Story, given, started, story

__all__ = ["given"]


def standing() -> set[str]:
    return set(Alert.objects.filter(cleared__isnull=True).values_list("code", flat=True))


def test_it_is_wired(people: People) -> None:
    assert registry.get().sweepers["rtc_recordings.recordings"] is sweeping.sweep
    purge = beat_schedule()["rtc-recordings-purge"]
    assert (purge["task"], purge["schedule"]) == ("rtc.recordings.purge", 3600.0)
    assert purge["options"] == {"expires": 3600.0, "queue": "media"}


def test_nobody_took_it(people: People, given: Given) -> None:
    told = started(people)
    for _ in range(3):
        sweeping.sweep()
    assert len(given.record) == 1, "two seconds have not passed"
    with later(2.5):
        for _ in range(3):
            sweeping.sweep()
    assert given.record == [str(told.recording.uuid)] * 2
    assert not standing()
    with later(20.5):
        sweeping.sweep()
        sweeping.sweep()
        assert standing() == {"recordings.no_recorder"}
        claim = leases.claim(told.recording.uuid, "at last")
        assert claim is not None and claim.alarms == {("no_recorder", None)}
        recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    assert not standing()
    told_of = told.call.events.filter(kind="recordings.alarm").order_by("seq")
    assert [event.data["on"] for event in told_of] == [True, False]


def test_a_problem_that_stands_costs_no_lock_and_no_write(people: People, given: Given) -> None:
    """Sweepers of all processes say it each second."""
    told = started(people)
    with later(20.5):
        sweeping.sweep()
        with CaptureQueriesContext(connection) as asked:
            assert not alarms.switch(told.recording, "no_recorder", on=True)
    assert {query["sql"].split()[0] for query in asked} == {"SELECT"}
    assert not any("FOR " in query["sql"] for query in asked)


def test_a_recorder_died(people: People, given: Given) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    with later(5):
        sweeping.sweep()
        assert len(given.record) == 1, "its lease is live"
    with later(6.5):
        sweeping.sweep()
        assert len(given.record) == 2
        assert not standing(), "another has a moment to take it"
        another = leases.claim(told.recording.uuid, "two")
        assert another is not None and another.epoch == 2
        sweeping.sweep()
        assert len(given.record) == 2


def test_a_recorder_died_and_none_comes(people: People, given: Given) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    with later(15):
        sweeping.sweep()
        assert standing() == {"recordings.no_recorder"}
        told.end()
        run_duties()
        assert not standing(), "over with the recording"
        assert given.finalise == [str(told.recording.uuid)]
    assert_replay_equals_snapshot(told.call)


def test_a_recorder_that_let_go_in_order_is_no_alarm(people: People, given: Given) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    with later(60):
        assert leases.renew(claim) == "running"
        leases.release(claim)
        assert len(given.record) == 2, "another is asked at once"
        sweeping.sweep()
        assert not standing()


def test_a_pause_ends_by_itself(people: People, given: Given) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    steps.pause_by_hand(told.call, by=told.staff())
    with later(299):
        sweeping.sweep()
        assert told.state == "paused"
    with later(301):
        sweeping.sweep()
    assert told.state == "running" and told.recording.cause == "timeout"
    assert AuditEntry.objects.get(action="recording.resumed").data == {"cause": "timeout"}


@pytest.mark.parametrize("accept", [True, False, None])
def test_the_duty_of_the_answer_was_lost(people: People, given: Given, accept: bool | None) -> None:
    told = story(people)
    told.answer()
    if accept is None:
        with later(601):
            prompts.sweep()
    else:
        prompts.answer(told.prompt.uuid, by=told.customer.uuid, accept=accept, answer={})
    Duty.objects.update(state="dead")
    sweeping.sweep()
    assert told.state == "asked", "the duty has its time"
    with later(700):
        sweeping.sweep()
    assert told.state == ("starting" if accept else "refused")


@pytest.mark.parametrize("moment", ["ended", "waiting"])
def test_the_duty_of_the_end_was_lost(people: People, given: Given, moment: str) -> None:
    told = started(people)
    if moment == "ended":
        told.end()
    else:
        told.requeue()
    Duty.objects.update(state="dead")
    sweeping.sweep()
    assert told.state == "starting"
    with later(6):
        sweeping.sweep()
    assert (told.state, told.recording.cause) == ("finalising", moment)
    assert_replay_equals_snapshot(told.call)


def test_the_finaliser_is_asked_again(people: People, given: Given) -> None:
    told = started(people)
    steps.stop_by_hand(told.call, by=told.staff())
    sweeping.sweep()
    assert len(given.finalise) == 1
    with later(59):
        sweeping.sweep()
        assert len(given.finalise) == 1
    with later(61):
        sweeping.sweep()
        sweeping.sweep()
    assert len(given.finalise) == 2


def test_a_recorder_died_while_closing(people: People, given: Given) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    steps.stop_by_hand(told.call, by=told.staff())
    assert claim is not None and not given.finalise
    sweeping.sweep()
    assert not given.finalise and not leases.free_for_finaliser(told.recording.uuid)
    with later(6.5):
        sweeping.sweep()
        assert given.finalise == [str(told.recording.uuid)]
        assert leases.free_for_finaliser(told.recording.uuid)


def test_what_runs_well_costs_one_query(people: People, given: Given, django_assert_max_num_queries: Any) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    with django_assert_max_num_queries(3 if connection.vendor == "postgresql" else 2):  # which is asked for the time
        assert sweeping.sweep() == 0


def test_one_that_breaks_does_not_stop_the_others(
    people: People, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = started(people).recording
    other = Story(people, *request_call(people.charlie))
    run_duties()
    other.say(True)
    other.answer(people.beth)
    look = sweeping._look_at

    def breaks(recording: Recording, *args: object) -> bool:
        if recording.pk == broken.pk:
            raise RuntimeError("nobody has thought of this")
        return look(recording, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(sweeping, "_look_at", breaks)
    with later(10):
        assert sweeping.sweep() == 1
    assert given.record.count(str(other.recording.uuid)) == 2


def test_a_recorders_leg_that_somebody_has_removed(people: People, given: Given) -> None:
    told = started(people)
    first = told.recording
    told.call.participants.filter(role="recorder").delete()
    with later(10):
        sweeping.sweep()
    assert told.state == "starting" and told.recording.pk != first.pk
    assert Recording.objects.get(pk=first.pk).state == "finalising"


def test_time_stands_still_for_who_was_asked_and_thinks(people: People, given: Given) -> None:
    told = story(people)
    with later(500):
        sweeping.sweep()
        assert told.state == "asked"
    assert told.recording.state_until is not None
    assert told.recording.state_until - told.recording.state_since == timedelta(seconds=600)
