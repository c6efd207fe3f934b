"""What both browsers measured in a call: for the charts, the table beside them and the CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpResponse

from ..models import Call, Event, Participant, QualitySample
from ..states import LegKind
from . import charts, display, marks
from .charts import Point, Series

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


def panel(
    call: Call, legs: Sequence[Participant], events: Sequence[Event], people: Mapping[str, str]
) -> dict[str, Any] | None:
    """{"series", "charts", "metrics", "rows", "seconds", "stood", "thinned", "data"}, or None without a sample."""
    whole = series_of(call, legs)
    if not whole:
        return None
    drawn = [
        {"metric": metric, "medians": middle}
        for metric in charts.METRICS
        if (middle := charts.medians(metric, whole)) is not None
    ]
    short = [replace(line, points=charts.thin(line.points, charts.MOST_ROWS)) for line in whole]
    bands = standstills(call, events)
    return {
        "series": whole,
        "charts": drawn,
        "metrics": charts.METRICS,
        "rows": _rows(short),
        "seconds": max(point.seconds for line in whole for point in line.points),
        "stood": bool(bands),
        "thinned": any(len(line.points) < len(full.points) for line, full in zip(short, whole, strict=True)),
        "data": _data(whole, bands, marks.of(call, events, people)),
    }


def standstills(call: Call, events: Iterable[Event]) -> list[list[float | None]]:
    """[[from, to]] in seconds since the request, in which a talk link brought no packets; None: until the end."""
    since: dict[str, float] = {}
    bands: list[list[float | None]] = []
    for event in events:
        at, link = round((event.at - call.requested).total_seconds(), 2), event.data.get("link", "")
        if event.kind == "link.stale" and event.data.get("kind", LegKind.TALK) == LegKind.TALK:
            since.setdefault(link, at)
        elif event.kind in ("link.up", "link.closed") and link in since:
            bands.append([since.pop(link), at])
    return bands + [[at, None] for at in since.values()]


def _rows(lines: Sequence[Series]) -> list[dict[str, Any]]:
    """The table twin: all windows in time order, worded."""
    rows = [
        {"at": point.at, "time": display.clock_words(point.at), "name": line.name, "index": line.index,
         "cells": [_cell(metric, point) for metric in charts.METRICS]}
        for line in lines
        for point in line.points
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["at"], row["index"]))


def _cell(metric: charts.Metric, point: Point) -> str:
    width, height = point.values.get("width"), point.values.get("height")
    if metric.key == "height" and width and height:
        return f"{width:.0f} × {height:.0f}"
    return metric.words(point.values.get(metric.key))


def _data(lines: Sequence[Series], bands: list[list[float | None]], events: list[dict[str, Any]]) -> dict[str, Any]:
    """What js/admin/quality-chart.js draws. Times in seconds since the request."""
    thinned = [replace(line, points=charts.thin(line.points)) for line in lines]
    return {
        "start": round(min(line.points[0].at for line in thinned), 2),
        "end": round(max(line.points[-1].end for line in thinned), 2),
        "metrics": {m.key: {"digits": m.digits, "least": m.least} for m in charts.METRICS},
        "series": [{"name": line.name, "index": line.index, **charts.columns(line, charts.METRICS)}
                   for line in thinned],
        "bands": bands,
        "marks": events,
    }  # fmt: skip


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
