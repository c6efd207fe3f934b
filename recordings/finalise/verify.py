"""The final file read back: is everything in it, does it seek, and what is its digest?"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from . import ebml
from .reading import frames
from .remux import OPUS_DELAY_MS, Made
from .timing import KINDS, Kind

LENGTH_TOLERANCE = 1.0  # seconds
READ_BYTES = 1 << 20


class NotWhole(Exception):
    """The file is not what was to be written. `code`: unreadable, tracks, frames, order, key_frame, duration, cues,
    span."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


@dataclass(frozen=True)
class Checked:
    """What was found. `size` and `sha256` are of the plain bytes, `duration` in seconds from time stamp 0."""

    size: int
    sha256: str
    duration: float


def verify(
    open_source: Callable[[], BinaryIO],
    made: Made,
    *,
    span: float,
    missing: float = 0.0,
    progress: Callable[[], None] = lambda: None,
) -> Checked:
    """Read the whole file through the vault and compare it with what went in.

    `span`: how long the recording was, in seconds from time stamp 0; `missing`: what is known to lack at its end.
    Raises NotWhole, and ContainerError."""
    size, digest = _read(open_source, progress)
    duration = _seekable(open_source, size)
    if abs(duration - made.duration) > LENGTH_TOLERANCE:
        raise NotWhole("duration", f"{duration:.3f} s instead of {made.duration:.3f} s")
    if abs(duration + missing - span) > LENGTH_TOLERANCE:
        raise NotWhole("span", f"{duration:.3f} s and {missing:.3f} s missing of {span:.3f} s")
    _same_frames(open_source, made, progress)
    return Checked(size, digest, duration)


def _read(open_source: Callable[[], BinaryIO], progress: Callable[[], None]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    with open_source() as source:
        while block := source.read(READ_BYTES):
            digest.update(block)
            size += len(block)
            progress()
    return size, digest.hexdigest()


def _seekable(open_source: Callable[[], BinaryIO], size: int) -> float:
    """The duration that the file tells, once its cues are known to lead to clusters that hold what they promise."""
    with open_source() as source:
        try:
            found = ebml.outline(source, size)
        except ebml.BadFile as error:
            raise NotWhole("unreadable", str(error)) from error
    if not found.duration:
        raise NotWhole("duration", "the file does not tell it")
    # Sound is put in order before its delay is added: a cluster may begin with sound that is later by so much.
    clusters = {place: seconds - OPUS_DELAY_MS / 1000 for seconds, place in found.clusters}
    if not found.cues or any(clusters.get(place, math.inf) > seconds + 1e-6 for seconds, place in found.cues):
        raise NotWhole("cues")
    return found.duration


def _same_frames(open_source: Callable[[], BinaryIO], made: Made, progress: Callable[[], None]) -> None:
    digests = {kind: hashlib.sha256() for kind in KINDS}
    counts: dict[Kind, int] = dict.fromkeys(KINDS, 0)
    last: dict[Kind, float] = {}
    with open_source() as source:
        for frame in frames(source):
            if frame.kind == "video" and not counts["video"] and not frame.key:
                raise NotWhole("key_frame")
            if frame.seconds <= last.get(frame.kind, -1.0):
                raise NotWhole("order", f"{frame.kind} at {frame.seconds:.3f} s")
            last[frame.kind] = frame.seconds
            counts[frame.kind] += 1
            digests[frame.kind].update(frame.data)
            if frame.index % 1000 == 0:
                progress()
    for kind in KINDS:
        track = made.tracks.get(kind)
        if (track.count if track else 0) == 0 and counts[kind] == 0:
            continue
        if track is None or not counts[kind]:
            raise NotWhole("tracks", kind)
        if counts[kind] != track.count or digests[kind].digest() != track.digest.digest():
            raise NotWhole("frames", f"{counts[kind]} of {track.count} {kind}")
