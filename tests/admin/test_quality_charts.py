"""The charts' numbers: honest gaps, honest means, medians of what was measured."""

from __future__ import annotations

from rtc_service.admin import charts
from rtc_service.admin.charts import Metric, Point, Series

RTT = Metric("rtt_ms", "Round trip", "ms", least=100)
LOSS = Metric("loss", "Packets lost", "%", 100, 1)


def points(*values: float | None, gap_before: int = -1) -> list[Point]:
    """One window of 5 s each; a pause of 30 s before one of them."""
    return [
        Point(number * 5.0 + (30 if 0 <= gap_before <= number else 0), 5.0, {"rtt_ms": value})
        for number, value in enumerate(values)
    ]


def drawn(line: list[Point]) -> tuple[list[float], list[float | None]]:
    found = charts.columns(Series("side", 0, line), [RTT])
    return found["at"], found["values"]["rtt_ms"]


def test_a_point_stands_in_the_middle_of_its_window():
    assert drawn(points(50, 60)) == ([2.5, 7.5], [50, 60])


def test_a_line_is_interrupted_where_windows_are_missing():
    at, values = drawn(points(50, 51, 52, 53, gap_before=2))
    assert values == [50, 51, None, 52, 53]
    assert at == sorted(at) and 10 < at[2] < 40


def test_windows_that_are_a_little_late_are_no_gap():
    late = [Point(0, 5, {"rtt_ms": 1}), Point(8.0, 5, {"rtt_ms": 2}), Point(18.0, 5, {"rtt_ms": 3})]
    assert drawn(late)[1] == [1, 2, None, 3]


def test_an_unknown_value_is_a_gap_and_not_zero():
    assert drawn(points(50, None, 50))[1] == [50, None, 50]
    assert charts.medians(RTT, [Series("side", 0, points(50, None, 60))]) == [
        {"index": 0, "name": "side", "text": "55"}
    ]


def test_a_side_that_measured_nothing_has_no_median():
    found = charts.medians(RTT, [Series("a", 0, points(50)), Series("b", 1, points(None))])
    assert found is not None and [median["text"] for median in found] == ["50", "–"]


def test_zero_is_a_value():
    found = charts.medians(RTT, [Series("a", 0, points(0, 0))])
    assert found is not None and found[0]["text"] == "0"
    assert drawn(points(0))[1] == [0]


def test_a_metric_that_nobody_measured_has_no_chart():
    assert charts.medians(RTT, [Series("side", 0, points(None))]) is None


def test_values_are_shown_in_the_unit_of_the_axis():
    assert LOSS.shown(0.12345) == 12.3
    assert LOSS.words(0.12345) == "12.3"


def test_long_calls_are_thinned_to_means():
    line = charts.thin(points(*[float(number) for number in range(1000)]), 240)
    assert len(line) == 200
    assert line[0].values["rtt_ms"] == 2.0 and line[0].seconds == 25.0  # of 0 to 4
    assert sum(point.seconds for point in line) == 5000


def test_three_hours_of_windows_are_not_thinned_in_the_charts():
    assert len(charts.thin(points(*[1.0] * 2160))) == 2160


def test_thinning_mixes_nothing_across_a_gap():
    line = charts.thin(points(*[0.0] * 7, *[100.0] * 9, gap_before=7), 4)
    assert {point.values["rtt_ms"] for point in line} == {0.0, 100.0}
    assert drawn(line)[1].count(None) == 1
    assert sum(point.seconds for point in line) == 80
