"""From the clocks of segments to the moment at which each frame was captured, on the server's clock. Pure functions.

Three clocks are put together. A track's RTP ticks run on a clock of their own from a random start (RFC 3550 5.1); its
sender reports say where they stand on the sender's wall clock (6.4.1); and what arrives tells how that lies to ours.
Both relations are known only through values that may come late and never early, so the truth is the line *below* all
points (Moon, Skelly, Towsley, "Estimation and removal of clock skew from network delay measurements", INFOCOM 1999).

Times are seconds; moments are seconds since the Unix epoch on the server's clock.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

Kind = Literal["audio", "video"]
KINDS: tuple[Kind, Kind] = ("audio", "video")
RATES: dict[Kind, int] = {"audio": 48_000, "video": 90_000}

# Two quartz clocks differ by at most this; a steeper line was drawn by late reports.
STEEPEST = 200e-6
# Over a shorter time a slope says less of the clocks than of the network.
SLOPE_SECONDS = 60.0
# Offsets of one clock, measured twice, lie this near to each other; otherwise it is another clock.
SAME_CLOCK = 1.0
# Reports that put a frame further than this from its arrival are not to be believed (they come from the browser).
BELIEVABLE = 2.0
# Skew is looked at in windows of this length.
WINDOW_SECONDS = 60.0

Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """y = offset + slope * (x - origin)."""

    origin: float
    offset: float
    slope: float = 0.0

    def at(self, x: float) -> float:
        return self.offset + self.slope * (x - self.origin)


def lower_line(points: Iterable[Point]) -> Line | None:
    """The line under all points that comes nearest to them, no steeper than STEEPEST; None without points."""
    known = sorted(points)
    if not known:
        return None
    origin, height = known[0]
    near = [(x - origin, y - height) for x, y in known]
    slope = 0.0
    if near[-1][0] >= SLOPE_SECONDS:
        middle = math.fsum(x for x, _ in near) / len(near)
        slope = max(-STEEPEST, min(STEEPEST, _slope_below(near, middle)))
    return Line(origin, height + min(y - slope * x for x, y in near), slope)


def _slope_below(points: Sequence[Point], middle: float) -> float:
    """Slope of that edge of the lower convex hull which spans `middle`; `points` are sorted."""
    hull: list[Point] = []
    for point in points:
        while len(hull) > 1 and _turns_right(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    for (ax, ay), (bx, by) in pairwise(hull):
        if ax <= middle <= bx and bx > ax:
            return (by - ay) / (bx - ax)
    return 0.0


def _turns_right(a: Point, b: Point, c: Point) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) <= (c[0] - a[0]) * (b[1] - a[1])


@dataclass(frozen=True)
class Report:
    """A sender report: this moment on the sender's clock was these ticks; and when it came."""

    ntp: float
    ticks: int
    arrival: float


@dataclass(frozen=True)
class TrackClock:
    """One track of one segment. `first`: ticks of the segment's time stamp 0; `ticks`: of each frame, in order."""

    rate: int
    first: int
    arrival: float | None
    reports: tuple[Report, ...]
    ticks: array[int]

    def seconds(self, ticks: float) -> float:
        return ticks / self.rate


def read(clocks: Mapping[str, Any]) -> dict[Kind, TrackClock]:
    """A segment's `clocks` as they lie in the database (docs/recordings.md, "Capture"). What is missing or makes no
    sense is left out: the segments of a recorder that was killed have less than they should."""
    found: dict[Kind, TrackClock] = {}
    for kind in KINDS:
        given = clocks.get(kind)
        if not isinstance(given, Mapping) or not _number(given.get("first")):
            continue
        rate = int(given["rate"]) if _number(given.get("rate")) and given["rate"] > 0 else RATES[kind]
        first = int(given["first"])
        arrival = float(given["arrival"]) if _number(given.get("arrival")) else None
        reports = tuple(
            Report(float(ntp), unwrapped(int(ticks), first), float(came))
            for ntp, ticks, came in _triples(given.get("reports"))
        )
        found[kind] = TrackClock(rate, first, arrival, reports, _ticks(given.get("ticks")))
    return found


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _triples(rows: object) -> Iterable[tuple[float, float, float]]:
    for row in rows if isinstance(rows, list | tuple) else ():
        if isinstance(row, list | tuple) and len(row) == 3 and all(_number(value) for value in row):
            yield row[0], row[1], row[2]


def _ticks(coded: object) -> array[int]:
    """Delta coded: the first frame's ticks, then each one's distance from the one before."""
    ticks = array("q")
    present = 0
    for delta in coded if isinstance(coded, list | tuple) else ():
        if not _number(delta):
            break
        present += int(delta)
        ticks.append(present)
    return ticks


