"""The charts' numbers: honest gaps, honest means, round axes."""

from __future__ import annotations

import pytest

from rtc_service.admin import charts
from rtc_service.admin.charts import Frame, Metric, Point, Series

RTT = Metric("rtt_ms", "Round trip", "ms", least=100)


def points(*values: float | None, gap_before: int = -1) -> list[Point]:
    """One window of 5 s each; a pause of 30 s before one of them."""
    return [
        Point(number * 5.0 + (30 if 0 <= gap_before <= number else 0), 5.0, {"rtt_ms": value})
        for number, value in enumerate(values)
    ]


def drawn(*lines: list[Point]) -> dict:
    series = [Series(f"side {index}", index, line) for index, line in enumerate(lines)]
    chart = charts.chart(RTT, series, Frame(0, 100))
    assert chart is not None
    return chart


@pytest.mark.parametrize(
    ("value", "top"), [(0, 1), (0.4, 0.4), (30, 30), (31, 40), (101, 150), (150, 150), (990, 1000)]
)
def test_the_axis_ends_at_a_round_number(value: float, top: float):
    assert charts.nice_ceiling(value) == pytest.approx(top)


def test_the_axis_reaches_the_highest_value_and_at_least_the_usual():
    assert drawn(points(20, 30))["top"] == 100
    assert drawn(points(20, 260))["top"] == 300


def test_a_line_is_interrupted_where_windows_are_missing():
    path = drawn(points(50, 50, 50, 50, gap_before=2))["lines"][0]["path"]
    assert path.count("M") == 2 and path.count("L") == 2


def test_an_unknown_value_is_a_gap_and_not_zero():
    chart = drawn(points(50, None, 50))
    assert chart["lines"][0]["path"].count("M") == 2
    assert chart["medians"][0]["text"] == "50"


def test_a_side_that_measured_nothing_has_no_line_and_no_median():
    chart = drawn(points(50), points(None))
    assert [line["index"] for line in chart["lines"]] == [0]
    assert chart["medians"][1]["text"] == "–"


def test_a_metric_that_nobody_measured_has_no_chart():
    assert charts.chart(RTT, [Series("side", 0, points(None))], Frame(0, 5)) is None


def test_long_calls_are_thinned_to_means():
    line = charts.thin(points(*[float(number) for number in range(1000)]))
    assert len(line) <= charts.MOST_POINTS
    assert line[0].values["rtt_ms"] == 2.0 and line[0].seconds == 25.0  # of 0 to 4
    assert sum(point.seconds for point in line) == 5000
