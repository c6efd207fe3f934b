"""Until when recordings are kept: by the policies, by holds, from the shell; and nothing else goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from recordings.models import Policy, Recording, RecordingState
from recordings.services import holds, policies, retention
from recordings.services.actors import Actor
from recordings.vault import store
from rtc_service import clock
from rtc_service.models import AuditEntry

from .keeping import add_segment, aged, ended_call, finished, past, state_of

S = RecordingState
DORA = Actor(key="u:0")


@pytest.mark.parametrize("state", [S.ASKED, S.STARTING, S.RUNNING, S.PAUSED, S.FINALISING, S.REFUSED])
def test_what_has_not_ended_is_not_touched(db: None, state: RecordingState) -> None:
    call, leg = ended_call()
    now = clock.now()
    recording = Recording.objects.create(call=call, state=state, state_since=now, requested=now, keep_until=now)
    add_segment(recording, leg)
    assert retention.purge(now + timedelta(days=9_999)) == retention.Purged()
    assert recording.segments.exclude(wrapped_key="").count() == 1


def test_nothing_is_kept_for_ever_because_nobody_said_until_when(db: None) -> None:
    recording = aged(finished(state=S.FAILED, keep_until=None), days=policies.for_queue("main").keep_days - 1)
    assert retention.purge() == retention.Purged()
    recording.refresh_from_db()
    assert recording.keep_until is not None and recording.ended is not None
    assert (recording.keep_until - recording.ended).days == policies.for_queue("main").keep_days
    assert retention.purge(clock.now() + timedelta(days=2)).deleted == 1


def test_a_changed_policy_counts_when_it_is_said(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    short, other = (aged(finished(queue=queue), days=20) for queue in ("short", "other"))
    Policy.objects.create(queue="short", keep_days=10)
    call_command("rtc_recordings_purge")
    assert state_of(short) == S.READY
    with pytest.raises(CommandError):
        call_command("rtc_recordings_purge", "--dry-run", "--reschedule")
    call_command("rtc_recordings_purge", "--reschedule")
    assert (state_of(short), state_of(other)) == (S.DELETED, S.READY)
    assert "1 recording(s) deleted, 0 kept" in capsys.readouterr().out


def test_a_rehearsal_names_and_changes_nothing(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    recording, other, held = past(), finished(), past()
    holds.place(held, "case 17", DORA)
    call_command("rtc_recordings_purge", "--dry-run")
    told = capsys.readouterr().out
    assert str(recording.uuid) in told
    assert str(other.uuid) not in told and str(held.uuid) not in told
    assert state_of(recording) == S.READY


def test_a_hold_from_the_shell(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    recording = past()
    uuid = str(recording.uuid)
    for wrong in ([uuid], [uuid, "--reason", "x"], ["--lift"], ["--reason", "whose?"], [uuid, "--lift"]):
        with pytest.raises(CommandError):
            call_command("rtc_recordings_hold", *wrong)
    call_command("rtc_recordings_hold", uuid, "--reason", "case 17")
    call_command("rtc_recordings_hold")
    assert f"{uuid} since" in (told := capsys.readouterr().out) and "case 17" in told
    assert retention.purge().held == 1
    call_command("rtc_recordings_hold", uuid, "--lift")
    assert retention.purge().deleted == 1
    assert AuditEntry.objects.get(action="recording.held").actor.startswith("shell:")


Kept = tuple[str, RecordingState, float, bool]  # queue, state, days since its end, held
KEPT = st.tuples(
    st.sampled_from(["", "main", "tea"]), st.sampled_from([S.READY, S.FAILED]), st.floats(0, 60), st.booleans()
)


class TestSchedule(TestCase):
    """After a run nothing older than its policy is there, except what is held, and nothing else is gone."""

    @given(
        kept=st.lists(KEPT, max_size=4), days=st.fixed_dictionaries({"": st.integers(1, 60), "tea": st.integers(1, 60)})
    )
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    def test_any_schedule(self, kept: list[Kept], days: dict[str, int]) -> None:
        for queue, keep_days in days.items():
            Policy.objects.update_or_create(queue=queue, defaults={"keep_days": keep_days})
        expected: dict[Any, bool] = {}
        for queue, state, age, held in kept:
            recording = aged(finished(state=state, queue=queue, keep_until=None), days=age)
            if held:
                holds.place(recording, "case 17", DORA)
            expected[recording.pk] = age >= days.get(queue, days[""]) and not held
        retention.purge()
        for recording in Recording.objects.all():
            assert (recording.state == S.DELETED) == expected[recording.pk]
            there = [*recording.files.exclude(wrapped_key=""), *recording.segments.exclude(wrapped_key="")]
            assert bool(there) == bool(store.names(str(recording.uuid))) == (not expected[recording.pk])
            assert all(store.open_reader(row).read(10) for row in there)
