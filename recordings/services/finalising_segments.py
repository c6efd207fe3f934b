"""The finaliser's dealings with segments: opened for reading, kept when somebody must look at them, or dropped."""

from __future__ import annotations

from functools import partial
from typing import Any, BinaryIO, cast

from django.db import transaction

from rtc_service.models import Participant

from ..finalise.plan import Plan, Source
from ..models import RecordingFile, Segment
from ..vault import store
from . import recording_alerts
from .finalising_claim import Claim

DAMAGED = recording_alerts.SEGMENT_DAMAGED


def source_of(row: Segment) -> Source:
    return Source(
        name=row.name,
        number=row.number,
        epoch=row.epoch,
        opened=row.opened.timestamp(),
        closed=row.closed.timestamp() if row.closed else None,
        clocks=row.clocks,
        open=partial(reader_of, row, tolerant=True),
    )


def reader_of(row: Segment | RecordingFile, *, tolerant: bool = False) -> BinaryIO:
    return cast(BinaryIO, store.open_reader(row, tolerant))


def note_damage(mine: Claim, party: Participant, one: Plan) -> None:
    """Somebody has to look, and the segment is kept for them until the recording is deleted. Raises Lost."""
    found = [*one.damaged, *((source, "truncated") for source in one.cut)]
    if not found:
        return
    with transaction.atomic():
        mine.hold()  # or a finaliser that was taken for dead would write into what another is reading
        for source, code in found:
            segment = Segment.objects.get(name=source.name)
            segment.counts = {**segment.counts, "damaged": code}
            segment.save(update_fields=["counts"])
            about: dict[str, Any] = {"recording": str(mine.recording.uuid), "segment": source.number, "problem": code}
            recording_alerts.raise_(DAMAGED, mine.recording, party.uuid, key=f"{DAMAGED}:{source.name}", **about)


def drop_segments(mine: Claim) -> None:
    """Keys first: from then on nobody can read them, whatever becomes of the files."""
    recording = mine.recording
    used = Segment.objects.filter(recording=recording).exclude(counts__has_key="damaged")
    with transaction.atomic():
        mine.hold()
        used.update(wrapped_key="")
    for segment in used:
        store.delete(segment.name)
        segment.delete()
        mine.keep()
    recording.files.filter(checked__isnull=True).delete()  # of a party whose segments turned out to be of no use
    known = {*recording.segments.values_list("name", flat=True), *recording.files.values_list("name", flat=True)}
    for name in store.names(str(recording.uuid)):
        if name not in known:  # left by an attempt that was killed: no row has its key any more
            store.delete(name)
