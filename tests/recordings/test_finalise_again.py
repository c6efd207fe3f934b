"""A finalising that failed is tried again by hand; and damage is noted only by who has the recording."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recordings.models import Recording, RecordingState, Segment
from recordings.services import finalising_claim, handover, recording_alerts, recordings, retention, retrying, steps
from recordings.services.actors import Actor
from recordings.services.finalising_claim import Lost
from recordings.services.finalising_segments import DAMAGED, note_damage
from rtc_service import clock
from rtc_service.exceptions import Conflict
from rtc_service.models import Alert, AuditEntry
from rtc_service.testing import assert_replay_equals_snapshot
from tests.harness.people import People

from .calls import Given, given, started
from .keeping import add_file, ended_call, finished, past, state_of

__all__ = ["given"]
S = RecordingState
DORA = Actor(key="u:0")


@dataclass
class Asked:
    finalise: list[str] = field(default_factory=list)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Asked:
    found = Asked()
    monkeypatch.setattr(handover, "give_finalise", found.finalise.append)
    return found


def failed(**values: Any) -> Recording:
    recording = finished(state=S.FAILED, cause="finaliser", attempts=5, **values)
    recording_alerts.raise_("recordings.finalise_failed", recording, problem="OSError")
    return recording


def test_it_is_tried_again_and_the_audit_keeps_why_it_had_failed(asked: Asked) -> None:
    recording = failed()
    segment = recording.segments.get()
    Segment.objects.filter(pk=segment.pk).update(counts={"audio": 3, "damaged": "changed"})
    recording_alerts.raise_(DAMAGED, recording, segment.party.uuid, key=f"{DAMAGED}:{segment.name}")
    recording_alerts.raise_("recordings.stopped", recording)
    call_command("rtc_recordings_finalise", str(recording.uuid))
    assert (state_of(recording), recording.attempts, recording.cause) == (S.FINALISING, 0, "again")
    assert asked.finalise == [str(recording.uuid)]
    assert list(Alert.objects.filter(cleared__isnull=True).values_list("code", flat=True)) == ["recordings.stopped"]
    segment.refresh_from_db()
    assert segment.counts == {"audio": 3} and segment.wrapped_key
    entry = AuditEntry.objects.get(action="recording.tried_again")
    assert entry.data == {"cause": "finaliser", "attempts": 5} and entry.actor.startswith("shell:")
    assert finalising_claim.claim(recording).recording.attempts == 1
    assert_replay_equals_snapshot(recording.call)
    with pytest.raises(CommandError, match="conflict"):
        call_command("rtc_recordings_finalise", str(recording.uuid))


def test_one_party_was_finished_before_it_failed(asked: Asked) -> None:
    recording = failed()
    file = add_file(recording, recording.segments.get().party)
    recording.files.update(checked=clock.now())
    retrying.finalise_again(recording, by=DORA)
    assert state_of(recording) == S.FINALISING and recording.files.get() == file


@pytest.mark.parametrize("left", ["nothing", "a segment without its key"])
def test_where_no_segment_is_left_there_is_nothing_to_try(asked: Asked, left: str) -> None:
    recording = failed()
    if left == "nothing":
        recording.segments.all().delete()
    else:
        recording.segments.update(wrapped_key="")
    with pytest.raises(CommandError, match="gone"):
        call_command("rtc_recordings_finalise", str(recording.uuid))
    assert state_of(recording) == S.FAILED and asked.finalise == []
    assert Alert.objects.filter(code="recordings.finalise_failed", cleared__isnull=True).exists()


@pytest.mark.parametrize("state", [S.READY, S.DELETED, S.RUNNING, S.REFUSED])
def test_only_what_has_failed(asked: Asked, state: RecordingState) -> None:
    recording = failed()
    Recording.objects.filter(pk=recording.pk).update(state=state)
    with pytest.raises(Conflict):
        retrying.finalise_again(recording, by=DORA)
    assert state_of(recording) == state and asked.finalise == []


def test_no_such_recording(db: None) -> None:
    with pytest.raises(CommandError, match="There is no recording"):
        call_command("rtc_recordings_finalise", str(ended_call()[0].uuid))


def test_a_deletion_that_has_begun_and_a_retry_never_both_win(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = past(state=S.FAILED), past(state=S.FAILED)
    shred = retention._shred
    monkeypatch.setattr(
        retention, "_shred", lambda *given: (retrying.finalise_again(given[0], by=DORA), shred(*given))[1]
    )
    assert retention.purge() == retention.Purged()
    assert {state_of(one) for one in (first, second)} == {S.FINALISING}
    assert Segment.objects.exclude(wrapped_key="").count() == 2


def test_a_call_that_goes_on_is_recorded_on_whatever_became_of_its_first_part(people: People, given: Given) -> None:
    told = started(people)
    first = told.recording
    told.requeue()
    steps.proceed(told.call)
    recordings.mark_failed(first, "finaliser")
    recordings.finish_again(first, by=DORA)
    told.answer(people.beth)
    assert told.state == "starting" and told.recording.pk != first.pk
    assert_replay_equals_snapshot(told.call)


def test_damage_is_noted_by_who_has_the_recording_only(asked: Asked) -> None:
    recording = failed()
    retrying.finalise_again(recording, by=DORA)
    recording.refresh_from_db()
    late = finalising_claim.claim(recording)
    Recording.objects.filter(pk=recording.pk).update(lease_until=None)
    mine = finalising_claim.claim(Recording.objects.select_related("call").get(pk=recording.pk))
    segment = recording.segments.get()
    plan: Any = SimpleNamespace(damaged=[(SimpleNamespace(name=segment.name, number=1), "changed")], cut=[])
    with pytest.raises(Lost):
        note_damage(late, segment.party, plan)
    segment.refresh_from_db()
    assert segment.counts == {} and not Alert.objects.filter(code=DAMAGED).exists()
    note_damage(mine, segment.party, plan)
    segment.refresh_from_db()
    assert segment.counts == {"damaged": "changed"}
    assert Alert.objects.get(code=DAMAGED).target == f"{recording.uuid}/{segment.party.uuid}"


def test_damage_is_noted_whole_or_not_at_all(asked: Asked) -> None:
    recording = failed()
    retrying.finalise_again(recording, by=DORA)
    recording.refresh_from_db()
    mine, segment = finalising_claim.claim(recording), recording.segments.get()
    sources = [SimpleNamespace(name=name, number=1) for name in (segment.name, "no such segment")]
    plan: Any = SimpleNamespace(damaged=[(source, "changed") for source in sources], cut=[])
    with pytest.raises(Segment.DoesNotExist):
        note_damage(mine, segment.party, plan)
    segment.refresh_from_db()
    assert segment.counts == {} and not Alert.objects.filter(code=DAMAGED).exists()
