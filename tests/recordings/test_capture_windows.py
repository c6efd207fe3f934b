"""Packets in any order come out in order, each at most once; time stamps and sequence numbers wrap."""

from __future__ import annotations

import random
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.capture.clocks import Reports, TrackClock, Unwrapper, decode_ticks, encode_ticks, ntp_seconds
from recordings.capture.limits import CaptureLimits
from recordings.capture.pictures import Picture, PictureWindow
from recordings.capture.sound import Sound, SoundWindow
from recordings.capture.vp8 import is_key_frame
from recordings.capture.watch import KeyFrames

KEY = b"\x10\x02\x00\x9d\x01\x2a\x40\x01\xb4\x00"
LIMITS = CaptureLimits()


class Bench:
    """Both windows on a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sounds: list[Sound] = []
        self.pictures: list[Picture] = []
        self.asked: list[list[int]] = []
        self.gaps = self.restarts = 0
        common: dict[str, Any] = {
            "clock": lambda: self.now,
            "limits": LIMITS,
            "ask_again": lambda ssrc, numbers: self.asked.append(numbers),
            "on_packet": lambda ticks, arrival: None,
            "on_restart": self.restarted,
        }
        self.sound = SoundWindow(on_sound=self.sounds.append, **common)
        self.picture = PictureWindow(on_picture=self.pictures.append, on_gap=self.gap, **common)

    def gap(self) -> None:
        self.gaps += 1

    def restarted(self) -> None:
        self.restarts += 1


def sound(number: int, ssrc: int = 1) -> Any:
    payload = number.to_bytes(8, "big", signed=True)
    return SimpleNamespace(
        sequence_number=number & 0xFFFF,
        timestamp=number * 960 & 0xFFFFFFFF,
        ssrc=ssrc,
        marker=0,
        payload=payload,
        _data=payload,
    )


def picture(sequence: int, number: int, data: bytes, *, first: bool = True, last: bool = True) -> Any:
    return SimpleNamespace(
        sequence_number=sequence & 0xFFFF,
        timestamp=number * 3000 & 0xFFFFFFFF,
        ssrc=2,
        marker=int(last),
        payload=(b"\x10" if first else b"\x00") + data,
        _data=data,
    )


@settings(deadline=None, max_examples=60)
@given(start=st.integers(0, 0xFFFF), seed=st.integers(), reach=st.integers(1, 12), copies=st.booleans())
def test_shuffled_sound_comes_out_in_order(start: int, seed: int, reach: int, copies: bool) -> None:
    bench, chance = Bench(), random.Random(seed)
    numbers = [start] + sorted(range(start + 1, start + 300), key=lambda number: number + chance.random() * reach)
    for number in numbers:
        bench.sound.add(sound(number))
        if copies:
            bench.sound.add(sound(number - chance.randrange(4)))
        bench.now += 0.02
    bench.sound.flush()
    assert [int.from_bytes(packet.data, "big") for packet in bench.sounds] == list(range(start, start + 300))
    assert {packet.ticks - bench.sounds[0].ticks for packet in bench.sounds} == {960 * n for n in range(300)}


def test_lost_sound_is_asked_for_waited_for_and_then_left_out() -> None:
    bench = Bench()
    for number in (1, 2, 5, 6, 7, 8):
        bench.sound.add(sound(number))
        bench.now += 0.02
    assert [3, 4] in bench.asked
    assert len(bench.sounds) == 2
    bench.sound.add(sound(4))
    bench.now += LIMITS.sound_hole
    bench.sound.look(bench.now)
    assert [int.from_bytes(packet.data, "big") for packet in bench.sounds] == [1, 2, 4, 5, 6, 7, 8]
    assert bench.sound.lost == 1
    bench.sound.add(sound(3))  # too late
    assert len(bench.sounds) == 7


def test_after_a_lost_picture_nothing_is_kept_until_the_next_key_frame() -> None:
    bench = Bench()
    bench.picture.add(picture(1, 1, KEY))
    bench.picture.add(picture(2, 2, b"\x11half", last=False))
    bench.picture.add(picture(4, 3, b"\x11three"))
    bench.now += LIMITS.picture_hole
    bench.picture.look(bench.now)
    bench.picture.add(picture(5, 4, b"\x11four"))
    bench.picture.add(picture(6, 5, KEY))
    bench.picture.add(picture(7, 6, b"\x11six"))
    assert [found.ticks for found in bench.pictures] == [3000, 15_000, 18_000]
    assert bench.picture.dropped == 3
    assert bench.gaps == 1


def test_half_a_picture_at_the_start_is_no_key_frame() -> None:
    bench = Bench()
    bench.picture.add(picture(1, 1, b"\x10" * 50, first=False))  # the frame bit says key, the start code does not
    bench.picture.add(picture(2, 2, b"\x11two"))
    bench.picture.add(picture(3, 3, KEY))
    assert [found.ticks for found in bench.pictures] == [9000]
    assert not is_key_frame(b"\x10" * 50)
    assert not is_key_frame(KEY[:9])


def test_padding_between_pictures_is_no_loss() -> None:
    bench = Bench()
    bench.picture.add(picture(1, 1, KEY))
    padding = picture(2, 1, b"")
    padding.payload = b""
    bench.picture.add(padding)
    bench.picture.add(picture(3, 2, b"\x11two"))
    assert len(bench.pictures) == 2


def test_what_waits_is_bounded() -> None:
    bench = Bench()
    bench.picture.add(picture(0, 0, KEY))
    for number in range(2, 2000):  # number 1 never comes, and no time passes
        bench.picture.add(picture(number, number, b"\x11"))
    assert len(bench.picture._waiting) < LIMITS.picture_packets
    endless = Bench()
    endless.picture.add(picture(0, 0, KEY, last=False))
    for number in range(1, 6000):
        endless.picture.add(picture(number, 0, bytes(1200), first=False, last=False))
    assert endless.picture._bytes <= LIMITS.picture_bytes + 1200
    assert endless.picture.dropped == 1


def test_a_sender_that_begins_anew_is_noticed() -> None:
    bench = Bench()
    bench.sound.add(sound(10))
    bench.sound.add(sound(11, ssrc=7))
    assert bench.restarts == 1
    bench.sound.add(sound(20_000, ssrc=7))
    assert bench.restarts == 2
    assert len(bench.sounds) == 3


@given(st.lists(st.integers(-50, 3000), min_size=1, max_size=300), st.integers(0, 2**32 - 1))
def test_time_stamps_count_on_beyond_their_bits(steps: list[int], start: int) -> None:
    unwrapper, truth, first = Unwrapper(32), start, None
    for step in [0, *steps]:
        truth += step
        found = unwrapper.unwrap(truth & 0xFFFFFFFF)
        first = found if first is None else first
        assert found - first == truth - start


@given(st.lists(st.integers(0, 2**40)))
def test_coded_ticks_are_the_same(ticks: list[int]) -> None:
    assert decode_ticks(encode_ticks(ticks)) == ticks


def test_reports_before_the_first_packet_wait_for_it_and_empty_ones_are_none() -> None:
    unwrapper = Unwrapper(32)
    reports = Reports(unwrapper)
    assert reports.add(0, 0, 1.0) is None
    ntp = (2_208_988_800 + 50 << 32) | 1 << 31
    assert reports.add(ntp, 2**32 - 10, 1.0) is None
    unwrapper.unwrap(5)
    assert reports.begun() == [(50.5, -10, 1.0)]
    assert list(reports.latest) == [(50.5, -10, 1.0)]
    assert ntp_seconds(ntp) == 50.5


def test_reports_of_a_long_segment_are_thinned_out() -> None:
    clock = TrackClock(48_000, 100)
    for number in range(1000):
        clock.report((float(number), number, float(number)))
    kept = clock.told(ticks=True)["reports"]
    assert 50 <= len(kept) <= 100
    assert kept[0][0] == 0.0
    assert kept[-1][0] >= 998


def test_the_least_delayed_packet_tells_the_arrival() -> None:
    clock = TrackClock(48_000, 10)
    for ticks, arrival in ((0, 10.3), (48_000, 11.1), (96_000, 12.5)):
        clock.arrived(ticks, arrival)
    assert abs(clock.told(ticks=False)["arrival"] - 10.1) < 1e-9


def picture_of(size: int, *, key: bool = False) -> Picture:
    return Picture(bytes(size), 0, 0.0, key)


def test_when_key_frames_are_asked_for() -> None:
    """60 seconds of a healthy camera, then a hole, then a camera that is off."""
    keys, asked = KeyFrames(LIMITS), []
    wants = False
    for step in range(1, 60 * 30):
        now = 1000 + step / 30
        keys.packet(now)
        keys.picture(picture_of(5000, key=wants), now)
        wants = keys.due(now, black=False)
        if wants:
            asked.append(now - 1000)
    assert [round(moment) for moment in asked] == [0, 10, 20, 30, 40, 50]
    keys.want()
    assert keys.due(1060.1, black=False)
    assert not keys.due(1060.9, black=False)  # a burst of losses asks once a second
    assert keys.due(1062.0, black=False) is False  # nothing comes: the camera is off
    later = [keys.due(1062 + second, black=False) for second in range(60)]
    assert 5 <= sum(later) <= 7


def test_pictures_that_may_be_black_are_looked_at_soon() -> None:
    """A camera goes dark between two key frames: what is left of a picture is a few bytes."""
    keys, asked = KeyFrames(LIMITS), []
    wants = True
    for step in range(30 * 20):
        second = step / 30
        keys.packet(1000 + second)
        keys.picture(picture_of(5000 if second < 6 else 90, key=wants), 1000 + second)
        wants = keys.due(1000 + second, black=False)
        if wants:
            asked.append(second)
    assert 6 < asked[0] < 7.1
    assert all(1.9 < after - before < 2.1 for before, after in pairwise(asked))
