"""Alerts of recordings: they come when something is wrong, and go with what they are about."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from recordings.models import Recording
from recordings.services import alarms, finalising, leases, playback, recording_alerts, recordings, retention, sweeping
from recordings.services.leases import Claim
from recordings.vault import store
from rtc_service import clock, registry
from rtc_service.models import Alert, AuditEntry
from rtc_service.services import timeline
from rtc_service.testing import assert_replay_equals_snapshot, later
from tests.harness.people import People
from tests.recordings import keeping
from tests.recordings.calls import Given, Story, given, started

__all__ = ["given"]
NOBODY = "recordings.no_recorder"


def standing(code: str = NOBODY) -> bool:
    return Alert.objects.filter(code=code, cleared__isnull=True).exists()


def told_on(told: Story) -> list[bool]:
    events = told.call.events.filter(kind="recordings.alarm").order_by("seq")
    return [event.data["on"] for event in events]


def running(people: People) -> tuple[Story, Claim]:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None and recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    return told, claim


# --- nobody records


@pytest.mark.parametrize("state", ["running", "paused"])
def test_a_recorder_that_stood_still_and_goes_on_is_no_alarm_any_more(people: People, given: Given, state: str) -> None:
    told, claim = running(people)
    if state == "paused":
        recordings.pause(told.recording)
    with later(15):
        sweeping.sweep()
        assert standing()
        assert leases.renew(claim) == state
        assert not standing()
        sweeping.sweep()
        assert leases.renew(claim) == state
    assert told_on(told) == [True, False]
    assert_replay_equals_snapshot(told.call)


def test_one_that_renews_before_anything_has_come_does_not_say_that_it_records(people: People, given: Given) -> None:
    told = started(people)
    claim = leases.claim(told.recording.uuid, "one")
    assert claim is not None
    with later(25):
        sweeping.sweep()
        assert standing() and leases.renew(claim) == "starting" and standing()
        recordings.began(told.recording, epoch=claim.epoch, at=clock.now())
    assert not standing()


def test_one_whose_place_was_taken_clears_nothing(people: People, given: Given) -> None:
    told, claim = running(people)
    with later(15):
        sweeping.sweep()
        assert leases.claim(told.recording.uuid, "two") is not None
        assert leases.renew(claim) is None
        assert standing(), "until the other one has media"


def test_a_renewal_in_time_costs_two_statements(
    people: People, given: Given, django_assert_max_num_queries: Any
) -> None:
    _told, claim = running(people)
    with django_assert_max_num_queries(3):  # PostgreSQL is asked for the time besides
        assert leases.renew(claim) == "running"


def test_a_sweeper_that_was_slow_says_nothing_of_what_is_over(people: People, given: Given) -> None:
    """It read the row before another recorder came."""
    told, _claim = running(people)
    with later(15):
        stale = Recording.objects.select_related("call", "leg").get(pk=told.recording.pk)
        another = leases.claim(told.recording.uuid, "two")
        assert another is not None and recordings.began(told.recording, epoch=another.epoch, at=clock.now())
        sweeping._alarm(stale, clock.now())
    assert not Alert.objects.exists() and told_on(told) == []


def test_nor_when_the_same_recorder_was_heard_meanwhile(people: People, given: Given) -> None:
    told, claim = running(people)
    with later(15):
        stale = Recording.objects.select_related("call", "leg").get(pk=told.recording.pk)
        assert leases.renew(claim) == "running"
        sweeping._alarm(stale, clock.now())
    assert not Alert.objects.exists()


# --- nobody finishes


@pytest.mark.parametrize("end", ["mark_ready", "mark_failed"])
def test_a_recording_that_nobody_finishes(people: People, given: Given, end: str) -> None:
    told, claim = running(people)
    leases.release(claim)
    recordings.finish(told.recording, cause="stopped")
    with later(899):
        assert sweeping.overdue() == 0
    with later(905):
        assert sweeping.overdue() == 1
        assert sweeping.overdue() == 0, "it is known"
        alert = Alert.objects.get(code="recordings.finalise_late")
        assert alert.target == str(told.recording.uuid) and alert.call == told.call
        recordings.mark_ready(told.recording) if end == "mark_ready" else recordings.mark_failed(told.recording, "x")
        assert not standing("recordings.finalise_late")
        assert sweeping.overdue() == 0
    assert registry.get().sweepers["rtc_recordings.overdue"] is sweeping.overdue
    assert registry.get().pauses["rtc_recordings.overdue"] == 60.0


def test_one_that_is_finished_in_this_moment_is_not_late(people: People, given: Given) -> None:
    told, claim = running(people)
    leases.release(claim)
    recordings.finish(told.recording, cause="stopped")
    with later(905):
        stale = told.recording
        recordings.mark_ready(told.recording)
        assert not sweeping._late(stale)
    assert not Alert.objects.exists()


# --- they go with what they are about


def test_targets_begin_with_the_recording(db: None) -> None:
    recording = keeping.finished()
    (file,) = recording.files.all()
    alarms.switch(recording, "no_recorder", on=True)
    alarms.switch(recording, "black", on=True, participant=file.party.uuid)
    playback.noted(file, OSError())
    targets = dict(Alert.objects.values_list("code", "target"))
    assert targets == {
        NOBODY: str(recording.uuid),
        "recordings.black": f"{recording.uuid}/{file.party.uuid}",
        "recordings.damaged": f"{recording.uuid}/{file.party.uuid}",
    }
    assert alarms.open_of(recording) == {("no_recorder", None), ("black", file.party.uuid)}
    assert playback.damaged_parties(recording) == {str(file.party.uuid)}


def test_a_deletion_takes_all_alerts_of_this_recording_along_and_no_other(db: None) -> None:
    recording, other = keeping.past(), keeping.finished()
    for one in (recording, other):
        (file,) = one.files.all()
        recording_alerts.raise_(finalising.FAILED, one)
        recording_alerts.raise_("recordings.segment_damaged", one, file.party.uuid, key=f"segment:{file.name}")
        playback.noted(file, OSError())
    Alert.objects.create(code="audit.clock", key="1", target=str(recording.uuid), raised=clock.now())
    assert retention.purge().deleted == 1
    left = Alert.objects.filter(cleared__isnull=True)
    assert left.filter(call=recording.call).count() == 0 and left.filter(call=other.call).count() == 3
    assert left.filter(code="audit.clock").exists()


def test_nothing_is_said_of_a_file_that_was_deleted_meanwhile(db: None) -> None:
    recording = keeping.past()
    (file,) = recording.files.all()
    assert retention.purge().deleted == 1
    assert playback.noted(file, OSError()).code == "gone"
    retention._complain(recording, OSError())
    assert not Alert.objects.exists() and not AuditEntry.objects.filter(action="recording.damaged").exists()


def test_a_file_that_is_whole_again_is_no_alert_any_more(db: None) -> None:
    """As after a backup was put back."""
    recording, other = keeping.finished(), keeping.finished()
    for one in (recording, other):
        playback.noted(one.files.get(), OSError())
    path = store.storage().path(other.files.get().name)  # type: ignore[attr-defined]
    with open(path, "r+b") as file:
        file.truncate(1_000)
    with pytest.raises(Exception, match="1 of 2"):
        call_command("rtc_recordings_verify")
    assert playback.damaged_parties(recording) == set()
    assert len(playback.damaged_parties(other)) == 1


def test_the_call_page_names_the_party_of_an_alert(people: People, given: Given) -> None:
    from rtc_service.admin import alerts

    told, _claim = running(people)
    alarms.switch(told.recording, "black", on=True, participant=told.customer.uuid)
    (shown,) = alerts.of_call(told.call, {str(told.customer.uuid): "A•••"})
    assert shown["about"] == "A•••"


def test_the_lock_is_the_calls(people: People, given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who raises and who clears decide one after the other."""
    told, claim = running(people)
    locked: list[int] = []
    changing = timeline.changing
    monkeypatch.setattr(timeline, "changing", lambda call: (locked.append(call.pk), changing(call))[1])
    with later(15):
        sweeping._alarm(told.recording, clock.now())
        raised = len(locked)
        leases.renew(claim)
    assert raised and len(locked) > raised and set(locked) == {told.call.pk}
