"""Where on the time line each segment of a party goes, before anything is written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from ..vault.errors import FileMissing
from . import timing
from .reading import Survey, survey
from .timing import BELIEVABLE, Correction, Kind, TrackClock


@dataclass(frozen=True)
class Source:
    """One segment as the storage and the database know it. Moments: seconds since the epoch; `closed` None: killed.

    `open` gives the plain bytes from the beginning, each time anew, and raises ContainerError."""

    name: str
    number: int
    epoch: int
    opened: float
    closed: float | None
    clocks: Mapping[str, Any]
    open: Callable[[], BinaryIO]


@dataclass(frozen=True)
class FrameClock:
    """The moment of each frame of one track of one segment."""

    opened: float
    track: TrackClock | None = None
    correction: Correction | None = None
    shift: float = 0.0

    def moment(self, index: int, seconds: float) -> float:
        """`seconds`: the frame's time stamp in the segment, for what the clocks do not say."""
        if self.track is None or self.correction is None:
            return self.opened + seconds + self.shift
        known = self.track.ticks
        ticks: float = known[index] if index < len(known) else self.track.first + seconds * self.track.rate
        return self.correction.moment(ticks) + self.shift


@dataclass
class Stretch:
    """A segment in its place. Frames from `until` on are left out: the next segment has begun by then."""

    source: Source
    survey: Survey
    clocks: dict[Kind, FrameClock]
    begins: dict[Kind, float] = field(default_factory=dict)
    ends: dict[Kind, float] = field(default_factory=dict)
    until: dict[Kind, float] = field(default_factory=dict)

    def measure(self) -> None:
        for kind, seen in self.survey.kinds.items():
            if seen.first:
                self.begins[kind] = self.clocks[kind].moment(*seen.first)
                self.ends[kind] = self.clocks[kind].moment(*seen.last)

    def delay(self, seconds: float) -> None:
        self.clocks = {
            kind: FrameClock(clock.opened, clock.track, clock.correction, clock.shift + seconds)
            for kind, clock in self.clocks.items()
        }
        self.measure()


@dataclass
class Plan:
    """One party's file. `skew`: seconds that the sender's reports leave between sound and picture; None: unknown."""

    stretches: list[Stretch]
    damaged: list[tuple[Source, str]]  # left out; and the vault's code
    cut: list[Source] = field(default_factory=list)  # closed in order, and yet the end is missing: used up to there
    skew: float | None = None

    @property
    def kinds(self) -> list[Kind]:
        return [kind for kind in timing.KINDS if any(kind in stretch.begins for stretch in self.stretches)]

    @property
    def begins(self) -> float:
        """The first frame's moment; infinite when there is none."""
        return min((moment for stretch in self.stretches for moment in stretch.begins.values()), default=math.inf)

    @property
    def ends(self) -> float:
        return max((moment for stretch in self.stretches for moment in stretch.ends.values()), default=-math.inf)

    @property
    def key_frames(self) -> int:
        return sum(stretch.survey.key_frames for stretch in self.stretches)

    @property
    def size(self) -> tuple[int, int]:
        """The largest picture."""
        surveys = [stretch.survey for stretch in self.stretches]
        return max((one.width for one in surveys), default=0), max((one.height for one in surveys), default=0)


def plan(sources: Sequence[Source], progress: Callable[[], None] = lambda: None) -> Plan:
    """Look through one party's segments, in the order of their numbers, and put them on the time line."""
    surveys = [_look_through(source, progress) for source in sources]
    good = [(source, seen) for source, seen in zip(sources, surveys, strict=True) if not seen.damaged]
    tracks = [timing.read(source.clocks) for source, _ in good]
    sync = timing.synchronise(tracks)
    stretches: list[Stretch] = []
    for (source, seen), known, corrections in zip(good, tracks, sync.segments, strict=True):
        clocks = {kind: FrameClock(source.opened, known.get(kind), corrections.get(kind)) for kind in seen.kinds}
        stretch = Stretch(source, seen, clocks)
        stretch.measure()
        if not seen.empty:
            stretches.append(stretch)
    for before, after in zip(stretches, stretches[1:], strict=False):
        _part(before, after)
    damaged = [(source, seen.damaged) for source, seen in zip(sources, surveys, strict=True) if seen.damaged]
    cut = [source for source, seen in zip(sources, surveys, strict=True) if seen.cut and source.closed is not None]
    return Plan(stretches, damaged, cut, sync.skew)


def _look_through(source: Source, progress: Callable[[], None]) -> Survey:
    seen = survey(source.open, progress)
    if seen.damaged == FileMissing.code and source.closed is None:
        return Survey()  # its recorder was killed before the first byte: nothing was lost
    return seen


def _part(before: Stretch, after: Stretch) -> None:
    """Neighbours must not overlap: what two recorders (or two guesses at a clock) both have is taken from the later.

    More than a wrong guess can explain is a clock that was set: then nothing is left out, and the later one waits."""
    both = before.ends.keys() & after.begins.keys()
    overlap = max((before.ends[kind] - after.begins[kind] for kind in both), default=-1.0)
    if overlap > BELIEVABLE:
        after.delay(max(before.ends.values()) - min(after.begins.values()))
    elif overlap >= 0:
        before.until = {kind: after.begins[kind] for kind in both}
        before.ends = {kind: min(end, before.until.get(kind, end)) for kind, end in before.ends.items()}
