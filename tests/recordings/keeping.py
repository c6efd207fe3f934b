"""Recordings that are finished and lie on the storage, without a recorder."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from recordings.models import Recording, RecordingFile, RecordingState, Segment
from recordings.vault import keys, store
from recordings.vault.container import FileWriter, StreamWriter, digest
from rtc_service import clock
from rtc_service.models import Call, Participant
from rtc_service.services import calls
from rtc_service.states import EndReason
from rtc_service.testing import customer, request_call

from .vaulting import plain


def ended_call(queue: str = "main") -> tuple[Call, Participant]:
    """A call that is over, and its customer."""
    call, leg = request_call(customer("alice"))
    calls.end(call, reason=EndReason.CANCELLED)
    Call.objects.filter(pk=call.pk).update(queue=queue)
    call.refresh_from_db()
    return call, leg


def finished(*, state: RecordingState = RecordingState.READY, queue: str = "main", **values: Any) -> Recording:
    """A recording that ended just now, with one file (a failed one: one segment)."""
    call, leg = ended_call(queue)
    now = clock.now()
    given = {"state_since": now, "requested": now, "ended": now, "keep_until": now + timedelta(days=90)}
    recording = Recording.objects.create(call=call, state=state, **{**given, **values})
    add_segment(recording, leg) if state == RecordingState.FAILED else add_file(recording, leg)
    return recording


def add_file(recording: Recording, party: Participant, content: bytes = b"") -> RecordingFile:
    name = f"{recording.uuid}/{party.uuid}.rec"
    key, key_id, wrapped = keys.new(name)
    with FileWriter(store.create(name), key, name) as writer:
        writer.write(content or plain(200_000))
    row = RecordingFile(recording=recording, party=party, name=name, key_id=key_id, wrapped_key=wrapped)
    with store.open_reader(row) as reader:
        row.size, row.sha256 = digest(reader)
    row.role, row.begins, row.duration = party.role, recording.ended or clock.now(), 1.0
    row.save()
    return row


def add_segment(recording: Recording, party: Participant, number: int = 1, *, killed: bool = False) -> Segment:
    name = f"{recording.uuid}/{party.uuid}-{number}.seg"
    key, key_id, wrapped = keys.new(name)
    writer = StreamWriter(store.create(name), key, name)
    writer.write(plain(100_000))
    row = Segment(recording=recording, party=party, name=name, key_id=key_id, wrapped_key=wrapped, number=number)
    row.opened, row.epoch = clock.now(), 1
    if killed:
        writer.seal()
        writer.write(b"lost")
        writer.abort()
    else:
        row.closed, row.size, row.sha256 = clock.now(), writer.size, writer.sha256
        writer.close()
    row.save()
    return row


def aged(recording: Recording, *, days: float) -> Recording:
    """As if it had ended so many days ago; `keep_until` stays as it is."""
    then: datetime = clock.now() - timedelta(days=days)
    Recording.objects.filter(pk=recording.pk).update(ended=then, state_since=then)
    recording.refresh_from_db()
    return recording


def past(**values: Any) -> Recording:
    """A recording whose time is over."""
    return finished(keep_until=clock.now() - timedelta(seconds=1), **values)


def state_of(recording: Recording) -> str:
    recording.refresh_from_db()
    return recording.state
