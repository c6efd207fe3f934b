"""The arithmetic behind `bench/results.json`: what counts, what is thrown away, and when a figure is noisy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.pairs import alternate, value_of
from bench.results import RawFile, Record, save
from bench.stats import Leg, Pair, TooFewSamples, median, percentile, steady, summarise

VALUE = {"": value_of}


def pair(ours: float, peer: float) -> Pair:
    return Pair(ours=Leg(ours), peer=Leg(peer))


def test_a_percentile_is_a_value_that_was_measured() -> None:
    samples = [float(value) for value in range(1, 101)]
    assert percentile(samples, 0.5) == 50
    assert percentile(samples, 0.95) == 95
    assert percentile(samples, 0.07) == 7
    assert percentile([3.0, 1.0], 0.5) == 1


@pytest.mark.parametrize(("q", "needed"), [(0.95, 40), (0.99, 200), (0.9, 20)])
def test_a_high_percentile_needs_enough_samples(q: float, needed: int) -> None:
    percentile([1.0] * needed, q)
    with pytest.raises(TooFewSamples):
        percentile([1.0] * (needed - 1), q)


def test_there_is_no_median_of_nothing() -> None:
    with pytest.raises(TooFewSamples):
        median([])


def test_the_ratio_is_the_median_of_ratios_and_not_the_ratio_of_medians() -> None:
    outcome = summarise([pair(1, 1), pair(2, 4), pair(9, 5)], noisy=False)
    assert outcome.ratio == 1
    assert outcome.value == 2
    assert outcome.peer_value == 4


def test_a_pair_whose_peer_strays_more_than_a_fifth_does_not_count() -> None:
    pairs = [pair(1, 100), pair(2, 119), pair(3, 121), pair(4, 80), pair(5, 79)]
    assert [one.ours.value for one in steady(pairs)] == [1, 2, 4]


def values(*numbers: float) -> Iterator[float]:
    yield from numbers


def test_a_strayed_pair_is_measured_again() -> None:
    peers = values(10, 10, 30, 10, 10, 10)
    told: list[int] = []
    keep = lambda one, number: told.append(number)  # noqa: E731
    outcome = alternate(lambda: Leg(5), lambda: Leg(next(peers)), VALUE, keep=keep)[""]
    assert not outcome.noisy
    assert outcome.pairs == 5
    assert outcome.ratio == 0.5
    assert told == [1, 2, 3, 4, 5, 6]


def test_a_peer_that_never_calms_down_makes_the_figure_noisy_and_every_pair_count() -> None:
    peers = iter([10, 20, 40, 80] * 10)
    outcome = alternate(lambda: Leg(5), lambda: Leg(next(peers)), VALUE)[""]
    assert outcome.noisy
    assert outcome.pairs > 5


def test_ours_and_the_peer_take_turns_in_going_first() -> None:
    order: list[str] = []

    def leg(name: str) -> Leg:
        order.append(name)
        return Leg(1)

    alternate(lambda: leg("ours"), lambda: leg("peer"), VALUE, pairs=3)
    assert order == ["ours", "peer", "peer", "ours", "ours", "peer"]


def test_figures_that_read_the_same_legs_judge_them_each_for_itself() -> None:
    """A leg whose p50 is steady and whose p99 is not is measured again for the p99."""
    tails = iter([100.0, 100.0, 100.0, 100.0, 300.0, 100.0])
    views = {"p50": lambda leg: leg.samples[0], "p99": lambda leg: leg.samples[1]}
    outcomes = alternate(lambda: Leg(0, [5.0, 50.0]), lambda: Leg(0, [10.0, next(tails)]), views)
    assert (outcomes["p50"].pairs, outcomes["p99"].pairs) == (6, 5)
    assert outcomes["p99"].ratio == 0.5


def record(name: str, value: float) -> Record:
    return Record(name, value, "ms", "peer", 2.0, value / 2, 5, "2026-01-01", {}, noisy=False)


def test_a_partial_run_replaces_its_own_records_only(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    save([record("b", 1.0), record("a", 1.0)], path)
    save([record("a", 1.23456)], path)
    rows = json.loads(path.read_text())
    assert [(row["name"], row["value"]) for row in rows] == [("a", 1.235), ("b", 1.0)]


def test_raw_samples_are_kept_line_by_line(tmp_path: Path) -> None:
    raw = RawFile("latency/p2p_p50", tmp_path)
    raw.pair(Pair(ours=Leg(1.0, [0.5, 1.5], {"codec": "VP8"}), peer=Leg(2.0)), 1)
    lines = [json.loads(line) for line in (tmp_path / "latency-p2p_p50.jsonl").read_text().splitlines()]
    assert lines[0] == {"run": 1, "side": "ours", "value": 1.0, "codec": "VP8", "samples": [0.5, 1.5]}
    assert lines[1]["side"] == "peer"
