"""Line charts of a call's quality as numbers for a small SVG template. Pure: no models, no request.

A chart is 320 by 120 units; the template only writes what is computed here, so that no script is needed to see it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

WIDTH, HEIGHT = 320.0, 120.0
LEFT, RIGHT, TOP, BOTTOM = 34.0, 6.0, 8.0, 18.0
STEPS = (1, 1.5, 2, 3, 4, 5, 6, 8, 10)
MOST_POINTS = 240  # per line; beyond, neighbours are averaged


@dataclass(frozen=True)
class Metric:
    """`key` of `protocol.Stats`; shown as value * factor with `digits` decimals; the axis reaches `least` at least."""

    key: str
    title: Any
    unit: str
    factor: float = 1.0
    digits: int = 0
    least: float = 1.0

    def words(self, value: float | None) -> str:
        return "–" if value is None else f"{value * self.factor:.{self.digits}f}"


METRICS = (
    Metric("latency_ms", _("Camera to screen"), "ms", least=100),
    Metric("rtt_ms", _("Round trip"), "ms", least=100),
    Metric("jitter_ms", _("Jitter"), "ms", digits=1, least=10),
    Metric("loss", _("Packets lost"), "%", 100, 1, least=5),
    Metric("bitrate", pgettext_lazy("bit rate", "Received"), "Mbit/s", 1e-6, 2, least=1),
    Metric("bitrate_out", pgettext_lazy("bit rate", "Sent"), "Mbit/s", 1e-6, 2, least=1),
    Metric("fps", _("Pictures per second"), "1/s", least=30),
    Metric("frozen", _("Picture frozen"), "%", 100, 1, least=5),
    Metric("concealed", _("Sound patched up"), "%", 100, 1, least=5),
)


@dataclass(frozen=True)
class Point:
    """One window: `at` seconds since the call was requested, `seconds` long, the values that were known."""

    at: float
    seconds: float
    values: dict[str, Any]


@dataclass(frozen=True)
class Series:
    """One party's receiving side, in time order. `index` picks the colour."""

    name: str
    index: int
    points: list[Point]


def thin(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """At most so many points: neighbours become one window with the mean of each value."""
    step = math.ceil(len(points) / most) or 1
    if step == 1:
        return list(points)
    return [_mean(points[start : start + step]) for start in range(0, len(points), step)]


def _mean(group: Sequence[Point]) -> Point:
    values: dict[str, Any] = {}
    for metric in METRICS:
        known = [point.values[metric.key] for point in group if point.values.get(metric.key) is not None]
        if known:
            values[metric.key] = sum(known) / len(known)
    return Point(group[0].at, group[-1].at + group[-1].seconds - group[0].at, values)


def nice_ceiling(value: float) -> float:
    """The next round number: one of STEPS times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in STEPS if value <= step * power * (1 + 1e-9))


@dataclass(frozen=True)
class Frame:
    """The time span that all charts of a call share, in seconds since the request."""

    start: float
    end: float

    def x(self, at: float) -> float:
        share = (at - self.start) / max(self.end - self.start, 1e-9)
        return round(LEFT + min(max(share, 0.0), 1.0) * (WIDTH - LEFT - RIGHT), 1)


def chart(metric: Metric, series: Sequence[Series], frame: Frame) -> dict[str, Any] | None:
    """{"metric", "lines", "ticks", "medians"} or None when nobody measured it."""
    known = {
        line.index: [point for point in line.points if point.values.get(metric.key) is not None] for line in series
    }
    values = [point.values[metric.key] * metric.factor for points in known.values() for point in points]
    if not values:
        return None
    top = nice_ceiling(max(*values, metric.least))

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)

    lines = [
        {"index": index, "path": _path(points, frame, lambda point: y(point.values[metric.key] * metric.factor))}
        for index, points in known.items()
        if points
    ]
    medians = [
        {"index": line.index, "text": metric.words(_median(known[line.index], metric.key)), "name": line.name}
        for line in series
    ]
    ticks = [{"y": y(share * top), "text": f"{share * top:g}"} for share in (0, 0.5, 1)]
    return {"metric": metric, "lines": lines, "ticks": ticks, "medians": medians, "top": top}


def _median(points: Sequence[Point], key: str) -> float | None:
    return median(point.values[key] for point in points) if points else None


def _path(points: Sequence[Point], frame: Frame, y: Any) -> str:
    """An SVG path through the windows' middles, interrupted where windows are missing."""
    parts: list[str] = []
    before: Point | None = None
    for point in points:
        joined = before is not None and point.at - (before.at + before.seconds) < 0.9 * before.seconds
        x = frame.x(point.at + point.seconds / 2)
        # A move alone draws nothing; the zero-length line shows a lonely point as a dot (round caps).
        parts.append(f"L{x} {y(point)}" if joined else f"M{x} {y(point)}h0")
        before = point
    return "".join(parts)
