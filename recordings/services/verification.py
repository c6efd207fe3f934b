"""Read what lies on the storage from end to end: is it still what was recorded?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from uuid import UUID

from ..models import Recording, RecordingFile, RecordingState, Segment
from ..models.recording import LIVE
from ..vault import store
from ..vault.container import digest
from ..vault.errors import VaultError
from . import playback


@dataclass(frozen=True)
class Verdict:
    """`problem`: empty, a code of VaultError, `size`, `sha256`, or the class of what the storage raised."""

    name: str
    size: int
    problem: str = ""


def verify(recording: UUID | None = None) -> Iterator[Verdict]:
    """Every file of one recording, or of all that are not deleted. What is being written is left out.

    A file that was found damaged while it was played and is whole again loses its alert."""
    scope = Recording.objects.exclude(state=RecordingState.DELETED)
    if recording is not None:
        scope = scope.filter(uuid=recording)
    files = RecordingFile.objects.filter(recording__in=scope).select_related("recording__call", "party")
    files = files.exclude(checked=None, recording__state=RecordingState.FINALISING).order_by("pk")
    segments = Segment.objects.filter(recording__in=scope).exclude(closed=None, recording__state__in=LIVE)
    rows: Iterator[RecordingFile | Segment] = chain(files.iterator(), segments.order_by("pk").iterator())
    for row in rows:
        if row.wrapped_key or isinstance(row, RecordingFile):  # segments are shredded when the file is there
            verdict = _verdict(row)
            if isinstance(row, RecordingFile) and not verdict.problem:
                playback.whole_again(row)
            yield verdict


def _verdict(row: RecordingFile | Segment) -> Verdict:
    killed = isinstance(row, Segment) and row.closed is None
    try:
        with store.open_reader(row, tolerant=killed) as reader:
            size, sha256 = digest(reader)
    except VaultError as error:
        return Verdict(row.name, 0, error.code)
    except OSError as error:
        return Verdict(row.name, 0, type(error).__name__)
    # Of a segment the recorder may have noted neither.
    if (isinstance(row, RecordingFile) or row.size) and not killed and size != row.size:
        return Verdict(row.name, size, "size")
    if (isinstance(row, RecordingFile) or row.sha256) and not killed and sha256 != row.sha256:
        return Verdict(row.name, size, "sha256")
    return Verdict(row.name, size)
