"""The finaliser: segments become one checked file per party, then the segments go.

It may be killed at any point and begun again. A file's row is written before the file, so that a half-written one is
known and thrown away; segments are touched only when every party's file has been read back and found whole.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import transaction

from rtc_service import clock
from rtc_service.exceptions import Conflict
from rtc_service.models import Event, Participant
from rtc_service.services import timeline

from ..finalise.gaps import gaps
from ..finalise.plan import Plan, plan
from ..finalise.remux import HEAD_BYTES, Made, remux
from ..finalise.verify import Checked, verify
from ..models import Recording, RecordingFile, RecordingState
from ..vault import keys, store
from ..vault.container import FileWriter
from . import recording_alerts, recordings, retention
from .finalising_claim import Claim, Lost, NotFree, claim, find
from .finalising_segments import drop_segments, note_damage, reader_of, source_of

log = logging.getLogger("rtc_recordings.finalising")

FAILED = recording_alerts.FINALISE_FAILED
# A recorder needs a moment to hear that it is over; what it captures later than this does not belong to the recording.
GRACE_SECONDS = 0.5


class Outcome(StrEnum):
    """What became of it. `later`: ask again (in a minute); `nothing`: there is nothing to do (any more)."""

    READY = "ready"
    FAILED = "failed"
    LATER = "later"
    NOTHING = "nothing"


def finalise(recording_uuid: UUID | str) -> Outcome:
    """Finish a recording that waits for it. May be called at any time, several times, and by several processes."""
    recording = find(recording_uuid)
    if recording is None:
        return Outcome.NOTHING
    try:
        mine = claim(recording)
    except NotFree:
        return Outcome.LATER
    try:
        return _fail(mine, "finaliser") if mine.is_over else _attempt(mine)
    except (Lost, Conflict):
        return Outcome.NOTHING


def _attempt(mine: Claim) -> Outcome:
    try:
        return _finish(mine)
    except (Lost, Conflict):
        raise
    except Exception as error:  # noqa: BLE001 - storage, keys, a file that is not whole: it is tried again, then told
        mine.hold()  # else it went wrong because another one is at work
        log.exception("recording %s, attempt %d", mine.recording.uuid, mine.recording.attempts)
        if mine.is_last:
            return _fail(mine, "finaliser", problem=str(getattr(error, "code", "") or type(error).__name__))
        mine.pause()
        return Outcome.LATER


def _finish(mine: Claim) -> Outcome:
    recording = mine.recording
    segments = list(recording.segments.select_related("party").order_by("party", "number"))
    files = list(recording.files.filter(checked__isnull=False))
    whole = {file.party_id for file in files}
    plans: dict[Participant, Plan] = {}
    for party, rows in groupby(segments, key=lambda row: row.party):
        if party.pk not in whole:
            plans[party] = plan([source_of(row) for row in rows], mine.keep)
            note_damage(mine, party, plans[party])
    begins = min([file.begins.timestamp() for file in files] + [one.begins for one in plans.values()], default=math.inf)
    if math.isinf(begins):
        return _fail(mine, "damaged" if any(one.damaged for one in plans.values()) else "empty")
    for party, one in plans.items():
        if one.kinds:
            _make(mine, party, one, begins)
    drop_segments(mine)
    return _ready(mine)


# --- one party's file


def _make(mine: Claim, party: Participant, one: Plan, begins: float) -> None:
    """Write, read back, keep. Raises NotWhole, VaultError, OSError, Lost."""
    row, key = _begin_file(mine, party, one, begins)
    try:
        _write(mine, row, key, one, begins)
    except Exception:
        # The name is this attempt's own: whoever has the recording by now has another one.
        with suppress(Exception):
            store.delete(row.name)
        raise


def _write(mine: Claim, row: RecordingFile, key: keys.FileKey, one: Plan, begins: float) -> None:
    ended = _ended(mine.recording, one)
    with FileWriter(store.create(row.name), key, row.name, HEAD_BYTES) as writer:
        made = remux(one, writer, begins=begins, ended=ended + GRACE_SECONDS, progress=mine.keep)
    span = max(ended - begins, 0.0)
    pauses = [(start - begins, end - begins) for start, end in _pauses(mine.recording, ended)]
    missing = gaps(made.spans, span, [source for source, _ in one.damaged], pauses)
    behind = span - missing[-1][0] if missing and missing[-1][1] >= round(span, 3) else 0.0
    checked = verify(partial(reader_of, row), made, span=span, missing=behind, progress=mine.keep)
    _keep_file(mine, row, one, made, checked, missing)


def _ended(recording: Recording, one: Plan) -> float:
    ended = recording.ended or recording.call.ended
    return ended.timestamp() if ended else one.ends


def _begin_file(mine: Claim, party: Participant, one: Plan, begins: float) -> tuple[RecordingFile, keys.FileKey]:
    """The row with a fresh key and a name of this attempt's own: a finaliser that is taken for dead and is not cannot
    come near it. What an earlier attempt left is deleted."""
    recording = mine.recording
    name = f"{recording.uuid}/{party.uuid}-{mine.epoch}.rec"
    key, key_id, wrapped = keys.new(name)
    for left in RecordingFile.objects.filter(recording=recording, party=party, checked__isnull=True):
        store.delete(left.name)
    width, height = one.size
    values = {
        "name": name,
        "key_id": key_id,
        "wrapped_key": wrapped,
        "role": party.role,
        "begins": datetime.fromtimestamp(begins, UTC),
        "duration": 0.0,
        "width": width,
        "height": height,
    }
    with transaction.atomic():
        mine.hold()
        row, _ = RecordingFile.objects.update_or_create(recording=recording, party=party, defaults=values)
    return row, key


def _keep_file(
    mine: Claim,
    row: RecordingFile,
    one: Plan,
    made: Made,
    checked: Checked,
    missing: Sequence[tuple[float, float, str]],
) -> None:
    with transaction.atomic():
        mine.hold()
        row.size, row.sha256, row.duration = checked.size, checked.sha256, checked.duration
        written = {kind for kind, track in made.tracks.items() if track.count}
        row.has_sound, row.has_picture = "audio" in written, "video" in written
        row.gaps = [list(gap) for gap in missing]
        row.skew_ms = None if one.skew is None or len(written) < 2 else round(one.skew * 1000, 1)
        row.checked = clock.now()
        # Not the key: it may have been wrapped anew meanwhile.
        row.save(update_fields=["size", "sha256", "duration", "has_sound", "has_picture", "gaps", "skew_ms", "checked"])


def _pauses(recording: Recording, ended: float) -> list[tuple[float, float]]:
    """When it was paused, as the call's log tells."""
    found: list[tuple[float, float]] = []
    since: float | None = None
    events = Event.objects.filter(call=recording.call, kind="recordings.state").order_by("seq")
    for at, data in events.values_list("at", "data"):
        if data.get("recording") != str(recording.uuid):
            continue
        if since is not None:
            found.append((since, at.timestamp()))
        since = at.timestamp() if data.get("state") == RecordingState.PAUSED else None
    return [*found, (since, ended)] if since is not None else found


# --- afterwards


def _ready(mine: Claim) -> Outcome:
    with timeline.changing(mine.recording.call):
        mine.hold()
        _keep_until(mine.recording)
        recordings.mark_ready(mine.recording)
    return Outcome.READY


def _fail(mine: Claim, cause: str, problem: str = "") -> Outcome:
    """The segments stay until the recording is deleted; half a file does not."""
    recording = mine.recording
    with timeline.changing(recording.call):
        mine.hold()
        _keep_until(recording)
        half = recording.files.filter(checked__isnull=True)
        names = list(half.values_list("name", flat=True))
        half.delete()
        recordings.mark_failed(recording, cause)
        if cause != "empty":
            about: dict[str, Any] = {"cause": cause, "problem": problem, "attempts": recording.attempts}
            recording_alerts.raise_(FAILED, recording, **about)
    for name in names:  # this attempt's own: whoever tries again writes other ones
        with suppress(OSError):
            store.delete(name)
    return Outcome.FAILED


def _keep_until(recording: Recording) -> None:
    Recording.objects.filter(pk=recording.pk).update(keep_until=retention.keep_until(recording))
