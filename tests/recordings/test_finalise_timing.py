"""Sound and picture share the sender's clock, and the parties share ours, whatever network and clocks do."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.finalise import timing

from .finalise_clocks import START, Sender

MS = 1e-3
DRIFT = st.floats(-100e-6, 100e-6)


def every(seconds: float, begins: float, length: float) -> list[float]:
    return [START + begins + number * seconds for number in range(int(length / seconds))]


def corrected(parts: list[dict[str, Any]]) -> tuple[list[dict[timing.Kind, timing.TrackClock]], timing.Sync]:
    tracks = [timing.read(part) for part in parts]
    return tracks, timing.synchronise(tracks)


def errors(
    sync: timing.Sync, tracks: list[dict[timing.Kind, timing.TrackClock]], truth: list[dict[str, list[float]]]
) -> dict[str, list[tuple[float, float]]]:
    """Per kind: (true moment, corrected moment - true moment) of every frame."""
    found: dict[str, list[tuple[float, float]]] = {"audio": [], "video": []}
    for number, segment in enumerate(tracks):
        for kind, clock in segment.items():
            correction = sync.segments[number][kind]
            for ticks, moment in zip(clock.ticks, truth[number][kind], strict=True):
                found[kind].append((moment, correction.moment(ticks) - moment))
    return found


def worst_skew(found: dict[str, list[tuple[float, float]]]) -> float:
    """Sound against picture of the same moment."""
    sound = dict(found["audio"])
    return max(abs(error - sound[moment]) for moment, error in found["video"] if moment in sound)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    lengths=st.lists(st.floats(20, 1800), min_size=1, max_size=3),
    wall=st.floats(-1000, 1000),
    wall_drift=DRIFT,
    audio=DRIFT,
    video=DRIFT,
    late=st.floats(0, 0.3),
    wraps=st.booleans(),
)
def test_sound_and_picture_stay_within_20_ms_and_in_order(
    seed: int,
    lengths: list[float],
    wall: float,
    wall_drift: float,
    audio: float,
    video: float,
    late: float,
    wraps: bool,
) -> None:
    sender = Sender(seed, wall, wall_drift, {"audio": audio, "video": video}, late)
    if wraps:
        # RTP time runs over in the midst of the first segment.
        sender.bases = {"audio": 2**32 - 48_000 * 10, "video": 2**32 - 90_000 * 10}
    truth, parts, begins = [], [], 0.0
    for length in lengths:
        moments = every(1.0, begins, length)
        truth.append({"audio": moments, "video": moments})
        parts.append(sender.clocks(truth[-1]))
        sender.restart()
        begins += length + 3.0
    tracks, sync = corrected(parts)
    found = errors(sync, tracks, truth)
    assert all(correction.basis == "reports" for segment in sync.segments for correction in segment.values())
    assert worst_skew(found) <= 20 * MS
    for kind in found.values():
        moments = [moment + error for moment, error in kind]
        assert all(after > before for before, after in pairwise(moments))


@settings(max_examples=25, deadline=None)
@given(seeds=st.lists(st.integers(0, 2**32), min_size=2, max_size=2, unique=True), drifts=st.tuples(DRIFT, DRIFT))
def test_two_parties_with_different_clocks_are_in_step(seeds: list[int], drifts: tuple[float, float]) -> None:
    moments = every(1.0, 0.0, 900.0)
    offsets = []
    for seed, drift, wall in zip(seeds, drifts, (-720.0, 31.5), strict=True):
        sender = Sender(seed, wall, drift)
        tracks, sync = corrected([sender.clocks({"audio": moments, "video": moments})])
        offsets.append([error for _, error in errors(sync, tracks, [{"audio": moments, "video": moments}])["video"]])
    assert max(abs(a - b) for a, b in zip(*offsets, strict=True)) <= 40 * MS
    # The least delay of the network is all that is left of its own.
    assert all(0 <= error <= 60 * MS for error in offsets[0])


def test_an_hour_of_drift_would_be_heard_without_the_slope(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = every(1.0, 0.0, 3600.0)
    truth = [{"audio": moments, "video": moments}]
    parts = [Sender(1, 5.0, 0.0, {"audio": 100e-6}).clocks(truth[0])]
    tracks, sync = corrected(parts)
    assert worst_skew(errors(sync, tracks, truth)) < 5 * MS
    monkeypatch.setattr(timing, "STEEPEST", 0.0)
    tracks, sync = corrected(parts)
    assert worst_skew(errors(sync, tracks, truth)) > 100 * MS
    assert sync.skew is not None and sync.skew > 100 * MS  # and the measure says so


def test_one_late_report_among_many_moves_nothing() -> None:
    moments = every(1.0, 0.0, 60.0)
    part = Sender(2, 7.0, jitter=0.0).clocks({"audio": moments, "video": moments})
    _, before = corrected([part])
    part["video"]["reports"][0][0] += 0.3
    part["video"]["reports"][0][2] += 0.3
    tracks, after = corrected([part])
    ticks = tracks[0]["video"].ticks[10]
    assert after.segments[0]["video"].moment(ticks) == pytest.approx(before.segments[0]["video"].moment(ticks), abs=MS)


def test_without_reports_the_earliest_arrival_counts() -> None:
    moments = every(0.02, 0.0, 30.0)
    truth = [{"audio": moments, "video": moments}]
    tracks, sync = corrected([Sender(3).clocks(truth[0], reports=False)])
    assert {correction.basis for correction in sync.segments[0].values()} == {"arrival"}
    assert sync.skew is None
    assert worst_skew(errors(sync, tracks, truth)) <= 20 * MS


def test_a_segment_too_short_for_a_report_uses_those_of_its_stream() -> None:
    sender = Sender(4, 12.0, drift={"audio": 50e-6})
    long, short = every(0.5, 0.0, 60.0), every(0.5, 90.0, 2.0)
    truth = [{"audio": long, "video": long}, {"audio": short, "video": short}]
    tracks, sync = corrected([sender.clocks(truth[0]), sender.clocks(truth[1], reports=False)])
    assert {correction.basis for correction in sync.segments[1].values()} == {"reports"}
    assert worst_skew(errors(sync, tracks, truth)) <= 20 * MS


def test_reports_that_contradict_the_arrival_are_not_believed() -> None:
    moments = every(1.0, 0.0, 60.0)
    part = Sender(5).clocks({"audio": moments, "video": moments})
    # One forged report: "this was captured an hour ago" as far as the arrival is concerned.
    part["video"]["reports"].append([moments[30] + 3600.0, part["video"]["first"], moments[30]])
    tracks, sync = corrected([part])
    for kind in timing.KINDS:
        assert sync.segments[0][kind].basis == "arrival"
        assert abs(sync.segments[0][kind].moment(tracks[0][kind].ticks[0]) - moments[0]) < 0.5


def test_a_sender_whose_wall_clock_is_another_one_is_measured_anew() -> None:
    """The customer goes on from another device in the midst of the call."""
    first, second = every(1.0, 0.0, 60.0), every(1.0, 70.0, 60.0)
    one, other = Sender(6, 500.0), Sender(7, -500.0)
    other.restart()
    truth = [{"audio": first, "video": first}, {"audio": second, "video": second}]
    tracks, sync = corrected([one.clocks(truth[0]), other.clocks(truth[1])])
    found = errors(sync, tracks, truth)
    assert all(0 <= error < 0.1 for kind in found.values() for _, error in kind)


@pytest.mark.parametrize(
    "clocks",
    [
        {},
        {"video": None},
        {"video": {"first": "soon"}},
        {"video": {"first": math.nan}},
        {"video": {"first": 1, "rate": 0, "arrival": None, "reports": [[1], "x", [1, 2, None]], "ticks": "?"}},
    ],
)
def test_clocks_that_say_nothing_give_no_correction(clocks: dict[str, Any]) -> None:
    assert corrected([clocks])[1].segments == ({},)


def test_32_bits_are_continued_to_the_nearest() -> None:
    assert timing.unwrapped(5, 2**32 - 7) == 2**32 + 5
    assert timing.unwrapped(2**32 - 7, 2**32 + 5) == 2**32 - 7
    assert timing.unwrapped(2**32 - 7, 5) == -7
