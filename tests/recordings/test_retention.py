"""Deletion: what is due and nothing else, keys before files, finished by the next run when it was interrupted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from recordings.models import RecordingFile, RecordingState, Segment
from recordings.services import holds, retention
from recordings.services.actors import Actor
from recordings.vault import store
from recordings.vault.errors import KeyShredded
from rtc_service import clock
from rtc_service.exceptions import BadRequest, Conflict
from rtc_service.models import Alert, AuditEntry, Event
from rtc_service.testing import assert_replay_equals_snapshot

from .keeping import finished, past, state_of

S = RecordingState
DORA = Actor(key="u:0")


@pytest.mark.parametrize("state", [S.READY, S.FAILED])
def test_what_is_over_goes_for_good(db: None, state: RecordingState) -> None:
    recording = past(state=state)
    rows = [*recording.files.all(), *recording.segments.all()]
    assert [store.open_reader(row).size > 0 for row in rows] == [True]
    assert retention.purge() == retention.Purged(deleted=1)
    assert (state_of(recording), recording.cause) == (S.DELETED, "schedule")
    assert recording.deleted is not None
    assert store.names(str(recording.uuid)) == []
    assert not RecordingFile.objects.exclude(wrapped_key="").exists()
    assert not Segment.objects.exists()
    for row in recording.files.all():
        with pytest.raises(KeyShredded):
            store.open_reader(row)
    entry = AuditEntry.objects.get(action="recording.deleted")
    assert entry.data["files"] == [{"name": rows[0].name, "size": rows[0].size, "sha256": rows[0].sha256}]
    assert (entry.actor, entry.call, entry.target) == ("schedule", recording.call.uuid, f"recording:{recording.uuid}")
    assert Event.objects.filter(call=recording.call, kind="recordings.state").last().data["state"] == "deleted"  # type: ignore[union-attr]
    assert_replay_equals_snapshot(recording.call)
    assert retention.purge() == retention.Purged()
    assert AuditEntry.objects.filter(action="recording.deleted").count() == 1


def test_the_key_does_not_survive_in_a_copy_of_the_file(db: None) -> None:
    """A back-up of the storage holds bytes that nobody can read any more."""
    recording = past()
    (row,) = recording.files.all()
    with store.storage().open(row.name) as file:
        copy = file.read()
    retention.purge()
    with store.create(row.name) as file:
        file.write(copy)
    row.refresh_from_db()
    with pytest.raises(KeyShredded):
        store.open_reader(row)
    assert row.wrapped_key == ""
    store.delete(row.name)


def test_what_is_not_over_stays(db: None) -> None:
    recording = finished()
    assert retention.purge() == retention.Purged()
    assert state_of(recording) == S.READY
    assert retention.purge(clock.now() + timedelta(days=91)).deleted == 1


def test_a_hold_keeps_it_and_the_last_one_lifted_lets_it_go(db: None) -> None:
    recording = past()
    first, second = (holds.place(recording, f"case {number}", DORA) for number in (17, 18))
    assert retention.purge() == retention.Purged(held=1)
    holds.lift(first, DORA)
    assert retention.purge() == retention.Purged(held=1)
    with pytest.raises(Conflict):
        holds.lift(first, DORA)
    holds.lift(second, DORA)
    assert retention.purge() == retention.Purged(deleted=1)
    told = AuditEntry.objects.filter(target=f"recording:{recording.uuid}").order_by("pk")
    assert list(told.values_list("action", flat=True)) == [
        *["recording.held"] * 2,
        *["recording.hold_lifted"] * 2,
        "recording.deleted",
    ]
    with pytest.raises(Conflict) as gone:
        holds.place(recording, "too late", DORA)
    assert gone.value.code == "gone"


@pytest.mark.parametrize("reason", ["", "    x   ", "x" * 401])
def test_a_hold_and_a_deletion_want_a_reason(db: None, reason: str) -> None:
    recording = finished()
    for act in (
        lambda: holds.place(recording, reason, DORA),
        lambda: retention.delete_now(recording, reason=reason, by=DORA),
    ):
        with pytest.raises(BadRequest) as refused:
            act()
        assert refused.value.code == "reason_needed"
    assert state_of(recording) == S.READY


def test_before_its_time_by_hand(db: None, dora: Any) -> None:
    recording, by = finished(), Actor(key=f"u:{dora.pk}", user_id=dora.pk)
    hold = holds.place(recording, "case 17", by)
    with pytest.raises(Conflict) as held:
        retention.delete_now(recording, reason="asked by the customer", by=by)
    assert held.value.code == "held"
    holds.lift(hold, by)
    retention.delete_now(recording, reason="asked by the customer", by=by)
    assert (state_of(recording), recording.cause) == (S.DELETED, "by_hand")
    entry = AuditEntry.objects.get(action="recording.deleted")
    assert (entry.user_id, entry.data["reason"]) == (dora.pk, "asked by the customer")
    with pytest.raises(Conflict):
        retention.delete_now(recording, reason="once more", by=by)


def test_a_hold_that_comes_between_keeps_it_and_says_so(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = finished()
    shred = retention._shred

    def held_first(*given: Any) -> Any:
        holds.place(recording, "case 17", DORA)
        return shred(*given)

    monkeypatch.setattr(retention, "_shred", held_first)
    with pytest.raises(Conflict):
        retention.delete_now(recording, reason="asked by the customer", by=DORA)
    assert state_of(recording) == S.READY
    assert not RecordingFile.objects.filter(wrapped_key="").exists()


class Killed(BaseException):
    """Nothing after this runs, as after kill -9."""


Step = tuple[object, str]
STEPS: list[Step] = [
    (store, "names"),
    (store, "delete"),
    (retention.recordings, "mark_deleted"),
    (retention.actors, "record"),
]


@pytest.mark.parametrize("step", STEPS, ids=[name for _owner, name in STEPS])
@pytest.mark.parametrize("by_hand", [False, True])
def test_an_interrupted_deletion_is_finished_by_the_next_run(
    db: None, monkeypatch: pytest.MonkeyPatch, step: Step, by_hand: bool
) -> None:
    recording = finished() if by_hand else past()
    (row,) = recording.files.all()

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(*step, killed)
        if by_hand:
            retention.delete_now(recording, reason="asked by the customer", by=DORA)
        else:
            retention.purge()
    assert state_of(recording) == S.READY
    row.refresh_from_db()
    assert row.wrapped_key == "", "keys go first, and for good"
    with pytest.raises(Conflict):
        holds.place(recording, "there is nothing to keep", DORA)
    assert retention.reschedule() == 0
    assert retention.purge() == retention.Purged(deleted=1)
    assert state_of(recording) == S.DELETED
    assert store.names(str(recording.uuid)) == []
    (told,) = AuditEntry.objects.filter(action="recording.deleted")
    assert told.data["files"][0]["sha256"] == row.sha256


def test_a_deletion_that_has_begun_is_finished_whatever_the_schedule_says_by_then(db: None) -> None:
    recording = finished()
    recording.files.update(wrapped_key="")
    assert retention.purge() == retention.Purged(deleted=1)
    assert (state_of(recording), store.names(str(recording.uuid))) == (S.DELETED, [])


def test_a_storage_that_keeps_a_file_stops_neither_the_others_nor_the_next_run(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = past(), past()
    delete = store.delete

    def refuse(name: str) -> None:
        if name.startswith(str(stuck.uuid)):
            raise OSError(30, "Read-only file system")
        delete(name)

    with monkeypatch.context() as patch:
        patch.setattr(store, "delete", refuse)
        for _again in range(2):
            retention.purge()
        with pytest.raises(CommandError, match="1 recording"):
            call_command("rtc_recordings_purge")
    assert (state_of(stuck), state_of(other)) == (S.READY, S.DELETED)
    alert = Alert.objects.get(code="recordings.not_deleted")
    assert (alert.cleared, alert.data) == (None, {"problem": "OSError"})
    assert retention.purge() == retention.Purged(deleted=1)
    alert.refresh_from_db()
    assert alert.cleared is not None


def test_without_a_storage_nothing_is_begun(db: None, settings: Any) -> None:
    recording = past()
    everything = settings.STORAGES
    settings.STORAGES = {name: value for name, value in everything.items() if name != "rtc_recordings"}
    with pytest.raises(ImproperlyConfigured):
        retention.purge()
    settings.STORAGES = everything
    assert recording.files.exclude(wrapped_key="").count() == 1


def test_files_that_no_row_knows_go_too(db: None) -> None:
    recording = past()
    with store.create(f"{recording.uuid}/left.rec") as file:
        file.write(b"by a finaliser that was killed")
    retention.purge()
    assert store.names(str(recording.uuid)) == []


def test_a_hold_and_a_deletion_never_both_win(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hold comes between the list of what is due and the deletion of this one."""
    recording = past()
    real: Callable[..., Any] = retention._shred

    def late(*args: Any) -> Any:
        monkeypatch.setattr(retention, "_shred", real)
        holds.place(recording, "just in time", DORA)
        return real(*args)

    monkeypatch.setattr(retention, "_shred", late)
    assert retention.purge() == retention.Purged()
    assert state_of(recording) == S.READY
    assert recording.files.exclude(wrapped_key="").count() == 1