def unwrapped(ticks: int, near: int) -> int:
    """32 bits of RTP time continued to the value that lies nearest to `near`."""
    return ticks + round((near - ticks) / 2**32) * 2**32


@dataclass(frozen=True)
class Correction:
    """Ticks of one track of one segment → moment of capture. `basis` says by what it was found."""

    rate: int
    basis: Literal["reports", "arrival"]
    sender: Line
    ours: Line

    def moment(self, ticks: float) -> float:
        seconds = ticks / self.rate
        sent = seconds + self.sender.at(seconds)
        return sent + self.ours.at(sent)


@dataclass(frozen=True)
class Sync:
    """What is known of one party's clocks: a correction per track of each segment (none: neither reports nor arrival
    are known), and the skew in seconds that is left over."""

    segments: tuple[dict[Kind, Correction], ...]
    skew: float | None


def synchronise(segments: Sequence[Mapping[Kind, TrackClock]]) -> Sync:
    """Corrections for one party's segments, in order.

    Segments of one RTP stream share its reports (a pause cuts segments, not streams), and segments of one sender share
    what is known of its wall clock. Without reports, or when they contradict the arrival, the earliest arrival counts.
    """
    senders = {kind: _sender_lines(segments, kind) for kind in KINDS}
    ours = _our_lines(segments)
    corrected: list[dict[Kind, Correction]] = []
    for number, segment in enumerate(segments):
        found = {kind: _correction(clock, senders[kind][number], ours[number]) for kind, clock in segment.items()}
        corrected.append({kind: correction for kind, correction in found.items() if correction})
    return Sync(tuple(corrected), _skew(segments, corrected))


def _correction(clock: TrackClock, sender: Line | None, ours: Line | None) -> Correction | None:
    start = clock.seconds(clock.ticks[0] if clock.ticks else clock.first)
    if sender is not None and ours is not None:
        found = Correction(clock.rate, "reports", sender, ours)
        if clock.arrival is None or abs(found.moment(start * clock.rate) - start - clock.arrival) <= BELIEVABLE:
            return found
    if clock.arrival is None:
        return None
    return Correction(clock.rate, "arrival", Line(0.0, clock.arrival), Line(0.0, 0.0))


def _runs(offsets: Sequence[float | None]) -> list[list[int]]:
    """Neighbouring indices whose offsets belong to one clock; None belongs to whatever it stands beside."""
    runs: list[list[int]] = []
    last: float | None = None
    for number, offset in enumerate(offsets):
        if not runs or (offset is not None and last is not None and abs(offset - last) > SAME_CLOCK):
            runs.append([])
        runs[-1].append(number)
        last = last if offset is None else offset
    return runs


def _sender_lines(segments: Sequence[Mapping[Kind, TrackClock]], kind: Kind) -> list[Line | None]:
    """Per segment: RTP seconds of the track → what to add for the sender's wall clock."""
    clocks = [segment.get(kind) for segment in segments]
    lines: list[Line | None] = [None] * len(clocks)
    for run in _runs([clock.arrival if clock else None for clock in clocks]):
        points = [
            (clock.seconds(report.ticks), report.ntp - clock.seconds(report.ticks))
            for clock in (clocks[number] for number in run)
            if clock
            for report in clock.reports
        ]
        line = lower_line(points)
        for number in run:
            lines[number] = line
    return lines


def _our_lines(segments: Sequence[Mapping[Kind, TrackClock]]) -> list[Line | None]:
    """Per segment: the sender's wall clock → what to add for ours, by the reports of both tracks."""
    points = [
        [(report.ntp, report.arrival - report.ntp) for clock in segment.values() for report in clock.reports]
        for segment in segments
    ]
    lines: list[Line | None] = [None] * len(points)
    for run in _runs([min((y for _, y in some), default=None) for some in points]):
        line = lower_line(point for number in run for point in points[number])
        for number in run:
            lines[number] = line
    return lines


def _skew(
    segments: Sequence[Mapping[Kind, TrackClock]], corrected: Sequence[Mapping[Kind, Correction]]
) -> float | None:
    """Worst distance between what the reports of both tracks leave over, window by window; None without both."""
    left: dict[int, dict[Kind, float]] = {}
    for segment, corrections in zip(segments, corrected, strict=True):
        for kind, clock in segment.items():
            correction = corrections.get(kind)
            if correction is None or correction.basis != "reports":
                continue
            for report in clock.reports:
                seconds = clock.seconds(report.ticks)
                rest = report.ntp - seconds - correction.sender.at(seconds)
                window = left.setdefault(int(report.ntp // WINDOW_SECONDS), {})
                window[kind] = min(rest, window.get(kind, math.inf))
    both = [abs(window["audio"] - window["video"]) for window in left.values() if len(window) == 2]
    return max(both, default=None)
