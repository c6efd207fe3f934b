"""What both browsers measured in a call: for the charts, the table beside them and the CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from ..models import Call, Event, Participant, QualitySample
from . import charts, display
from .charts import Frame, Point, Series

CSV_KEYS = ("rtt_ms", "loss", "jitter_ms", "bitrate", "bitrate_out", "fps", "width", "height", "frozen", "concealed",
            "latency_ms", "latency_p95_ms")  # fmt: skip


def series_of(call: Call, legs: Sequence[Participant]) -> list[Series]:
    """One line per leg that has measured something; the customer first."""
    points: dict[int, list[Point]] = {}
    rows = QualitySample.objects.filter(participant__in=legs).order_by("window_start")
    for leg_id, start, seconds, values in rows.values_list("participant_id", "window_start", "seconds", "values"):
        points.setdefault(leg_id, []).append(Point((start - call.requested).total_seconds(), seconds, values))
    measured = [leg for leg in legs if leg.pk in points]
    return [
        Series(f"{display.participant_name(leg)} ({leg.get_role_display()})", index, points[leg.pk])
        for index, leg in enumerate(measured)
    ]


def panel(call: Call, legs: Sequence[Participant], events: Sequence[Event]) -> dict[str, Any] | None:
    """{"series", "charts", "times", "bands", "rows", "data"} for the template, or None without a sample."""
    whole = series_of(call, legs)
    if not whole:
        return None
    lines = [Series(line.name, line.index, charts.thin(line.points)) for line in whole]
    start = min(line.points[0].at for line in lines)
    end = max(line.points[-1].at + line.points[-1].seconds for line in lines)
    frame = Frame(start, end)
    drawn = [chart for metric in charts.METRICS if (chart := charts.chart(metric, lines, frame))]
    return {
        "series": lines,
        "charts": drawn,
        "times": [{"x": frame.x(at), "text": display.clock_words(at)} for at in (start, (start + end) / 2, end)],
        "bands": _bands(call, events, frame),
        "seconds": max(point.seconds for line in lines for point in line.points),
        "thinned": any(len(line.points) < len(full.points) for line, full in zip(lines, whole, strict=True)),
        "rows": _rows(lines),
        "metrics": charts.METRICS,
        "data": _data(lines, frame),
    }


def _bands(call: Call, events: Iterable[Event], frame: Frame) -> list[dict[str, float]]:
    """The times in which a media link stood still, to shade behind the lines."""
    bands, since = [], None
    for event in events:
        at = (event.at - call.requested).total_seconds()
        if event.kind == "link.stale" and since is None:
            since = at
        elif event.kind in ("link.up", "link.closed") and since is not None:
            bands.append({"x": frame.x(since), "width": round(max(frame.x(at) - frame.x(since), 1.0), 1)})
            since = None
    return bands


def _rows(lines: Sequence[Series]) -> list[dict[str, Any]]:
    """The table twin: all windows in time order, worded."""
    rows = [
        {"at": point.at, "time": display.clock_words(point.at), "name": line.name, "index": line.index,
         "cells": [metric.words(point.values.get(metric.key)) for metric in charts.METRICS]}
        for line in lines
        for point in line.points
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["at"], row["index"]))


def _data(lines: Sequence[Series], frame: Frame) -> dict[str, Any]:
    """What js/admin/quality-chart.js reads for its pointer: times and worded values."""
    return {
        "start": frame.start,
        "end": frame.end,
        "left": charts.LEFT,
        "right": charts.WIDTH - charts.RIGHT,
        "keys": [metric.key for metric in charts.METRICS],
        "series": [
            [
                [round(point.at + point.seconds / 2, 1), *(m.words(point.values.get(m.key)) for m in charts.METRICS)]
                for point in line.points
            ]
            for line in lines
        ],
    }


def as_csv(call: Call, legs: Sequence[Participant]) -> HttpResponse:
    """Every window of every leg, unrounded, with the leg's role and identifier instead of a name."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="call-{str(call.uuid)[:8]}-quality.csv"'
    response["Cache-Control"] = "no-store"
    writer = csv.writer(response)
    writer.writerow(["window_start", "seconds_since_request", "window_seconds", "role", "participant", *CSV_KEYS])
    known = {leg.pk: leg for leg in legs}
    for sample in QualitySample.objects.filter(participant__in=legs).order_by("window_start", "participant_id"):
        leg = known[sample.participant_id]
        at = (sample.window_start - call.requested).total_seconds()
        values = [sample.values.get(key, "") for key in CSV_KEYS]
        writer.writerow([sample.window_start.isoformat(), f"{at:.3f}", sample.seconds, leg.role, leg.uuid, *values])
    return response
