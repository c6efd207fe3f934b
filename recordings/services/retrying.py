"""A finalising that has failed is tried again, once what was in its way has been mended (a storage, a key)."""

from __future__ import annotations

from rtc_service.exceptions import Conflict
from rtc_service.services import timeline

from ..models import Recording, RecordingState
from . import actors, holds, recording_alerts, recordings
from .actors import Actor


def finalise_again(recording: Recording, *, by: Actor) -> None:
    """FAILED → FINALISING, with all attempts anew; the audit keeps why it had failed. Raises Conflict (not failed;
    `gone`: it has no segments, or none whose key is left)."""
    with timeline.changing(recording.call):
        fresh = holds.locked(recording)  # a deletion and this decide one after the other
        if fresh.state != RecordingState.FAILED:
            raise Conflict(f"only a recording that has failed is tried again, and this one is {fresh.state}")
        if holds.is_shredded(fresh) or not _is_there(fresh):
            raise Conflict("nothing of the recording is left to make files of", code="gone")
        before = {"cause": fresh.cause, "attempts": fresh.attempts}
        _look_anew(fresh)
        recordings.finish_again(fresh, by=by)
        actors.record("tried_again", fresh, by, **before)
    recording.refresh_from_db()


def _is_there(recording: Recording) -> bool:
    segments = recording.segments.exclude(wrapped_key="")
    return segments.exists() or recording.files.filter(checked__isnull=False).exists()


def _look_anew(recording: Recording) -> None:
    """What the last attempts have complained of is said again if it is still so."""
    recording_alerts.clear_all(recording, recording_alerts.FINALISE_FAILED, recording_alerts.SEGMENT_DAMAGED)
    for segment in recording.segments.filter(counts__has_key="damaged"):
        segment.counts = {name: value for name, value in segment.counts.items() if name != "damaged"}
        segment.save(update_fields=["counts"])
