"""A call's quality as lines for charts: thinned, with honest gaps and medians. Pure: no models, no request."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST_POINTS = 2_200  # per line: three hours of 5 s windows; beyond, neighbours are averaged
MOST_ROWS = 240  # per line of the table, which a browser lays out cell by cell


@dataclass(frozen=True)
class Metric:
    """`key` of `protocol.Stats`; shown as value * factor with `digits` decimals; the axis reaches `least` at least."""

    key: str
    title: Any
    unit: str
    factor: float = 1.0
    digits: int = 0
    least: float = 1.0

    def shown(self, value: float | None) -> float | None:
        return None if value is None else round(value * self.factor, self.digits)

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
    Metric("height", _("Height of the picture"), "px", least=360),
    Metric("frozen", _("Picture frozen"), "%", 100, 1, least=5),
    Metric("concealed", _("Sound patched up"), "%", 100, 1, least=5),
)


@dataclass(frozen=True)
class Point:
    """One window: `at` seconds since the call was requested, `seconds` long, the values that were known."""

    at: float
    seconds: float
    values: dict[str, Any]

    @property
    def end(self) -> float:
        return self.at + self.seconds


@dataclass(frozen=True)
class Series:
    """One party's receiving side, in time order. `index` picks the colour."""

    name: str
    index: int
    points: list[Point]


def stretches(points: Sequence[Point]) -> list[list[Point]]:
    """Runs of windows without a missing one between them."""
    runs: list[list[Point]] = []
    for point in points:
        if runs and point.at - runs[-1][-1].end < 0.9 * runs[-1][-1].seconds:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def thin(points: Sequence[Point], most: int = MOST_POINTS) -> list[Point]:
    """About `most` points (a gap may cost one more): neighbours become one window with the mean of each value.
    Windows on the two sides of a gap are never mixed."""
    step = math.ceil(len(points) / most) or 1
    if step == 1:
        return list(points)
    return [_mean(run[start : start + step]) for run in stretches(points) for start in range(0, len(run), step)]


def _mean(group: Sequence[Point]) -> Point:
    values: dict[str, Any] = {}
    for key in {key for point in group for key in point.values}:
        known = [point.values[key] for point in group if point.values.get(key) is not None]
        if known:
            values[key] = sum(known) / len(known)
    return Point(group[0].at, group[-1].end - group[0].at, values)


def medians(metric: Metric, series: Sequence[Series]) -> list[dict[str, Any]] | None:
    """[{"index", "name", "text"}] of all sides, or None when nobody measured it."""
    known = [[v for p in line.points if (v := p.values.get(metric.key)) is not None] for line in series]
    if not any(known):
        return None
    return [
        {"index": line.index, "name": line.name, "text": metric.words(median(values) if values else None)}
        for line, values in zip(series, known, strict=True)
    ]


def columns(line: Series, metrics: Sequence[Metric]) -> dict[str, Any]:
    """A line for the browser: {"at": [middle of each window, s], "values": {key: [number or None]}}.

    A point of None stands in each gap, so that no line is drawn across it.
    """
    at: list[float] = []
    rows: list[Point | None] = []
    for run in stretches(line.points):
        if at:
            at.append(round((at[-1] + run[0].at) / 2, 2))
            rows.append(None)
        at += [round(point.at + point.seconds / 2, 2) for point in run]
        rows += run
    values = {metric.key: [metric.shown(row.values.get(metric.key)) if row else None for row in rows]
              for metric in metrics}  # fmt: skip
    return {"at": at, "values": values}
